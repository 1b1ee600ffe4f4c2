"""The kinds of screen, what they have in common, and what an action is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    MESSAGES = "messages"
    PUBLISH = "publish"
    TRACE = "trace"
    EDIT = "edit"
    FILTER = "filter"
    SETTINGS = "settings"
    BUILDER = "builder"
    DOCTOR = "doctor"
    OPERATION = "operation"
    HELP = "help"


TABS: tuple[tuple[View, str], ...] = (
    (View.QUEUES, "Queues"),
    (View.TOPICS, "Topics"),
    (View.FANOUT, "Fan-out"),
    (View.PUSH, "Push"),
    (View.ACTIVITY, "Activity"),
)
"""The tabs in the order of their number keys."""

TABLES = frozenset({View.QUEUES, View.TOPICS, View.FANOUT, View.PUSH, View.SUBSCRIPTIONS, View.ENDPOINTS, View.DOCTOR})
"""Views whose rows are things that have details, an ARN and a console page."""
LISTS = TABLES | {View.ACTIVITY}
"""Views that are a table."""
SORTED = LISTS | {View.MESSAGES}
"""Views whose rows can be sorted."""
SEEN = frozenset({View.MESSAGES})
"""The messages of a queue that were looked at."""
EVERYWHERE = frozenset(View)
MAIN = EVERYWHERE - {View.HELP, View.OPERATION}
"""Everything but the pages that stand in front of a screen."""
WRITTEN = frozenset({View.PUBLISH, View.EDIT})
"""Where a message is written to be sent."""
APPLIED = frozenset({View.FILTER, View.SETTINGS})
"""Where something is written that is then set."""
TYPED = WRITTEN | APPLIED | {View.BUILDER}
"""Where letters are text."""
COMMANDED = MAIN - TYPED
"""Where letters are keys: everywhere but where they are text."""


QUEUE_LISTS = frozenset({View.QUEUES, View.SUBSCRIPTIONS, View.FANOUT, View.DOCTOR})
"""Views in which the cursor can be on a queue."""
THINGS = QUEUE_LISTS | {View.TOPICS}
"""Views whose things can be changed."""

PUSHED = frozenset({View.PUSH, View.ENDPOINTS})
"""Push applications, and the devices of one."""

QUEUE = frozenset({"queue"})
"""The kind of thing that can be looked into."""
DESTINATION = QUEUE | {"topic"}
"""The kinds of thing that a message can be sent to."""


class Group(StrEnum):
    """The headings of the help."""

    OPEN = "Open"
    MESSAGES = "Messages"
    REPAIR = "Repair"
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
    kinds: frozenset[str] = frozenset()
    """The kinds of thing that it works on; empty for all."""
    receives: bool = False
    """Receives messages, which read-only mode refuses unless the configuration allows looks."""
    writes: bool = False
    """Changes something, which read-only mode refuses."""
    bar: int = 0
    """Place in the key bar, 1 first; 0 keeps it out of the bar."""
    palette: bool = True
    """Offered in the command palette."""
    of_app: bool = False
    """Bound on the app rather than on the screen."""
    first: bool = False
    """Runs before the keys after it are looked at, also where all came in one go: they are meant for elsewhere."""
