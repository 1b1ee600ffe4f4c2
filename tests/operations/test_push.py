"""Each call about push is written down before it is made, without anything secret or said in a message."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.pushing import Platform, Push, PushFault, Secret, Wanted, new_application, outgoing, recognised
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
from sqsview.errors import JournalError, RefusedReadOnly, Rejected
from sqsview.operations.audit import AuditEvent, AuditLog
from sqsview.operations.push import PushWork, read_credential_file
from tests.domain.pushing import made
from tests.support.double import Account, DoubleGateway, denied, server_fault
from tests.support.time import OwnedClock

NEW = new_application(Wanted("shop", "fcm", recognised(made.service_account())), made.NOW.timestamp())
TOKEN = "dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH"


class World:
    """An account, and the audit log of what is done in it."""

    def __init__(self) -> None:
        self.account = Account(OwnedClock(auto=True))
        self.audit = AuditLog()
        self.gateway = DoubleGateway(self.account, self.account.context)

    async def do(self, change: PushChange) -> PushWork:
        work = PushWork(self.gateway, change, self.audit, self.account.clock)
        await work.run()
        return work

    async def device(self, token: str = TOKEN, user_data: str = "") -> str:
        application = await self.do(CreateApplication(NEW))
        assert application.made
        device = await self.do(RegisterDevice(application.made, Secret(token), user_data))
        assert device.made
        return device.made

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(line["deed"], line["outcome"]) for line in map(json.loads, self.audit.lines)]


@pytest.fixture
def world() -> World:
    return World()


async def test_everything_is_done_and_written_down_before_and_after(world: World) -> None:
    device = await world.device(user_data="customer 7")
    application = world.account.applications[0].arn
    push = outgoing(Push("Order 12", "is on its way"), [Platform.FCM])
    await world.do(SendPush(device, push))
    await world.do(ChangeDevice(device, enabled=False, user_data="customer 8", token=Secret("another")))
    (found,) = world.account.endpoints[application]
    assert (found.enabled, found.user_data, found.token) == (False, "customer 8", "another")
    await world.do(DeleteDevice(device))
    await world.do(RenewCredentials(application, NEW))
    await world.do(SwitchApplication(application, enabled=False))
    assert world.account.applications[0].enabled is False
    await world.do(DeleteApplication(application))
    assert not world.account.applications
    deeds = ["create push application", "register device", "push", "set attributes", "delete device",
             "set attributes", "set attributes", "delete push application"]  # fmt: skip
    assert world.outcomes == [(deed, outcome) for deed in deeds for outcome in ("begins", "done")]
    log = "".join(world.audit.lines)
    for hidden in (TOKEN, "another", "customer", "PRIVATE", "gserviceaccount", "Order", "on its way"):
        assert hidden not in log


async def test_what_cannot_be_written_down_is_not_done(world: World) -> None:
    class Full(AuditLog):
        def write(self, event: AuditEvent) -> None:
            raise JournalError("the disk is full")

    with pytest.raises(JournalError):
        await PushWork(world.gateway, CreateApplication(NEW), Full(), world.account.clock).run()
    assert not world.account.applications


async def test_in_read_only_mode_nothing_is_done(world: World) -> None:
    world.gateway.context = replace(world.gateway.context, read_only=True)
    with pytest.raises(RefusedReadOnly):
        await world.do(CreateApplication(NEW))
    assert not world.account.applications and not world.audit.lines


async def test_a_refusal_is_raised_and_written_down(world: World) -> None:
    world.account.fail("create_platform_application", denied("sns:CreatePlatformApplication"))
    with pytest.raises(type(denied())):
        await world.do(CreateApplication(NEW))
    assert world.outcomes[-1] == ("create push application", "refused")


async def test_a_lost_answer_is_told_as_not_known(world: World) -> None:
    world.account.fail("create_platform_application", server_fault())
    work = await world.do(CreateApplication(NEW))
    assert not work.done and work.told.wrong and "not known whether" in work.told.line
    assert world.outcomes[-1] == ("create push application", "not known")


async def test_a_token_that_is_registered_with_other_attributes_names_the_device(world: World) -> None:
    device = await world.device(user_data="customer 7")
    application = world.account.applications[0].arn
    work = await world.do(RegisterDevice(application, Secret(TOKEN), "customer 8"))
    assert (work.conflict, work.done, work.told.wrong) == (device, False, True)
    resolved = await world.do(ChangeDevice(work.conflict or "", enabled=True, user_data="customer 8"))
    assert resolved.done and world.account.endpoints[application][0].user_data == "customer 8"


async def test_what_a_server_says_of_a_push_is_not_kept(world: World) -> None:
    device = await world.device()
    refusal = Rejected(Problem(ProblemKind.FAILED, "Invalid parameter: Message Order 12 is on its way"))
    world.account.fail("publish_to_endpoint", refusal)
    with pytest.raises(Rejected):
        await world.do(SendPush(device, outgoing(Push("Order 12"), [Platform.FCM])))
    assert "Order 12" not in "".join(world.audit.lines)


async def test_a_push_to_a_topic_is_published_there(world: World) -> None:
    topic = world.account.add_topic("orders")
    message = outgoing(Push("Order 12"), list(Platform))
    work = await world.do(SendPush(topic, message))
    assert world.account.broker.published == [(topic, message)]
    assert "published as" in work.told.line and "nothing about its arrival" in work.told.line


def test_a_credential_file_is_read_only_as_far_as_a_credential_can_go(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(made.service_account())
    assert read_credential_file(file).words == "a service account of Google, for FCM"
    file.write_bytes(b"x" * 10_000_000)
    assert "more than 65,536 bytes" in read_credential_file(file).words
    with pytest.raises(PushFault, match="cannot be read: Is a directory"):
        read_credential_file(tmp_path)
