"""A dialog with fields that names what it acts upon, says what would happen, and can rehearse it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from sqsview.domain.text import printable
from sqsview.ui.screens.dialogs import LONGEST_LINE, Choice, Dialog

PAUSE = 0.2
"""Seconds without a change after which what would happen is asked anew: it may take calls."""
LABEL = 10
"""Cells of the words before a field, where none is longer."""
AROUND = 10
"""Lines of the dialog that are neither fields nor what is said: its border, what is wrong, the buttons, and the space
between them."""
TALLEST, MOST_SAID, LEAST_SAID = 0.9, 0.4, 3
"""The parts of the window that the dialog and what is said have at most, and the lines that are said at least."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field."""

    name: str
    """Names its value in the answer."""
    label: str
    """A word or two."""
    value: str = ""
    hint: str = ""
    """Shown while it is empty."""
    only_if: Callable[[Mapping[str, str]], bool] | None = None
    """Tells by what is typed in the others whether there is this field; without it there always is."""
    secret: bool = False
    """Whether dots stand for what is typed."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would come of the fields as they are. All of it may be untrusted text."""

    lines: Sequence[str] = ()
    wrong: str = ""
    """Why it cannot be done like this; empty where it can."""


Values = Mapping[str, str]
"""The fields' texts, by name."""
Judge = Callable[[Values], Awaitable[Outlook]]
Rehearse = Callable[[Values], Awaitable[Sequence[str]]]


class FormScreen(Dialog[Values | None]):
    """Asks for a few lines, and for consent to what they would do; enter in a field only goes on to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("ctrl+s", "agree", show=False, priority=True),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        asked: Sequence[Asked],
        judge: Judge,
        agree: str,
        *,
        grave: bool = True,
        rehearse: Rehearse | None = None,
    ) -> None:
        """Prepare the dialog.

        Args:
            title: the act and what it acts upon, which never changes while the dialog is open.
            asked: the fields.
            judge: says what would happen; asked at first and after each change.
            agree: what the button that goes on says.
            grave: whether something is lost or moved by it.
            rehearse: shows what would be done, without doing it.
        """
        super().__init__()
        self._title = title
        self._asked = asked
        self._judge = judge
        self._agree = agree
        self._grave = grave
        self._rehearse = rehearse
        self._judged: tuple[Values, Outlook] | None = None
        """The newest outlook, and what it is of."""
        self._asked_before = False

    def compose(self) -> ComposeResult:
        """Lay out the fields above what would happen, and the buttons last."""
        with Vertical(classes="dialog form -grave" if self._grave else "dialog form") as box:
            box.border_title = Content(printable(self._title))
            box.border_subtitle = "ctrl+s does it · esc cancels"
            width = max((LABEL, *(len(each.label) + 1 for each in self._asked)))
            for each in self._asked:
                with Horizontal(classes="field", id=f"row-{each.name}"):
                    yield Label(Content(f"{each.label:<{width}}"), markup=False)
                    yield Input(
                        each.value,
                        placeholder=each.hint,
                        password=each.secret,
                        max_length=LONGEST_LINE,
                        compact=True,
                        id=f"ask-{each.name}",
                    )
            with VerticalScroll(id="said", can_focus=False):
                yield Static(id="outlook", markup=False)
                yield Static(id="rehearsal", markup=False)
            yield Static(id="problem", markup=False)
            with Horizontal(classes="buttons"):
                if self._rehearse is not None:
                    yield Choice("dry run", id="rehearse")
                yield Choice("cancel", id="cancel")
                yield Choice(self._agree, id="agree", dangerous=self._grave)

    def on_mount(self) -> None:
        """Give the keys to the first field, or to the button that does no harm."""
        self.query_one("#rehearsal").display = False
        self.query_one("#problem").display = False
        self._show_fields()
        first = self.query(Input).first() if self._asked else self.query_one("#cancel")
        first.focus()
        self._look_out()
        self.call_after_refresh(self.arm_soon)

    @property
    def judged(self) -> bool:
        """Tell whether what would happen is said of just what is typed."""
        return self._judged is not None and self._judged[0] == self.values

    @property
    def ready(self) -> bool:
        """Tell whether consent counts: long enough on screen, and nothing wrong with what is typed."""
        return self.armed and self.judged and self._judged is not None and not self._judged[1].wrong

    @property
    def values(self) -> Values:
        """What is typed; a field that is not there has nothing."""
        typed = {each.name: self.query_one(f"#ask-{each.name}", Input).value for each in self._asked}
        return {each.name: "" if each.only_if and not each.only_if(typed) else typed[each.name] for each in self._asked}

    def _show_fields(self) -> None:
        """Have those fields there that what is typed asks for."""
        typed = {each.name: self.query_one(f"#ask-{each.name}", Input).value for each in self._asked}
        for each in self._asked:
            if each.only_if is not None:
                self.query_one(f"#row-{each.name}").display = each.only_if(typed)
        self.on_resize()

    def on_resize(self) -> None:
        """Leave room for what is wrong and for the buttons, however many fields there are."""
        height = self.size.height
        left = int(height * TALLEST) - AROUND - sum(row.display for row in self.query(".field"))
        self.query_one("#said").styles.max_height = max(LEAST_SAID, min(left, int(height * MOST_SAID)))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say anew what would happen; what was rehearsed was of something else."""
        event.stop()
        self._show_fields()
        self._judged = None
        self._write("rehearsal", [])
        self._look_out()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field or button."""
        event.stop()
        self.focus_next()

    def _look_out(self) -> None:
        self.run_worker(self._judge_now(), group="outlook", exclusive=True, description="outlook")

    async def _judge_now(self) -> None:
        if self._asked_before:
            await asyncio.sleep(PAUSE)
        self._asked_before = True
        values = self.values
        outlook = await self._judge(values)
        self._judged = values, outlook
        self._write("outlook", outlook.lines)
        self._write("problem", [f"! {outlook.wrong}"] if outlook.wrong else [])
        self.query_one("#agree", Button).disabled = bool(outlook.wrong)

    def _write(self, place: str, lines: Sequence[str]) -> None:
        said = self.query_one(f"#{place}", Static)
        said.update(Content("\n").join(Content(printable(line)) for line in lines))
        said.display = bool(lines)

    def action_step(self, step: int) -> None:
        """Go to the next or the last field."""
        self.focus_next() if step > 0 else self.focus_previous()

    def action_page(self, step: int) -> None:
        """Scroll what is said, where it is longer than the window."""
        said = self.query_one("#said", VerticalScroll)
        said.scroll_page_down() if step > 0 else said.scroll_page_up()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "agree":
            self.action_agree()
        elif event.button.id == "rehearse":
            self._write("rehearsal", ["looking…"])
            self.run_worker(self._try_out(), group="rehearsal", exclusive=True, description="dry run")
        else:
            self.action_cancel()

    async def _try_out(self) -> None:
        assert self._rehearse is not None  # there is no button without
        self._write("rehearsal", await self._rehearse(self.values))
        self.query_one("#said", VerticalScroll).scroll_end(animate=False)

    def action_agree(self) -> None:
        """Go on with what is typed, once it has been judged and can have been read."""
        if self.may_consent() and self.ready:
            self.answer(self.values)

    def action_cancel(self) -> None:
        """Leave all as it is."""
        self.answer(None)
