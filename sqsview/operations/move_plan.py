"""What a move would do, without doing it."""

from __future__ import annotations

from collections import Counter

from sqsview.clock import Clock
from sqsview.domain.receive_budget import Allowance, Consent
from sqsview.gateway import Gateway
from sqsview.operations.aiming import Aim
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, appraise
from sqsview.operations.move import Move, MovePlan, Planned


async def plan(
    gateway: Gateway,
    move: Move,
    ledger: Ledger,
    clock: Clock,
    *,
    most: int,
    agreed: Allowance | Consent | None,
) -> MovePlan:
    """Tell what would go where, by what is in hand, or else by a look at up to ``most`` messages.

    Raises:
        LookRefused: the look would cost what was not agreed to.
        LedgerError: the record of looks cannot be used.
        GatewayError: source or destination cannot be read, or a receive failed.
    """
    aim = Aim(gateway, move, clock.epoch())
    await aim.prepare()
    messages, visible = move.in_hand, None
    notes: tuple[str, ...] = ()
    if not messages:
        appraisal = await appraise(gateway, move.source, ledger, clock)
        look = Look(gateway, appraisal, ledger, clock)
        await look.gather(most, agreed)
        messages, visible, notes = tuple(look.messages), appraisal.counts.visible, look.notes
    planned: list[Planned] = []
    skipped: Counter[str] = Counter()
    for message in messages:
        now = clock.epoch()
        why_not = aim.why_not(message, now)
        if why_not is not None:
            skipped[why_not] += 1
            continue
        aimed = await aim.at(message, now)
        if isinstance(aimed, str):
            planned.append(Planned(message.id, "", fault=aimed))
        else:
            item, said = aimed
            name = item.destination.name if item.destination is not None else ""
            planned.append(Planned(message.id, name, said))
    stays = tuple(f"{count:,} would stay, {why_not}" for why_not, count in skipped.items() if why_not)
    return MovePlan(tuple(planned), sum(skipped.values()), visible, (*notes, *stays))
