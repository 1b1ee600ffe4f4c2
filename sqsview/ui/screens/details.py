"""The details of one thing: its attributes, policies and tags, in words and as raw JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from sqsview.domain import words
from sqsview.domain.details import Details
from sqsview.domain.text import printable
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import DashboardScreen, Subject
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView, json_lines

DOCUMENTS = frozenset(
    {
        "Policy",
        "RedrivePolicy",
        "RedriveAllowPolicy",
        "FilterPolicy",
        "DeliveryPolicy",
        "EffectiveDeliveryPolicy",
    }
)
"""Attributes that are JSON within a string."""
POLICY = "Policy"
"""The attribute that takes a line for each of its statements."""
LABEL = 38
"""The most that names are wide: the longest that SQS has is ApproximateNumberOfMessagesNotVisible."""


class DetailsScreen(DashboardScreen):
    """Everything the server tells about one thing, read anew when it is opened."""

    VIEW = View.DETAILS
    TAB = View.QUEUES
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.DETAILS)

    def __init__(self, subject: Subject, tab: View) -> None:
        self.TAB = tab
        super().__init__()
        self._subject = subject
        self._details: Details | None = None
        self._read_at = 0.0
        self._raw = False

    def compose_body(self) -> Iterable[Widget]:
        """Lay out one page."""
        page = LinesView(id="page")
        page.border_title = titled(f"{self._subject.kind} {self._subject.name}")
        yield page

    def on_mount(self) -> None:
        """Ask for the attributes; the page says so meanwhile."""
        self._write()
        self.refreshed()

    def focus_body(self) -> None:
        """Give the keys to the page."""
        self.set_focus(self.query_one("#page", LinesView))

    async def _read(self) -> None:
        self._details = await self.dashboard.feed.details(self._subject.key)
        self._read_at = self.dashboard.clock.monotonic()
        self._write()

    def refreshed(self) -> None:
        """Read again."""
        self.run_worker(self._read(), group="details", exclusive=True, description="details")

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Leave the page as it was read, and say when that was: details do not change under the eyes."""
        self._write_age(scene.now)

    def _write_age(self, now: float) -> None:
        page = self.query_one("#page", LinesView)
        form = "raw JSON · r words" if self._raw else "in words · r raw JSON"
        age = "" if self._details is None else f"read {words.age(max(0.0, now - self._read_at))} ago · ctrl+r again · "
        page.border_subtitle = titled(f"{age}{form}")

    def subject(self) -> Subject | None:
        """Give the thing that the details are about."""
        return self._subject

    def _write(self) -> None:
        page = self.query_one("#page", LinesView)
        self._write_age(self.dashboard.clock.monotonic())
        if self._details is None:
            page.show([(Cell("reading…", Tone.QUIET),)])
        elif self._raw:
            page.show(raw_lines(self._subject, self._details))
        else:
            page.show(word_lines(self._subject, self._details))

    def action_raw(self) -> None:
        """Switch between words and raw JSON."""
        self._raw = not self._raw
        self._write()


def word_lines(subject: Subject, details: Details) -> list[Line]:
    """Write attributes, policies and tags as a person would say them."""
    widest = max((len(printable(name)) for name in (*details.attributes, *(details.tags or ()))), default=3)
    width = min(LABEL, max(widest, 3))
    lines: list[Line] = [_pair("ARN", subject.arn or "none", width)]
    if subject.url is not None:
        lines.append(_pair("URL", subject.url, width))
    for problem in details.problems:
        lines.append((Cell(problem.line, Tone.BAD),))
    named = sorted(set(details.attributes) - {POLICY})
    if named:
        lines += _heading("Attributes")
        lines += [_pair(name, words.attribute_in_words(name, details.attributes[name]), width) for name in named]
    if POLICY in details.attributes:
        lines += _heading(POLICY)
        said = words.policy_in_words(details.attributes[POLICY], subject.arn)
        lines += [(Cell(f"  {line}"),) for line in said]
    lines += _heading("Tags")
    if details.tags is None:
        lines.append((Cell("  not available", Tone.QUIET),))
    elif not details.tags:
        lines.append((Cell("  none", Tone.QUIET),))
    else:
        lines += [_pair(name, value, width) for name, value in sorted(details.tags.items())]
    return lines


def raw_lines(subject: Subject, details: Details) -> list[Line]:
    """Write what the server said as JSON, with the policies that are JSON within strings unfolded."""
    attributes = {name: _unfolded(name, value) for name, value in details.attributes.items()}
    document = {"arn": subject.arn, "attributes": attributes, "tags": details.tags}
    lines: list[Line] = [(Cell(problem.line, Tone.BAD),) for problem in details.problems]
    return lines + list(json_lines(json.dumps(document, default=dict, ensure_ascii=False)))


def _unfolded(name: str, value: str) -> object:
    if name not in DOCUMENTS:
        return value
    try:
        document: object = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return document


def _heading(text: str) -> list[Line]:
    return [(Cell(""),), (Cell(text, Tone.STRONG),)]


def _pair(name: str, value: str, width: int) -> Line:
    return Cell(f"  {printable(name):<{width}}  ", Tone.QUIET), Cell(value)
