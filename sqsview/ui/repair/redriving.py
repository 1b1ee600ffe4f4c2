"""Redrive of a whole dead-letter queue: the dialog that says who moves what where and why, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqsview.domain import words
from sqsview.domain.query import QueryError
from sqsview.domain.queue import QueueRef
from sqsview.domain.search import Sieve
from sqsview.errors import GatewayError, LedgerError, LookRefused
from sqsview.operations.audit import Act, Deed, context_with_account
from sqsview.operations.audited import AuditedMove
from sqsview.operations.move import Move, MovePlan
from sqsview.operations.move_task import ServerMove
from sqsview.operations.mover import Mover
from sqsview.operations.redrive import By, RedrivePlan, Wish, plan
from sqsview.ui.repair.desk import Desk, asked_where_protected, wrong_name, wrong_protected
from sqsview.ui.repair.telling import of_move
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from sqsview.domain.receive_budget import Allowance
    from sqsview.gateway import Gateway
    from sqsview.operations.running import Operation
    from sqsview.ui.screens.dashboard_screen import Subject

LOOKED_AT = 25
"""Messages that a dry run looks at."""
_SHOWN = 6


class Redrive:
    """The redrive of one dead-letter queue, from the dialog to the operation."""

    def __init__(self, desk: Desk, subject: Subject) -> None:
        self._desk = desk
        self._queue = QueueRef(subject.key, subject.url or "", subject.name)
        self._plan: RedrivePlan | None = None
        self._typed = asked_where_protected(desk, subject.name)

    def open(self) -> None:
        """Open the dialog."""
        asked = [
            Asked("to", "to", hint="each to the queue that it came from; or the name of a queue"),
            Asked("rate", "rate", hint=RATE_HINT),
            Asked("filter", "filter", hint="words, or =EXPRESSION; empty: everything"),
            GROUP,
            *self._typed,
        ]
        title = f"Redrive {self._queue.name}"
        self._desk.ask(title, asked, self._judge, "redrive", self._begin, rehearse=self._rehearse)

    async def _judge(self, values: Values) -> Outlook:
        try:
            wish = self._wish(values)
        except (ValueError, QueryError) as fault:
            return Outlook(wrong=str(fault))
        gateway = self._desk.gateway()
        if gateway is None:
            return Outlook(wrong="there is no connection now")
        try:
            self._plan = planned = await self._ask(gateway, wish)
        except GatewayError as fault:
            return Outlook(wrong=fault.problem.advice)
        places = [planned.destination] if planned.destination else planned.sources
        before = await self._desk.interruptions.before(self._queue.arn)
        wrong = " · ".join(planned.blockers) or before.wrong
        wrong = wrong or wrong_protected(self._desk, values, self._queue.name, [place.name for place in places])
        if not places and self._typed:
            wrong = wrong or wrong_name(values, self._queue.name)  # any of the protected queues may get some
        return Outlook([*before.notes, *_says(planned)], wrong)

    def _wish(self, values: Values) -> Wish:
        sieve = _sieve(values)
        to = self._named(values["to"].strip())
        pace = pace_of(values["rate"])
        return Wish(to, filtered=sieve is not None, rate=pace.rate, start_small=pace.small)

    def _named(self, name: str) -> QueueRef | None:
        return queue_named(self._desk, name) if name else None

    async def _ask(self, gateway: Gateway, wish: Wish) -> RedrivePlan:
        scene = self._desk.app.scene
        queue = scene.topology.queue_by_arn(self._queue.arn)
        known = None if queue is None else [source.ref for source in scene.topology.dead_letter_sources(queue)]
        fed_by = [] if queue is None else [topic.name for topic, _ in scene.topology.failed_deliveries(queue)]
        complete = known if scene.topology.complete else None
        return await plan(gateway, self._queue, wish, known_sources=complete, fed_by=fed_by)

    def _move(self, planned: RedrivePlan, values: Values) -> Move:
        pace = pace_of(values["rate"])
        return Move(
            self._queue,
            planned.destination,
            sources={source.arn: source for source in planned.sources},
            matches=_sieve(values),
            filter=values["filter"].strip(),
            rate=pace.rate,
            start_small=pace.small,
            counter=self._desk.app.snapshot.context.count_redrives,
            group=group_in(values),
        )

    async def _rehearse(self, values: Values) -> list[str]:
        gateway, planned = self._desk.gateway(), self._plan
        if gateway is None or planned is None or planned.blockers:
            return ["nothing would go: see below"]
        state, clock = self._desk.app.state, self._desk.app.clock
        mover = Mover(gateway, self._move(planned, values), state.journal, state.ledger, clock)
        try:
            found = await mover.plan(LOOKED_AT)
        except (GatewayError, LedgerError, LookRefused) as fault:
            return [str(fault)]
        return rehearsed(found)

    def _begin(self, values: Values) -> None:
        gateway, planned = self._desk.gateway(), self._plan
        if gateway is None or planned is None:
            return
        self._desk.app.run_worker(self._run(gateway, planned, values), description="redrive")

    async def _run(
        self, gateway: Gateway, planned: RedrivePlan, values: Values, agreed: Allowance | None = None
    ) -> None:
        places = [planned.destination] if planned.destination else planned.sources
        things = {self._queue.arn, *(place.arn for place in places)}
        with self._desk.claimed(things) as free:
            if free:
                await self._start(gateway, planned, values, things, agreed)

    async def _start(
        self,
        gateway: Gateway,
        planned: RedrivePlan,
        values: Values,
        things: set[str],
        agreed: Allowance | None = None,
    ) -> None:
        state, clock = self._desk.app.state, self._desk.app.clock
        moving: ServerMove | Mover
        if planned.by is By.SERVER:
            rate = pace_of(values["rate"]).rate
            moving = ServerMove(
                gateway, self._queue, state.journal, clock, destination=planned.destination,
                rate=None if rate is None else int(rate),
            )  # fmt: skip
        else:
            move = self._move(planned, values)
            moving = Mover(gateway, move, state.journal, state.ledger, clock, agreed=agreed)
        destination = planned.destination.arn if planned.destination else None
        context = await context_with_account(gateway)
        act = Act(state.audit, clock, context, Deed.REDRIVE, self._queue.arn, destination)
        work = AuditedMove(moving, act, detail=values["filter"].strip())
        title = f"{self._queue.name} → {planned.where}"

        def over(operation: Operation) -> None:
            refusal = operation.cause
            if isinstance(refusal, LookRefused):
                again = partial(self._run, gateway, planned, values, refusal.allowance)
                self._desk.ask_to_receive(f"Redrive {title}", refusal, again)

        self._desk.begin("redrive", title, things, work, lambda: of_move("redrive", work.progress), over)


def _sieve(values: Values) -> Sieve | None:
    """Read the filter that was typed; raises `QueryError`."""
    text = values["filter"].strip()
    return Sieve(text) if text else None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast messages are to go."""

    rate: float | None = None
    """Messages a second at most; None is as fast as it goes."""
    small: bool = False
    """Whether to begin with 10 a second and double."""


GROUP = Asked(
    "group",
    "group",
    hint="message group of those that have none",
    only_if=lambda values: values.get("to", "").strip().endswith(".fifo"),
)
"""Asked where a FIFO queue is to get messages; those of a FIFO queue have a group."""


def group_in(values: Values) -> str | None:
    """Give the message group that was typed; None where none was."""
    return values.get("group", "").strip() or None


RATE_HINT = "messages a second; small: 10, then ever more; empty: as fast as it goes"


def pace_of(text: str) -> Pace:
    """Read how fast: a number, ``small``, both, or nothing.

    Raises:
        ValueError: it is none of these.
    """
    words = text.split()
    small = "small" in words
    numbers = [word for word in words if word != "small"]
    if not numbers:
        return Pace(None, small)
    try:
        rate = float(numbers[0]) if len(numbers) == 1 else 0.0
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1_000_000:
        raise ValueError(f"the rate is a number of messages a second above 0, or small, not {text.strip()[:40]}")
    return Pace(rate, small)


def queue_named(desk: Desk, name: str) -> QueueRef:
    """Give the queue of this name, URL or ARN among those that are known.

    Raises:
        ValueError: there is none, or it is not the only one.
    """
    queues = desk.app.snapshot.queues.values()
    found = [queue for queue in queues if name in (queue.name, queue.arn, queue.ref.url)]
    if len(found) == 1:
        return found[0].ref
    if found:
        raise ValueError(f"there are {len(found)} queues named {name}: give the ARN of one")
    near = sorted(queue.name for queue in queues if name.lower() in queue.name.lower())[:3]
    hint = f": did you mean {', '.join(near)}?" if near else ""
    raise ValueError(f"there is no queue {name[:80]} here{hint}")


def rehearsed(found: MovePlan) -> list[str]:
    """Say what a dry run found, a line for each of the first messages."""
    goes = sum(not each.fault for each in found.planned)
    of = f" of about {words.count(found.visible)}" if found.visible is not None else ""
    lines = [f"{len(found.planned) + found.skipped:,}{of} were looked at and released: {goes:,} would go"]
    staying_first = sorted(found.planned, key=lambda each: not each.fault)
    for each in staying_first[:_SHOWN]:
        where = f"→ {each.destination}" if not each.fault else f"stays: {each.fault}"
        notes = f" ({' · '.join(each.notes)})" if each.notes else ""
        lines.append(f"{each.id[:8]}… {where}{notes}")
    if len(found.planned) > _SHOWN:
        lines.append(f"and {len(found.planned) - _SHOWN:,} more")
    return [*lines, *found.notes]


def _says(planned: RedrivePlan) -> list[str]:
    who = "the server's own task" if planned.by is By.SERVER else "sqsview's mover"
    held = "" if planned.counts.in_flight in (None, 0) else f", {words.count(planned.counts.in_flight)} in flight"
    lines = [
        f"from  {planned.queue.name}, about {words.count(planned.counts.visible)} messages{held}",
        f"to    {planned.where}",
        f"by    {who}: {planned.why}",
    ]
    if planned.by is By.MOVER:
        lines.append(
            "The copy is confirmed before a message is deleted: if this breaks off, one may be there twice, never gone."
        )
    return [*lines, *(f"· {note}" for note in planned.notes)]
