"""What a person agreed to is what one sentence said; a look that would cost more by now asks again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.errors import LookRefused
from sqsview.gateway import Gateway
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import ANYTHING, Look, Stage, appraise
from tests.operations.looks.conftest import Prepare, fill, receive_counts
from tests.support.double import Account, queue_arn, queue_ref


async def looked_at_twice(prepare: Prepare, queue: str = "orders", count: int = 10) -> None:
    for _ in range(2):
        await (await prepare(queue)).gather(count)


def limit(account: Account, queue: str, **settings: object) -> None:
    facts = account.queues[queue]
    facts.settings = replace(facts.settings, **settings)  # type: ignore[arg-type]


async def test_consent_to_a_sentence_is_no_consent_to_what_is_true_a_moment_later(
    account: Account, prepare: Prepare
) -> None:
    """Two people are asked the same; the look of the first changes what that of the second would do."""
    fill(account, 10)
    await looked_at_twice(prepare)
    first, second = await prepare(), await prepare()
    agreed = second.allowance
    assert agreed.line == "10 messages would lose their last try, and go to orders-dlq after it"
    await first.gather(10, first.allowance)
    with pytest.raises(LookRefused, match="10 messages would move to orders-dlq at once, unseen") as refused:
        await second.gather(10, agreed)
    assert second.stage is Stage.READY
    assert second.allowance == refused.value.allowance
    assert account.broker.queues.get("orders-dlq", []) == []
    await second.gather(10, refused.value.allowance)
    assert len(account.broker.queues["orders-dlq"]) == 10, "now it was agreed to"


async def test_what_costs_less_than_was_agreed_to_is_done(account: Account, prepare: Prepare) -> None:
    fill(account, 10)
    await looked_at_twice(prepare)
    look = await prepare()
    agreed = look.allowance
    limit(account, "orders", max_receive_count=9)
    await look.gather(10, agreed)
    assert len(look.messages) == 10


@pytest.mark.parametrize(
    "changed",
    [
        {"max_receive_count": 2},
        {"dead_letter_target": queue_arn("elsewhere")},
        {"max_receive_count": None, "dead_letter_target": None, "redrive_policy": "broken"},
    ],
)
async def test_other_settings_than_those_agreed_to_ask_again(
    account: Account, prepare: Prepare, changed: dict[str, object]
) -> None:
    fill(account, 10)
    await looked_at_twice(prepare)
    look = await prepare()
    agreed = look.allowance
    limit(account, "orders", **changed)
    with pytest.raises(LookRefused):
        await look.gather(10, agreed)
    assert receive_counts(account) == [2] * 10


async def test_more_messages_at_their_last_try_than_were_agreed_to_end_the_look(
    account: Account, prepare: Prepare
) -> None:
    """Those that were known come first; of the others nobody knew."""
    fill(account, 2)
    await looked_at_twice(prepare)
    fill(account, 60)
    for kept in account.broker.queues["orders"][2:]:
        kept.receive_count = 2
    look = await prepare()
    assert look.allowance.losing == 2
    await look.gather(60, look.allowance)
    assert len(look.messages) == 10, "the first receive met ten, and no other was sent"
    assert any("took the last try of 8 messages that were not known before" in note for note in look.notes)


async def test_who_says_whatever_it_costs_is_not_asked(account: Account, prepare: Prepare) -> None:
    fill(account, 30)
    for kept in account.broker.queues["orders"]:
        kept.receive_count = 2
    look = await prepare()
    await look.gather(30, ANYTHING)
    assert len(look.messages) == 30


# -- the queue as it is now


async def test_a_redrive_policy_that_came_since_is_heeded_by_a_look_that_goes_on(
    account: Account, gateway: Gateway, ledger: Ledger
) -> None:
    fill(account, 12, "orders-dlq")
    for kept in account.broker.queues["orders-dlq"]:
        kept.receive_count = 1
    appraisal = await appraise(gateway, queue_ref("orders-dlq"), ledger, account.clock)
    look = Look(gateway, appraisal, ledger, account.clock, keep=True)
    await look.gather(6)
    account.add_queue("grave")
    limit(account, "orders-dlq", dead_letter_target=queue_arn("grave"), max_receive_count=1)
    with pytest.raises(LookRefused, match="orders-dlq gives up after 1 receive") as refused:
        await look.gather(12)
    assert (str(look.stage), look.held) == ("held", 6), "a refusal changes nothing"
    assert look.appraisal.settings.max_receive_count == 1
    assert account.broker.queues.get("grave", []) == []
    await look.gather(7, refused.value.allowance)
    await look.release()


async def test_the_counts_are_those_of_the_last_reading(account: Account, prepare: Prepare) -> None:
    fill(account, 3, "orders-dlq")
    look = await prepare("orders-dlq", keep=True)
    await look.gather(10)
    assert (look.appraisal.total, look.notes) == (3, ())
    fill(account, 2, "orders-dlq")
    await look.gather(20)
    assert (look.appraisal.total, len(look.messages), look.notes) == (5, 5, ())
    await look.gather(30)
    assert look.notes == ("the queue has no others",)
    await look.release()


@pytest.mark.parametrize(
    ("target", "maximum", "policy"),
    [(queue_arn("orders-dlq"), None, '{"maxReceiveCount": "many"}'), (None, None, "this is no JSON")],
)
async def test_a_redrive_policy_that_cannot_be_read_is_a_limit_that_nobody_knows(
    account: Account, prepare: Prepare, target: str | None, maximum: int | None, policy: str
) -> None:
    fill(account, 1)
    limit(account, "orders", dead_letter_target=target, max_receive_count=maximum, redrive_policy=policy)
    look = await prepare()
    assert look.allowance.looks_left is None
    with pytest.raises(LookRefused, match="orders has a redrive policy that cannot be read: a look may take a last"):
        await look.gather(1)
    await look.gather(1, look.allowance)
    assert len(look.messages) == 1


async def test_a_cost_that_is_known_from_long_ago_says_so(account: Account, prepare: Prepare) -> None:
    """A consumer may have deleted them, which nobody can tell; nothing is allowed for that."""
    fill(account, 5)
    await looked_at_twice(prepare)
    await account.clock.sleep(290)
    assert (await prepare()).allowance.line.startswith("5 messages would lose their last try")
    await account.clock.sleep(2 * 86_400)
    allowance = (await prepare()).allowance
    assert allowance.must_ask
    assert allowance.line == "5 messages, last seen 2 days ago, may lose their last try, and go to orders-dlq after it"
