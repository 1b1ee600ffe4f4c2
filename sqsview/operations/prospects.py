"""What following a message to one subscription would cost, or why nobody can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqsview.clock import Clock
from sqsview.domain.queue import QueueRef
from sqsview.domain.recipients import Recipient
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.errors import GatewayError, LedgerError
from sqsview.gateway import Gateway
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.ledger import Ledger

DEADLINE = 10.0
"""Seconds for which a trace looks for a message that is to arrive."""
MOST_LOOKED_AT = 200
"""Messages of one queue that a trace holds at most; it does not empty a deep queue to find one."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What following a message to one subscription would cost."""

    recipient: Recipient
    appraisal: Appraisal | None
    """None where there can be no look."""
    line: str
    """What a look costs, or why there can be none, in one line. It may quote names, so it is untrusted text."""
    short: str
    """The same in two or three words, what matters most first. It may quote a protocol, so it is untrusted text."""

    @property
    def key(self) -> str:
        """The subscription's key, which `Trace.run` is told of what was allowed."""
        return self.recipient.subscription.key

    @property
    def must_ask(self) -> bool:
        """Tell whether the look would take somebody's last try, so that it has to be allowed by name."""
        return self.appraisal is not None and self.appraisal.allowance.must_ask

    @property
    def is_deep(self) -> bool:
        """Tell whether the queue holds more than is looked at, so that the message may well not be met."""
        return self.appraisal is not None and (self.appraisal.total or 0) > MOST_LOOKED_AT


async def prospect_of(
    gateway: Gateway, recipient: Recipient, queues: Mapping[str, QueueRef], ledger: Ledger, clock: Clock
) -> Prospect:
    """Say what following a message to one subscription would cost; nothing is received.

    Args:
        gateway: where the queue's settings and counts are read.
        recipient: the subscription.
        queues: the queues that are known, by ARN.
        ledger: the record of looks.
        clock: the time.
    """
    ref = recipient.subscription.ref
    if ref.protocol != SQS_PROTOCOL:
        line = f"only queues can be looked at, and this one delivers by {ref.protocol}"
        return Prospect(recipient, None, line, f"not SQS: {ref.protocol}")
    queue = queues.get(ref.endpoint)
    if queue is None:
        line = "its queue is in another account or region, or is not known here"
        return Prospect(recipient, None, line, "not known here")
    try:
        appraisal = await appraise(gateway, queue, ledger, clock)
    except GatewayError as fault:
        return Prospect(recipient, None, f"its queue cannot be looked at: {fault.problem.advice}", "no look")
    except LedgerError as fault:
        return Prospect(recipient, None, str(fault), "no look")
    about = f" of about {appraisal.total:,}" if appraisal.total else ""
    cost = f"looks at up to {MOST_LOOKED_AT} messages{about} and holds them for up to {DEADLINE:g} s"
    return Prospect(recipient, appraisal, f"{cost} · {appraisal.allowance.line}", _short(appraisal))


def _short(appraisal: Appraisal) -> str:
    allowance, total = appraisal.allowance, appraisal.total
    left = "no limit" if allowance.looks_left is None else f"{allowance.looks_left:,} left"
    if allowance.must_ask:
        left = "asks"
    if total is None:
        return left
    if total > MOST_LOOKED_AT:
        return f"{left} · deep: {total:,}" if allowance.must_ask else f"deep: {total:,} · {left}"
    return f"{left} · " + ("empty" if not total else "1 message" if total == 1 else f"{total:,} messages")
