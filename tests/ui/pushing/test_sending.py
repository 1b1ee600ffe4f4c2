"""A push is written, seen as each service would get it, and sent to a device or a topic; what stands against it is
said beforehand."""

from __future__ import annotations

import json
from dataclasses import replace

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.topic import Subscription, SubscriptionRef
from sqsview.errors import Rejected
from sqsview.ui.screens.form_dialog import FormScreen
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.ui.company import APPLICATIONS, company, device
from tests.ui.pushing.conftest import IOS
from tests.ui.pushing.deeds import dialog, flowing, on_applications, on_devices, said, type_into
from tests.ui.repair.deeds import agree
from tests.ui.seen import Server, watching

EVIL = "".join(HOSTILE[each] for each in ("click markup", "clear screen", "one-byte CSI", "right to left", "hyperlink"))


async def test_a_push_is_previewed_and_sent_to_a_device(server: Server) -> None:
    async with on_devices(server) as stage:
        await dialog(stage, "p")
        assert "! there is nothing to push" in flowing(stage)
        await type_into(stage, title="Order 12", text="is on its way", badge="3", data="order=12")
        assert "of 4,096 bytes · Order 12 — is on its way · badge 3" in flowing(stage)
        assert '"alert": {' in flowing(stage)
        await agree(stage)
        ((arn, message),) = server.account.broker.published
        assert arn == device(1).arn
        assert json.loads(json.loads(message.body)["APNS"]) == {
            "aps": {"alert": {"title": "Order 12", "body": "is on its way"}, "badge": 3},
            "order": "12",
        }
        assert message.structure and message.attributes["AWS.SNS.MOBILE.APNS.PUSH_TYPE"].value == "alert"
        assert "that says nothing about its arrival" in said(stage)
        assert "Order 12" not in "".join(stage.app.state.audit.lines)


async def test_what_a_service_would_refuse_cannot_be_sent(server: Server) -> None:
    async with on_devices(server) as stage:
        await dialog(stage, "p")
        await type_into(stage, text="x" * 2_000, title="y" * 2_000, data="z=" + "z" * 1_900)
        assert "! APNs takes 4,096 bytes" in flowing(stage)
        await type_into(stage, badge="many")
        assert "! the badge is a number from 0 on" in flowing(stage)
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen) and not server.account.broker.published


async def test_that_the_device_is_disabled_is_said_beforehand_as_the_server_has_it_now(server: Server) -> None:
    async with on_devices(server) as stage:
        listed = server.account.endpoints[IOS.arn]
        listed[0] = replace(listed[0], enabled=False)
        await dialog(stage, "p")
        await type_into(stage, text="hello")
        assert "! the device is disabled: o enables it, and E gives it a new token" in flowing(stage)


async def test_that_the_application_is_disabled_is_said_beforehand(server: Server) -> None:
    off = {each.key: replace(each, enabled=False) for each in APPLICATIONS}
    async with on_devices(server, of=company(applications=off)) as stage:
        await dialog(stage, "p")
        await type_into(stage, text="hello")
        assert "! the application shop-ios is disabled: o enables it" in flowing(stage)


async def test_that_the_certificate_has_ended_is_said_beforehand(server: Server) -> None:
    ended = {each.key: replace(each, certificate_expires="2025-01-31T00:00:00Z") for each in APPLICATIONS}
    async with on_devices(server, of=company(applications=ended)) as stage:
        await dialog(stage, "p")
        assert "The certificate of shop-ios ended on 2025-01-31: nothing is delivered" in flowing(stage)


async def test_whatever_a_server_says_of_a_device_does_the_terminal_no_harm(server: Server) -> None:
    listed = server.account.endpoints[IOS.arn]
    listed[0] = replace(listed[0], user_data=EVIL)
    evil = {IOS.key: replace(IOS, certificate_expires=EVIL)}
    async with on_devices(server, of=company(applications=evil)) as stage:
        for key in ("E", "D", "o", "p", "a"):
            await dialog(stage, key)
            assert_harmless(strips(stage.app), 120)
            await stage.press("escape")
        server.account.fail("publish_to_endpoint", Rejected(Problem(ProblemKind.FAILED, EVIL)))
        await dialog(stage, "p")
        await type_into(stage, text=EVIL)
        assert_harmless(strips(stage.app), 120)
        await agree(stage)
        assert_harmless(strips(stage.app), 120)


async def test_for_a_platform_without_a_builder_no_form_opens(server: Server) -> None:
    other = replace(IOS, arn=IOS.arn.replace("APNS", "BAIDU"))
    async with on_applications(server, "shop-ios", of=company(applications={other.key: other})) as stage:
        stage.feed.pages = [[device(1)]]
        await stage.press("enter")
        await stage.until(lambda: len(stage.names) == 1)
        await stage.press("p")
        assert said(stage) == "no payload is built for BAIDU here"


async def test_a_push_to_a_topic_has_a_payload_for_each_platform_that_is_subscribed(server: Server) -> None:
    of = company()
    orders = next(topic for topic in of.topics.values() if topic.name == "orders")
    android = device(5).arn.replace("APNS/shop-ios", "GCM/shop-android")
    refs = [
        SubscriptionRef(f"{orders.arn}:{number}", orders.arn, "application", arn, "123456789012")
        for number, arn in enumerate((device(1).arn, device(2).arn, android))
    ]
    more = replace(orders, subscriptions=(*orders.subscriptions, *map(Subscription, refs)))
    async with watching(server, of=replace(of, topics={**of.topics, more.key: more})) as stage:
        await stage.press("2")
        await stage.move_to("orders")
        await dialog(stage, "P")
        assert "Devices that are subscribed: 2 APNs, 1 FCM." in flowing(stage)
        assert "others get the text alone" in flowing(stage)
        await type_into(stage, text="hello")
        assert "APNs:" in flowing(stage) and "FCM:" in flowing(stage) and "ADM:" not in flowing(stage)
        await agree(stage)
        ((arn, message),) = server.account.broker.published
        assert arn == orders.arn and message.structure
        assert list(json.loads(message.body)) == ["default", "APNS", "GCM"]


async def test_a_push_to_a_topic_without_devices_says_so(server: Server) -> None:
    async with watching(server) as stage:
        await stage.press("2")
        await stage.move_to("orders")
        await dialog(stage, "P")
        assert "No device is known to be subscribed." in flowing(stage)
