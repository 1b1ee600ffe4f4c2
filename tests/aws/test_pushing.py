"""Push applications and devices are made, changed, pushed to and deleted, on two servers and in memory alike."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sqsview.aws import logs
from sqsview.aws.session import open_gateway
from sqsview.domain.push import PlatformApplication
from sqsview.domain.pushing import CREDENTIAL, HIDDEN, Platform, Push, Secret, device_in_conflict, outgoing
from sqsview.errors import GatewayError, Rejected, ServerFault, Unsupported
from sqsview.gateway import Gateway, Target
from tests.domain.pushing import made
from tests.support.double import Account, DoubleGateway
from tests.support.engines import REGION, Engine
from tests.support.time import OwnedClock

KEY = Secret(made.service_account().decode())
TOKEN = Secret("dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx")
PUSH = outgoing(Push("Order 12", "is on its way"), [Platform.FCM])


@pytest.fixture(params=["moto", "ministack", "double"])
async def gateway(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    """Give a gateway that may write: to each of the two servers, and to the account in memory."""
    if request.param == "double":
        account = Account(OwnedClock(auto=True))
        yield DoubleGateway(account, account.context)
        return
    engine: Engine = request.getfixturevalue(request.param)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    async with open_gateway(Target(region=REGION, endpoint_url=engine.url), budget=None) as opened:
        yield opened


async def applications(gateway: Gateway) -> dict[str, PlatformApplication]:
    return {each.arn: each async for page in gateway.list_platform_applications() for each in page}


async def created(gateway: Gateway) -> str:
    return await gateway.create_platform_application("shop", "GCM", {CREDENTIAL: KEY}, {})


async def test_an_application_is_created_disabled_and_deleted(gateway: Gateway) -> None:
    arn = await created(gateway)
    assert arn.endswith(":app/GCM/shop")
    await gateway.set_platform_application_attributes(arn, {"Enabled": "false"}, {CREDENTIAL: KEY})
    found = (await applications(gateway))[arn]
    assert found.enabled is False
    assert "gserviceaccount" not in repr(found)
    await gateway.delete_platform_application(arn)
    assert arn not in await applications(gateway)


async def test_a_device_is_registered_once_changed_and_deleted(gateway: Gateway) -> None:
    application = await created(gateway)
    arn = await gateway.create_platform_endpoint(application, TOKEN, "customer 7", {})
    assert await gateway.create_platform_endpoint(application, TOKEN, "customer 7", {}) == arn
    await gateway.set_endpoint_attributes(arn, {"Enabled": "false", "CustomUserData": "customer 8"})
    told = await gateway.get_endpoint_attributes(arn)
    assert (told["Enabled"].lower(), told["CustomUserData"], told["Token"]) == ("false", "customer 8", TOKEN.reveal())
    await gateway.set_endpoint_attributes(arn, {"Enabled": "true"}, Secret("another-token"))
    told = await gateway.get_endpoint_attributes(arn)
    assert (told["Enabled"].lower(), told["Token"]) == ("true", "another-token")
    await gateway.delete_endpoint(arn)
    await gateway.delete_endpoint(arn)
    with pytest.raises(GatewayError):
        await gateway.get_endpoint_attributes(arn)


async def test_a_push_is_taken(gateway: Gateway) -> None:
    arn = await gateway.create_platform_endpoint(await created(gateway), TOKEN, "", {})
    assert (await gateway.publish_to_endpoint(arn, PUSH)).id


async def test_a_device_is_subscribed_to_a_topic(gateway: Gateway) -> None:
    device = await gateway.create_platform_endpoint(await created(gateway), TOKEN, "", {})
    topic = await gateway.create_topic("orders", {}, {})
    assert await gateway.subscribe(topic, "application", device, {})
    (found,) = [each async for page in gateway.list_subscriptions() for each in page]
    assert (found.protocol, found.endpoint) == ("application", device)


@pytest.mark.parametrize("gateway", ["moto", "double"], indirect=True)
async def test_a_token_with_other_attributes_is_refused_and_the_device_named(gateway: Gateway) -> None:
    application = await created(gateway)
    arn = await gateway.create_platform_endpoint(application, TOKEN, "customer 7", {})
    with pytest.raises(Rejected) as refusal:
        await gateway.create_platform_endpoint(application, TOKEN, "customer 8", {})
    assert device_in_conflict(refusal.value.problem.text) == arn


@pytest.mark.parametrize("gateway", ["moto", "double"], indirect=True)
async def test_devices_are_listed_with_their_state(gateway: Gateway) -> None:
    application = await created(gateway)
    arn = await gateway.create_platform_endpoint(application, TOKEN, "", {})
    await gateway.set_endpoint_attributes(arn, {"Enabled": "false"})
    (listed,) = [each async for page in gateway.list_endpoints_by_platform_application(application) for each in page]
    assert (listed.arn, listed.enabled, listed.token) == (arn, False, TOKEN.reveal())
    assert TOKEN.reveal() not in repr(listed)


@pytest.mark.parametrize("gateway", ["moto", "double"], indirect=True)
async def test_a_disabled_device_is_not_pushed_to(gateway: Gateway) -> None:
    arn = await gateway.create_platform_endpoint(await created(gateway), TOKEN, "", {})
    await gateway.set_endpoint_attributes(arn, {"Enabled": "false"})
    with pytest.raises(Rejected, match=r"[Ee]ndpoint is disabled"):
        await gateway.publish_to_endpoint(arn, PUSH)


@pytest.mark.parametrize("gateway", ["ministack"], indirect=True)
async def test_a_server_that_lists_no_devices_says_so(gateway: Gateway) -> None:
    with pytest.raises(Unsupported):
        [page async for page in gateway.list_endpoints_by_platform_application(await created(gateway))]


async def test_what_a_server_quotes_of_a_secret_reaches_neither_error_nor_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quoted = f"PlatformCredential {KEY.reveal()} and {json.dumps(KEY.reveal())} of {TOKEN.reveal()} are wrong"
    told = quoted.replace("&", "&amp;").replace("<", "&lt;")
    body = f"<ErrorResponse><Error><Code>InvalidParameter</Code><Message>{told}</Message></Error></ErrorResponse>"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    log = tmp_path / "log"
    handler = logs.log_to(log, logging.DEBUG)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    said = []
    try:
        async with server, open_gateway(Target(region=REGION, endpoint_url=url), budget=None) as gateway:
            with pytest.raises(ServerFault) as first:
                await gateway.create_platform_application("shop", "GCM", {CREDENTIAL: KEY}, {})
            with pytest.raises(ServerFault) as second:
                await gateway.create_platform_endpoint("arn:aws:sns:eu-west-1:1:app/GCM/shop", TOKEN, "", {})
            with pytest.raises(ServerFault) as third:
                await gateway.set_endpoint_attributes("arn:aws:sns:eu-west-1:1:endpoint/GCM/shop/1", {}, TOKEN)
            said = [str(each.value) + str(each.value.__cause__) for each in (first, second, third)]
    finally:
        for name in ("sqsview", "botocore", "aiobotocore", "boto3", "urllib3", "aiohttp", "asyncio", "concurrent"):
            logging.getLogger(name).removeHandler(handler)
        handler.close()
    said.append(log.read_text())
    assert HIDDEN in said[0] and "PlatformCredential" in said[-1]
    private = KEY.reveal().split("PRIVATE KEY-----\\n")[1][:40]
    assert private not in said[0] + said[-1].splitlines()[0]
    assert "gserviceaccount" not in said[0]
    assert all(TOKEN.reveal() not in each for each in said[1:3])
    assert TOKEN.reveal() not in said[-1].splitlines()[-1]
