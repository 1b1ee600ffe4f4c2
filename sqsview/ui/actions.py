"""The one table of actions: bindings, key bar, help and palette are all made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class View(StrEnum):
    """The kinds of screen that keys are told apart by."""

    QUEUES = "queues"
    TOPICS = "topics"
    FANOUT = "fanout"
    PUSH = "push"
    ACTIVITY = "activity"
    SUBSCRIPTIONS = "subscriptions"
    ENDPOINTS = "endpoints"
    DETAILS = "details"
    HELP = "help"


TABS: tuple[tuple[View, str], ...] = (
    (View.QUEUES, "Queues"),
    (View.TOPICS, "Topics"),
    (View.FANOUT, "Fan-out"),
    (View.PUSH, "Push"),
    (View.ACTIVITY, "Activity"),
)
"""The tabs in the order of their number keys."""

TABLES = frozenset({View.QUEUES, View.TOPICS, View.FANOUT, View.PUSH, View.SUBSCRIPTIONS, View.ENDPOINTS})
"""Views whose rows are things that have details, an ARN and a console page."""
LISTS = TABLES | {View.ACTIVITY}
"""Views that are a table."""
EVERYWHERE = frozenset(View)
MAIN = EVERYWHERE - {View.HELP}
"""Everything but the help itself."""


class Group(StrEnum):
    """The headings of the help."""

    OPEN = "Open"
    MOVE = "Move"
    FIND = "Find"
    GO = "Go"
    PROGRAM = "Program"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does."""

    id: str
    """Names the binding in the user's keymap."""
    keys: str
    """Default keys, comma-separated, as Textual spells them."""
    call: str
    """The Textual action that runs."""
    label: str
    """Two words at most, for the key bar."""
    says: str
    """One sentence for the help and the palette."""
    group: Group
    views: frozenset[View]
    needs_row: bool = False
    """Only works while the cursor is on a row."""
    needs_arn: bool = False
    """Only works where that row has an ARN."""
    bar: int = 0
    """Place in the key bar, 1 first; 0 keeps it out of the bar."""
    palette: bool = True
    """Offered in the command palette."""
    of_app: bool = False
    """Bound on the app rather than on the screen."""
    first: bool = False
    """Runs before the keys after it are looked at, also where all came in one go: they are meant for elsewhere."""


ACTIONS: tuple[Action, ...] = (
    Action(
        "open", "enter", "open", "open", "Open what is under the cursor.", Group.OPEN,
        TABLES, needs_row=True, bar=1, palette=False,
    ),
    Action(
        "details", "d", "details", "details",
        "Show attributes, policies and tags, in words and as raw JSON.", Group.OPEN,
        TABLES, needs_row=True, bar=2,
    ),
    Action(
        "copy", "y", "copy", "copy ARN", "Copy the ARN under the cursor, or of everything marked.", Group.OPEN,
        TABLES | {View.DETAILS}, needs_row=True, needs_arn=True, bar=6,
    ),
    Action(
        "console", "b", "console", "console link", "Show and copy the link to the AWS console.", Group.OPEN,
        TABLES | {View.DETAILS}, needs_row=True, needs_arn=True, bar=7,
    ),
    Action(
        "raw", "r", "raw", "raw JSON", "Switch between words and raw JSON.", Group.OPEN, frozenset({View.DETAILS}),
        bar=1,
    ),
    Action("down", "j,down", "cursor_down", "down", "Move down.", Group.MOVE, EVERYWHERE, palette=False),
    Action("up", "k,up", "cursor_up", "up", "Move up.", Group.MOVE, EVERYWHERE, palette=False),
    Action("first", "g,home", "first", "top", "Go to the top.", Group.MOVE, EVERYWHERE, palette=False),
    Action("last", "G,end", "last", "bottom", "Go to the bottom.", Group.MOVE, EVERYWHERE, palette=False),
    Action("page-down", "pagedown", "page_down", "page ↓", "Move a page down.", Group.MOVE, EVERYWHERE, palette=False),
    Action("page-up", "pageup", "page_up", "page up", "Move a page up.", Group.MOVE, EVERYWHERE, palette=False),
    Action(
        "mark", "space", "mark", "mark", "Mark or unmark the row under the cursor.", Group.FIND,
        TABLES, needs_row=True, palette=False,
    ),
    Action("mark-all", "asterisk", "mark_all", "mark all", "Mark all that are shown, or none.", Group.FIND, TABLES),
    Action(
        "filter", "slash", "filter", "filter",
        "Filter: words that must all match, !word inverts; queues also by fifo, dlq, non-empty.", Group.FIND,
        LISTS, bar=3, first=True,
    ),
    Action("sort", "s", "sort", "sort", "Sort by the next column.", Group.FIND, LISTS, bar=4),
    Action("reverse", "S", "reverse", "reverse", "Reverse the order.", Group.FIND, LISTS),
    Action(
        "back", "escape", "back", "back", "Go back one step, or clear the filter.", Group.GO, EVERYWHERE, palette=False,
    ),
    *(
        Action(
            f"tab-{view.value}", str(number), f"app.tab('{view.value}')", title, f"Go to {title}.", Group.GO,
            MAIN, of_app=True, first=True,
        )
        for number, (view, title) in enumerate(TABS, 1)
    ),
    Action(
        "command", "colon", "command_line", "command",
        "Type a command, such as :topics, :profile NAME, :region NAME or :q.", Group.PROGRAM, MAIN,
        palette=False, first=True,
    ),
    Action(
        "palette", "ctrl+p", "app.command_palette", "palette",
        "Search every command, queue and topic.", Group.PROGRAM, MAIN, bar=8, palette=False, of_app=True,
    ),
    Action(
        "refresh", "ctrl+r", "app.refresh_now", "refresh",
        "Read everything on screen again now, or connect again.", Group.PROGRAM, MAIN, of_app=True,
    ),
    Action(
        "help", "question_mark", "app.help", "all keys", "Show every key of this screen.", Group.PROGRAM,
        EVERYWHERE, bar=9, palette=False, of_app=True,
    ),
    Action("quit", "q,ctrl+q", "app.quit", "quit", "Leave sqsview.", Group.PROGRAM, EVERYWHERE, of_app=True),
)  # fmt: skip

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}
"""The actions by their binding ids."""

MOVES = tuple(action for action in ACTIONS if action.group is Group.MOVE)
"""What tables and pages bind themselves."""

_NAMES = {
    "slash": "/", "question_mark": "?", "colon": ":", "asterisk": "*", "escape": "esc", "pagedown": "pgdn",
    "pageup": "pgup", "down": "↓", "up": "↑", "space": "space", "enter": "enter",
}  # fmt: skip


def key_name(keys: str) -> str:
    """Give the first of some Textual keys as a person writes it: ``slash`` is ``/``."""
    first = keys.split(",")[0].strip()
    return _NAMES.get(first, first)


def key_names(keys: str) -> str:
    """Give all of some Textual keys as a person writes them."""
    return " ".join(_NAMES.get(key.strip(), key.strip()) for key in keys.split(","))


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """Make Textual's bindings, which the user's keymap can change by their ids."""
    return [
        Binding(action.keys, action.call, action.label, show=False, id=action.id, priority=action.first)
        for action in actions
    ]


def screen_bindings(view: View) -> list[BindingType]:
    """Make the bindings of one view: what it can do and what no widget or the app binds already."""
    return bindings(
        action
        for action in ACTIONS
        if view in action.views and not action.of_app and action.group is not Group.MOVE and action.id != "open"
    )


def for_view(view: View) -> tuple[Action, ...]:
    """Give the actions of one view, in the order of the table."""
    return tuple(action for action in ACTIONS if view in action.views)
