"""The messages that a look holds: their holds are renewed before they lapse, and all are given back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqsview.clock import Clock
from sqsview.domain.message import EntryFault, Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import GatewayError
from sqsview.gateway import MOST_AT_ONCE, Gateway

HOLD = 20
"""Seconds for which messages are kept from others, unless they are given back or renewed before."""
HOLDS_AT_MOST = 3
"""How many times as long the hold of thousands of messages is: a minute. Nothing is held for longer than that once the
program is killed."""
_MESSAGES_A_HOLD = 2_500
"""Messages up to which the hold is the usual one. It takes 250 calls to renew as many; to renew 10,000 every few
seconds would be 150 calls a second for as long as they are looked at."""

_RENEWALS_AT_ONCE = 8
_RELEASES_AT_ONCE = 24
"""Batches that are released at once: 10,000 messages take 7 s where an answer takes 150 ms."""
_RENEW_BELOW = 0.7
"""Share of a hold that is left when it is renewed: a little over two thirds, for every third of one is looked at them.
"""
_RENEW_LONG_BELOW = 1 / 3
"""The same for a longer hold than usual: of thousands of messages, no renewal is cheaper than one in time."""
_PAUSE = 0.3
"""Seconds before what could not be released is tried once more."""


@dataclass(slots=True)
class _Held:
    receipt: str
    until: float
    """Monotonic seconds of the earliest moment at which the server may give it to others."""


class Holding:
    """Keeps messages of one queue from others for a while."""

    def __init__(self, gateway: Gateway, queue: QueueRef, clock: Clock, seconds: int) -> None:
        """Hold for ``seconds`` at a time, as a rule; see `expect`."""
        self._gateway = gateway
        self._queue = queue
        self._clock = clock
        self._usual = seconds
        self.seconds = seconds
        """Length of the next holds and renewals."""
        self._held: dict[str, _Held] = {}
        self._turn = asyncio.Lock()
        self.lost: dict[str, str] = {}
        """Messages whose hold ended before it was to, by id, with the reason."""
        self.problem: Problem | None = None
        """Why the last renewal or release failed as a whole; None while all is well."""

    def __len__(self) -> int:
        """Count what is held."""
        return len(self._held)

    def __contains__(self, key: str) -> bool:
        """Tell whether a message is held."""
        return key in self._held

    @property
    def until(self) -> float | None:
        """Monotonic seconds at which the first hold lapses; None where nothing is held."""
        return min((held.until for held in self._held.values()), default=None)

    @property
    def last(self) -> float | None:
        """Monotonic seconds at which the last hold lapses; None where nothing is held."""
        return max((held.until for held in self._held.values()), default=None)

    def add(self, messages: Sequence[Message], until: float) -> None:
        """Take in what a receive gave, with the monotonic seconds at which its hold lapses at the earliest."""
        for message in messages:
            self._held[message.id] = _Held(message.receipt, until)
            self.lost.pop(message.id, None)

    def remaining(self, key: str) -> float:
        """Give the seconds for which a message is certainly kept from others; 0 where it is not held."""
        held = self._held.get(key)
        return max(0.0, held.until - self._clock.monotonic()) if held is not None else 0.0

    def drop(self, keys: Iterable[str]) -> None:
        """Hold these no longer, without giving them back: they are deleted, or somebody else holds them now."""
        for key in keys:
            self._held.pop(key, None)
            self.lost.pop(key, None)

    async def hand_over(self, keys: Iterable[str]) -> tuple[frozenset[str], float]:
        """Hold these no longer, for another does; give those that were held, and when the first hold of them lapses.

        The time is in monotonic seconds; 0 where none was held.
        """
        async with self._turn:  # nothing renews or releases them meanwhile
            found = {key: self._held[key].until for key in keys if key in self._held}
            self.drop(found)
        return frozenset(found), min(found.values(), default=0.0)

    def expect(self, messages: int) -> None:
        """Hold for longer from now on where thousands of messages are, or will be, held."""
        longer = round(self._usual * messages / _MESSAGES_A_HOLD)
        self.seconds = max(self._usual, min(longer, self._usual * HOLDS_AT_MOST))

    async def renew(self) -> None:
        """Renew the holds that are more than a third over; what cannot be renewed is lost once its time is over."""
        async with self._turn:
            await self._renew()

    async def _renew(self) -> None:
        now = self._clock.monotonic()
        soon = now + max(self._usual * _RENEW_BELOW, self.seconds * _RENEW_LONG_BELOW)
        due = [key for key, held in self._held.items() if held.until < soon]
        if not due:
            return
        seconds = self.seconds

        def renewed(key: str, since: float) -> None:
            if key in self._held:
                self._held[key].until = since + seconds

        faults = await self._change(due, seconds, renewed, at_once=_RENEWALS_AT_ONCE)
        now = self._clock.monotonic()
        for key, fault in faults.items():
            held = self._held.get(key)
            if held is not None and (fault.sender_fault or _is_free(fault) or held.until <= now):
                del self._held[key]
                self.lost[key] = fault.line

    async def release(self) -> str:
        """Give all back, and say what could not be; a failure is tried once more."""
        async with self._turn:  # a renewal that overtook the release would hold what is said to be free
            return await self._release()

    async def _release(self) -> str:
        before = len(self._held)
        faults = await self._change(list(self._held), 0, self._released, at_once=_RELEASES_AT_ONCE)
        if faults:
            await self._clock.sleep(_PAUSE)
            again = [key for key in faults if key in self._held]
            await self._change(again, 0, self._released, at_once=_RELEASES_AT_ONCE)
        return self.abandoned(before)

    def abandoned(self, of: int) -> str:
        """Let go of what could not be released, and say how many ``of`` all these are and when they come back."""
        now = self._clock.monotonic()
        left = [held.until for held in self._held.values() if held.until > now]
        self._held.clear()
        if not left:
            return ""
        seconds = math.ceil(max(left) - now)
        they = "it comes back by itself" if len(left) == 1 else "they come back by themselves"
        return f"{len(left):,} of {of:,} could not be released: {they} within {seconds} s"

    def _released(self, key: str, since: float) -> None:
        self._held.pop(key, None)

    async def _change(
        self, keys: Sequence[str], seconds: int, done: Callable[[str, float], None], *, at_once: int
    ) -> Mapping[str, EntryFault]:
        """Change the visibility of these, in batches, several at once; give what failed."""
        self.problem = None
        batches = [keys[start : start + MOST_AT_ONCE] for start in range(0, len(keys), MOST_AT_ONCE)]
        waiting = iter(batches)
        faults: dict[str, EntryFault] = {}

        async def work() -> None:
            for batch in waiting:
                faults.update(await self._change_batch(batch, seconds, done))

        workers = [asyncio.ensure_future(work()) for _ in batches[:at_once]]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
        return faults

    async def _change_batch(
        self, keys: Sequence[str], seconds: int, done: Callable[[str, float], None]
    ) -> Mapping[str, EntryFault]:
        receipts = {self._held[key].receipt: key for key in keys if key in self._held}
        if not receipts:
            return {}
        since = self._clock.monotonic()
        try:
            failed = await self._gateway.change_message_visibility_batch(self._queue, list(receipts), seconds)
        except GatewayError as fault:
            self.problem = fault.problem
            reason = EntryFault("", fault.problem.text, sender_fault=False)
            return dict.fromkeys(receipts.values(), reason)
        faults: dict[str, EntryFault] = {}
        for receipt, key in receipts.items():
            refusal = failed.get(receipt)
            if refusal is None or (seconds == 0 and _is_free(refusal)):
                done(key, since)
            else:
                faults[key] = refusal
        return faults


def _is_free(fault: EntryFault) -> bool:
    """Tell whether the message is not in flight, or was received by another since: nothing is held then."""
    return fault.code.endswith(("MessageNotInflight", "ReceiptHandleIsInvalid"))


def unheld(problem: Problem | None) -> Problem:
    """Give the problem of a look that holds nothing any more, by the fault that caused it."""
    reason = f": {problem.text}" if problem else ""
    remedy = problem.remedy if problem else ""
    return Problem(problem.kind if problem else ProblemKind.FAILED, f"nothing is held any more{reason}", remedy)
