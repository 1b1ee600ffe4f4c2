"""The one table of actions: bindings, key bar, help and palette are all made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from sqsview.ui.action import (
    APPLIED,
    COMMANDED,
    DESTINATION,
    EVERYWHERE,
    MAIN,
    PUSHED,
    QUEUE,
    QUEUE_LISTS,
    SEEN,
    SORTED,
    TABLES,
    TABS,
    THINGS,
    TYPED,
    WRITTEN,
    Action,
    Group,
    View,
)

__all__ = [
    "ACTIONS",
    "BY_ID",
    "DESTINATION",
    "MOVES",
    "QUEUE",
    "QUEUE_LISTS",
    "TABS",
    "Action",
    "Group",
    "View",
    "bindings",
    "for_view",
    "key_name",
    "key_names",
    "screen_bindings",
]

ACTIONS: tuple[Action, ...] = (
    Action(
        "open", "enter", "open", "open", "Open what is under the cursor.", Group.OPEN,
        TABLES | SEEN | {View.ACTIVITY}, needs_row=True, bar=1, palette=False,
    ),
    Action(
        "details", "d", "details", "details",
        "Show attributes, policies and tags, in words and as raw JSON.", Group.OPEN,
        TABLES | SEEN, needs_row=True, bar=6,
    ),
    Action(
        "copy", "y", "copy", "copy ARN", "Copy the ARN under the cursor, or of everything marked.", Group.OPEN,
        TABLES | {View.DETAILS}, needs_row=True, needs_arn=True, bar=7,
    ),
    Action(
        "console", "b", "console", "console link", "Show and copy the link to the AWS console.", Group.OPEN,
        TABLES | {View.DETAILS}, needs_row=True, needs_arn=True, bar=8,
    ),
    Action(
        "doctor", "w", "doctor", "doctor",
        "List what is wrong with how queues and topics are connected, why it matters, and the fix.", Group.OPEN,
        frozenset({View.FANOUT}), bar=2, first=True,
    ),
    Action(
        "raw", "r", "raw", "raw JSON", "Switch between words and raw JSON.", Group.OPEN, frozenset({View.DETAILS}),
        bar=1,
    ),
    Action(
        "look", "v", "look", "look", "Look into the queue's messages: one explicit look, which counts as a receive.",
        Group.MESSAGES, QUEUE_LISTS | SEEN, needs_row=True, bar=2, kinds=QUEUE, receives=True,
    ),
    Action(
        "look-many", "V", "look_many", "look at n", "Look at as many messages as you say, 10,000 at most.",
        Group.MESSAGES, SEEN, receives=True, first=True,
    ),
    Action(
        "undo-step", "u", "undo_step", "undo", "Undo one step of decoding; from the raw body go to where all lead.",
        Group.MESSAGES, SEEN, needs_row=True, bar=5,
    ),
    Action(
        "raw-body", "r", "raw", "raw", "Switch between the raw body and all steps of decoding.",
        Group.MESSAGES, SEEN, needs_row=True,
    ),
    Action(
        "triage", "t", "triage", "group", "Group by the shape of the body, or by a JMESPath value such as error.code.",
        Group.MESSAGES, SEEN, bar=5, first=True,
    ),
    Action("fold", "left", "fold", "fold", "Hide the messages of the group.", Group.MESSAGES, SEEN, palette=False),
    Action(
        "unfold", "right", "unfold", "unfold", "Show the messages of the group.", Group.MESSAGES, SEEN, palette=False,
    ),
    Action(
        "next-hit", "n", "next_hit", "next hit", "Go to the next place in the body where the searched word stands.",
        Group.MESSAGES, SEEN, needs_row=True,
    ),
    Action(
        "previous-hit", "N", "previous_hit", "last hit", "Go to the place before.", Group.MESSAGES, SEEN,
        needs_row=True,
    ),
    Action(
        "switch-pane", "tab", "switch_pane", "other pane", "Give the keys to the list, or to the message beside it.",
        Group.MESSAGES, SEEN, palette=False,
    ),
    Action(
        "copy-body", "y", "copy_body", "copy body", "Copy the body as it came, whichever layer is shown.",
        Group.MESSAGES, SEEN, needs_row=True, bar=7,
    ),
    Action(
        "copy-message", "Y", "copy_message", "copy message",
        "Copy the whole message as a line of JSON, from which it can be sent again.", Group.MESSAGES, SEEN,
        needs_row=True,
    ),
    Action(
        "copy-id", "i", "copy_id", "copy id", "Copy the message's id.", Group.MESSAGES, SEEN, needs_row=True,
    ),
    Action(
        "save", "e", "save", "export", "Save what is marked, or all that is shown, to a file of JSON lines.",
        Group.MESSAGES, SEEN, needs_row=True, bar=8, first=True,
    ),
    Action(
        "publish-again", "p", "publish_again", "send again",
        "Write a message that begins as the one under the cursor.", Group.MESSAGES, SEEN, needs_row=True, bar=3,
        writes=True, first=True,
    ),
    Action(
        "publish", "p", "publish", "publish",
        "Send a message to the queue, publish one to the topic, or push one to the device.", Group.MESSAGES,
        frozenset({View.QUEUES, View.TOPICS, View.SUBSCRIPTIONS, View.FANOUT, View.ENDPOINTS}), needs_row=True, bar=3,
        kinds=DESTINATION | {"endpoint"}, writes=True, first=True,
    ),
    Action(
        "push-topic", "P", "push_topic", "push", "Push to the devices that are subscribed to the topic.",
        Group.MESSAGES, frozenset({View.TOPICS}), needs_row=True, writes=True, first=True,
    ),
    Action(
        "send", "ctrl+s", "send", "send", "Send the message, as often as it says.", Group.MESSAGES,
        WRITTEN, bar=1, writes=True,
    ),
    Action(
        "editor", "ctrl+o", "editor", "editor", "Edit the text in $VISUAL or $EDITOR, and come back with it.",
        Group.MESSAGES, TYPED, bar=2,
    ),
    Action(
        "format", "ctrl+f", "format", "format", "Indent the body, where it is JSON; ctrl+z takes it back.",
        Group.MESSAGES, WRITTEN | {View.FILTER}, bar=3,
    ),
    Action(
        "templates", "ctrl+t", "templates", "templates", "Keep the message under a name, or take one that was kept.",
        Group.MESSAGES, frozenset({View.PUBLISH}), bar=4,
    ),
    Action(
        "attribute", "ctrl+n", "attribute", "attribute", "Add an attribute.", Group.MESSAGES,
        frozenset({View.PUBLISH, View.FILTER}), bar=5,
    ),
    Action(
        "drop-attribute", "f8", "drop_attribute", "drop", "Take away the attribute that is being written.",
        Group.MESSAGES, frozenset({View.PUBLISH, View.FILTER}),
    ),
    Action(
        "trace", "ctrl+s", "go", "publish and look",
        "Publish the message, and look for it in the queues that are ticked.", Group.MESSAGES,
        frozenset({View.TRACE}), bar=1, writes=True, receives=True,
    ),
    Action(
        "tick", "space", "tick", "look or not", "Allow the look into the queue under the cursor, or no longer.",
        Group.MESSAGES, frozenset({View.TRACE}), bar=2, palette=False,
    ),
    Action(
        "try-filter", "t", "try_filter", "test filter",
        "Test a message against the subscription's filter policy, and change the policy.", Group.MESSAGES,
        frozenset({View.SUBSCRIPTIONS, View.FANOUT}), needs_row=True, kinds=frozenset({"subscription"}), bar=5,
        first=True,
    ),
    Action(
        "new", "n", "new", "new",
        "Make a queue, a topic, a subscription of the topic, a whole fan-out or a push application; register a device.",
        Group.REPAIR,
        frozenset({View.QUEUES, View.TOPICS, View.SUBSCRIPTIONS, View.FANOUT, View.PUSH, View.ENDPOINTS}), bar=9,
        writes=True, first=True,
    ),
    Action(
        "settings", "E", "settings", "change",
        "Change attributes, policies and tags of the queue, topic or subscription under the cursor; the credentials of "
        "the push application, or token and user data of the device.", Group.REPAIR,
        THINGS | PUSHED, needs_row=True, kinds=frozenset({"queue", "topic", "subscription", "application", "endpoint"}),
        bar=9, writes=True, first=True,
    ),
    Action(
        "switch", "o", "switch", "on or off", "Disable the push application or device, or enable it again.",
        Group.REPAIR, PUSHED, needs_row=True, bar=4, writes=True, first=True,
    ),
    Action(
        "subscribe-device", "a", "subscribe_device", "to a topic", "Subscribe the device to a topic.", Group.REPAIR,
        frozenset({View.ENDPOINTS}), needs_row=True, bar=5, writes=True, first=True,
    ),
    Action(
        "apply", "ctrl+s", "apply", "apply", "Set what is written here, after showing the difference.", Group.REPAIR,
        APPLIED, bar=1, writes=True,
    ),
    Action(
        "build", "ctrl+s", "build", "plan and build", "Build the fan-out that is described, after showing the plan.",
        Group.REPAIR, frozenset({View.BUILDER}), bar=1, writes=True,
    ),
    Action(
        "redrive", "R", "redrive", "redrive",
        "Redrive a dead-letter queue; of its messages, move what is marked or under the cursor.", Group.REPAIR,
        QUEUE_LISTS | SEEN, needs_row=True, kinds=QUEUE, bar=3, writes=True, receives=True, first=True,
    ),
    Action(
        "copy-to", "C", "copy_to", "copy to", "Copy what is marked, or under the cursor, to another queue.",
        Group.REPAIR, SEEN, needs_row=True, kinds=QUEUE, bar=13, writes=True, receives=True, first=True,
    ),
    Action(
        "edit", "E", "edit", "edit, send on",
        "Edit the body of the message under the cursor, see the difference, and send it on.", Group.REPAIR, SEEN,
        needs_row=True, kinds=QUEUE, bar=4, writes=True, receives=True, first=True,
    ),
    Action(
        "delete", "D", "delete", "delete",
        "Delete the queue, topic, subscription, push application or device under the cursor; of messages what is "
        "marked.", Group.REPAIR, THINGS | SEEN | PUSHED, needs_row=True,
        kinds=frozenset({"queue", "topic", "subscription", "application", "endpoint"}), bar=10, writes=True, first=True,
    ),
    Action(
        "purge", "X", "purge", "purge", "Delete everything in the queue, after a backup if you like.", Group.REPAIR,
        QUEUE_LISTS, needs_row=True, kinds=QUEUE, bar=11, writes=True, first=True,
    ),
    Action(
        "export", "e", "export", "export", "Write every message of the queue to a file of JSON lines.", Group.REPAIR,
        QUEUE_LISTS, needs_row=True, kinds=QUEUE, bar=12, receives=True, first=True,
    ),
    Action(
        "import", "I", "import", "import", "Send every message of a file of JSON lines to the queue.", Group.REPAIR,
        QUEUE_LISTS, needs_row=True, kinds=QUEUE, writes=True, first=True,
    ),
    Action(
        "fix", "F", "fix", "fix", "Mend what was found by one call, after showing it.", Group.REPAIR,
        frozenset({View.DOCTOR}), needs_row=True, bar=2, writes=True, first=True,
    ),
    Action(
        "stop", "c", "stop", "stop", "Stop the operation: what is under way is finished, nothing more begun.",
        Group.REPAIR, frozenset({View.ACTIVITY, View.OPERATION}), bar=2, first=True,
    ),
    Action("down", "j,down", "cursor_down", "down", "Move down.", Group.MOVE, EVERYWHERE, palette=False),
    Action("up", "k,up", "cursor_up", "up", "Move up.", Group.MOVE, EVERYWHERE, palette=False),
    Action("first", "g,home", "first", "top", "Go to the top.", Group.MOVE, EVERYWHERE, palette=False),
    Action("last", "G,end", "last", "bottom", "Go to the bottom.", Group.MOVE, EVERYWHERE, palette=False),
    Action("page-down", "pagedown", "page_down", "page ↓", "Move a page down.", Group.MOVE, EVERYWHERE, palette=False),
    Action("page-up", "pageup", "page_up", "page up", "Move a page up.", Group.MOVE, EVERYWHERE, palette=False),
    Action(
        "mark", "space", "mark", "mark", "Mark or unmark the row under the cursor.", Group.FIND,
        TABLES | SEEN, needs_row=True, palette=False,
    ),
    Action(
        "mark-all", "asterisk", "mark_all", "mark all",
        "Mark all that are shown, or none; of grouped messages those of the group under the cursor.", Group.FIND,
        TABLES | SEEN,
    ),
    Action(
        "filter", "slash", "filter", "filter",
        "Filter: words that must all match, !word inverts; queues also by fifo, dlq, non-empty; messages also by "
        "=EXPRESSION, in JMESPath.", Group.FIND, SORTED, bar=4, first=True,
    ),
    Action("sort", "s", "sort", "sort", "Sort by the next column.", Group.FIND, SORTED, bar=5),
    Action("reverse", "S", "reverse", "reverse", "Reverse the order.", Group.FIND, SORTED),
    Action(
        "back", "escape", "back", "back", "Go back one step, or clear the filter.", Group.GO, EVERYWHERE, palette=False,
    ),
    *(
        Action(
            f"tab-{view.value}", str(number), f"app.tab('{view.value}')", title, f"Go to {title}.", Group.GO,
            COMMANDED, of_app=True, first=True,
        )
        for number, (view, title) in enumerate(TABS, 1)
    ),
    Action(
        "command", "colon", "command_line", "command",
        "Type a command, such as :topics, :profile NAME, :region NAME or :q.", Group.PROGRAM, COMMANDED,
        palette=False, first=True,
    ),
    Action(
        "palette", "ctrl+p", "app.command_palette", "palette",
        "Search every command, queue and topic.", Group.PROGRAM, MAIN, bar=9, palette=False, of_app=True,
    ),
    Action(
        "refresh", "ctrl+r", "app.refresh_now", "refresh",
        "Read everything on screen again now, or connect again.", Group.PROGRAM, MAIN, of_app=True,
    ),
    Action(
        "help", "question_mark,f1", "app.help", "all keys", "Show every key of this screen.", Group.PROGRAM,
        EVERYWHERE, bar=99, palette=False, of_app=True,
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
