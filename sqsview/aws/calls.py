"""The one way to the server: every call is paced, retried, timed, counted and translated here."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqsview.aws.codes import is_throttle
from sqsview.aws.errors import FAULTS, translate, unreadable
from sqsview.aws.meter import CallMeter
from sqsview.aws.pacing import Pacer
from sqsview.aws.retry import wait_before_retry
from sqsview.aws.situation import Situation
from sqsview.clock import Clock
from sqsview.gateway import URGENT

Send = Callable[..., Awaitable[Any]]
"""A method of an aiobotocore client."""

NONE: Mapping[str, object] = MappingProxyType({})

_log = logging.getLogger(__name__)


class Calls:
    """Makes calls on behalf of one connection."""

    def __init__(
        self,
        *,
        pacer: Pacer,
        meter: CallMeter,
        situation: Situation,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._pacer = pacer
        self._meter = meter
        self._situation = situation
        self._clock = clock
        self._random = random

    async def call(
        self,
        api: str,
        send: Send,
        parameters: Mapping[str, object] = NONE,
        /,
        *,
        thing: str = "",
        urgent: bool = False,
        asked: bool = False,
        paced: bool = True,
        repeatable: bool = True,
        units: int | Callable[[Any], int] = 1,
    ) -> Any:
        """Call ``send(**parameters)`` and give the parsed answer.

        Args:
            api: such as ``sqs:GetQueueAttributes``.
            send: the client's method.
            parameters: of the API.
            thing: the name of what is asked for; for the text of an error.
            urgent: whether a person waits for it.
            asked: whether a person asked for just this, so that it is no part of the budget for watching.
            paced: whether it waits for its turn; giving back what is held never does.
            repeatable: whether it does no harm to send it twice, as after a lost answer.
            units: what is paid for, see `CallMeter.record`; may depend on the answer.

        Raises:
            GatewayError: after the last attempt.
        """
        monotonic = self._clock.monotonic
        attempt = 1
        while True:
            if paced:
                await self._pacer.turn(api, urgent=urgent or URGENT.get(), asked=asked)
            started = monotonic()
            try:
                answer = await send(**parameters)
            except FAULTS as fault:
                ended = monotonic()
                throttled = is_throttle(fault)
                paid = units if isinstance(units, int) else 1
                self._meter.record(api, started, ended, failed=True, throttled=throttled, units=paid)
                if throttled:
                    self._pacer.throttled(api, self._meter.per_second())
                error = translate(fault, self._situation, api=api, thing=thing, now=self._clock.epoch())
                _log.info("%s attempt %d failed after %.0f ms: %s", api, attempt, (ended - started) * 1e3, error)
                wait = wait_before_retry(fault, attempt, self._random()) if repeatable or throttled else None
                if wait is None:
                    raise error from fault
            else:
                ended = monotonic()
                paid = units if isinstance(units, int) else units(answer)
                self._meter.record(api, started, ended, failed=False, throttled=False, units=paid)
                _log.debug("%s took %.0f ms", api, (ended - started) * 1e3)
                return answer
            await self._clock.sleep(wait)
            attempt += 1

    async def pages(
        self,
        api: str,
        send: Send,
        parameters: Mapping[str, object] = NONE,
        /,
        *,
        thing: str = "",
        urgent: bool = False,
        units: int = 1,
    ) -> AsyncIterator[Any]:
        """Give the answers of a paged API, page by page, asking for the next only when it is wanted.

        Raises:
            GatewayError: a page could not be had, or the server goes round in circles.
        """
        token: object = None
        while True:
            asked = parameters if token is None else {**parameters, "NextToken": token}
            answer = await self.call(api, send, asked, thing=thing, urgent=urgent, units=units)
            yield answer
            following = answer.get("NextToken")
            if not following:
                return
            if following == token:
                raise unreadable("the same page token twice", thing or api)
            token = following
