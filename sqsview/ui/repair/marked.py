"""What is done with messages that were looked at: moved, copied, deleted, or sent on with another body."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sqsview.domain import words
from sqsview.domain.arn import name_of
from sqsview.domain.decoding import decode, what_matters
from sqsview.domain.message import Message
from sqsview.domain.queue import QueueRef
from sqsview.domain.receive_budget import Allowance
from sqsview.errors import GatewayError, LookRefused
from sqsview.operations.audit import Act, Deed, context_with_account
from sqsview.operations.audited import AuditedMove
from sqsview.operations.move import Move, MoveProgress
from sqsview.operations.mover import Mover
from sqsview.operations.running import Operation
from sqsview.ui.repair.desk import NOT_HELD, Desk, asked_where_protected, typed_name, wrong_name, wrong_protected
from sqsview.ui.repair.redriving import GROUP, RATE_HINT, Pace, group_in, pace_of, queue_named
from sqsview.ui.repair.telling import of_move
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from sqsview.ui.message_looking import Looking
    from sqsview.ui.screens.dashboard_screen import Subject

_NAMED = 5
"""Messages that a dialog names."""
_WIDTH = 48
"""Characters of what matters in each."""
_SHOWN = 12
"""Lines of a difference that a dialog shows."""
_DEEDS = {"move": Deed.MOVE, "copy": Deed.COPY, "delete": Deed.DELETE_MESSAGES}


@dataclass(frozen=True, slots=True)
class Marked:
    """Messages of one queue, as they were when the key was pressed."""

    queue: QueueRef
    messages: Sequence[Message]
    looking: Looking
    """What may hold them."""

    @property
    def ids(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(message.id for message in self.messages)

    @property
    def words(self) -> str:
        """How many they are."""
        return "1 message" if len(self.messages) == 1 else f"{len(self.messages):,} messages"


def marked_in(subject: Subject, messages: Sequence[Message], looking: Looking) -> Marked:
    """Capture what a key acts upon."""
    return Marked(QueueRef(subject.key, subject.url or "", subject.name), tuple(messages), looking)


class Sending:
    """Moves or copies messages, or sends them on with other bodies, from the dialog to the operation."""

    def __init__(
        self,
        desk: Desk,
        marked: Marked,
        *,
        keep: bool = False,
        edits: Mapping[str, str] | None = None,
        ended: Callable[[MoveProgress], None] = lambda progress: None,
    ) -> None:
        """Prepare it.

        Args:
            desk: where it is begun from.
            marked: which messages.
            keep: whether the originals stay.
            edits: bodies by message id, which take the place of theirs.
            ended: called at the end, with what became of them.
        """
        self._desk = desk
        self._marked = marked
        self._keep = keep
        self._edits = edits or {}
        self._ended = ended
        self._to: QueueRef | None = None

    def open(self) -> None:
        """Open the dialog."""
        name = self._marked.queue.name
        hint = "the name of a queue" if self._keep else "each to the queue that it came from; or the name of a queue"
        asked = [
            Asked("to", "to", self._likely(), hint=hint),
            Asked("rate", "rate", hint=RATE_HINT),
            GROUP,
            *asked_where_protected(self._desk, name),
        ]
        verb = "Send on, edited," if self._edits else "Copy" if self._keep else "Move"
        agree = "send on" if self._edits else verb.lower()
        title = f"{verb} {self._marked.words} of {name}"
        self._desk.ask(title, asked, self._judge, agree, self._begin, grave=not self._keep)

    def _likely(self) -> str:
        """Give the queue that they all came from, where they tell."""
        if self._keep:
            return ""
        sources = {message.source for message in self._marked.messages}
        only = sources.pop() if len(sources) == 1 else None
        if only is not None:
            return name_of(only)
        topology = self._desk.app.scene.topology
        queue = topology.queue_by_arn(self._marked.queue.arn)
        said = topology.dead_letter_sources(queue) if queue is not None else ()
        return said[0].name if len(said) == 1 and sources <= {None} else ""

    async def _judge(self, values: Values) -> Outlook:
        queue, name = self._marked.queue, values["to"].strip()
        try:
            pace_of(values["rate"])
            self._to = queue_named(self._desk, name) if name else None
        except ValueError as fault:
            return Outlook(wrong=str(fault))
        lines = [f"from  {queue.name}"]
        if self._to or not self._keep:
            lines.append(f"to    {self._to.name if self._to else 'where each came from'}")
        lines.append("by    sqsview's mover: the server's own task can take no selection")
        lines += self._difference()
        before = await self._desk.interruptions.before(queue.arn, self._marked.ids)
        held = self._marked.looking.holding
        if self._keep:
            lines.append("The originals stay: they leave this list, and are released at the end: v looks again.")
        else:
            lines.append("The copy is confirmed before a message is deleted: at worst one is there twice, never gone.")
        if not held:
            lines.append(NOT_HELD)
        return Outlook([*before.notes, *lines], before.wrong or self._wrong(values))

    def _wrong(self, values: Values) -> str:
        queue = self._marked.queue
        if self._to is not None and self._to.arn == queue.arn:
            return f"they are in {queue.name} already"
        if self._to is None:
            untold = sum(message.source is None for message in self._marked.messages)
            if self._keep:
                return "say where to"
            if untold:
                told = (
                    "1 of them does not tell where it" if untold == 1 else f"{untold:,} of them do not tell where they"
                )
                return f"{told} came from: say where to"
        sources = {name_of(message.source) for message in self._marked.messages if message.source}
        return wrong_protected(self._desk, values, queue.name, [self._to.name] if self._to else sorted(sources))

    def _difference(self) -> list[str]:
        lines: list[str] = []
        for message in self._marked.messages:
            after = self._edits.get(message.id)
            if after is not None:
                lines += difference(message.body, after)
        return lines

    def _begin(self, values: Values) -> None:
        self._desk.app.run_worker(self._run(pace_of(values["rate"]), group_in(values)), description="move")

    async def _run(self, pace: Pace, group: str | None) -> None:
        named = {message.source for message in self._marked.messages} if self._to is None else set()
        queues = self._desk.app.snapshot.queues.values()
        sources = {queue.arn: queue.ref for queue in queues if queue.arn in named}
        move = Move(
            self._marked.queue, self._to, sources=sources, ids=self._marked.ids, edits=self._edits, keep=self._keep,
            rate=pace.rate, start_small=pace.small, group=group,
            counter=not self._keep and self._desk.app.snapshot.context.count_redrives,
        )  # fmt: skip

        where = self._to.name if self._to is not None else "where each came from"
        await carry_out(self._desk, self._marked, move, f"{self._marked.queue.name} → {where}", self._ended)


class Deleting:
    """Deletes messages, from the dialog to the operation."""

    def __init__(self, desk: Desk, marked: Marked) -> None:
        self._desk = desk
        self._marked = marked

    def open(self) -> None:
        """Open the dialog."""
        name = self._marked.queue.name
        self._typed = [typed_name(name)] if self._desk.protects([name]) else []
        title = f"Delete {self._marked.words} of {name}"
        self._desk.ask(title, self._typed, self._judge, "delete", self._begin)

    async def _judge(self, values: Values) -> Outlook:
        lines = await asyncio.to_thread(lambda: [self._line(message) for message in self._marked.messages[:_NAMED]])
        if len(self._marked.messages) > _NAMED:
            lines.append(f"and {len(self._marked.messages) - _NAMED:,} more")
        lines.append("What is deleted is gone for good: e exports what is marked to a file first.")
        if not self._marked.looking.holding:
            lines.append(NOT_HELD)
        return Outlook(lines, wrong_name(values, self._marked.queue.name) if self._typed else "")

    def _line(self, message: Message) -> str:
        now = self._desk.app.clock.epoch()
        age = f"{words.duration(max(0.0, now - message.sent))} old" if message.sent is not None else ""
        return f"{message.id[:8]}…  {age}  {what_matters(decode(message.body), _WIDTH)}"

    def _begin(self, values: Values) -> None:
        move = Move(self._marked.queue, ids=self._marked.ids, delete_only=True)
        work = carry_out(self._desk, self._marked, move, f"{self._marked.words} of {self._marked.queue.name}")
        self._desk.app.run_worker(work, description="delete")


async def carry_out(
    desk: Desk,
    marked: Marked,
    move: Move,
    title: str,
    done: Callable[[MoveProgress], None] = lambda progress: None,
    agreed: Allowance | None = None,
) -> None:
    """Take over what is held of these messages, and begin the operation; ask where receiving would cost last tries."""
    things = {move.source.arn, *([move.destination.arn] if move.destination else move.sources)}
    with desk.claimed(things) as free:
        if free:
            await _start(desk, marked, move, title, things, done, agreed)


async def _start(
    desk: Desk,
    marked: Marked,
    move: Move,
    title: str,
    things: set[str],
    done: Callable[[MoveProgress], None],
    agreed: Allowance | None,
) -> None:
    gateway = desk.gateway()
    if gateway is None:
        return
    state, clock = desk.app.state, desk.app.clock
    try:
        context = await context_with_account(gateway)
    except GatewayError as fault:
        desk.app.say(fault.problem.line, warning=True)
        return
    in_hand, _ = await marked.looking.hand_over(marked.ids)
    # As if their hold were about to end: the mover renews it first, which shows that nobody else has them by now.
    move = replace(move, in_hand=in_hand, in_hand_until=clock.monotonic())
    mover = Mover(gateway, move, state.journal, state.ledger, clock, agreed=agreed)
    destination = move.destination.arn if move.destination else None
    act = Act(state.audit, clock, context, _DEEDS[move.kind], move.source.arn, destination)
    work = AuditedMove(mover, act, counts={"messages": len(marked.messages)})

    def over(operation: Operation) -> None:
        refusal = operation.cause
        if isinstance(refusal, LookRefused):
            again = replace(move, in_hand=(), in_hand_until=0.0)
            desk.ask_to_receive(title, refusal, partial(carry_out, desk, marked, again, title, done, refusal.allowance))
        else:
            done(work.progress)

    kind = "send on" if move.edits else move.kind
    desk.begin(kind, title, things, work, lambda: of_move(move.kind, work.progress), over)


def difference(before: str, after: str) -> list[str]:
    """Give the lines that differ, as of a patch, without those around them."""
    if before == after:
        return ["the body is as it was"]
    found = [
        line
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    if not found:
        return ["only the ends of lines differ"]
    more = [f"… {len(found) - _SHOWN:,} more lines differ"] if len(found) > _SHOWN else []
    return [*found[:_SHOWN], *more]
