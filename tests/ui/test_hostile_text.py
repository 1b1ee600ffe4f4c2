"""Nothing that comes from outside is ever obeyed: by the terminal, as markup, or as an action, on any screen."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.app import App

import sqsview.ui
from sqsview.domain.details import Details
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.queue import Queue, QueueRef, QueueSettings
from sqsview.domain.snapshot import ApiFigures, CallFigures, Connection, Context, Health, Snapshot
from sqsview.domain.topic import Subscription, SubscriptionRef, SubscriptionSettings, Topic, TopicSettings
from sqsview.ui.app import Dashboard
from tests.support import shown
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.things import ACCOUNT, REGION
from tests.ui.company import moving, read_queue, snapshot
from tests.ui.stage import Stage, staged
from tests.ui.still_feed import EPOCH, NOW

SIZES = [(120, 100), (80, 24)]
OUTER = Path(sqsview.ui.__file__).parent


def _problem(text: str, kind: ProblemKind = ProblemKind.FAILED) -> Problem:
    return Problem(kind, text, f"mend {text}", text, EPOCH)


def _queues() -> Iterator[Queue]:
    for place, (what, text) in enumerate(HOSTILE.items()):
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{text}"
        settings = QueueSettings(arn, kms_key=text, dead_letter_target=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{text}-dlq",
                                 max_receive_count=3, policy=text, redrive_permission="byQueue",
                                 redrive_sources=(arn,))  # fmt: skip
        plain = read_queue(f"q{place}", (place, 1, 0), moving(place, 1))
        ref = QueueRef(arn, f"https://sqs.example/{text}", text)
        yield replace(plain, ref=ref, settings=settings, problem=_problem(text) if place % 3 == 0 else None)
        assert what


def _topics() -> Iterator[Topic]:
    for place, text in enumerate(HOSTILE.values()):
        arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{text}{place}"
        ways = [
            Subscription(
                SubscriptionRef(f"{arn}:{number:08d}", arn, protocol, endpoint, text),
                SubscriptionSettings(json.dumps({text: [text]}), scope, dead_letter_target=f"{arn}-dead"),
                problem=_problem(text) if number == 1 else None,
            )
            for number, (protocol, endpoint, scope) in enumerate(
                [("sqs", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{text}", "MessageBody"), (text, text, text),
                 ("https", f"https://{text}", "MessageAttributes"), ("email", text, "MessageAttributes")]
            )
        ]  # fmt: skip
        literal = Subscription(SubscriptionRef("PendingConfirmation", arn, "email", text), first_seen_at=NOW - 9)
        settings = TopicSettings(display_name=text, kms_key=text, policy=text, delivery_policy=text, owner=text)
        yield Topic(arn, (*ways, literal), settings, problem=_problem(text) if place % 3 == 0 else None)


def world() -> Snapshot:
    """Make a world in which every text that can come from outside is hostile, in every way at once."""
    texts = list(HOSTILE.values())
    applications = [
        PlatformApplication(f"arn:aws:sns:{REGION}:{ACCOUNT}:app/{text}/{text}", None, text) for text in texts
    ]
    return snapshot(
        _queues(),
        _topics(),
        applications={each.key: each for each in applications},
        applications_listed=True,
        calls=CallFigures(1, 50.0, 50.0, 1.0, tuple(ApiFigures(text, 1, 1, 1, 0.1, 0.2) for text in texts), 1),
        problems=tuple(_problem(text) for text in texts),
    )


def nasty_details(key: str) -> Details:
    """Answer with hostile names and values everywhere."""
    named = {text: text for text in HOSTILE.values()}
    policies = dict.fromkeys(("Policy", "RedrivePolicy", "FilterPolicy"), json.dumps({"Statement": list(named)}))
    problems = tuple(_problem(text) for text in named)
    return Details(key, {**named, **policies}, named, problems)


@asynccontextmanager
async def hostile(size: tuple[int, int] = (120, 100), tab: str = "1") -> AsyncIterator[Stage]:
    async with staged(world(), size=size, tab=tab) as stage:
        for thing in (*stage.app.snapshot.queues, *stage.app.snapshot.topics):
            stage.feed.details_given[thing] = nasty_details(thing)
        stage.feed.pages = [
            [PlatformEndpoint(f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/A/b/{text}", True, text * 9, text)
             for text in HOSTILE.values()]
        ]  # fmt: skip
        yield stage


def assert_clean(stage: Stage) -> None:
    """Fail unless all that is on the screen is text, and as wide as the screen."""
    assert_harmless(shown.strips(stage.app), stage.app.size.width)


async def walk(stage: Stage) -> None:
    """Look at every screen from end to end."""
    for tab in "12345":
        await stage.press(tab)
        assert_clean(stage)
        for key in ("G", "pageup", "g", *"jjjj", "s", "S", "asterisk"):
            await stage.press(key)
            assert_clean(stage)
    for tab, opens in (("1", "d"), ("2", "d"), ("2", "enter"), ("4", "enter"), ("3", "d")):
        await stage.press(tab, "g", opens)
        await stage.until(lambda: len(stage.app.screen_stack) > 1)
        await stage.pilot.pause()
        for key in ("j", "G", "k", "pageup"):
            await stage.press(key)
            assert_clean(stage)
        if opens == "d":
            await stage.press("r")
            for key in ("g", "pagedown", "G"):
                await stage.press(key)
                assert_clean(stage)
        await stage.press("escape")
        assert_clean(stage)


@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_shows_hostile_text_as_text(size: tuple[int, int]) -> None:
    async with hostile(size) as stage:
        await walk(stage)


async def test_every_screen_does_so_without_the_guard_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is a backstop: what reaches it is clean already."""
    monkeypatch.setattr(Dashboard, "get_line_filters", App.get_line_filters)
    async with hostile() as stage:
        await walk(stage)


async def test_the_cursor_visits_every_hostile_row_with_its_words_and_chart() -> None:
    async with hostile() as stage:
        for tab in "123":
            await stage.press(tab, "g")
            for _ in range(min(len(stage.names), 30)):
                await stage.press("j")
                assert_clean(stage)


async def test_clicks_on_markup_do_nothing_but_select(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(Dashboard, "bell", lambda self: rung.append(True))
    async with hostile() as stage:
        for tab in "1235":
            await stage.press(tab)
            for y, line in enumerate(stage.lines):
                if y > 2 and "@click" in line and y < len(stage.lines) - 1:
                    await stage.pilot.click(offset=(line.index("@click") + 9, y))
        await stage.press("1", "d")
        await stage.sees("in words")
        spots = [(line.index("@click") + 9, y) for y, line in enumerate(stage.lines) if "@click" in line]
        assert spots
        for spot in spots[:5]:
            await stage.pilot.click(offset=spot)
    assert not rung


async def test_copying_gives_the_text_as_it_is_and_linking_never_fails() -> None:
    async with hostile() as stage:
        for what in ("lone surrogate", "clear screen", "line ends", "clipboard"):
            row = next(row for row in stage.table_screen().shown if row.name == HOSTILE[what])
            stage.table_screen().jump_to(row.key)
            await stage.press("y")
            assert stage.app.clipboard == row.arn.replace("\ud800", "?")
            await stage.press("b")
            assert_clean(stage)


async def test_header_problem_toast_and_empty_table_show_it_as_text() -> None:
    async with staged(Snapshot(), size=(100, 30)) as stage:
        for what, text in HOSTILE.items():
            problem = Problem(ProblemKind.NETWORK, text, text)
            context = Context(text, text, text, f"https://{text}", demo=True, read_only=True)
            health = Health(Connection.FAILING, problem, NOW - 50, retry_at=NOW + 3)
            nothing = Snapshot(context=context, health=health, topics_problem=problem, applications_problem=problem)
            await stage.put(nothing)
            stage.app.say(text, title=text, warning=True)
            stage.app.change_theme(text)
            await stage.press("12345"[len(what) % 5], "b")
            assert_clean(stage)
            stage.app.clear_notifications()


async def test_every_tab_without_rows_shows_a_hostile_reason_as_text() -> None:
    problem = Problem(ProblemKind.NETWORK, "".join(HOSTILE.values()), HOSTILE["closing tag"])
    health = Health(Connection.FAILING, problem)
    nothing = Snapshot(health=health, topics_problem=problem, applications_problem=problem)
    async with staged(nothing, size=(100, 30)) as stage:
        for tab in "12345":
            await stage.press(tab)
            assert_clean(stage)


async def test_what_is_pasted_into_filter_and_command_line_is_shown_as_text() -> None:
    async with staged(size=(100, 30)) as stage:
        for text in HOSTILE.values():
            for opens in ("slash", "colon"):
                await stage.press(opens)
                assert stage.app.focused is not None
                stage.app.focused.post_message(events.Paste(text))
                await stage.pilot.pause()
                assert_clean(stage)
                await stage.press("enter")
                assert_clean(stage)
                await stage.press("escape")
            stage.app.clear_notifications()


async def test_the_palette_shows_and_finds_hostile_names_as_text() -> None:
    async with hostile() as stage:
        await stage.press("ctrl+p")
        for typed in "ab[x":
            await stage.press("left_square_bracket" if typed == "[" else typed)
            await stage.pilot.pause(0.15)
            assert_clean(stage)
            await stage.press("backspace")
        await stage.press("down", "enter")
        await stage.pilot.pause()
        assert_clean(stage)


async def test_titles_of_panes_name_the_thing_without_obeying_it() -> None:
    async with hostile() as stage:
        row = next(row for row in stage.table_screen().shown if row.name == HOSTILE["clear screen"])
        stage.table_screen().jump_to(row.key)
        await stage.sees("╭─ a␛[2Jb ⣿")
        await stage.press("d")
        await stage.sees("╭─ queue a␛[2Jb")
        await stage.press("escape")
        row = next(row for row in stage.table_screen().shown if row.name == HOSTILE["closing tag"])
        stage.table_screen().jump_to(row.key)
        await stage.sees("╭─ a[/]b ⣿")


def _sources() -> Iterator[tuple[Path, str]]:
    for path in OUTER.rglob("*.py"):
        yield path.relative_to(OUTER), path.read_text()


def test_there_is_one_way_to_a_toast_and_it_has_no_markup() -> None:
    pattern = re.compile(r"\bnotify\((?:[^()]|\([^()]*\))*\)")
    found = [(path, call) for path, source in _sources() for call in pattern.findall(source)]
    assert [str(path) for path, _ in found] == ["app.py"]
    assert all("markup=False" in call for _, call in found)


def test_titles_of_panes_are_content_or_fixed_words() -> None:
    for path, source in _sources():
        for line in re.findall(r"border_(?:sub)?title = (.+)", source):
            fixed = re.fullmatch(r'"[^"{]*"(?: if [\w.]+ else "[^"{]*")?', line)
            titled = re.search(r"titled\(|\b_text\(|printable\(|Content\(|^title\b", line)
            made = titled and not re.search(r'\bf"', re.sub(r'(?:titled|\b_text|printable)\(f"', "", line))
            own = line == 'f"keys · {self._view.value}"'
            assert fixed or made or own, (path, line)


def test_widgets_that_parse_markup_are_not_given_text() -> None:
    for path, source in _sources():
        for call in re.findall(r"\b(?:Static|Label|Button)\((?:[^()]|\([^()]*\))*\)", source):
            assert "markup=False" in call or call.endswith("(Static)"), (path, call)
        assert "from_markup" not in source and "render_markup" not in source, path
