from __future__ import annotations

import pytest

from sqsview.domain.problem import ProblemKind
from tests.live.conftest import Running
from tests.live.test_sweeps import A_SWEEP, queues
from tests.support.double import Account, denied, queue_arn, queue_url
from tests.support.time import OwnedClock


@pytest.mark.parametrize("form", ["a", queue_arn("a"), queue_url("a")])
async def test_named_queues_are_read_without_listing(
    account: Account, clock: OwnedClock, running: Running, form: str
) -> None:
    account.add_queue("a", visible=5)
    account.add_queue("not-named")
    account.fail("list_queues", denied("sqs:ListQueues"))
    async with running(queues=(form, "a")) as feed:
        await clock.advance(300)
        assert list(queues(feed)) == ["a"]
        counts = queues(feed)["a"].counts
        assert counts is not None and counts.visible == 5
        assert account.count("list_queues") == 0
        assert account.count("get_queue_url") == len({form, "a"})


async def test_a_named_url_needs_no_permission_but_that_to_read(account: Account, running: Running) -> None:
    account.add_queue("a", visible=5)
    account.fail("get_queue_url", denied("sqs:GetQueueUrl"))
    async with running(queues=(queue_url("a"),)) as feed:
        assert queues(feed)["a"].key == queue_arn("a")
        assert queues(feed)["a"].counts is not None


async def test_a_named_queue_that_is_not_found_has_a_row_that_says_so_until_it_is(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    async with running(queues=("a", "later")) as feed:
        row = queues(feed)["later"]
        assert row.problem is not None and row.problem.kind is ProblemKind.GONE
        assert [problem.thing for problem in feed.snapshot().problems] == ["later"]
        account.add_queue("later", visible=2)
        await clock.advance(A_SWEEP)
        row = queues(feed)["later"]
        assert row.problem is None and row.counts is not None
        assert len(queues(feed)) == 2


async def test_a_named_arn_of_another_region_is_not_mistaken_for_a_queue_of_the_same_name(
    account: Account, running: Running
) -> None:
    account.add_queue("a")
    async with running(queues=(queue_arn("a", region="us-east-1"),)) as feed:
        (row,) = feed.snapshot().queues.values()
        assert row.counts is None
        assert row.problem is not None and "--region us-east-1" in row.problem.remedy
