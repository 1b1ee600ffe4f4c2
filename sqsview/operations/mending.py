"""Make the one call that mends a finding, if what it was planned from is still so."""

from __future__ import annotations

from sqsview.clock import Clock
from sqsview.domain.arn import Arn
from sqsview.domain.doctor import MakeQueue, Repair, SetQueue, Unsubscribe
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import NotFound, RefusedReadOnly, Rejected
from sqsview.gateway import Gateway
from sqsview.operations.audit import AuditLog
from sqsview.operations.changing import Changing
from sqsview.operations.delete import Deleted, unsubscribe
from sqsview.operations.running import Telling

_AGAIN = "look at the finding again"


class Mending:
    """One repair, from a fresh look at what it is about to the outcome; it is in the audit log before it is done."""

    def __init__(self, gateway: Gateway, repair: Repair, audit: AuditLog, clock: Clock) -> None:
        """Prepare it; that a person has seen it and agreed has been made sure of before."""
        self._gateway = gateway
        self._repair = repair
        self._audit = audit
        self._clock = clock
        self._changing: Changing | None = None
        self._deleted: Deleted | None = None

    async def run(self) -> None:
        """Do it.

        Raises:
            Rejected: what it was planned from has changed since; nothing was done.
            JournalError: it could not be written down that it begins; nothing was done.
            GatewayError: the server refused, or is not there; nothing was done.
        """
        if self._gateway.context.read_only:
            raise RefusedReadOnly("fix")
        await self._look_again()
        if isinstance(self._repair, Unsubscribe):
            self._deleted = await unsubscribe(self._gateway, self._repair.subscription, self._audit, self._clock)
        else:
            self._changing = Changing(self._gateway, [self._repair.call], self._audit, self._clock)
            await self._changing.run()

    def stop(self) -> None:
        """Let it be: one call cannot be taken back."""

    @property
    def told(self) -> Telling:
        """Say what came of it."""
        if self._changing is not None:
            return self._changing.told
        if self._deleted is None:
            return Telling("looking whether it is still so")
        if self._deleted.problem is not None:
            return Telling(self._deleted.problem.advice, None, (), self._deleted.notes, wrong=True)
        return Telling(" · ".join(("done", *self._deleted.notes)), 1.0)

    async def _look_again(self) -> None:
        match self._repair:
            case SetQueue() as change:
                settings = (await self._gateway.get_queue_attributes(change.call.queue)).settings
                if not change.still_fits(settings):
                    raise self._changed("its settings were changed by somebody since this was found")
            case MakeQueue() as make:
                if await self._exists(make.arn):
                    raise self._changed("it exists by now")
            case Unsubscribe(twin=None, gone=str() as gone):
                if await self._exists(gone):
                    raise self._changed("the queue exists by now")
            case Unsubscribe(twin=twin) if twin is not None:
                try:
                    now = (await self._gateway.get_subscription_attributes(twin.ref.arn)).settings
                except NotFound:
                    raise self._changed("the other subscription is gone by now") from None
                if now != twin.settings:
                    raise self._changed("the other subscription was changed since")

    async def _exists(self, arn: str) -> bool:
        place = Arn.parse(arn)
        try:
            await self._gateway.get_queue_url(place.name, place.account)
        except NotFound:
            return False
        return True

    def _changed(self, why: str) -> Rejected:
        return Rejected(Problem(ProblemKind.FAILED, f"nothing was done: {why}", _AGAIN, self._repair.name))
