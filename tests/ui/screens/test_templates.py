"""Messages are kept under a name, taken again, and forgotten."""

from __future__ import annotations

import pytest

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import DestinationKind
from sqsview.operations.templates import Templates, TemplatesError
from sqsview.ui.screens.publish import PublishScreen
from sqsview.ui.screens.templates import TemplatesScreen
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.ui.writing import TOPIC, Desk, writing

REFUND = Outgoing('{"type": "refund"}', {"tenant": Attribute("String", "acme")}, group="g")


def keep(desk: Desk, name: str, outgoing: Outgoing = REFUND, kind: DestinationKind = DestinationKind.QUEUE) -> None:
    desk.stage.app.state.templates.save(name, kind, outgoing)


def no_room(*_arguments: object) -> None:
    raise TemplatesError("the disk is full")


async def open_list(desk: Desk) -> None:
    await desk.stage.press("ctrl+t")
    await desk.stage.until(lambda: isinstance(desk.stage.app.screen, TemplatesScreen))
    await desk.stage.pilot.pause()


async def agree(desk: Desk, question: str) -> None:
    await desk.stage.sees(question)
    await desk.stage.until(lambda: bool(getattr(desk.stage.app.screen, "armed", False)))
    await desk.stage.press("y")


async def back_at_the_form(desk: Desk) -> None:
    await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
    await desk.stage.pilot.pause()


async def test_a_message_is_kept_under_a_name() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await open_list(desk)
        await desk.stage.sees("no template yet")
        await desk.stage.press("n")
        await desk.stage.sees("Keep as a template")
        await desk.stage.type("greeting")
        await desk.stage.press("enter")
        await desk.stage.sees("kept as greeting")
        assert desk.stage.app.state.templates.pick("greeting").outgoing == Outgoing("hello")
        await desk.stage.press("escape")
        await back_at_the_form(desk)
        assert desk.body == "hello"


async def test_a_template_is_taken_into_every_field() -> None:
    async with writing() as desk:
        keep(desk, "refund")
        await open_list(desk)
        await desk.stage.sees("refund")
        await desk.stage.press("enter")
        await back_at_the_form(desk)
        outgoing, _ = desk.form.draft.read(desk.form.destination)
        assert outgoing == REFUND


async def test_only_templates_for_the_kind_of_destination_are_offered() -> None:
    async with writing(TOPIC) as desk:
        keep(desk, "for a queue")
        keep(desk, "for a topic", kind=DestinationKind.TOPIC)
        await open_list(desk)
        await desk.stage.sees("for a topic")
        assert "for a queue" not in desk.stage.text


async def test_a_name_that_is_taken_is_asked_about_before_it_is_replaced() -> None:
    async with writing() as desk:
        keep(desk, "refund")
        await desk.stage.type("new")
        await open_list(desk)
        await desk.stage.press("n")
        await desk.stage.sees("Keep as a template")
        await desk.stage.press("enter", "enter")
        await desk.stage.sees("there is one of this name, and it stays")
        assert desk.stage.app.state.templates.pick("refund").outgoing == REFUND
        await desk.stage.press("enter")
        await agree(desk, "Replace the template refund")
        await desk.stage.sees("kept as refund")
        assert desk.stage.app.state.templates.pick("refund").outgoing == Outgoing("new")


async def test_that_one_of_the_other_kind_would_go_is_said() -> None:
    async with writing() as desk:
        keep(desk, "refund", kind=DestinationKind.TOPIC)
        await desk.stage.type("new")
        await open_list(desk)
        await desk.stage.press("n")
        await desk.stage.sees("Keep as a template")
        await desk.stage.press(*"refund", "enter")
        await desk.stage.sees("It is one for topics, which would no longer have it.")


async def test_a_template_takes_the_place_of_what_is_written_only_after_a_question() -> None:
    async with writing() as desk:
        keep(desk, "refund")
        await desk.stage.type("half an hour of work")
        await open_list(desk)
        await desk.stage.sees("refund")
        await desk.stage.press("enter")
        await desk.stage.sees("was not sent, and is kept nowhere else")
        await desk.stage.press("escape")
        await back_at_the_form(desk)
        assert desk.body == "half an hour of work"
        await open_list(desk)
        await desk.stage.sees("refund")
        await desk.stage.press("enter")
        await agree(desk, "Put the template in its place")
        await desk.stage.until(lambda: desk.body == REFUND.body)


async def test_a_message_with_a_field_that_cannot_be_read_is_not_kept_without_it() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.fill("delay", "soon")
        await open_list(desk)
        await desk.stage.press("n")
        await back_at_the_form(desk)
        await desk.stage.sees('✗ not kept: "soon" is no number of seconds')
        assert desk.focused == "delay"
        assert desk.stage.app.state.templates.list() == ()


async def test_a_template_is_deleted_after_a_question() -> None:
    async with writing() as desk:
        keep(desk, "refund")
        await open_list(desk)
        await desk.stage.press("D")
        await agree(desk, "Delete the template refund")
        await desk.stage.sees("no template yet")
        assert desk.stage.app.state.templates.list() == ()


async def test_a_template_that_cannot_be_kept_is_one_line_and_the_message_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Templates, "save", no_room)
    async with writing() as desk:
        await desk.stage.type("hello")
        await open_list(desk)
        await desk.stage.press("n")
        await desk.stage.sees("Keep as a template")
        await desk.stage.type("x")
        await desk.stage.press("enter")
        await desk.stage.sees("the disk is full")
        await desk.stage.press("escape", "escape")
        await back_at_the_form(desk)
        assert desk.body == "hello"


async def test_a_message_that_cannot_be_remembered_is_sent_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Templates, "remember", no_room)
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert any("the disk is full" in toast for toast in desk.stage.toasts)


async def test_hostile_bodies_in_the_list_are_text() -> None:
    async with writing(size=(100, 40)) as desk:
        for place, text in enumerate(HOSTILE.values()):
            keep(desk, f"template {place}", Outgoing(text))
        await open_list(desk)
        await desk.stage.sees("template 0")
        assert_harmless(strips(desk.stage.app), 100)
