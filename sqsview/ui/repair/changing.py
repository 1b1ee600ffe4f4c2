"""Calls that create something or change how it is set: shown with the difference, agreed to, and begun."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from sqsview.domain.changes import Change
from sqsview.operations.changing import Changing
from sqsview.operations.running import Operation, State
from sqsview.ui.repair.desk import Desk, typed_name, wrong_name
from sqsview.ui.screens.form_dialog import Outlook, Values

if TYPE_CHECKING:
    from sqsview.ui.screens.form_dialog import Asked


def _nothing() -> None:
    pass


def begin_changes(
    desk: Desk,
    kind: str,
    title: str,
    things: Collection[str],
    changes: Sequence[Change],
    done: Callable[[], None] = _nothing,
) -> bool:
    """Begin the calls as one operation, and tell whether it has begun.

    Args:
        desk: what begins it.
        kind: the deed in a word, such as ``create``.
        title: what it acts upon.
        things: ARNs that it changes, of which none may be under way.
        changes: the calls in their order.
        done: called once all of them are done.
    """
    gateway = desk.gateway()
    if gateway is None or not desk.is_free(*things):
        return False
    work = Changing(gateway, changes, desk.app.state.audit, desk.app.clock)

    def over(operation: Operation) -> None:
        desk.app.feed.refresh()
        if operation.state is State.DONE and not operation.told.wrong:
            done()

    desk.begin(kind, title, things, work, lambda: work.told, over)
    return True


class Applying:
    """Shows what would be different, and sets it once that is agreed to."""

    def __init__(
        self,
        desk: Desk,
        title: str,
        things: Collection[str],
        changes: Sequence[Change],
        *,
        says: Sequence[str] = (),
        guarded: Collection[str] = (),
        done: Callable[[], None] = _nothing,
    ) -> None:
        """Prepare it.

        Args:
            desk: what asks and begins.
            title: what is changed.
            things: ARNs of what is changed.
            changes: the calls.
            says: the difference, and what else there is to know; lines of untrusted text.
            guarded: names of which one may be protected, so that it has to be typed.
            done: called once all is set.
        """
        self._desk = desk
        self._title = title
        self._things = frozenset(things)
        self._changes = tuple(changes)
        self._says = tuple(says)
        self._protected = desk.protects(guarded)
        self._done = done

    def open(self) -> None:
        """Open the dialog."""
        asked: list[Asked] = [typed_name(self._protected)] if self._protected else []
        self._desk.ask(f"Change {self._title}", asked, self._judge, "apply", self._begin, grave=False)

    async def _judge(self, values: Values) -> Outlook:
        count = len(self._changes)
        lines = [*self._says, "", "1 call:" if count == 1 else f"{count} calls, one after the other:"]
        lines += [f"  {change.words}" for change in self._changes]
        return Outlook(lines, wrong_name(values, self._protected) if self._protected else "")

    def _begin(self, values: Values) -> None:
        begin_changes(self._desk, "change", self._title, self._things, self._changes, self._done)
