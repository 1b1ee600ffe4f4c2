"""A published message is followed: asked about first, then where it arrived; what is held is given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Counts
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.tracing import TRACE_ATTRIBUTE
from sqsview.errors import Rejected
from sqsview.ui.screens.publish import PublishScreen
from sqsview.ui.screens.trace import TraceScreen
from tests.support.double import server_fault
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.support.things import admitting, queue_arn, subscription, topic, topic_arn
from tests.ui.company import moving, read_queue, snapshot
from tests.ui.stage import staged
from tests.ui.still_feed import StillClock
from tests.ui.writing import TOPIC, Desk, company_account


class PassingClock(StillClock):
    """Time passes by what is waited for, of which little is waited for at once."""

    async def sleep(self, seconds: float) -> None:
        end = self.passed + seconds
        while self.passed < end:
            await asyncio.sleep(0.001)
            self.passed = max(self.passed, min(end, self.passed + 0.02))


@dataclass(frozen=True, slots=True)
class Following(Desk):
    """A desk whose message is about to be followed."""

    async def answer(self) -> None:
        """Agree to what is proposed."""
        await self.stage.until(lambda: bool(getattr(self.stage.app.screen, "armed", False)))
        await self.stage.press("ctrl+s")

    async def tick(self, name: str) -> None:
        """Allow the look into a queue, or no longer."""
        await self.stage.sees(f"╭─ {self.stage.cursor} ")
        await self.stage.press("g")
        while self.stage.cursor != name:
            await self.stage.press("j")
        await self.stage.press("space")

    def hold_publishing(self, *, lost: bool = False) -> asyncio.Event:
        """Let the server take what is published, and keep its answers until the event is set, or lose them then."""
        answer, gateway = asyncio.Event(), self.stage.feed.connection
        assert gateway is not None
        publish = gateway.publish

        async def held(topic: str, message: Outgoing) -> Sent:
            sent = await publish(topic, message)
            await answer.wait()
            if lost:
                raise server_fault()
            return sent

        setattr(gateway, "publish", held)  # noqa: B010 - one account of one test
        return answer

    def held(self) -> list[str]:
        """Give what is kept from consumers, in any queue."""
        return [identity for name in self.broker.queues for identity in self.broker.held(name)]


def world(name: str = TOPIC, *, strict: bool = False) -> Snapshot:
    """Make a topic that feeds a queue, filters another one out, and sends an e-mail."""
    few: dict[str, Any] = {"dead_letter_target": queue_arn("fed-dlq"), "max_receive_count": 2} if strict else {}
    return snapshot(
        [
            read_queue("fed", (0, 0, 0), moving(0, 0), policy=admitting("fed", name), **few),
            read_queue("filtered", (0, 0, 0), moving(0, 0), policy=admitting("filtered", name)),
            read_queue("fed-dlq", (0, 0, 0), moving(0, 0)),
        ],
        [
            topic(
                name,
                subscription(name, queue_arn("fed")),
                subscription(name, queue_arn("filtered"), filter_policy='{"type": ["order"]}'),
                subscription(name, "ops@example.com", "email"),
            )
        ],
    )


@asynccontextmanager
async def following(
    monkeypatch: pytest.MonkeyPatch,
    *,
    strict: bool = False,
    deep: int = 0,
    size: tuple[int, int] = (120, 40),
    body: str = "hello",
) -> AsyncIterator[Following]:
    monkeypatch.setattr("tests.ui.stage.StillClock", PassingClock)
    async with staged(world(strict=strict), size=size) as stage:
        account = company_account(stage)
        desk = Following(stage, account)
        # The double knows no filters: what is filtered out is not subscribed there at all.
        account.subscriptions = {
            key: found for key, found in account.subscriptions.items() if "filtered" not in found[0].endpoint
        }
        if strict:
            account.add_queue("fed", dead_letter_target=queue_arn("fed-dlq"), max_receive_count=2)
        if deep:
            account.queues["fed"].counts = Counts(deep, 0, 0)
        await desk.open(TOPIC)
        await desk.paste(body)
        await desk.go_to("trace")
        await stage.press("space", "ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, TraceScreen))
        yield desk


async def test_it_asks_first_and_says_what_a_look_costs_at_each_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.stage.sees("nothing is sent yet")
        assert "publishes it and looks into 1 queue, up to 200 messages" in desk.stage.text
        assert "held up to 10 s, each costs one receive" in desk.stage.text
        assert "[x]" in desk.stage.line("fed ") and "no limit · empty" in desk.stage.line("fed ")
        assert "? not SQS: email" in desk.stage.line("ops@example.com")
        await desk.tick("filtered")
        await desk.stage.sees("looks into 2 queues, up to 200 messages each")
        assert desk.published == [] and desk.account.count("receive_message") == 0


async def test_what_is_predicted_not_to_get_it_and_what_is_deep_is_left_out_until_it_is_ticked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch, size=(80, 24), deep=12_000) as desk:
        await desk.stage.sees("looks into no queue")
        await desk.stage.sees("takes in one of 2 left out: 1 deeper than 200, 1 predicted ✗")
        assert "[ ]" in desk.stage.line("fed ") and "! deep: 12,000" in desk.stage.line("fed ")
        assert "[ ]" in desk.stage.line("filtered ") and "no limit" in desk.stage.line("filtered ")
        await desk.tick("filtered")
        await desk.stage.sees("looks into 1 queue, up to 200 messages")
        await desk.stage.sees("takes in one of 1 left out: 1 deeper than 200")


async def test_it_shows_what_arrived_what_was_filtered_and_what_cannot_be_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch) as desk:
        await desk.tick("filtered")
        await desk.answer()
        await desk.stage.sees("✓ published to orders")
        await desk.stage.sees("✓ 1 arrived · ✓ 1 filtered · ? 1 cannot be known")
        assert "arrived after " in desk.stage.text and " ms" in desk.stage.text
        assert "not among 0 messages" in desk.stage.line("filtered:")
        (sent,) = desk.published
        assert sent.body == "hello" and TRACE_ATTRIBUTE in sent.attributes
        await desk.stage.until(lambda: not desk.held())


async def test_what_is_predicted_stands_beside_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.stage.sees("✓ no filter")
        await desk.stage.sees("✗ attribute type is absent")
        await desk.answer()
        await desk.stage.sees("✓ 1 arrived")
        assert "✗ attribute type is absent" in desk.stage.text


async def test_the_line_under_the_cursor_is_told_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch, size=(80, 24)) as desk:
        await desk.stage.sees("╭─ fed ")
        await desk.stage.press("j", "j")
        await desk.stage.sees("╭─ ops@example.com ")
        assert "only queues can be looked at, and this one delivers by email" in desk.stage.text


async def test_a_queue_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.tick("fed")
        await desk.tick("filtered")
        await desk.stage.sees("looks into 1 queue")
        await desk.answer()
        await desk.stage.sees("its queue was not looked at")
        await desk.stage.sees("✓ 1 filtered")
        assert desk.account.count("receive_message", "fed") == 0
        assert desk.account.count("receive_message", "filtered") > 0


async def test_a_queue_that_could_lose_a_last_try_is_left_out_until_it_is_ticked_and_agreed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch, strict=True) as desk:
        await desk.stage.sees("fed gives up after 2 receives")
        assert "[ ]" in desk.stage.line("! asks · empty")
        await desk.stage.press("space")
        await desk.answer()
        await desk.stage.sees("Look into fed")
        assert desk.published == []
        await desk.stage.press("escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, TraceScreen))
        assert desk.published == []
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("Look into fed")
        await desk.stage.until(lambda: bool(getattr(desk.stage.app.screen, "armed", False)))
        await desk.stage.press("y")
        assert desk.published == [], "one letter by slip spends nobody's last try"
        await desk.stage.press("right", "enter")
        await desk.stage.sees("✓ 1 arrived")


async def test_leaving_before_it_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.stage.sees("nothing is sent yet")
        await desk.stage.press("escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        assert desk.published == [] and desk.body == "hello"
        assert desk.account.count("receive_message") == 0


async def test_leaving_while_it_looks_gives_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.tick("filtered")
        desk.broker.put("filtered", Outgoing("another"))
        await desk.answer()
        await desk.stage.until(lambda: bool(desk.broker.held("filtered")))
        await desk.stage.press("escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        await desk.stage.until(lambda: not desk.held())
        await desk.stage.sees("✓ sent to orders")


async def test_a_queue_that_was_looked_at_in_part_says_nothing_of_what_was_filtered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch) as desk:
        for number in range(250):
            desk.broker.put("filtered", Outgoing(str(number)))
        await desk.tick("filtered")
        await desk.answer()
        await desk.stage.sees("✓ 1 arrived · ? 2 cannot be known")
        assert "not among the 200 looked at of about 250" in desk.stage.line("filtered ")
        assert "as predicted" not in desk.stage.text
        await desk.stage.until(lambda: not desk.held())


async def test_a_queue_of_which_a_consumer_has_messages_says_nothing_of_what_was_filtered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch) as desk:
        desk.broker.put("filtered", Outgoing("taken"))
        assert desk.stage.feed.connection is not None
        await desk.stage.feed.connection.receive_message(
            desk.account.queues["filtered"].ref, maximum=1, wait=0, hold=600
        )
        await desk.tick("filtered")
        await desk.answer()
        await desk.stage.sees("✓ 1 arrived · ? 2 cannot be known")
        assert "about 1 in flight" in desk.stage.line("filtered ")
        assert "as predicted" not in desk.stage.text


# -- leaving while it is published


async def test_escape_while_it_is_published_waits_for_the_answer_and_the_form_tells_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch) as desk:
        answer = desk.hold_publishing()
        await desk.answer()
        await desk.stage.sees("publishing to")
        await desk.stage.press("escape")
        await desk.stage.sees("waits until it is known whether it was sent")
        assert isinstance(desk.stage.app.screen, TraceScreen)
        answer.set()
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        await desk.stage.sees("✓ sent to orders  message id published-1")
        assert len(desk.published) == 1
        assert desk.account.count("receive_message") == 0, "whoever leaves wants no looks"


async def test_who_does_not_wait_for_the_answer_is_told_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        answer = desk.hold_publishing()
        await desk.answer()
        await desk.stage.sees("publishing to")
        await desk.stage.press("escape", "escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        assert "it is not known yet whether it was sent to orders" in desk.stage.toasts
        answer.set()
        await desk.stage.until(lambda: "✓ sent to orders, message id published-1" in desk.stage.toasts)
        assert len(desk.published) == 1


async def test_until_the_answer_is_there_the_form_sends_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        answer = desk.hold_publishing()
        await desk.answer()
        await desk.stage.sees("publishing to")
        await desk.stage.press("escape", "escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        await desk.stage.sees("sending…")
        await desk.stage.press("ctrl+s", "x")
        assert isinstance(desk.stage.app.screen, PublishScreen) and desk.body == "hello"
        await desk.stage.press("escape", "p")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        await desk.stage.sees("sending…")
        answer.set()
        await desk.stage.sees("✓ sent to orders  message id published-1")
        assert len(desk.published) == 1 and not desk.stage.app.sending
        await desk.rested()
        await desk.stage.press("ctrl+s")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, TraceScreen))


async def test_a_refusal_lets_the_form_send_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        desk.account.fail_once("publish", Rejected(Problem(ProblemKind.FAILED, "no")))
        await desk.answer()
        await desk.stage.sees("✗ not sent: no")
        assert not desk.stage.app.sending
        await desk.rested()
        await desk.stage.press("ctrl+s")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, TraceScreen))


async def test_a_change_of_region_while_it_is_published_tells_what_became_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following(monkeypatch) as desk:
        answer = desk.hold_publishing()
        await desk.answer()
        await desk.stage.sees("publishing to")
        (end,) = desk.stage.feed.give_back
        desk.stage.app.change_target(region="eu-central-1")
        ending = asyncio.ensure_future(_awaited(end()))
        await desk.stage.until(lambda: not isinstance(desk.stage.app.screen, TraceScreen | PublishScreen))
        assert not ending.done(), "the connection is needed until the answer is there"
        answer.set()
        await desk.stage.until(lambda: "✓ sent to orders, message id published-1" in desk.stage.toasts)
        await asyncio.wait_for(ending, 5)


@pytest.mark.parametrize("leaves", [False, True])
async def test_where_the_answer_is_lost_it_is_said_that_it_is_not_known(
    monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    async with following(monkeypatch) as desk:
        answer = desk.hold_publishing(lost=True)
        await desk.answer()
        await desk.stage.sees("publishing to")
        if leaves:
            await desk.stage.press("escape")
        answer.set()
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        await desk.stage.sees("? it is not known whether it was sent: the server failed")
        assert desk.account.count("receive_message") == 0


async def test_the_end_of_the_connection_waits_until_everything_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.tick("filtered")
        desk.broker.put("filtered", Outgoing("another"))
        await desk.answer()
        await desk.stage.until(lambda: bool(desk.broker.held("filtered")))
        (end,) = desk.stage.feed.give_back
        await asyncio.wait_for(_awaited(end()), 5)
        assert not desk.held()


async def _awaited(awaitable: Awaitable[None]) -> None:
    await awaitable


async def test_what_the_server_refuses_leads_back_to_the_field(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        said = "Invalid parameter: Subject"
        desk.account.fail_once("publish", Rejected(Problem(ProblemKind.FAILED, said)))
        await desk.answer()
        await desk.stage.sees(f"✗ not sent: {said}")
        assert isinstance(desk.stage.app.screen, PublishScreen)
        rows = desk.stage.lines
        at = next(place for place, line in enumerate(rows) if "│ subject" in line)
        assert said in rows[at + 1]


async def test_after_it_the_form_knows_that_it_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.answer()
        await desk.stage.sees("✓ 1 arrived")
        await desk.stage.press("escape")
        await desk.stage.sees("✓ sent to orders  message id published-1")
        last = desk.stage.app.state.templates.last(topic_arn(TOPIC))
        assert last is not None and TRACE_ATTRIBUTE not in last.outgoing.attributes
        await desk.stage.press("escape")
        assert desk.stage.toasts == []


async def test_the_key_that_goes_on_is_gone_once_it_was_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.stage.sees("ctrl+s publish and look")
        await desk.answer()
        await desk.stage.sees("✓ published")
        assert "publish and look" not in desk.stage.keys
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ 1 arrived")
        assert len(desk.published) == 1


async def test_ctrl_s_twice_in_one_go_does_not_agree_to_what_nobody_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.stage.press("escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        desk.stage.type_ahead("ctrl+s", "ctrl+s", "ctrl+s")
        await desk.stage.sees("nothing is sent yet")
        await desk.stage.until(lambda: bool(getattr(desk.stage.app.screen, "armed", False)))
        assert "nothing is sent yet" in desk.stage.text, "the keys were obeyed before it took any"
        assert desk.published == []


async def test_a_repeat_is_not_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    async with following(monkeypatch) as desk:
        await desk.stage.press("escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        await desk.fill("times", "3")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✗ not sent: a trace follows one message")
        assert desk.published == []


@pytest.mark.parametrize("what", ["closing tag", "clear screen", "clipboard", "right to left", "long and wide"])
async def test_hostile_text_is_text(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    text = HOSTILE[what]
    monkeypatch.setattr("tests.ui.stage.StillClock", PassingClock)
    ways = topic("news", subscription("news", f"{text}@example.com", "email"),
                 subscription("news", queue_arn(text), filter_policy=f'{{"{what}": ["x"]}}'))  # fmt: skip
    async with staged(snapshot([read_queue(text, (0, 0, 0), moving(0, 0))], [ways]), size=(100, 30), tab="2") as stage:
        company_account(stage)
        await stage.press("p")
        desk = Following(stage, company_account(stage))
        await desk.paste("x")
        await desk.go_to("trace")
        await stage.press("space", "ctrl+s")
        await stage.sees("nothing is sent yet")
        assert_harmless(strips(stage.app), 100)
        await desk.answer()
        await stage.sees("published to")
        assert_harmless(strips(stage.app), 100)
