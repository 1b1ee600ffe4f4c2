"""Whether a failed attempt is worth another, and how long to wait before it.

botocore's own retries are switched off: its standard mode does not retry the HTTP 429 ``Throttled`` of SNS,
its legacy mode does not retry the ``RequestThrottled`` of SQS, and neither tells the pacer that it was
throttled.
"""

from __future__ import annotations

from botocore.exceptions import ClientError, EndpointConnectionError

from sqsview.aws.codes import is_throttle, status_of
from sqsview.aws.connection_faults import broken_off, unresolvable

ATTEMPTS = 3
"""Attempts in all."""

_THROTTLED_BASE = 0.5
_FAILED_BASE = 0.1
"""Seconds of the first wait; every further one is twice as long."""

_TRANSIENT_STATUS = frozenset({500, 502, 503, 504})


def wait_before_retry(fault: Exception, attempt: int, random: float) -> float | None:
    """Give the seconds to wait before the next attempt of a call that may be repeated, or None to give up.

    Timeouts are not retried: they took long enough, and whoever reads again comes by again.

    Args:
        fault: what the attempt raised.
        attempt: its number, from 1.
        random: from 0 to 1; spreads the waits over their second half.
    """
    if attempt >= ATTEMPTS:
        return None
    if is_throttle(fault):
        base = _THROTTLED_BASE
    elif _is_transient(fault):
        base = _FAILED_BASE
    else:
        return None
    return float(base * 2 ** (attempt - 1) * (0.5 + random / 2))


def _is_transient(fault: Exception) -> bool:
    if isinstance(fault, ClientError):
        return status_of(fault) in _TRANSIENT_STATUS
    return broken_off(fault) or (isinstance(fault, EndpointConnectionError) and not unresolvable(fault))
