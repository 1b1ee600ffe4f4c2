"""Small dialogs in front of a screen: one that has to be agreed to, and one that asks for a line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from sqsview.domain.text import printable

ARMED_AFTER = 0.8
"""Seconds without a try to consent before any counts: keys that were typed ahead were meant for something else, and a
key that is held down since before comes again within 0.7 s, and then ever more often."""
LONGEST_LINE = 2_000
"""Characters that can be typed into a dialog."""


def _text(text: str) -> Content:
    return Content(printable(text))


class Choice(Button):
    """A button whose label is text, never markup."""

    def __init__(self, label: str, *, id: str, dangerous: bool = False) -> None:
        super().__init__(_text(label), id=id, variant="error" if dangerous else "default", compact=True)


_Answer = TypeVar("_Answer")


class ArmedScreen(Screen[_Answer], Generic[_Answer]):
    """Takes consent only from somebody who can have read what it is about."""

    _armed = False
    _arming: Timer | None = None

    @property
    def armed(self) -> bool:
        """Tell whether consent counts by now."""
        return self._armed

    def arm_soon(self) -> None:
        """Have consent count after a while, from now on."""
        if self._arming is not None:
            self._arming.stop()
        self._arming = self.set_timer(ARMED_AFTER, self._arm)

    def _arm(self) -> None:
        self._armed = True

    def may_consent(self) -> bool:
        """Tell whether a key that consents counts; where it comes too early, the while begins anew."""
        if not self._armed:
            self.arm_soon()
        return self._armed


class Dialog(ArmedScreen[_Answer], ModalScreen[_Answer], Generic[_Answer]):
    """Is answered once, however many keys were typed ahead, and closes nothing but itself."""

    _given: tuple[_Answer] | None = None
    """The answer; None before there is one."""

    def answer(self, answer: _Answer) -> None:
        """Close with an answer; where something stands in front of it, or another tab is shown, once that is over."""
        if self._given is None:
            self._given = (answer,)
            self._close()

    def on_screen_resume(self) -> None:
        """Close, where that had to wait."""
        self._close()

    def _close(self) -> None:
        # Textual takes away whatever is in front, which after a second enter would be the screen beneath.
        if self._given is not None and self.is_active:
            self.dismiss(*self._given)


class ConfirmScreen(Dialog[bool]):
    """Says what would be done and waits for consent; enter alone cancels, for that button has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree_by_letter", show=False),
        Binding("n,escape", "cancel", show=False),
        Binding("right,l,down,tab", "move(1)", show=False),
        Binding("left,h,up,shift+tab", "move(-1)", show=False),
    ]

    def __init__(self, title: str, says: Sequence[str], agree: str, *, by_letter: bool = True) -> None:
        """Prepare the dialog.

        Args:
            title: names what it acts upon.
            says: paragraphs; what it costs first. They may be untrusted text.
            agree: what the button that goes on says, such as ``look all the same``.
            by_letter: whether ``y`` agrees as well. Not where nothing undoes what is done: the dialog may open when a
                letter is on its way to the screen beneath, so that it takes a move to the other button, and enter.
        """
        super().__init__()
        self._title = title
        self._says = says
        self._agree = agree
        self._by_letter = by_letter

    def compose(self) -> ComposeResult:
        """Lay out the words above the buttons, the one that cancels first."""
        with Vertical(classes="dialog -grave") as box:
            box.border_title = Content(printable(self._title))
            if not self._by_letter:
                box.border_subtitle = _text(f"→ enter: {self._agree} · esc cancels")
            for place, paragraph in enumerate(self._says):
                yield Static(_text(paragraph), classes="-first" if place == 0 else "", markup=False)
            with Horizontal(classes="buttons"):
                yield Choice("cancel", id="cancel")
                yield Choice(self._agree + (" (y)" if self._by_letter else ""), id="agree", dangerous=True)

    def on_mount(self) -> None:
        """Put the focus where it does no harm, and wait from the first paint on before consent counts."""
        self.query_one("#cancel").focus()
        self.call_after_refresh(self.arm_soon)

    def action_move(self, step: int) -> None:
        """Go to the other button, unless the key was typed before anybody can have read what this is about."""
        if self.may_consent():
            self.focus_next() if step > 0 else self.focus_previous()

    def action_agree_by_letter(self) -> None:
        """Go on, where a letter is enough for what is done."""
        if self._by_letter:
            self._go_on()

    def action_cancel(self) -> None:
        """Leave all as it is."""
        self.answer(False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "agree":
            self._go_on()
        else:
            self.action_cancel()

    def _go_on(self) -> None:
        if self.may_consent():
            self.answer(True)


Attempt = Callable[[str], Awaitable[str]]
"""Tries to do something with a line; gives what is wrong, or nothing where it is done."""


class AskScreen(Dialog[str | None]):
    """Asks for one line, and keeps it while something is wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, title: str, says: str, value: str, attempt: Attempt, *, hint: str = "") -> None:
        """Prepare the dialog.

        Args:
            title: what it is about; may be untrusted text.
            says: what can be typed.
            value: what is there at first, selected so that typing replaces it.
            attempt: what enter does with the line; the dialog closes where nothing is wrong.
            hint: what the field shows while it is empty.
        """
        super().__init__()
        self._title = title
        self._says = says
        self._value = value
        self._attempt = attempt
        self._hint = hint
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay out the words above the field, and what is wrong below it."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(printable(self._title))
            box.border_subtitle = "enter does it · esc cancels"
            yield Static(_text(self._says), classes="-says", markup=False)
            yield Input(self._value, placeholder=self._hint, max_length=LONGEST_LINE, compact=True)
            problem = Static(id="problem", markup=False)
            problem.display = False
            yield problem

    def on_mount(self) -> None:
        """Let the line be typed."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was said of the line before it was changed."""
        event.stop()
        self._complain("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Try it."""
        event.stop()
        if not self._busy:
            self._busy = True
            self.run_worker(self._try(event.value), description="dialog")

    async def _try(self, line: str) -> None:
        try:
            wrong = await self._attempt(line)
        finally:
            self._busy = False
        if wrong:
            self._complain(wrong)
        else:
            self.answer(line)

    def _complain(self, wrong: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(_text(f"! {wrong}" if wrong else ""))
        problem.display = bool(wrong)

    def action_cancel(self) -> None:
        """Leave all as it is."""
        self.answer(None)
