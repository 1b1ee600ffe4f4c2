"""What earlier runs did, and were interrupted in: told at the start, and brought to its end where a person wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqsview.domain.arn import Arn, is_arn, name_of
from sqsview.domain.query import QueryError
from sqsview.domain.search import Sieve
from sqsview.errors import GatewayError, JournalError, LookRefused
from sqsview.operations.audit import Act, Deed, context_with_account
from sqsview.operations.audited import AuditedMove
from sqsview.operations.journal import Interrupted, Journal, Past
from sqsview.operations.move import Move
from sqsview.operations.move_words import interrupted_lines
from sqsview.operations.mover import Mover, resume
from sqsview.ui.repair.desk import Desk, asked_where_protected, wrong_protected
from sqsview.ui.repair.telling import of_move
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from sqsview.domain.receive_budget import Allowance
    from sqsview.gateway import Gateway
    from sqsview.operations.running import Operation

MOVES = {"move": Deed.MOVE, "copy": Deed.COPY, "delete": Deed.DELETE_MESSAGES}
"""The kinds that the mover can go on with."""
MOST_PAST = 50
"""Operations of earlier runs that are shown."""
_INSTEAD, _GIVE_UP = "instead", "give up"
_NAMED = 8
"""Ids that a dialog names."""
_OTHERWISE = {
    "redrive": "the server's own task goes on by itself; its progress is below while it runs",
    "purge": "whether it was carried out is not known: look at the queue's counts",
    "import": "import the same file into the same queue again: what was sent is not sent again",
}


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier operations mean for one that would begin now."""

    wrong: str = ""
    """Why it must not begin."""
    notes: tuple[str, ...] = ()
    """What a person has to know before."""


class Interruptions:
    """The operations of runs that are gone, as the journal has them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.found: tuple[Interrupted, ...] = ()
        self.past: tuple[Past, ...] = ()
        """What earlier runs brought to an end, the last first."""
        self._began = desk.app.clock.epoch()

    async def look(self) -> None:
        """Read the journal, off the loop; say once in a line that there is something."""
        before = self.found
        journal = self._desk.app.state.journal
        try:
            found = await asyncio.to_thread(journal.interrupted)
            past = await asyncio.to_thread(journal.finished, MOST_PAST)
        except JournalError as fault:
            self._desk.app.say(str(fault), warning=True)
            return
        self.past = tuple(each for each in past if self._is_here(each) and each.ended < self._began)
        self.found = tuple(each for each in found if self._is_here(each))
        if self.found and not before:
            self._desk.app.say(f"{interrupted_lines(self.found[0])[0]} · tab 5", warning=True)

    def _is_here(self, each: Interrupted | Past) -> bool:
        """Tell whether it was on this server, in this region, and on a queue that is seen here or of this account."""
        snapshot = self._desk.app.snapshot
        context = snapshot.context
        if each.context != (context.endpoint or "aws"):
            return False
        arn = _arn_of(each)
        if arn is None or str(arn) in snapshot.queues:
            return arn is not None
        return arn.region == context.region and arn.account == context.account

    async def before(self, queue_arn: str, ids: Collection[str] | None = None) -> Before:
        """Tell what earlier operations mean for one that would begin in a queue now.

        Args:
            queue_arn: where messages would be taken from.
            ids: which; None for all of them.
        """
        app = self._desk.app
        if not app.state.has_journal:
            return Before()
        journal, context = app.state.journal, app.snapshot.context.endpoint or "aws"
        try:
            found = await asyncio.to_thread(journal.interrupted)
            perhaps = await asyncio.to_thread(journal.perhaps_sent, context, queue_arn)
        except JournalError as fault:
            return Before(str(fault))
        for left in found:
            here = (left.context, left.source) == (context, queue_arn)
            if here and left.kind in MOVES and (left.doubt or left.edits):
                self.found = (left, *(each for each in self.found if each.op != left.op))
                kind = f"{left.kind} was interrupted here"
                return Before(f"{kind}, and some would be sent twice: tab 5 finishes it or gives it up")
        count = len(perhaps if ids is None else perhaps & set(ids))
        if not count:
            return Before()
        of = "1 message" if count == 1 else f"{count:,} messages"
        return Before(notes=(f"! {of} may be sent already: an earlier answer never came. Look there first.",))

    def open(self, left: Interrupted) -> None:
        """Say what is known of one, and offer to finish it."""
        if not self._desk.may("finish", left.source, *([left.destination] if left.destination else [])):
            return
        name, others = name_of(left.source), self._places(left)
        asked = asked_where_protected(self._desk, name)
        if left.kind in MOVES and (left.doubt or left.edits):
            asked.insert(0, Asked(_INSTEAD, "instead", hint=f"{_GIVE_UP}: forget it, and leave all as it is"))
        lines = [
            *interrupted_lines(left),
            *_ids("in the destination", left.sure),
            *_ids("perhaps in both", left.unsure),
        ]

        async def judge(values: Values) -> Outlook:
            if left.kind in _OTHERWISE:
                return Outlook([*lines, _OTHERWISE[left.kind]])
            instead = values.get(_INSTEAD, "").strip()
            if instead not in ("", _GIVE_UP):
                return Outlook(lines, f"type {_GIVE_UP}, or nothing")
            if instead:
                lasting = "What is there twice stays there twice, and nobody is told of it any more."
                return Outlook([*interrupted_lines(left)[:1], lasting])
            return Outlook(lines, wrong_protected(self._desk, values, name, others))

        def go(values: Values) -> None:
            work = self._give_up(left) if values.get(_INSTEAD, "").strip() == _GIVE_UP else self._finish(left)
            self._desk.app.run_worker(work, description="finish")

        agree = "go on" if left.kind in MOVES else "note that it is over"
        self._desk.ask(f"Interrupted: {left.kind} {name_of(left.source)}", asked, judge, agree, go)

    def _places(self, left: Interrupted) -> list[str]:
        """Name the queues that get messages when it goes on."""
        if left.destination:
            return [name_of(left.destination)]
        try:
            return [name_of(arn) for arn in resume(left, matches=Sieve).sources]
        except (ValueError, QueryError):
            return []

    async def _finish(self, left: Interrupted, agreed: Allowance | None = None) -> None:
        things = {left.source, *([left.destination] if left.destination else [])}
        with self._desk.claimed(things) as free:
            gateway = self._desk.gateway()
            if free and gateway is not None:
                await self._go_on(gateway, left, things, agreed)

    async def _go_on(
        self, gateway: Gateway, left: Interrupted, things: set[str], agreed: Allowance | None = None
    ) -> None:
        app = self._desk.app
        if left.kind not in MOVES:
            await self._close(left)
            return
        try:
            move: Move = resume(left, matches=Sieve)
            context = await context_with_account(gateway)
            mover = Mover(gateway, move, app.state.journal, app.state.ledger, app.clock, agreed=agreed)
        except (ValueError, QueryError) as fault:
            app.say(f"it cannot be gone on with: {fault}", warning=True)
            return
        except GatewayError as fault:
            app.say(fault.problem.line, warning=True)
            return
        act = Act(app.state.audit, app.clock, context, MOVES[left.kind], left.source, left.destination)
        work = AuditedMove(mover, act, detail="finishes what was interrupted")
        things |= set(move.sources)
        title = f"{name_of(left.source)} → {name_of(left.destination) if left.destination else 'where each came from'}"

        def over(operation: Operation) -> None:
            refusal = operation.cause
            if isinstance(refusal, LookRefused):
                self._desk.ask_to_receive(title, refusal, partial(self._finish, left, refusal.allowance))
            self._desk.app.run_worker(self.look(), description="journal")

        self._desk.begin(left.kind, title, things, work, lambda: of_move(left.kind, work.progress), over)

    async def _give_up(self, left: Interrupted) -> None:
        """Forget it with all that is known of its messages."""
        await self._in_journal(lambda journal: journal.forget_left(left.op))

    async def _close(self, left: Interrupted) -> None:
        now = self._desk.app.clock.epoch()
        said = "interrupted, and not gone on with"
        await self._in_journal(lambda journal: journal.end_left(left.op, said, at=now))

    async def _in_journal(self, write: Callable[[Journal], None]) -> None:
        try:
            await asyncio.to_thread(write, self._desk.app.state.journal)
        except JournalError as fault:
            self._desk.app.say(str(fault), warning=True)
        await self.look()


def _arn_of(each: Interrupted | Past) -> Arn | None:
    """Give the queue that it took messages from, or, of an import, the one that it sent them to."""
    text = each.destination if each.kind == "import" else each.source
    return Arn.parse(text) if text is not None and is_arn(text) else None


def _ids(where: str, ids: tuple[str, ...]) -> list[str]:
    if not ids:
        return []
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return [f"{where}: {', '.join(ids[:_NAMED])}{more}"]
