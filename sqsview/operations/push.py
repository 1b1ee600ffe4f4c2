"""One call about push, in the audit log before it is made; nothing secret and nothing of a message is written there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from sqsview.clock import Clock
from sqsview.domain.problem import Problem
from sqsview.domain.push import is_device
from sqsview.domain.pushing.applications import PushFault
from sqsview.domain.pushing.changes import (
    ChangeDevice,
    CreateApplication,
    DeleteApplication,
    DeleteDevice,
    PushChange,
    RegisterDevice,
    RenewCredentials,
    SendPush,
    SwitchApplication,
)
from sqsview.domain.pushing.credential_files import LARGEST, CredentialFile, recognised
from sqsview.domain.pushing.devices import device_in_conflict
from sqsview.domain.snapshot import Context
from sqsview.errors import GatewayError, RefusedReadOnly
from sqsview.gateway import Gateway
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome, context_with_account
from sqsview.operations.cancellation import see_through
from sqsview.operations.publish import may_have_been_taken
from sqsview.operations.running import Telling

_DEEDS: dict[type, Deed] = {
    CreateApplication: Deed.CREATE_APPLICATION,
    RenewCredentials: Deed.SET_ATTRIBUTES,
    SwitchApplication: Deed.SET_ATTRIBUTES,
    DeleteApplication: Deed.DELETE_APPLICATION,
    RegisterDevice: Deed.REGISTER_DEVICE,
    ChangeDevice: Deed.SET_ATTRIBUTES,
    DeleteDevice: Deed.DELETE_DEVICE,
    SendPush: Deed.PUSH,
}


class PushWork:
    """Makes one call, and keeps what came of it."""

    def __init__(self, gateway: Gateway, change: PushChange, audit: AuditLog, clock: Clock) -> None:
        """Prepare it; that a person meant it has been made sure of before."""
        self._gateway = gateway
        self._change = change
        self._audit = audit
        self._clock = clock
        self._notes: list[str] = []
        self._lost: Problem | None = None
        """Why it is not known whether it was done."""
        self.made: str | None = None
        """ARN of what was created, or the id of the message that was taken; None until then."""
        self.conflict: str | None = None
        """ARN of the device that has the token already, where that is why a registration was refused."""

    def stop(self) -> None:
        """Let it be: one call cannot be taken back."""

    async def run(self) -> None:
        """Make the call, to its end also where who waits is cancelled.

        Raises:
            JournalError: it could not be written down that it begins; nothing was done.
            GatewayError: the server refused, or is not there; nothing was done.
        """
        await see_through(asyncio.ensure_future(self._run()))

    @property
    def done(self) -> bool:
        """Tell whether the server has confirmed it."""
        return self.made is not None

    @property
    def told(self) -> Telling:
        """Say how far it is, or what came of it."""
        if self._lost is not None:
            line = f"it is not known whether this was done: {self._lost.advice}"
            return Telling(line, None, (), self._notes, wrong=True)
        if self.conflict is not None:
            return Telling("the token is registered already, with other attributes", None, (), self._notes, wrong=True)
        if self.made is None:
            return Telling(self._change.words, None, (), self._notes)
        if isinstance(self._change, SendPush):
            where = "on its way to the push service" if is_device(self._change.arn) else "published"
            line = f"{where} as {self.made}: that says nothing about its arrival"
            return Telling(" · ".join((line, *self._notes)), 1.0)
        return Telling(" · ".join(("done", *self._notes)), 1.0)

    async def _run(self) -> None:
        deed = _DEEDS[type(self._change)]
        if self._gateway.context.read_only:
            raise RefusedReadOnly(deed.value.replace(" ", "_"))
        context = await context_with_account(self._gateway)
        act = Act(self._audit, self._clock, context, deed, _thing(self._change, context))
        await act.begin(detail=self._change.words)
        try:
            self.made = await self._call()
        except GatewayError as fault:
            lost = may_have_been_taken(fault)
            # What a server says of a push may quote it.
            said = "" if isinstance(self._change, SendPush) else fault.problem.text
            self._note(await act.end(Outcome.UNKNOWN if lost else Outcome.REFUSED, detail=said))
            if isinstance(self._change, RegisterDevice):
                self.conflict = device_in_conflict(fault.problem.text)
            if lost:
                self._lost = replace(fault.problem, thing="")
            elif self.conflict is None:
                raise
            return
        self._note(await act.end(Outcome.DONE))

    def _note(self, text: str) -> None:
        if text:
            self._notes.append(text)

    async def _call(self) -> str:
        """Make the call; give the ARN or id that came of it, else an empty text."""
        gateway = self._gateway
        match self._change:
            case CreateApplication(new):
                return await gateway.create_platform_application(
                    new.name, new.platform.value, new.credentials, new.attributes
                )
            case RenewCredentials(arn, new):
                await gateway.set_platform_application_attributes(arn, new.attributes, new.credentials)
            case SwitchApplication(arn, enabled):
                await gateway.set_platform_application_attributes(arn, _switched(enabled), {})
            case DeleteApplication(arn):
                await gateway.delete_platform_application(arn)
            case RegisterDevice(arn, token, user_data):
                return await gateway.create_platform_endpoint(arn, token, user_data, {})
            case ChangeDevice(arn, enabled, user_data, token):
                attributes = {} if enabled is None else _switched(enabled)
                if user_data is not None:
                    attributes["CustomUserData"] = user_data
                await gateway.set_endpoint_attributes(arn, attributes, token)
            case DeleteDevice(arn):
                await gateway.delete_endpoint(arn)
            case SendPush(arn, message):
                publish = gateway.publish_to_endpoint if is_device(arn) else gateway.publish
                return (await publish(arn, message)).id
        return ""


def read_credential_file(path: Path) -> CredentialFile:
    """Read a file and tell what it is; no more of it is read than a credential can have.

    Raises:
        PushFault: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return recognised(file.read(LARGEST + 1))
    except OSError as fault:
        raise PushFault(f"{path} cannot be read: {fault.strerror or 'no reason is given'}") from None


def _switched(enabled: bool) -> dict[str, str]:
    return {"Enabled": "true" if enabled else "false"}


def _thing(change: PushChange, context: Context) -> str:
    """Give the ARN of what is changed or made."""
    match change:
        case CreateApplication(new):
            place = f"arn:{context.partition}:sns:{context.region}:{context.account or ''}"
            return f"{place}:app/{new.platform.value}/{new.name}"
        case RegisterDevice(application_arn=arn):
            return arn
    return change.arn
