"""Purge of a queue, and deletion of queues, topics and subscriptions: the name is typed, and what hangs on it said."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.domain import words
from sqsview.domain.queue import Counts, Queue, QueueRef
from sqsview.domain.receive_budget import Allowance
from sqsview.domain.topic import Subscription, Topic
from sqsview.errors import GatewayError, LookRefused
from sqsview.operations import dependants
from sqsview.operations.delete import Deleted, delete_queue, delete_topic, unsubscribe
from sqsview.operations.purge import Purge
from sqsview.operations.running import Operation, Telling
from sqsview.ui.repair.desk import Desk, path_of, typed_name, wrong_name, wrong_new_file
from sqsview.ui.repair.telling import of_purge
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqsview.gateway import Gateway
    from sqsview.ui.screens.dashboard_screen import Subject


class Emptying:
    """Purges one queue, from the dialog to the operation."""

    def __init__(self, desk: Desk, subject: Subject) -> None:
        self._desk = desk
        self._queue = QueueRef(subject.key, subject.url or "", subject.name)
        self._counts: Counts | None = None
        """What the queue counted when the dialog was opened."""

    def open(self) -> None:
        """Open the dialog."""
        asked = [
            typed_name(self._queue.name),
            Asked("backup", "backup", hint="a file that is to have all messages first; empty: no backup"),
        ]
        self._desk.ask(f"Purge {self._queue.name}", asked, self._judge, "purge", self._begin)

    async def _judge(self, values: Values) -> Outlook:
        lines = ["Everything in it is deleted for good, also what is in flight."]
        lines += await self._counted()
        lines.append("The server takes up to 60 s for it: what is sent meanwhile may be deleted as well.")
        backup = values["backup"].strip()
        if backup:
            if wrong := wrong_new_file(backup):
                return Outlook(lines, wrong)
            lines.append("The backup receives every message and holds it; where one is missing, nothing is purged.")
        return Outlook(lines, wrong_name(values, self._queue.name))

    async def _counted(self) -> list[str]:
        """Say what is in the queue, as it counts when the dialog opens."""
        gateway = self._desk.gateway()
        if self._counts is None and gateway is not None:
            with suppress(GatewayError):
                self._counts = (await gateway.get_queue_attributes(self._queue)).counts
        counts = self._counts
        if counts is None:
            return ["How many messages that are is not known."]
        lines = [
            f"about {words.count(counts.visible)} visible, {words.count(counts.in_flight)} in flight, "
            f"{words.count(counts.delayed)} delayed, read when this was opened"
        ]
        if counts.in_flight:
            lines.append("Something is consuming: what is in flight is in somebody's hands now.")
        return lines

    def _begin(self, values: Values) -> None:
        backup = values["backup"].strip()
        self._start(path_of(backup) if backup else None, None)

    def _start(self, backup: Path | None, agreed: Allowance | None) -> None:
        gateway = self._desk.gateway()
        if gateway is None or not self._desk.is_free(self._queue.arn):
            return
        state = self._desk.app.state
        purge = Purge(
            gateway, self._queue, state.audit, state.journal, state.ledger, self._desk.app.clock, backup=backup,
            agreed=agreed,
        )  # fmt: skip

        def over(operation: Operation) -> None:
            if isinstance(operation.cause, LookRefused):
                self._ask_again(backup, operation.cause.allowance)

        self._desk.begin("purge", self._queue.name, {self._queue.arn}, purge, lambda: of_purge(purge.progress), over)

    def _ask_again(self, backup: Path | None, allowance: Allowance) -> None:
        def answered(agreed: bool | None) -> None:
            if agreed:
                self._start(backup, allowance)

        says = [allowance.line, "The backup has to receive every message; nothing is deleted before it is complete."]
        dialog = ConfirmScreen(f"Purge {self._queue.name}", says, "receive all the same", by_letter=False)
        self._desk.app.push_screen(dialog, answered)


class _Deletion:
    """One call as an operation."""

    def __init__(self, call: Callable[[], Awaitable[Deleted]], what: str) -> None:
        self._call = call
        self._what = what
        self._done: Deleted | None = None

    async def run(self) -> None:
        """Delete it."""
        self._done = await self._call()

    def stop(self) -> None:
        """Let it be: one call cannot be taken back."""

    @property
    def told(self) -> Telling:
        """Say what came of it."""
        if self._done is None:
            return Telling(f"deleting the {self._what}")
        problem = self._done.problem
        if problem is not None:
            return Telling(problem.advice, None, (), self._done.notes, wrong=True)
        return Telling(" · ".join(("deleted", *self._done.notes)), 1.0)


class Removing:
    """Deletes a queue, a topic or a subscription, from the dialog to the call."""

    def __init__(self, desk: Desk, subject: Subject) -> None:
        self._desk = desk
        self._subject = subject
        self._thing = self._found()
        self._name = self._thing[1].name if isinstance(self._thing, tuple) else subject.name
        """What has to be typed."""

    def _found(self) -> Queue | Topic | tuple[Topic, Subscription] | None:
        snapshot, subject = self._desk.app.snapshot, self._subject
        if subject.kind == "queue":
            return snapshot.queues.get(subject.key)
        if subject.kind == "topic":
            return snapshot.topics.get(subject.key)
        for topic in snapshot.topics.values():
            for subscription in topic.subscriptions:
                if subscription.key == subject.key:
                    return topic, subscription
        return None

    def open(self) -> None:
        """Open the dialog."""
        if self._thing is None:
            self._desk.app.say(f"{self._subject.name} is not there any more", warning=True)
            return
        asked = [typed_name(self._name)]
        title = f"Delete the {self._subject.kind} {self._subject.name}"
        self._desk.ask(title, asked, self._judge, "delete", self._begin)

    async def _judge(self, values: Values) -> Outlook:
        topology, thing = self._desk.app.scene.topology, self._thing
        if isinstance(thing, Queue):
            lines = dependants.of_queue(thing, topology)
        elif isinstance(thing, Topic):
            lines = dependants.of_topic(thing, topology)
        else:
            assert thing is not None  # there is no dialog without
            lines = dependants.of_subscription(*thing)
        return Outlook(["It cannot be brought back.", *lines], wrong_name(values, self._name))

    def _begin(self, values: Values) -> None:
        gateway = self._desk.gateway()
        if gateway is None or not self._desk.is_free(self._subject.key):
            return
        work = _Deletion(lambda: self._call(gateway), self._subject.kind)
        title, key = f"{self._subject.kind} {self._subject.name}", self._subject.key
        self._desk.begin("delete", title, {key}, work, lambda: work.told, self._relist)

    def _relist(self, _operation: Operation) -> None:
        self._desk.app.feed.refresh()

    async def _call(self, gateway: Gateway) -> Deleted:
        audit, clock, thing = self._desk.app.state.audit, self._desk.app.clock, self._thing
        if isinstance(thing, Queue):
            return await delete_queue(gateway, thing, audit, clock)
        if isinstance(thing, Topic):
            return await delete_topic(gateway, thing, audit, clock)
        assert thing is not None  # there is no dialog without
        return await unsubscribe(gateway, thing[1], audit, clock)
