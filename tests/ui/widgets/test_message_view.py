"""The viewer of one message: bodies step by step, at once however large, and gone from memory afterwards."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import pytest
from textual.pilot import Pilot

from sqsview.domain.decoding import decode
from sqsview.domain.message import Attribute, Message
from sqsview.ui.widgets import body_lines, message_view
from sqsview.ui.widgets.cells import Cell, Line
from sqsview.ui.widgets.json_lines import toned
from sqsview.ui.widgets.message_view import MessageView
from tests.support import shown
from tests.support.bodies import ORDER, POINTER, envelope, gzipped
from tests.support.hostile import HOSTILE, assert_harmless
from tests.ui.widgets.gallery import WidgetApp

NOW = 1_768_139_200.0
WIDTH, HEIGHT = 70, 30
SYSTEM = {
    "SentTimestamp": str(int((NOW - 22 * 60) * 1000)),
    "ApproximateFirstReceiveTimestamp": str(int((NOW - 21 * 60) * 1000)),
    "ApproximateReceiveCount": "6",
    "DeadLetterQueueSourceArn": "arn:aws:sqs:eu-west-1:123456789012:orders-billing",
}
ATTRIBUTES = {"tenant": Attribute("String", "acme"), "trace": Attribute("Binary", bytes(range(0x9F, 0xB7)))}
LARGE = json.dumps([{"id": number, "sku": f"item {number}"} for number in range(20_000)])


def message(body: str, id: str = "8f2c4d5e-0000-0000-0000-00000000ab91") -> Message:
    return Message(id, body, "receipt", ATTRIBUTES, MappingProxyType(SYSTEM))


class ViewerApp(WidgetApp):
    """Hears what the viewer says."""

    on_message_view_decoded = WidgetApp.hear


class Stage:
    """A viewer, and what a person sees of it."""

    def __init__(self, app: ViewerApp, pilot: Pilot[Any], view: MessageView) -> None:
        self.app, self.pilot, self.view = app, pilot, view

    async def show(self, body: str, id: str = "8f2c4d5e-0000-0000-0000-00000000ab91", **more: Any) -> None:
        """Show a message and wait until all of it is on the page."""
        before = len(self.app.heard)
        self.view.show(message(body, id), now_epoch=NOW, **more)
        await shown.until(self.pilot, lambda: len(self.app.heard) > before)
        await self.pilot.pause()

    async def until(self, part: str) -> None:
        await shown.until(self.pilot, lambda: part in shown.text(self.app))

    @property
    def text(self) -> str:
        return shown.text(self.app)

    @property
    def title(self) -> str:
        return shown.lines(self.app)[0]

    @property
    def page(self) -> list[str]:
        """The lines within the frame."""
        return [line.strip("│").strip() for line in shown.lines(self.app)[1:-1]]


@asynccontextmanager
async def viewer(size: tuple[int, int] = (WIDTH, HEIGHT)) -> AsyncIterator[Stage]:
    view = MessageView()
    app = ViewerApp(view)
    async with app.run_test(size=size) as pilot:
        view.focus()
        yield Stage(app, pilot, view)


# -- what is shown


async def test_the_body_stands_first_then_attributes_then_times_in_words() -> None:
    async with viewer() as stage:
        await stage.show(json.dumps(ORDER))
        page = stage.page
        assert page[:4] == ["{", '"type": "order",', '"id": 10442,', '"error": {']
        attributes = page.index("── attributes ──")
        assert page[attributes + 1] == "tenant  String  acme"
        assert page[attributes + 2].startswith("trace   Binary  24 bytes  9f a0 a1")
        assert stage.view.decoding is not None
        assert "sent 22 min ago · first received 21 min ago · received 6 times ·" in stage.text
        assert "from orders-billing" in stage.text


async def test_the_title_names_the_message_and_every_step() -> None:
    async with viewer() as stage:
        await stage.show(envelope(json.dumps(gzipped(json.dumps(ORDER)))))
        assert "8f2c…91 ─ SNS › JSON › base64 › gzip › JSON" in stage.title


async def test_what_sns_wrote_around_the_message_is_kept() -> None:
    async with viewer() as stage:
        attributes = {"colour": {"Type": "String", "Value": "red"}}
        await stage.show(envelope("hello", Subject="An order", MessageAttributes=attributes))
        assert stage.page[0] == "hello"
        for part in ("around it, by SNS", "topic         orders", "subject       An order", "colour  String  red"):
            assert part in stage.text


async def test_a_pointer_to_s3_is_shown_and_said_not_to_be_fetched() -> None:
    async with viewer() as stage:
        await stage.show(POINTER)
        for part in ("S3 pointer", "in S3, and not fetched", "bucket  large-bodies", "key     5f2c"):
            assert part in stage.text


async def test_what_is_wrong_with_a_body_is_said_above_it() -> None:
    async with viewer() as stage:
        await stage.show(gzipped(b"hello world \xff and more"))
        assert stage.page[:2] == ["! broken UTF-8 at byte 12", "hello world \ufffd and more"]


async def test_bytes_are_shown_as_a_dump() -> None:
    async with viewer() as stage:
        await stage.show(gzipped(bytes(range(256)) * 2))
        assert stage.page[1] == "00000008  08 09 0a 0b 0c 0d 0e 0f  ········"


async def test_further_lines_stand_at_the_end() -> None:
    async with viewer() as stage:
        await stage.show("hello", extra=[(Cell("looks left: 2"),)])
        assert [line for line in stage.page if line][-1] == "looks left: 2"


async def test_no_message_is_a_word_not_a_blank_pane() -> None:
    async with viewer() as stage:
        stage.view.show(None, now_epoch=NOW)
        await stage.until("no message")
        await stage.show("hello")
        stage.view.show(None, now_epoch=NOW)
        await stage.until("no message")
        assert "8f2c" not in stage.title


# -- steps


async def test_each_step_can_be_undone_and_after_the_raw_body_come_all_steps_again() -> None:
    body = envelope(gzipped(json.dumps(ORDER)))
    async with viewer() as stage:
        await stage.show(body)
        seen = []
        for _ in range(5):
            seen.append((stage.title.split(" ─ ")[1].rstrip(" ─╮"), shown.lines(stage.app)[-1].strip("╰─╯ ")))
            stage.view.step_back()
            await stage.pilot.pause()
        assert seen == [
            ("SNS › base64 › gzip › JSON", "u undo JSON"),
            ("SNS › base64 › gzip", "u undo gzip"),
            ("SNS › base64", "u undo base64"),
            ("SNS", "u raw"),
            ("raw", "u decoded"),
        ]
        assert "SNS › base64 › gzip › JSON" in stage.title


async def test_raw_is_one_key_away_and_stays_for_the_next_message() -> None:
    async with viewer() as stage:
        await stage.show(envelope("hello"))
        stage.view.toggle_raw()
        await stage.until('"TopicArn"')
        await stage.show(envelope("world"), id="another")
        assert '"TopicArn"' in stage.text
        stage.view.toggle_raw()
        await shown.until(stage.pilot, lambda: stage.page[0] == "world")
        await stage.show(envelope("again"), id="a third")
        assert stage.page[0] == "again"


async def test_raw_shows_the_moments_and_all_bytes_behind_the_words() -> None:
    async with viewer((WIDTH, 40)) as stage:
        await stage.show(envelope("hello"))
        assert "2026-01-11 13:" not in stage.text
        stage.view.toggle_raw()
        await stage.until("sent            2026-01-11 13:24:40.000 UTC")
        assert "00000010  af b0 b1 b2 b3 b4 b5 b6  ········" in stage.text


async def test_a_body_without_steps_has_nothing_to_undo() -> None:
    async with viewer() as stage:
        await stage.show("hello")
        stage.view.step_back()
        stage.view.toggle_raw()
        await stage.pilot.pause()
        assert stage.page[0] == "hello"
        assert "u " not in shown.lines(stage.app)[-1]


async def test_the_same_message_again_keeps_step_and_place_and_renews_the_words() -> None:
    async with viewer() as stage:
        await stage.show(json.dumps(list(range(100))))
        stage.view.step_back()
        stage.view.step_back()
        await stage.pilot.press("G")
        before = stage.view.scroll_offset.y
        assert before
        stage.view.show(message(json.dumps(list(range(100)))), now_epoch=NOW + 600)
        await stage.until("sent 32 min ago")
        assert stage.view.scroll_offset.y == before
        await stage.show("hello\n" * 100, id="another")
        assert stage.view.scroll_offset.y == 0


async def test_the_keys_of_pages_scroll() -> None:
    async with viewer() as stage:
        await stage.show("\n".join(f"line {number}" for number in range(100)))
        for key, first in [("j", 1), ("k", 0), ("pagedown", 27), ("pageup", 0)]:
            await stage.pilot.press(key)
            await shown.until(stage.pilot, lambda first=first: stage.page[0].split("  ")[0] == f"line {first}")  # type: ignore[misc]
        await stage.pilot.press("G")
        await stage.until("message id")


# -- large bodies


async def test_a_large_body_shows_its_beginning_while_it_is_decoded_in_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()
    threads: list[bool] = []

    def slowly(body: str) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        assert go_on.wait(10)
        return decode(body)

    monkeypatch.setattr(message_view, "decode", slowly)
    async with viewer() as stage:
        stage.view.show(message(LARGE), now_epoch=NOW)
        await stage.until('"sku": "item 0"')
        assert "decoding…" in stage.title
        assert stage.view.decoding is None
        await shown.until(stage.pilot, lambda: bool(threads))
        await stage.pilot.press("pagedown")  # keys work meanwhile
        await shown.until(stage.pilot, lambda: stage.view.scroll_offset.y > 0)
        go_on.set()
        await shown.until(stage.pilot, lambda: bool(stage.app.said(MessageView.Decoded)))
        assert threads == [False]
        assert stage.view.decoding is not None
        assert "JSON" in stage.title
        assert stage.view.scroll_offset.y > 0
        assert stage.view.virtual_size.height > 80_000


async def test_what_is_decoded_too_late_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    begun, ended = threading.Event(), threading.Event()

    def slowly(body: str, **more: int) -> Any:
        if body == LARGE:
            begun.set()
            assert go_on.wait(10)
            ended.set()
        return decode(body, **more)

    monkeypatch.setattr(message_view, "decode", slowly)
    async with viewer() as stage:
        stage.view.show(message(LARGE), now_epoch=NOW)
        await shown.until(stage.pilot, begun.is_set)
        await stage.show("hello", id="another")
        go_on.set()
        await shown.until(stage.pilot, ended.is_set)
        for _ in range(3):
            await stage.pilot.pause()
        assert stage.page[0] == "hello"
        assert [said.message.id for said in stage.app.said(MessageView.Decoded)] == ["another"]


async def test_a_small_body_that_unpacks_to_much_is_decoded_in_a_thread_too() -> None:
    async with viewer() as stage:
        bomb = gzipped(b"A" * 20_000_000)
        assert len(bomb) < 65_536
        stage.view.show(message(bomb), now_epoch=NOW)
        assert stage.view.decoding is None
        await stage.until("! a decompression bomb: more than 8 MiB")
        assert stage.page[2].startswith("AAAA")


async def test_on_the_spot_only_little_is_decoded_and_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []

    def watched(body: str, *, at_most: int = 2**30) -> Any:
        found = decode(body, at_most=min(at_most, 8 * 2**20))
        if threading.current_thread() is threading.main_thread():
            at_once.append(max(at_most, len(body)))
        return found

    monkeypatch.setattr(message_view, "decode", watched)
    async with viewer() as stage:
        for number, body in enumerate(["hello", gzipped("[" + "[]," * 90_000 + "[]]"), "[0]," * 10_000, LARGE]):
            await stage.show(body, id=str(number))
    assert at_once and max(at_once) <= message_view.AT_ONCE


async def test_a_document_too_large_to_be_parsed_is_indented_all_the_same() -> None:
    async with viewer() as stage:
        await stage.show(gzipped('{"a": [' + "{}," * 210_000 + "{}]}"))
        assert "base64 › gzip › indented" in stage.title
        assert stage.page[0].startswith("! 420,003 brackets and commas")
        assert stage.text.count("{},") > 10
        stage.view.step_back()
        await stage.until('{"a": [{},{},')


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (LARGE, 80_002),
        ("x" * 2**20, 2**20 // 65 + 1),
        ("é" * 2**19, 2**19 // 65 + 1),
        ("名" * 2**18, 2**18 // 32),
        ("\n" * 100_000, 100_001),
        ("[" * 10_000, 154),
        ('"\\' * 200_000, 400_000 // 65 + 1),
    ],
    ids=["JSON", "one line", "accents", "wide", "line ends", "nested", "quotes"],
)
async def test_bodies_of_a_mebibyte_are_shown_in_full(body: str, lines: int) -> None:
    async with viewer() as stage:
        await stage.show(body)
        assert_harmless(shown.strips(stage.app), WIDTH)
        about = 20
        assert lines <= stage.view.virtual_size.height <= lines + about
        await stage.pilot.press("G")
        await stage.until("message id")


async def test_only_the_lines_on_screen_get_their_tones(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(text: str) -> Line:
        asked.append(text)
        return toned(text)

    monkeypatch.setattr(body_lines, "toned", counted)
    async with viewer() as stage:
        await stage.show(LARGE)
        await stage.pilot.press("G", "g", "pagedown")
        await stage.pilot.resize_terminal(40, 20)
        await shown.until(stage.pilot, lambda: stage.view.size.height == 18)
        assert len(asked) < 400


async def test_nothing_of_a_body_is_kept_when_another_is_shown_or_the_viewer_goes() -> None:
    async with viewer() as stage:
        for leave in ("another", "none", "unmount"):
            await stage.show(LARGE, id=leave)
            body = stage.view._body
            assert body is not None
            kept = weakref.ref(body)
            del body
            stage.app.heard.clear()
            if leave == "another":
                await stage.show("hello", id="small")
            elif leave == "none":
                stage.view.show(None, now_epoch=NOW)
            else:
                await stage.view.remove()
            await stage.pilot.pause()
            gc.collect()
            assert kept() is None, leave


# -- search


async def test_what_is_found_is_reversed_and_gone_to() -> None:
    async with viewer() as stage:
        await stage.show(
            "\n".join(f"line {number}" + (" NEEDLE" if number % 50 == 40 else "") for number in range(200))
        )
        assert stage.view.find("needle") == 4
        await stage.until("line 40 NEEDLE")
        assert shown.style_of(stage.app, "NEEDLE").reverse
        assert not shown.style_of(stage.app, "line 40").reverse
        assert "1 of 4" in shown.lines(stage.app)[-1]
        for step, number in [(1, 90), (1, 140), (1, 190), (1, 40), (-1, 190)]:
            stage.view.find_next() if step > 0 else stage.view.find_previous()
            await stage.until(f"line {number} NEEDLE")
            assert shown.style_of(stage.app, "NEEDLE").underline


async def test_a_find_across_a_break_is_marked_on_both_lines() -> None:
    async with viewer((20, 12)) as stage:
        await stage.show("é" * 14 + "needle" + "x" * 20)
        assert stage.view.find("needle") == 1
        await stage.pilot.pause()
        marked = [
            segment.text
            for strip in shown.strips(stage.app)
            for segment in strip
            if segment.style and segment.style.reverse and segment.text.strip()
        ]
        assert marked == ["n", "eedle"]


async def test_wide_text_is_marked_where_it_stands() -> None:
    async with viewer() as stage:
        await stage.show("注文キュー 請求 order")
        stage.view.find("請求")
        await stage.pilot.pause()
        assert shown.style_of(stage.app, "請求").reverse
        assert_harmless(shown.strips(stage.app), WIDTH)


async def test_it_is_looked_for_in_attributes_and_in_whatever_is_shown_next() -> None:
    async with viewer() as stage:
        await stage.show("hello")
        assert stage.view.find("ACME") == 1
        await stage.show("acme and acme", id="another")
        assert stage.view.found == 3
        await stage.until("1 of 3")
        assert stage.view.find("nowhere") == 0
        await stage.until("“nowhere” not found")
        assert stage.view.find("") == 0
        await stage.pilot.pause()
        assert "not found" not in stage.text


async def test_a_large_body_is_searched_to_its_end() -> None:
    async with viewer() as stage:
        await stage.show(LARGE)
        assert stage.view.find("item 19999") == 1
        await stage.until('"sku": "item 19999"')
        assert stage.view.find('"') == 10_000
        await stage.until("1 of 10,000+")


# -- hostile text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_is_shown_not_obeyed(text: str) -> None:
    """There is no guard in this app: the widget itself must be clean, at every step and where text is found."""
    many = 100_000 // max(1, len(text))
    bodies = [
        text, json.dumps({text: [text]}, ensure_ascii=False), envelope(text, Subject=text, MessageId=text),
        json.dumps([text] * many, ensure_ascii=False), text * many,
        json.dumps(["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3BucketName": text, "s3Key": text}]),
    ]  # fmt: skip
    async with viewer() as stage:
        for number, body in enumerate(bodies):
            hostile = Message(
                f"{number}{text}", body, text, {text: Attribute(text, text), "b": Attribute("Binary", b"\x1b[2J")},
                {"SenderId": text, "MessageGroupId": text, text: text, "SentTimestamp": text},
            )  # fmt: skip
            before = len(stage.app.heard)
            stage.view.show(hostile, now_epoch=NOW, extra=[(Cell(text),)])
            await stage.pilot.pause()
            assert_harmless(shown.strips(stage.app), WIDTH)
            await shown.until(stage.pilot, lambda before=before: len(stage.app.heard) > before)  # type: ignore[misc]
            for act in (lambda: stage.view.find(text[:3]), stage.view.step_back, stage.view.toggle_raw):
                act()
                await stage.pilot.pause()
                assert_harmless(shown.strips(stage.app), WIDTH)
            stage.view.find("")
