"""The command line at the foot of the screen: ``:topics``, ``:profile NAME``, ``:region NAME``, ``:q``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sqsview.domain.text import printable
from sqsview.ui.actions import TABS

if TYPE_CHECKING:
    from sqsview.ui.app import Dashboard


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the command line."""

    name: str
    says: str
    run: Callable[[Dashboard, str], None]
    argument: str = ""
    """What must follow the word; empty where nothing does."""
    also: tuple[str, ...] = ()


def _go(tab: str) -> Callable[[Dashboard, str], None]:
    return lambda app, _: app.action_tab(tab)


COMMANDS: tuple[Command, ...] = (
    *(Command(view.value, f"go to {title}", _go(view.value)) for view, title in TABS),
    Command("profile", "use another AWS profile", lambda app, name: app.change_target(profile=name), "NAME"),
    Command("region", "look at another region", lambda app, name: app.change_target(region=name), "NAME"),
    Command("theme", "use another theme", lambda app, name: app.change_theme(name), "NAME"),
    Command("refresh", "read again now", lambda app, _: app.action_refresh_now()),
    Command("help", "every key of this screen", lambda app, _: app.action_help()),
    Command("q", "leave sqsview", lambda app, _: app.exit(), also=("quit", "q!", "wq")),
)
"""Every command, in the order in which they are offered."""


def find(text: str) -> tuple[Command, str] | str:
    """Find the command that ``text`` means, with its argument; else give one line that says what is wrong.

    The start of a name is enough where only one command begins so.
    """
    word, _, argument = text.strip().lstrip(":").partition(" ")
    argument = argument.strip()
    if not word:
        return "type a command, such as :topics or :region eu-west-1"
    exact = [command for command in COMMANDS if word == command.name or word in command.also]
    begun = exact or [command for command in COMMANDS if command.name.startswith(word)]
    if not begun:
        near = get_close_matches(word, [command.name for command in COMMANDS], 1)
        return f":{word} is no command" + (f"; did you mean :{near[0]}?" if near else "; ? shows the keys")
    if len(begun) > 1:
        return f":{word} could be " + " or ".join(f":{command.name}" for command in begun)
    command = begun[0]
    if command.argument and not argument:
        return f":{command.name} needs a {command.argument.lower()}: :{command.name} {command.argument}"
    if argument and not command.argument:
        return f":{command.name} takes nothing after it, not “{argument}”"
    return command, argument


class CommandLine(ModalScreen[None]):
    """One line to type a command into; a wrong one stays, with what is wrong above it."""

    BINDINGS: ClassVar = [Binding("escape", "leave", show=False), Binding("tab", "complete", show=False)]

    def compose(self) -> ComposeResult:
        """Lay out the hint above the line."""
        yield Static(self._hint(), id="command-hint", markup=False)
        yield Input(placeholder="topics, region eu-west-1, q …", id="command", compact=True)

    @staticmethod
    def _hint() -> str:
        return "  ".join(f":{command.name}{' ' + command.argument if command.argument else ''}" for command in COMMANDS)

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the commands again once the line is changed."""
        event.stop()
        self.query_one("#command-hint", Static).remove_class("-wrong").update(self._hint())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run the command, or say what is wrong with it."""
        event.stop()
        found = find(event.value)
        if isinstance(found, str):
            self.query_one("#command-hint", Static).add_class("-wrong").update(printable(found))
            return
        command, argument = found
        app = cast("Dashboard", self.app)
        self.dismiss()
        app.call_after_refresh(command.run, app, argument)

    def action_complete(self) -> None:
        """Complete the word that was begun."""
        line = self.query_one(Input)
        begun = [command for command in COMMANDS if command.name.startswith(line.value.lstrip(":"))]
        if len(begun) == 1:
            line.value = begun[0].name + (" " if begun[0].argument else "")
            line.cursor_position = len(line.value)

    def action_leave(self) -> None:
        """Close the line."""
        self.dismiss()
