"""How many receives a look may cost: by example, and against a small model of what SQS does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.receive_budget import Allowance, allowance, looks_left, takes_last_try


def allowed(maximum: int | None, known: dict[int, int] | None = None, unanswered: int = 0) -> Allowance:
    return allowance("orders", "orders-dlq", maximum, known, unanswered)


@pytest.mark.parametrize(
    ("maximum", "receives", "left"),
    [(3, 0, 2), (3, 1, 1), (3, 2, 0), (3, 3, 0), (3, 9, 0), (1, 0, 0), (2, 0, 1), (None, 7, None), (5, None, None)],
)
def test_looks_left_leave_the_consumer_one_receive(maximum: int | None, receives: int | None, left: int | None) -> None:
    assert looks_left(maximum, receives) == left


@pytest.mark.parametrize(
    ("maximum", "receives", "taken"), [(3, 2, False), (3, 3, True), (3, 4, True), (None, 9, False), (3, None, False)]
)
def test_the_receive_that_reaches_the_maximum_takes_the_last_try(
    maximum: int | None, receives: int | None, taken: bool
) -> None:
    assert takes_last_try(maximum, receives) is taken


def test_without_a_redrive_policy_nothing_is_ever_asked() -> None:
    free = allowed(None, {40: 3}, 5)
    assert (free.looks_left, free.must_ask) == (None, False)
    assert free.line == "orders has no redrive policy: a look moves nothing"


def test_a_fresh_queue_has_all_its_looks_and_does_not_ask() -> None:
    fresh = allowed(3)
    assert (fresh.looks_left, fresh.must_ask) == (2, False)
    assert fresh.line == "2 looks leave every message that is known a try before it goes to orders-dlq"


def test_the_worst_message_decides_for_the_queue() -> None:
    assert allowed(5, {1: 100, 3: 1}).looks_left == 1
    assert allowed(5, {1: 100, 4: 1}).must_ask


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({2: 3, 3: 1}, "3 messages would lose their last try and 1 would move to orders-dlq at once"),
        ({2: 1, 4: 2}, "1 message would lose its last try and 2 would move to orders-dlq at once"),
        ({2: 10}, "10 messages would lose their last try, and go to orders-dlq after it"),
        ({2: 1}, "1 message would lose its last try, and goes to orders-dlq after it"),
        ({3: 1}, "1 message would move to orders-dlq at once, unseen"),
        ({3: 1_200}, "1,200 messages would move to orders-dlq at once, unseen"),
    ],
)
def test_the_cost_is_said_in_one_sentence(known: dict[int, int], line: str) -> None:
    asked = allowed(3, known)
    assert asked.must_ask
    assert asked.line == line


@pytest.mark.parametrize(("maximum", "receives"), [(1, "1 receive"), (2, "2 receives")])
def test_a_queue_that_gives_up_at_once_asks_before_the_first_look(maximum: int, receives: str) -> None:
    asked = allowed(maximum)
    assert asked.must_ask
    assert asked.line == (
        f"orders gives up after {receives}: each message that this look meets may lose its last try, and goes to "
        "orders-dlq after it"
    )


def test_where_little_is_allowed_what_is_known_comes_first() -> None:
    assert allowed(2, {1: 4}).line == (
        "orders gives up after 2 receives: 4 messages would lose their last try, and go to orders-dlq after it"
        " · any other message may, too"
    )


def test_lost_answers_count_against_messages_that_nobody_saw() -> None:
    assert allowed(3, unanswered=1).looks_left == 1
    asked = allowed(3, unanswered=2)
    assert asked.must_ask
    assert asked.line == (
        "the answers of 2 looks at orders never came: any message may lose its last try, "
        "and goes to orders-dlq after it"
    )


# -- against a model


@dataclass
class Queue:
    """A queue as SQS is: a receive of what was received ``maximum`` times moves it, unseen."""

    maximum: int
    counts: Counter[str] = field(default_factory=Counter)
    moved: list[str] = field(default_factory=list)

    def put(self, message: str) -> None:
        self.counts[message] = 0

    def receive_all(self) -> dict[str, int]:
        given_up = [message for message, count in self.counts.items() if count >= self.maximum]
        for message in given_up:
            del self.counts[message]
        self.moved += given_up
        self.counts.update(list(self.counts))
        return dict(self.counts)


@given(maximum=st.integers(3, 12), events=st.lists(st.sampled_from(["look", "send"]), max_size=40))
def test_a_look_that_is_allowed_leaves_the_consumer_a_try_of_every_message(maximum: int, events: list[str]) -> None:
    queue, known = Queue(maximum), dict[str, int]()
    for number, event in enumerate(events):
        if event == "send":
            queue.put(f"message-{number}")
        elif not allowed(maximum, dict(Counter(known.values()))).must_ask:
            known.update(queue.receive_all())
    everything = set(queue.counts)
    assert queue.moved == []
    assert set(queue.receive_all()) == everything, "the consumer comes, and receives all there is"


@given(maximum=st.integers(1, 12), counts=st.dictionaries(st.integers(0, 14), st.integers(1, 5)))
def test_what_is_said_to_be_lost_and_moved_is_what_is(maximum: int, counts: dict[int, int]) -> None:
    queue = Queue(maximum)
    for receives, messages in counts.items():
        for number in range(messages):
            queue.counts[f"{receives}-{number}"] = receives
    said = allowed(maximum, counts)
    queue.receive_all()
    assert len(queue.moved) == said.moving
    queue.moved.clear()
    queue.receive_all()
    assert len(queue.moved) == said.losing
    if not said.losing and not said.moving and maximum > 2:
        assert not said.must_ask


@given(maximum=st.integers(1, 12), receives=st.integers(0, 14))
def test_the_warning_of_a_look_and_the_verdict_after_it_agree(maximum: int, receives: int) -> None:
    """A message that is met tells how often it was received; that says the same as what was known before."""
    before = allowed(maximum, {receives: 1})
    if receives < maximum:  # else it moves, and is not met
        assert takes_last_try(maximum, receives + 1) is (before.losing == 1)
