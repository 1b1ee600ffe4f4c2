"""``sqsview redrive``: a dead-letter queue back to where its messages came from, or to another queue."""

from __future__ import annotations

import argparse
from contextlib import AbstractAsyncContextManager, closing
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.errors import RefusedReadOnly, SqsviewError, UsageError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.commands.moving import Way
    from sqsview.domain.search import Sieve
    from sqsview.domain.snapshot import Context
    from sqsview.gateway import Gateway
    from sqsview.operations.move import Move, MoveProgress
    from sqsview.operations.redrive import RedrivePlan
    from sqsview.operations.state import State


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    add = parser.add_argument
    add("queue", metavar="DLQ", help="the dead-letter queue: name, URL or ARN")
    add("--to", metavar="QUEUE", help="where to; without it each message goes to the queue that it came from")
    add("--rate", type=_rate, metavar="PER_SECOND", help="messages a second at most; the server's task takes 1 to 500")
    add("--start-small", action="store_true", help="begin with 10 messages a second, and double that every second")
    add(
        "--filter",
        metavar="WORDS|=EXPR",
        help="only messages that have these words (!word: have not), or that a JMESPath expression after = matches",
    )
    add("--group", metavar="ID", help="message group for messages that have none, where they go to a FIFO queue")
    add("--dry-run", action="store_true", help="list what would go where, by one look; send nothing")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="finish what was interrupted in this queue")
    again.add_argument("--anew", action="store_true", help="begin anew although something was interrupted there")
    add(
        "--spend-last-receive",
        action="store_true",
        help="receive although messages lose a try by it",
    )
    add("--confirm", metavar="DLQ", help="the queue's name again, where it or a destination is protected")


def redrive(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> bool:
    """Redrive, and tell whether all that was to go went.

    Raises:
        UsageError: an option can never be right.
        SqsviewError: it was refused, or failed.
        Interrupted: a signal ended it; what was held is given back.
    """
    from sqsview.commands.interruption import run_interruptibly

    matches = _sieve(options.filter)
    if matches is not None and matches.hint:
        say(f"note: {matches.hint}")
    if not state.journal.kept:
        say("there is no home directory: if this is interrupted, nobody will know which messages may be there twice")
    with closing(state.ledger), closing(state.journal):
        return run_interruptibly(_redrive(connection, state, options, matches))


async def _redrive(
    connection: AbstractAsyncContextManager[Gateway],
    state: State,
    options: argparse.Namespace,
    matches: Sieve | None,
) -> bool:
    from sqsview.commands.interrupted import finish_interrupted, settle_interrupted
    from sqsview.commands.moving import Way, is_complete
    from sqsview.finding import find_queue
    from sqsview.operations.redrive import Wish, plan

    async with connection as gateway:
        queue = await find_queue(gateway, options.queue)
        if gateway.context.read_only and not options.dry_run:
            raise RefusedReadOnly("redrive")
        way = Way(gateway, state, spend=options.spend_last_receive)
        if options.resume:
            return await finish_interrupted(way, queue, options.confirm)
        to = await find_queue(gateway, options.to) if options.to is not None else None
        planned = await plan(
            gateway, queue, Wish(to, filtered=matches is not None, rate=options.rate, start_small=options.start_small)
        )
        if planned.blockers:
            raise SqsviewError(f"nothing is moved: {' · '.join(planned.blockers)}")
        if options.dry_run:
            _tell(planned)
            return await _list_what_would_go(way, planned, _move(way, planned, options, matches))
        _refuse_unconfirmed(gateway.context, planned, options.confirm)
        settle_interrupted(way, queue, anew=options.anew)
        _tell(planned)
        return is_complete(await _carry_out(way, planned, options, matches))


def _refuse_unconfirmed(context: Context, plan: RedrivePlan, confirmed: str | None) -> None:
    """Refuse where a protected queue gives or gets messages, or may get some, and the name was not repeated.

    Raises:
        SqsviewError: with what to type.
    """
    from sqsview.commands.confirmation import refuse_unconfirmed

    places = plan.sources if plan.destination is None else (plan.destination,)
    refuse_unconfirmed(context, plan.queue.name, confirmed, others=[place.name for place in places])
    if not places and context.protected and confirmed is None:
        raise SqsviewError(
            f"which queues get the messages is not known, and some names are protected: go on with --confirm "
            f"{plan.queue.name}"
        )


async def _carry_out(way: Way, plan: RedrivePlan, options: argparse.Namespace, matches: Sieve | None) -> MoveProgress:
    """Redrive by whom the plan says."""
    from sqsview.operations.redrive import By

    if plan.by is By.MOVER:
        return await way.move(_move(way, plan, options, matches))
    rate = None if options.rate is None else int(options.rate)
    return await way.leave_to_server(plan, rate)


async def _list_what_would_go(way: Way, plan: RedrivePlan, move: Move) -> bool:
    """Look at some of the messages, release them, and print what would become of each."""
    from sqsview.operations.redrive_forms import plan_as_text

    found = await way.plan(move)
    write(plan_as_text(found, plan))
    in_rows = {note for one in found.planned for note in one.notes}
    for note in found.notes:
        if note not in in_rows and note not in plan.notes:
            say(f"note: {note}")
    return True


def _move(way: Way, plan: RedrivePlan, options: argparse.Namespace, matches: Sieve | None) -> Move:
    from sqsview.operations.move import Move

    return Move(
        plan.queue,
        plan.destination,
        sources={source.arn: source for source in plan.sources},
        matches=matches,
        filter=options.filter or "",
        rate=options.rate,
        start_small=options.start_small,
        counter=way.gateway.context.count_redrives,
        group=options.group,
    )


def _tell(plan: RedrivePlan) -> None:
    """Say which of the two moves, and why, before it begins."""
    from sqsview.domain.words.figures import count
    from sqsview.operations.redrive import By

    who = "the server's own task" if plan.by is By.SERVER else "sqsview itself, message by message"
    say(f"{plan.queue.name}, about {count(plan.counts.visible)} messages, to {plan.where}, by {who}: {plan.why}")
    for note in plan.notes:
        say(f"note: {note}")


def _sieve(text: str | None) -> Sieve | None:
    from sqsview.domain.query import QueryError
    from sqsview.domain.search import Sieve

    if text is None:
        return None
    if not text.strip():
        raise UsageError("--filter is empty: leave it out to redrive everything")
    try:
        return Sieve(text)
    except QueryError as fault:
        raise UsageError(f"--filter: {fault}") from None


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1_000_000:
        raise argparse.ArgumentTypeError("must be a number of messages a second above 0")
    return rate
