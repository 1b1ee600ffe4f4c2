"""What became of every message of a move, told to the person, to the journal and to the rest of the move."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence

from sqsview.domain.message import Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import JournalError
from sqsview.operations.holding import Holding
from sqsview.operations.journal import Journal
from sqsview.operations.move import Move
from sqsview.operations.move_items import Item, Stage
from sqsview.operations.move_tally import Tally

LOST = "the answer to sending it was lost: it stays, and may be in the destination as well"
UNHELD = "it could not be held on to until it was its turn: another may have received it"
MISSED = "it was not met: another consumer holds it, or it is gone"
NOT_DELETED = "it could not be deleted"
UNDELETED = "its copy is in the destination, and it could not be deleted"

_REMEMBERED = 10_000
"""Messages that are known to be done, and copies, should they come once more; it happens within seconds."""


class Outcomes:
    """Knows where every message is that is not settled. Nothing here waits for anything."""

    def __init__(self, move: Move, journal: Journal, op: int, *, holding: Holding, tally: Tally) -> None:
        self._move = move
        self._journal = journal
        self._op = op
        self._holding = holding
        self._tally = tally
        tally.count_under_way = self._count
        self._writing: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()
        """Set once nothing more is to be sent."""
        self.under_way: dict[str, Item] = {}
        """What is neither done nor given up."""
        self.undeleted: dict[str, Item] = {}
        """Confirmed, and not deleted yet: to be tried again, with the receipt of another receive where there is one."""
        self.lapsed: dict[str, Message] = {}
        """Those whose hold ended before they were sent; they go should they be received once more."""
        self.recent: dict[str, None] = {}
        """Ids of the last ones that were deleted: a standard queue may hand them out once more."""
        self.copies: dict[str, None] = {}
        """Ids of the last copies: a dead-letter queue gets them back where their consumer fails at once."""
        self._lapsed_before: set[str] = set()
        resumes = move.resumes
        self._unsure = resumes.unsure if resumes is not None and not move.delete_only else frozenset[str]()
        """Ids that an interrupted move was sending: whatever becomes of them now, their copies may be there."""
        self._broken_groups: set[str | None] = set()
        """Groups of messages that stay, so that what comes after them stays, too."""

    @property
    def has_problem(self) -> bool:
        """Tell whether it gave up."""
        return self._tally.problem is not None

    def is_behind(self, message: Message) -> bool:
        """Tell whether a message of the same group of a FIFO queue stays that comes before this one."""
        return self._move.source.fifo and message.group in self._broken_groups

    # -- it goes

    def confirmed(self, copies: Sequence[str]) -> None:
        """Remember the ids of copies."""
        _remember(self.copies, copies)

    def done(self, items: Sequence[Item], *, deleted: bool = True) -> None:
        """Count what has come to its end."""
        if not items:
            return
        ids = [item.id for item in items]
        for identity in ids:
            self.under_way.pop(identity, None)
            self.undeleted.pop(identity, None)
        if deleted:
            self._holding.drop(ids)
            # A copy keeps them in the journal to its end, so that one that goes on does not send them once more.
            self.settle(ids)
            _remember(self.recent, ids)
        self._tally.moved += sum(not item.is_counted for item in items)
        for item in items:
            item.is_counted = True
        self._tally.tell()

    def settle(self, ids: Sequence[str]) -> None:
        """Write down that these are done."""
        self._write(self._journal.settled(self._op, ids))

    # -- it stays

    def stays(self, item: Item, reason: str) -> None:
        """Leave in the source what was not sent."""
        item.stage = Stage.HELD
        self.under_way.pop(item.id, None)
        self.refuse(item.message, reason)

    def refuse(self, message: Message, reason: str) -> None:
        """Count a message that stays in the source, and was not sent, or not by this process."""
        if message.id in self._unsure:
            self.doubt(message, reason)
        else:
            self._broken_groups.add(message.group)
            self._fail(message.id, reason)

    def doubt(self, message: Message, reason: str) -> None:
        """Count a message that stays in the source, and may have been sent; the journal keeps the intent."""
        self._broken_groups.add(message.group)
        self.under_way.pop(message.id, None)
        self._tally.fail(message.id, reason, twice=True)

    def lapse(self, item: Item) -> None:
        """Leave a message whose hold ended before it was sent: once, it may go should it come again.

        Of a FIFO queue it stays, and its group with it, for somebody else may have received it meanwhile.
        """
        if self._move.source.fifo or item.id in self._lapsed_before:
            self.stays(item, UNHELD)
        else:
            self.under_way.pop(item.id, None)
            self._lapsed_before.add(item.id)
            self.lapsed[item.id] = item.message

    def miss(self, identity: str) -> None:
        """Count a message that was to go and was never met."""
        self._fail(identity, MISSED)

    def leave_undeleted(self, item: Item) -> None:
        """Keep what could not be deleted now, to be tried again."""
        self.under_way.pop(item.id, None)
        self.undeleted[item.id] = item

    # -- it ends

    def give_up(self, problem: Problem) -> None:
        """Send nothing more, for this reason."""
        self._tally.give_up(problem)
        self.stopping.set()

    async def leave(self) -> None:
        """Count what is still under way, after all that carried it was ended; and wait for what is being written."""
        withdrawn = []
        for item in (*self.under_way.values(), *self.undeleted.values()):
            if item.stage is Stage.INTENDED and item.id not in self._unsure:
                withdrawn.append(item.id)
            elif item.stage is Stage.SENT:
                self._tally.fail(item.id, LOST, twice=True)
            elif item.stage is Stage.CONFIRMED and self._move.delete_only:
                self._fail(item.id, item.reason or NOT_DELETED)
            elif item.stage is Stage.CONFIRMED and not item.is_counted:
                self._tally.fail(item.id, f"{UNDELETED}: {item.reason}" if item.reason else UNDELETED, twice=True)
        for message in self.lapsed.values():
            self.refuse(message, UNHELD)
        self.under_way.clear()
        if withdrawn:
            self._write(self._journal.withdraw(self._op, withdrawn))
        while self._writing:
            await asyncio.wait(self._writing)

    def _count(self) -> int:
        return len(self.under_way) + len(self.undeleted)

    def _fail(self, identity: str, reason: str) -> None:
        self._tally.fail(identity, reason)
        self._write(self._journal.failed(self._op, [(identity, reason)]))

    def _write(self, writing: Coroutine[None, None, None]) -> None:
        """Have something written that nothing has to wait for."""

        async def write() -> None:
            try:
                await writing
            except JournalError as fault:
                self.give_up(Problem(ProblemKind.FAILED, str(fault)))

        task = asyncio.ensure_future(write())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


def _remember(known: dict[str, None], ids: Sequence[str]) -> None:
    """Add the newest, and forget the oldest once there are too many."""
    known.update(dict.fromkeys(ids))
    while len(known) > _REMEMBERED:
        del known[next(iter(known))]
