"""What the calls were, how long they took and what they cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from sqsview.aws.pacing import Pacer
from sqsview.clock import Clock
from sqsview.domain.snapshot import ApiFigures, CallFigures

_SAMPLES = 256
"""Latencies that are kept for each API."""

_WINDOW = 60
"""Seconds over which the calls a minute are counted."""

_MONTH = 730.0 * 60.0
"""Minutes of a month, as AWS counts it."""

_DOLLARS: Mapping[str, float] = {
    "sqs": 0.40e-6,
    "sns": 0.50e-6,
    "cloudwatch": 0.01e-3,
}
"""Dollars for one request, for CloudWatch for one metric (prices of us-east-1).

The first million requests of a month are free for the account as a whole; the estimate leaves that out,
because the account's own traffic has most likely used it. STS is free.
"""


class _Api:
    """What one API did."""

    __slots__ = ("calls", "errors", "latencies", "percentiles", "throttles")

    def __init__(self) -> None:
        self.calls = 0
        self.errors = 0
        self.throttles = 0
        self.latencies: deque[float] = deque(maxlen=_SAMPLES)
        self.percentiles: tuple[float, float] | None = None

    def figures(self, api: str) -> ApiFigures:
        if self.percentiles is None and self.latencies:
            ordered = sorted(self.latencies)
            last = len(ordered) - 1
            self.percentiles = ordered[round(last * 0.5)], ordered[round(last * 0.95)]
        p50, p95 = self.percentiles or (None, None)
        return ApiFigures(api, self.calls, self.errors, self.throttles, p50, p95)


class CallMeter:
    """Counts every attempt, also those that fail and are tried again; the figures are cheap to ask for."""

    def __init__(self, clock: Clock, pacer: Pacer, *, priced: bool) -> None:
        """Count from now on.

        Args:
            priced: whether the server is AWS's own, so that calls cost money.
        """
        self._clock = clock
        self._pacer = pacer
        self._priced = priced
        self._apis: dict[str, _Api] = {}
        self._total = 0
        self._first: float | None = None
        self._seconds = [0] * _WINDOW
        """The second that each place of the ring stands for now."""
        self._calls = [0] * _WINDOW
        self._dollars = [0.0] * _WINDOW

    def allow(self, calls_per_second: float | None) -> None:
        """Set the full budget; None lifts it."""
        self._pacer.allow(calls_per_second)

    def record(self, api: str, started: float, ended: float, *, failed: bool, throttled: bool, units: int = 1) -> None:
        """Count one attempt.

        Args:
            api: such as ``sqs:GetQueueAttributes``.
            started: monotonic seconds at which it was sent.
            ended: monotonic seconds at which its answer was there.
            failed: whether the answer was not the one wanted.
            throttled: whether it failed because of too many calls.
            units: what is paid for: 1, but for GetMetricData the number of metrics.
        """
        figures = self._apis.get(api)
        if figures is None:
            figures = self._apis[api] = _Api()
        figures.calls += 1
        figures.errors += failed
        figures.throttles += throttled
        figures.latencies.append(ended - started)
        figures.percentiles = None
        self._total += 1
        if self._first is None:
            self._first = ended
        second = int(ended)
        place = second % _WINDOW
        if self._seconds[place] != second:
            self._seconds[place] = second
            self._calls[place] = 0
            self._dollars[place] = 0.0
        self._calls[place] += 1
        if self._priced:
            self._dollars[place] += units * _DOLLARS.get(api.partition(":")[0], 0.0)

    def per_second(self) -> float:
        """Give the calls of the current and the last second, whichever were more."""
        second = int(self._clock.monotonic())
        return float(max(self._in_second(second), self._in_second(second - 1)))

    def figures(self) -> CallFigures:
        """Sum up the calls so far."""
        now = self._clock.monotonic()
        oldest = int(now) - _WINDOW
        places = [place for place in range(_WINDOW) if self._seconds[place] > oldest]
        age = _WINDOW if self._first is None else min(max(now - self._first, 1.0), _WINDOW)
        scale = _WINDOW / age
        dollars = sum(self._dollars[place] for place in places) * scale * _MONTH
        return CallFigures(
            per_minute=round(sum(self._calls[place] for place in places) * scale),
            budget=self._pacer.budget,
            budget_full=self._pacer.full_budget,
            dollars_per_month=dollars if self._priced else None,
            apis=tuple(self._apis[api].figures(api) for api in sorted(self._apis)),
            total=self._total,
        )

    def _in_second(self, second: int) -> int:
        place = second % _WINDOW
        return self._calls[place] if self._seconds[place] == second else 0
