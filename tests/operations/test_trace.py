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
from sqsview.domain.queue import Counts, QueueReading, QueueRef
from sqsview.domain.recipients import Recipient
from sqsview.domain.topic import Subscription, SubscriptionRef, SubscriptionSettings
from sqsview.domain.tracing import TRACE_ATTRIBUTE
from sqsview.errors import Refused
from sqsview.operations.ledger import Ledger
from sqsview.operations.prospects import DEADLINE, MOST_LOOKED_AT
from sqsview.operations.trace import Outcome, Trace, Traced
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
    assert [prospect.short for prospect in prospects] == ["2 left · empty", "no limit · 1 message", "not SQS: email"]
    orders, audit, mail = (prospect.line for prospect in prospects)
    assert orders.startswith("looks at up to 200 messages and holds them for up to 10 s · ")
    assert audit == (
        "looks at up to 200 messages of about 1 and holds them for up to 10 s · audit has no redrive policy: a look "
        "moves nothing"
    )
    assert mail == "only queues can be looked at, and this one delivers by email"
    assert stage.account.broker.published == []
    assert stage.receives("orders") == stage.receives("audit") == 0


@pytest.mark.parametrize(
    ("held", "settings", "short"),
    [
        (201, {}, "deep: 201 · no limit"),
        (12_000, {"max_receive_count": 6}, "deep: 12,000 · 5 left"),
        (200, {"max_receive_count": 6}, "5 left · 200 messages"),
        (3, {"max_receive_count": 2}, "asks · 3 messages"),
        (201, {"max_receive_count": 2}, "asks · deep: 201"),
    ],
)
async def test_what_a_look_costs_is_said_in_a_few_words(held: int, settings: dict[str, Any], short: str) -> None:
    stage = Stage()
    stage.subscribe("orders", dead_letter_target=queue_arn("orders-dlq") if settings else None, **settings)
    stage.account.queues["orders"].counts = Counts(held, 0, 0)
    (prospect,) = await stage.trace(Outgoing("x")).prepare()
    assert prospect.short == short
    assert prospect.is_deep is (held > MOST_LOOKED_AT)


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


# -- what was not met

IN_FLIGHT, IN_FLIGHT_BEFORE, DEEP, DELAYED, LOCKED = "in flight", "in flight before", "deep", "delayed", "locked.fifo"


async def missed(other: str | None, answer: Answer) -> Traced:
    """Look for a message that is not delivered, in a queue of which something else is to be known."""
    stage = Stage()
    name = LOCKED if other == LOCKED else "orders"
    key = stage.subscribe(name, answer, delivers=False)
    broker, ref = stage.account.broker, stage.account.queues[name].ref
    for number in range(300 if other == DEEP else 0):
        broker.put(name, Outgoing(str(number)))
    if other == DELAYED:
        broker.put(name, Outgoing("later", delay=600))
    if other == LOCKED:
        for number in range(12):
            broker.put(name, Outgoing(str(number), group="one"))
    if other in (IN_FLIGHT, IN_FLIGHT_BEFORE):
        broker.put(name, Outgoing("taken"))
        await stage.gateway.receive_message(ref, maximum=1, wait=0, hold=600)
    trace = stage.trace(Outgoing("x"))
    await trace.prepare()
    if other == IN_FLIGHT_BEFORE:
        broker.queues[name].clear()
    (result,) = await trace.run([key])
    assert stage.held() == ([] if other != IN_FLIGHT else ["message-1"])
    return result


@pytest.mark.parametrize("answer", [Answer.YES, Answer.NO, Answer.CANNOT_TELL])
@pytest.mark.parametrize(
    ("other", "said"),
    [
        (IN_FLIGHT, "about 1 in flight, so a consumer may have it"),
        (IN_FLIGHT_BEFORE, "about 1 was in flight before, so a consumer may have taken it"),
        (DEEP, f"not among the {MOST_LOOKED_AT} looked at of about 300"),
        (DELAYED, "about 1 delayed, and it may be among them"),
        (LOCKED, "not among the 10 that the queue gave of about 12"),
    ],
)
async def test_what_may_be_there_all_the_same_cannot_be_known_whatever_was_predicted(
    other: str, said: str, answer: Answer
) -> None:
    result = await missed(other, answer)
    assert result.outcome is Outcome.CANNOT_KNOW
    assert result.text.startswith(said)


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        (Answer.YES, Outcome.NOT_SEEN, "a consumer may have deleted it, or it was not delivered"),
        (Answer.CANNOT_TELL, Outcome.NOT_SEEN, "a consumer may have deleted it, or it was not delivered"),
        (Answer.NO, Outcome.FILTERED, "with nothing in flight, as predicted: reason for orders"),
    ],
)
async def test_what_a_queue_without_anything_else_does_not_have_is_not_there(
    answer: Answer, outcome: Outcome, said: str
) -> None:
    result = await missed(None, answer)
    assert result.outcome is outcome
    assert result.text.endswith(said)


@pytest.mark.parametrize(("answer", "seconds"), [(Answer.YES, DEADLINE), (Answer.NO, 3)])
async def test_without_the_counts_it_cannot_be_known(
    answer: Answer, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    key = stage.subscribe("orders", answer, delivers=False)
    trace = stage.trace(Outgoing("x"))
    await trace.prepare()
    over, read = stage.clock.monotonic() + seconds, stage.gateway.get_queue_attributes

    async def read_until_it_is_over(queue: QueueRef) -> QueueReading:
        if stage.clock.monotonic() >= over:
            raise denied()
        return await read(queue)

    monkeypatch.setattr(stage.gateway, "get_queue_attributes", read_until_it_is_over)
    (result,) = await trace.run([key])
    assert result.outcome is Outcome.CANNOT_KNOW
    assert result.text.startswith("the queue's counts cannot be read: denied: sqs:GetQueueAttributes")


async def test_where_the_hold_was_lost_it_cannot_be_known() -> None:
    stage = Stage(auto=False)
    key = stage.subscribe("orders", delivers=False)
    stage.account.broker.put("orders", Outgoing("before"))
    running = asyncio.ensure_future(stage.trace(Outgoing("x")).run([key]))
    await stage.clock.until(lambda: bool(stage.held()))
    stage.account.fail("change_message_visibility_batch", denied(), "orders")
    await stage.clock.until(running.done)
    (result,) = await running
    assert result.outcome is Outcome.CANNOT_KNOW
    assert result.text.startswith("the hold was lost: denied")


async def test_what_is_predicted_to_be_filtered_is_looked_for_until_the_queue_has_nothing_more() -> None:
    stage = Stage()
    key = stage.subscribe("orders", Answer.NO, delivers=False)
    began = stage.clock.monotonic()
    (result,) = await stage.trace(Outgoing("x")).run([key])
    assert result.outcome is Outcome.FILTERED
    assert 3 <= stage.clock.monotonic() - began < DEADLINE


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


@pytest.mark.parametrize("refused", [False, True])
async def test_a_cancellation_while_it_is_published_waits_for_the_answer(refused: bool) -> None:
    stage = Stage(auto=False)
    stage.account.latency = 5
    key = stage.subscribe("orders", delivers=False)
    trace = stage.trace(Outgoing("x"))
    preparing = asyncio.ensure_future(trace.prepare())
    await stage.clock.until(preparing.done)
    if refused:
        stage.account.fail_once("publish", denied())
    assert not trace.began
    running = asyncio.ensure_future(trace.run([key]))
    await stage.clock.settle()
    assert trace.publishing
    for _ in range(3):
        running.cancel()
        await stage.clock.settle()
        assert not running.done()
    await stage.clock.until(running.done)
    assert running.cancelled()
    assert not trace.publishing
    if refused:
        assert trace.sent is None and isinstance(trace.fault, Refused)
    else:
        assert trace.sent is not None and trace.fault is None
    assert stage.receives("orders") == 0


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
