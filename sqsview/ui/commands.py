"""The commands of the command line: ``:topics``, ``:profile NAME``, ``:region NAME``, ``:q``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

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
    Command("q", "leave sqsview", lambda app, _: app.unsent.leave(), also=("quit", "q!", "wq")),
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


def completed(text: str) -> str | None:
    """Complete the word that was begun; None where none or several commands begin so."""
    begun = [command for command in COMMANDS if command.name.startswith(text.strip().lstrip(":"))]
    return begun[0].name + (" " if begun[0].argument else "") if len(begun) == 1 else None


def all_in_one_line() -> str:
    """Name every command, for whoever has typed nothing yet."""
    return "  ".join(f":{command.name}{' ' + command.argument if command.argument else ''}" for command in COMMANDS)
