"""Whom a plan chooses on real servers, with and without message-move tasks, and the server's task at work."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.gateway import Gateway, Target
from sqsview.operations.journal import Journal
from sqsview.operations.move_task import ServerMove, found
from sqsview.operations.redrive import By, Wish, plan
from tests.support.engines import REGION, Engine
from tests.support.letters import bodies_in, counts, kill, make_pair, put


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", REGION)


@pytest.fixture
def tasks(moto_with_tasks: Engine) -> Engine:
    return moto_with_tasks


@asynccontextmanager
async def connected(engine: Engine) -> AsyncIterator[Gateway]:
    async with open_gateway(Target(endpoint_url=engine.url), budget=None) as gateway:
        yield gateway


async def test_a_server_without_tasks_is_found_out_and_the_mover_named_with_the_reason(engine: Engine) -> None:
    make_pair(engine, "bills", "orders")
    put(engine, "orders-dlq", "one")
    async with connected(engine) as gateway:
        letters = await gateway.get_queue_url("orders-dlq")
        planned = await plan(gateway, letters)
        assert (planned.by, planned.blockers) == (By.MOVER, ())
        assert "no message-move tasks" in planned.why
        assert [source.name for source in planned.sources] == ["bills", "orders"]
        assert await found(gateway, letters.arn) == []


async def test_a_server_with_tasks_takes_the_whole_queue_and_leaves_a_filter_to_the_mover(
    tasks: Engine,
) -> None:
    make_pair(tasks, "orders")
    async with connected(tasks) as gateway:
        letters = await gateway.get_queue_url("orders-dlq")
        assert (await plan(gateway, letters)).by is By.SERVER
        assert (await plan(gateway, letters, Wish(filtered=True))).by is By.MOVER


async def test_the_servers_task_sends_the_letters_of_a_shared_queue_back_to_where_each_came_from(
    tasks: Engine,
) -> None:
    make_pair(tasks, "bills", "orders")
    kill(tasks, "orders", "o1", "o2")
    kill(tasks, "bills", "b1")
    assert counts(tasks, "orders-dlq") == (3, 0)
    async with connected(tasks) as gateway:
        letters = await gateway.get_queue_url("orders-dlq")
        progress = await ServerMove(gateway, letters, Journal(), SystemClock()).run()
    assert (progress.moved, progress.total, progress.problem, progress.ended) == (3, 3, None, True)
    assert bodies_in(tasks, "orders") == Counter(["o1", "o2"])
    assert bodies_in(tasks, "bills") == Counter(["b1"])


async def test_a_letter_that_was_put_there_by_hand_ends_the_task_and_the_reason_is_in_our_words(
    tasks: Engine,
) -> None:
    make_pair(tasks, "orders")
    put(tasks, "orders-dlq", "by hand")
    async with connected(tasks) as gateway:
        letters = await gateway.get_queue_url("orders-dlq")
        progress = await ServerMove(gateway, letters, Journal(), SystemClock()).run()
    assert progress.problem is not None
    assert "a message does not tell which queue it came from" in progress.problem.text
    assert progress.problem.remedy == "choose a destination"
    assert counts(tasks, "orders-dlq") == (1, 0)


async def test_a_stop_cancels_the_task_and_what_was_moved_stays_moved(tasks: Engine) -> None:
    make_pair(tasks, "orders")
    put(tasks, "orders", "x")
    kill(tasks, "orders", *(f"o{number}" for number in range(29)))
    async with connected(tasks) as gateway:
        letters = await gateway.get_queue_url("orders-dlq")
        moving: ServerMove

        def stop_once_it_moves(_: object) -> None:
            if moving.progress.moved:
                moving.stop()

        moving = ServerMove(gateway, letters, Journal(), SystemClock(), rate=2, on_change=stop_once_it_moves)
        progress = await moving.run()
    assert (progress.stopped, progress.ended, progress.problem) == (True, True, None)
    assert 0 < progress.moved < 30
    assert sum(counts(tasks, "orders")) + sum(counts(tasks, "orders-dlq")) == 30
