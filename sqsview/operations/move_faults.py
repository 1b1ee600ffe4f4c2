"""What a fault of a call means for a move: whether to try again, to give up, or not to know."""

from __future__ import annotations

from sqsview.domain.message import EntryFault
from sqsview.domain.problem import ProblemKind
from sqsview.errors import GatewayError, ServerFault, SessionError, Throttled, Unsupported
from sqsview.operations.publish import may_have_been_taken

__all__ = ["ATTEMPTS", "GIVE_UP", "is_expired", "is_hopeless", "may_be_repeated", "may_have_been_taken", "pause"]

ATTEMPTS = 4
"""Attempts of a call that did nothing, beside those that the gateway makes by itself."""
GIVE_UP = 5
"""Calls in a row that failed as a whole, after which the rest would fail too."""


def pause(attempt: int) -> float:
    """Give the seconds to wait after the attempt with this number, from 1."""
    return float(min(0.25 * 2 ** (attempt - 1), 5.0))


def is_hopeless(fault: GatewayError) -> bool:
    """Tell whether no call of this kind can succeed before a person has done something."""
    if isinstance(fault, SessionError):
        return fault.problem.kind is not ProblemKind.NETWORK
    return isinstance(fault, Unsupported) or not isinstance(fault, Throttled | ServerFault)


def may_be_repeated(fault: GatewayError) -> bool:
    """Tell whether a send did nothing, and may do so another time."""
    if isinstance(fault, SessionError):
        return fault.problem.kind is ProblemKind.NETWORK
    return isinstance(fault, Throttled)


def is_expired(fault: EntryFault) -> bool:
    """Tell whether a message cannot be deleted since its receipt is no longer good.

    SQS says ``ReceiptHandleIsInvalid``, of a FIFO queue ``InvalidParameterValue``: "The receipt handle has expired".
    """
    codes = ("ReceiptHandleIsInvalid", "MessageNotInflight")
    return fault.code.endswith(codes) or "receipt handle" in fault.text.lower()
