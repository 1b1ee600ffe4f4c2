"""A trace finds its own message, looks only where it may, and says what cannot be known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sqsview.domain.access import Answer
from sqsview.domain.arn import name_of
from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import Destination, topic_destination
from sqsview.domain.recipients import Recipient
from sqsview.domain.topic import Subscription, SubscriptionRef, SubscriptionSettings
from sqsview.domain.tracing import TRACE_ATTRIBUTE
from sqsview.errors import Refused
from sqsview.operations.ledger import Ledger
from sqsview.operations.trace import DEADLINE, MOST_LOOKED_AT, Outcome, Trace, Traced
from tests.support.double import Account, DoubleGateway, denied, queue_arn, server_fault
from tests.support.time import OwnedClock


class Stage:
    """A topic with subscriptions, and predictions that the test makes up."""

    def __init__(self, *, auto: bool = True) -> None:
        self.clock = OwnedClock(auto=auto)
        self.account = Account(self.clock, latency=0.02)
        self.gateway = DoubleGateway(self.account, self.account.context)
        self.arn = self.account.add_topic("events")
        self.recipients: list[Recipient] = []
        self.changes: list[tuple[Traced, ...]] = []
        self.ledger = Ledger(None)

    def subscribe(
        self,
        name: str,
        answer: Answer = Answer.YES,
        *,
        raw: bool = False,
        protocol: str = "sqs",
        delivers: bool = True,
        **settings: Any,
    ) -> str:
        """Subscribe a queue and give the key of the subscription."""
        endpoint = queue_arn(name) if protocol == "sqs" else name
        if protocol == "sqs":
            self.account.add_queue(name, **settings)
        ref = SubscriptionRef(f"{self.arn}:{len(self.recipients)}", self.arn, protocol, endpoint)
        own = SubscriptionSettings(raw_delivery=raw)
        if delivers:
            self.account.subscriptions[ref.key] = (ref, own)
        self.recipients.append(Recipient(Subscription(ref, own), answer, f"reason for {name}"))
        return ref.key

    @property
    def topic(self) -> Destination:
        return topic_destination(
            self.arn, self.account.topics[self.arn], [recipient.subscription for recipient in self.recipients]
        )

    def trace(self, outgoing: Outgoing, *, unknown: Sequence[str] = ()) -> Trace:
        refs = {queue_arn(name): facts.ref for name, facts in self.account.queues.items() if name not in unknown}
        trace = Trace(
            self.gateway,
            self.topic,
            outgoing,
            lambda marked: self.recipients,
            refs,
            self.ledger,
            self.clock,
            new_id=lambda: "trace-1",
            on_change=lambda: self.changes.append(trace.results),
        )
        return trace

    def held(self) -> list[str]:
        return [each for name in self.account.queues for each in self.account.broker.held(name)]

    def receives(self, name: str) -> int:
        return sum(call.operation == "receive_message" and call.thing == name for call in self.account.calls)


def by_name(results: Sequence[Traced]) -> Mapping[str, Traced]:
    return {name_of(result.recipient.subscription.ref.endpoint): result for result in results}


def outcomes(results: Sequence[Traced]) -> dict[str, Outcome]:
    return {name: result.outcome for name, result in by_name(results).items()}


async def test_nothing_is_published_or_received_before_a_person_has_allowed_it() -> None:
    stage = Stage()
    stage.subscribe("orders", max_receive_count=3, dead_letter_target=queue_arn("orders-dlq"))
    stage.subscribe("audit")
    stage.subscribe("ops@example.com", protocol="email")
    stage.account.broker.put("audit", Outgoing("before"))
    prospects = await stage.trace(Outgoing("x")).prepare()
    assert [(prospect.appraisal is not None, prospect.must_ask) for prospect in prospects] == [
        (True, False),
        (True, False),
        (False, False),
    ]
    orders, audit, mail = (prospect.line for prospect in prospects)
    assert orders.startswith("looks at up to 200 messages and holds them for up to 10 s · ")
    assert audit == (
        "looks at up to 200 messages of about 1 and holds them for up to 10 s · audit has no redrive policy: a look "
        "moves nothing"
    )
    assert mail == "only queues can be looked at, and this one delivers by email"
    assert stage.account.broker.published == []
    assert stage.receives("orders") == stage.receives("audit") == 0


async def test_a_message_is_found_where_it_arrived_raw_or_in_an_envelope() -> None:
    stage = Stage()
    keys = [stage.subscribe("orders"), stage.subscribe("audit", raw=True)]
    stage.account.broker.put("orders", Outgoing("before"))
    results = by_name(await stage.trace(Outgoing("x")).run(keys))
    assert {name: result.outcome for name, result in results.items()} == {
        "orders": Outcome.ARRIVED,
        "audit": Outcome.ARRIVED,
    }
    assert "from SNS's clock to the queue's" in results["orders"].text
    assert results["audit"].text == "after 20 ms, from this machine's clock to the queue's, which may differ"
    assert results["audit"].seconds == pytest.approx(0.02)
    assert stage.held() == [], "all is given back"
    (published,) = stage.account.broker.published
    assert published[1].attributes == {TRACE_ATTRIBUTE: Attribute("String", "trace-1")}


async def test_each_message_is_received_once_by_one_trace() -> None:
    stage = Stage()
    key = stage.subscribe("orders", delivers=False)
    for number in range(30):
        stage.account.broker.put("orders", Outgoing(str(number)))
    (result,) = await stage.trace(Outgoing("x")).run([key])
    assert result.outcome is Outcome.NOT_SEEN
    assert {kept.receive_count for kept in stage.account.broker.queues["orders"]} == {1}


async def test_only_what_was_allowed_is_looked_at() -> None:
    stage = Stage()
    allowed, _ = stage.subscribe("orders"), stage.subscribe("audit")
    results = by_name(await stage.trace(Outgoing("x")).run([allowed]))
    assert results["orders"].outcome is Outcome.ARRIVED
    assert (results["audit"].outcome, results["audit"].text) == (Outcome.CANNOT_KNOW, "its queue was not looked at")
    assert stage.receives("audit") == 0


async def test_what_cannot_be_looked_at_is_said_to_be_unknown() -> None:
    stage = Stage()
    keys = [stage.subscribe("orders"), stage.subscribe("elsewhere"), stage.subscribe("https://x/", protocol="https")]
    stage.account.fail("get_queue_attributes", denied(), "orders")
    results = await stage.trace(Outgoing("x"), unknown=["elsewhere"]).run(keys)
    assert [(result.outcome, result.text) for result in results] == [
        (Outcome.CANNOT_KNOW, "its queue cannot be looked at: denied: sqs:GetQueueAttributes"),
        (Outcome.CANNOT_KNOW, "its queue is in another account or region, or is not known here"),
        (Outcome.CANNOT_KNOW, "only queues can be looked at, and this one delivers by https"),
    ]


async def test_what_was_predicted_to_be_filtered_and_is_not_there_is_filtered() -> None:
    stage = Stage()
    keys = [stage.subscribe("orders"), stage.subscribe("audit", Answer.NO, delivers=False)]
    began = stage.clock.monotonic()
    results = by_name(await stage.trace(Outgoing("x")).run(keys))
    assert results["audit"].outcome is Outcome.FILTERED
    assert results["audit"].text.endswith("as predicted: reason for audit")
    assert stage.clock.monotonic() - began < DEADLINE, "nothing else is waited for"


async def test_a_wrong_prediction_is_said_plainly() -> None:
    stage = Stage()
    key = stage.subscribe("orders", Answer.NO, raw=True)
    (result,) = await stage.trace(Outgoing("x")).run([key])
    assert result.outcome is Outcome.WRONG_PREDICTION
    assert result.text.endswith("and the prediction was wrong: reason for orders")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (None, "a consumer may have deleted it, or it was not delivered"),
        ("in flight", "about 1 in flight, so a consumer may have it"),
        ("deep", f"the queue holds about 300, and no more than {MOST_LOOKED_AT} are looked at"),
    ],
)
async def test_what_was_not_seen_is_explained(other: str | None, said: str) -> None:
    stage = Stage()
    key = stage.subscribe("orders", delivers=False)
    if other == "in flight":
        stage.account.broker.put("orders", Outgoing("taken"))
        ref = stage.account.queues["orders"].ref
        await stage.gateway.receive_message(ref, maximum=1, wait=0, hold=600)
    for number in range(300 if other == "deep" else 0):
        stage.account.broker.put("orders", Outgoing(str(number)))
    (result,) = await stage.trace(Outgoing("x")).run([key])
    assert result.outcome is Outcome.NOT_SEEN
    assert result.text.endswith(said)


async def test_a_look_that_would_take_a_last_try_is_refused_unless_it_was_allowed_by_name() -> None:
    for spend in (False, True):
        stage = Stage()
        stage.account.add_queue("orders-dlq")
        key = stage.subscribe("orders", max_receive_count=1, dead_letter_target=queue_arn("orders-dlq"))
        trace = stage.trace(Outgoing("x"))
        (prospect,) = await trace.prepare()
        assert prospect.must_ask
        (result,) = await trace.run([key], spend=[key] if spend else [])
        assert result.outcome is (Outcome.ARRIVED if spend else Outcome.CANNOT_KNOW)
        assert bool(stage.receives("orders")) is spend


async def test_a_look_that_fails_is_no_missing_message() -> None:
    stage = Stage()
    keys = [stage.subscribe("orders"), stage.subscribe("audit")]
    stage.account.fail("receive_message", server_fault(), "orders")
    results = by_name(await stage.trace(Outgoing("x")).run(keys))
    assert results["orders"].outcome is Outcome.CANNOT_KNOW
    assert results["orders"].text == "looking for it failed: the server failed"
    assert results["audit"].outcome is Outcome.ARRIVED


async def test_what_was_not_published_is_not_looked_for() -> None:
    stage = Stage()
    key = stage.subscribe("orders")
    with pytest.raises(Refused, match="empty"):
        await stage.trace(Outgoing("")).run([key])
    assert stage.receives("orders") == 0


async def test_cancelling_gives_everything_back() -> None:
    stage = Stage(auto=False)
    keys = [stage.subscribe("orders", delivers=False), stage.subscribe("audit", delivers=False)]
    for name in ("orders", "audit"):
        stage.account.broker.put(name, Outgoing("before"))
    running = asyncio.ensure_future(stage.trace(Outgoing("x")).run(keys))
    await stage.clock.until(lambda: len(stage.held()) == 2)
    running.cancel()
    await stage.clock.until(running.done)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stage.held() == []


async def test_progress_is_told_as_each_answer_comes() -> None:
    stage = Stage()
    keys = [stage.subscribe("orders"), stage.subscribe("audit", delivers=False)]
    await stage.trace(Outgoing("x")).run(keys)
    assert outcomes(stage.changes[0]) == {"orders": Outcome.WAITING, "audit": Outcome.WAITING}
    assert outcomes(stage.changes[-2]) == {"orders": Outcome.ARRIVED, "audit": Outcome.WAITING}
    assert outcomes(stage.changes[-1]) == {"orders": Outcome.ARRIVED, "audit": Outcome.NOT_SEEN}


# -- how a message is known


async def test_a_body_for_each_protocol_has_no_attributes_and_is_found_by_its_id() -> None:
    stage = Stage()
    key = stage.subscribe("orders")
    trace = stage.trace(Outgoing('{"default": "x"}', structure=True))
    assert trace.marked.note == "attributes do not go with a body for each protocol: found by its id"
    (result,) = await trace.run([key])
    assert result.outcome is Outcome.ARRIVED
    assert stage.account.broker.published[0][1].attributes == {}


async def test_an_eleventh_attribute_would_lose_it_on_the_way_so_it_is_found_by_its_body() -> None:
    stage = Stage()
    key = stage.subscribe("orders", raw=True)
    attributes = {f"a{number}": Attribute("String", "x") for number in range(10)}
    trace = stage.trace(Outgoing("one of a kind", attributes))
    assert TRACE_ATTRIBUTE not in trace.marked.outgoing.attributes
    (result,) = await trace.run([key])
    assert result.outcome is Outcome.ARRIVED
    assert result.text.endswith("known by its body alone")


async def test_an_older_message_with_the_same_body_is_not_taken_for_it() -> None:
    stage = Stage()
    key = stage.subscribe("orders", raw=True, delivers=False)
    attributes = {f"a{number}": Attribute("String", "x") for number in range(10)}
    stage.account.broker.put("orders", Outgoing("same", attributes))
    await stage.clock.sleep(60)
    (result,) = await stage.trace(Outgoing("same", attributes)).run([key])
    assert result.outcome is Outcome.NOT_SEEN


async def test_another_trace_of_the_same_message_is_not_taken_for_it() -> None:
    stage = Stage()
    key = stage.subscribe("orders", raw=True, delivers=False)
    stage.account.broker.put("orders", Outgoing("same", {TRACE_ATTRIBUTE: Attribute("String", "trace-0")}))
    (result,) = await stage.trace(Outgoing("same")).run([key])
    assert result.outcome is Outcome.NOT_SEEN


def test_a_full_message_is_not_marked() -> None:
    stage = Stage()
    trace = stage.trace(Outgoing("x" * 262_140))
    assert trace.marked.trace_id is None
    assert trace.marked.note == "there is no room for the trace attribute: found by its id or body"


async def test_the_prediction_is_asked_about_the_message_as_it_is_published() -> None:
    stage = Stage()
    asked: list[Outgoing] = []

    def predict(marked: Outgoing) -> list[Recipient]:
        asked.append(marked)
        return []

    Trace(stage.gateway, stage.topic, Outgoing("x"), predict, {}, stage.ledger, stage.clock, new_id=lambda: "trace-1")
    assert asked == [replace(Outgoing("x"), attributes={TRACE_ATTRIBUTE: Attribute("String", "trace-1")})]
