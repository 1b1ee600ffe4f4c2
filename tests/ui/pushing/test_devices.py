"""Devices are registered, changed, switched, subscribed and deleted, by keys; no token is ever on screen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from sqsview.domain.push import PlatformEndpoint
from sqsview.domain.snapshot import Context
from sqsview.ui.device_pages import DevicePages
from sqsview.ui.screens import endpoints
from sqsview.ui.screens.form_dialog import FormScreen
from tests.ui.company import HERE, company, device
from tests.ui.pushing.conftest import IOS
from tests.ui.pushing.deeds import dialog, flowing, on_applications, on_devices, said, type_into
from tests.ui.repair.deeds import agree
from tests.ui.seen import Server
from tests.ui.stage import Stage

TOKEN = "0123456789abcdef" * 4


def _nothing_told(stage: Stage) -> None:
    assert TOKEN not in stage.text + "".join(stage.toasts) + "".join(stage.app.state.audit.lines)


async def test_a_device_is_registered_and_then_under_the_cursor(server: Server) -> None:
    async with on_devices(server) as stage:
        await dialog(stage, "n")
        assert "! give the device's token" in flowing(stage)
        await type_into(stage, token="not hexadecimal")
        assert "a token has no blanks" in flowing(stage)
        await type_into(stage, token=TOKEN, user_data="customer 9")
        assert "The token has 64 characters and ends in …cdef." in flowing(stage)
        _nothing_told(stage)
        await agree(stage)
        made = server.account.endpoints[IOS.arn][-1]
        assert (made.token, made.user_data, made.enabled) == (TOKEN, "customer 9", True)
        await stage.until(lambda: stage.cursor == made.name)
        assert "customer 9" in stage.line(made.name)
        _nothing_told(stage)


async def test_a_token_that_is_registered_otherwise_is_put_right_after_showing_the_difference(server: Server) -> None:
    server.account.endpoints[IOS.arn][1] = device(2, enabled=False, user_data="customer 7")
    taken = server.account.endpoints[IOS.arn][1]
    hexadecimal = type(taken)(taken.arn, False, TOKEN, "customer 7")
    server.account.endpoints[IOS.arn][1] = hexadecimal
    async with on_devices(server) as stage:
        await dialog(stage, "n")
        await type_into(stage, token=TOKEN, user_data="customer 8")
        await agree(stage)
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.sees("This device has the token already")
        assert "enabled: no → yes" in flowing(stage)
        assert "user data: customer 7 → customer 8" in flowing(stage)
        await agree(stage)
        found = server.account.endpoints[IOS.arn][1]
        assert (found.enabled, found.user_data, found.token) == (True, "customer 8", TOKEN)
        await stage.until(lambda: "customer 8" in stage.line(taken.name))
        _nothing_told(stage)


async def test_token_and_user_data_are_replaced_and_a_new_token_enables(server: Server) -> None:
    async with on_devices(server, 1) as stage:
        await dialog(stage, "E")
        assert "! nothing is different yet" in flowing(stage)
        await type_into(stage, token=TOKEN, user_data="customer 8")
        assert "token: …0002 → …cdef" in flowing(stage)
        assert "user data: (none) → customer 8" in flowing(stage)
        assert "enabled: no → yes" in flowing(stage)
        await agree(stage)
        found = server.account.endpoints[IOS.arn][1]
        assert (found.enabled, found.user_data, found.token) == (True, "customer 8", TOKEN)
        await stage.until(lambda: "…cdef" in stage.line("00000002") and "✗" not in stage.line("00000002"))
        _nothing_told(stage)


async def test_a_device_is_disabled_and_enabled_again_with_what_that_is_worth(server: Server) -> None:
    async with on_devices(server) as stage:
        await dialog(stage, "o")
        assert "Pushes to it are refused from then on." in flowing(stage)
        await agree(stage)
        await stage.until(lambda: "✗ disabled" in stage.line("00000001"))
        await dialog(stage, "o")
        assert "without a new token it does so again" in flowing(stage)
        await agree(stage)
        await stage.until(lambda: "✗ disabled" not in stage.line("00000001"))
        assert "2 of 2" not in stage.status and "1 disabled" in stage.status


async def test_a_device_is_deleted_and_goes_from_the_list(server: Server) -> None:
    async with on_devices(server) as stage:
        await dialog(stage, "D")
        assert "Its user data is lost: customer 7" in flowing(stage)
        await agree(stage)
        await stage.until(lambda: len(stage.names) == 2)
        assert device(1).arn not in [each.arn for each in server.account.endpoints[IOS.arn]]


async def test_a_device_is_subscribed_to_a_topic(server: Server) -> None:
    async with on_devices(server) as stage:
        await dialog(stage, "a")
        await type_into(stage, topic="order")
        assert "there is no topic order here: did you mean orders?" in flowing(stage)
        await type_into(stage, topic="orders")
        await agree(stage)
        subscribed = [ref for ref, _ in server.account.subscriptions.values()]
        assert [(ref.protocol, ref.endpoint) for ref in subscribed] == [("application", device(1).arn)]
        assert [json.loads(line)["deed"] for line in stage.app.state.audit.lines] == ["subscribe"] * 2


async def test_a_device_of_a_protected_application_asks_for_the_name(server: Server) -> None:
    here = Context(HERE.profile, HERE.account, HERE.region, protected=("shop-*",))
    async with on_devices(server, of=company(context=here)) as stage:
        for key in ("n", "E", "o", "D", "p"):
            await dialog(stage, key)
            if key == "n":
                await type_into(stage, token=TOKEN)
            if key == "E":
                await type_into(stage, user_data="x")
            if key == "p":
                await type_into(stage, text="x")
            assert "type the name, shop-ios, to go on" in flowing(stage)
            await stage.press("escape")


async def test_in_read_only_mode_no_dialog_opens(server: Server) -> None:
    here = Context(HERE.profile, HERE.account, HERE.region, read_only=True)
    async with on_devices(server, of=company(context=here)) as stage:
        for key in ("n", "E", "o", "D", "a", "p"):
            await stage.press(key)
            assert "read-only mode" in said(stage)
        assert not isinstance(stage.app.screen, FormScreen)


async def test_reading_again_begins_from_the_first_page(server: Server) -> None:
    async with on_devices(server) as stage:
        stage.feed.pages = [[device(7)]]
        await stage.press("ctrl+r")
        await stage.until(lambda: stage.names == [device(7).name])


async def test_a_million_devices_are_gone_through_while_only_the_last_are_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "DevicePages", lambda: DevicePages(250))
    async with on_applications(server) as stage:
        stage.feed.pages = _Endless()
        await stage.press("enter")
        await stage.until(lambda: len(stage.names) == 100)
        assert stage.feed.pages_read == 1 and "100 of 100 read so far" in stage.status
        for pages in range(2, 8):
            await stage.press("G")
            await stage.until(partial(_have_been_read, stage, pages))
        await stage.until(lambda: len(stage.names) <= 250 and "read the last are kept" in stage.status)
        assert f"of {stage.feed.pages_read * 100:,} read the last are kept" in stage.status
        bottom = stage.names[-1]
        assert stage.cursor is not None and bottom == device(stage.feed.pages_read * 100 - 1).name


def _have_been_read(stage: Stage, pages: int) -> bool:
    return stage.feed.pages_read >= pages


class _Endless(Sequence[Sequence[PlatformEndpoint]]):
    """Ten thousand pages of a hundred devices, each made when it is asked for."""

    def __len__(self) -> int:
        return 10_000

    def __getitem__(self, page: Any) -> Any:
        if page >= len(self):
            raise IndexError(page)
        return [device(page * 100 + number) for number in range(100)]
