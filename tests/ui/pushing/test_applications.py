"""Push applications are made from files, given other credentials, switched and deleted, by keys."""

from __future__ import annotations

import json
from pathlib import Path

from sqsview.domain.snapshot import Context
from sqsview.ui.screens.form_dialog import FormScreen
from tests.domain.pushing import made
from tests.support.double import denied
from tests.ui.company import HERE, company
from tests.ui.pushing.deeds import dialog, fields, flowing, on_applications, said, type_into
from tests.ui.repair.deeds import agree
from tests.ui.seen import Server


def _file(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


async def test_an_application_is_made_from_a_signing_key(server: Server, tmp_path: Path) -> None:
    file = _file(tmp_path, "AuthKey_ABC123DEFG.p8", made.signing_key())
    async with on_applications(server) as stage:
        await dialog(stage, "n")
        assert "! the platform is one of apns, apns_sandbox, fcm and adm" in flowing(stage)
        await type_into(stage, name="shop-new", platform="apns", file=file)
        assert fields(stage) == ["name", "platform", "file", "key_id", "team_id", "bundle_id"]
        assert "! the team id has 10 capital letters and digits" in flowing(stage)
        await type_into(stage, team_id="TEAM123456", bundle_id="com.example.shop")
        assert "a signing key for APNs tokens (.p8): it does not end" in flowing(stage)
        assert "PRIVATE" not in stage.text
        await agree(stage)
        created = server.account.applications[-1]
        assert (created.name, created.platform) == ("shop-new", "APNS")
        assert stage.feed.refreshed == 1
        assert "create shop-new: done" in said(stage)
        log = [json.loads(line) for line in stage.app.state.audit.lines]
        assert [line["outcome"] for line in log] == ["begins", "done"]


async def test_a_file_of_the_wrong_kind_is_named_and_nothing_can_be_agreed_to(server: Server, tmp_path: Path) -> None:
    file = _file(tmp_path, "google-services.json", b'{"project_info": {}, "client": []}')
    async with on_applications(server) as stage:
        await dialog(stage, "n")
        await type_into(stage, name="shop-new", platform="fcm", file=file)
        assert "google-services.json, which is the app's own" in flowing(stage)
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen) and not stage.app.operations.all
        await type_into(stage, file=str(tmp_path / "nothing.json"))
        assert "! there is no file" in flowing(stage)
        await type_into(stage, file=_file(tmp_path, "account.json", made.service_account()))
        assert "a service account of Google, for FCM" in flowing(stage)
        assert "gserviceaccount" not in stage.text


async def test_a_certificate_may_have_its_key_in_another_file(server: Server, tmp_path: Path) -> None:
    async with on_applications(server) as stage:
        stage.clock.passed = made.NOW.timestamp() - stage.clock.epoch()
        await dialog(stage, "n")
        await type_into(
            stage, name="shop-new", platform="apns", file=_file(tmp_path, "push.pem", made.certificate_file(20))
        )
        assert fields(stage) == ["name", "platform", "file", "key_file"]
        assert "name the file of its key, too" in flowing(stage)
        await type_into(stage, key_file=_file(tmp_path, "key.pem", made.key_file()))
        assert "in 20 days; from then on no push is delivered" in flowing(stage)
        await agree(stage)
        assert server.account.applications[-1].name == "shop-new"


async def test_a_name_that_is_there_already_is_not_made_again(server: Server, tmp_path: Path) -> None:
    async with on_applications(server) as stage:
        await dialog(stage, "n")
        file = _file(tmp_path, "account.json", made.service_account())
        await type_into(stage, name="shop-android", platform="fcm", file=file)
        assert "! there is shop-android for FCM already" in flowing(stage)


async def test_an_application_gets_other_credentials(server: Server, tmp_path: Path) -> None:
    async with on_applications(server, "shop-android") as stage:
        await dialog(stage, "E")
        assert fields(stage) == ["file"]
        await type_into(stage, file=_file(tmp_path, "account.json", made.service_account()))
        assert "SetPlatformApplicationAttributes shop-android: new credentials" in flowing(stage)
        await agree(stage)
        assert server.account.count("set_platform_application_attributes") == 1
        assert "renew shop-android: done" in said(stage)


async def test_an_application_is_disabled_and_one_that_is_disabled_enabled(server: Server) -> None:
    async with on_applications(server) as stage:
        await dialog(stage, "o")
        assert "Pushes to all of its devices are refused from then on." in flowing(stage)
        await agree(stage)
        await stage.move_to("shop-fire")
        await dialog(stage, "o")
        assert "taken again" in flowing(stage)
        await agree(stage)
        assert {each.name: each.enabled for each in server.account.applications} == {
            "shop-ios": False,
            "shop-fire": True,
            "shop-android": None,
        }


async def test_an_application_is_deleted_once_its_name_is_typed(server: Server) -> None:
    async with on_applications(server) as stage:
        await dialog(stage, "D")
        assert "all of its devices are deleted with it" in flowing(stage)
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen)
        await type_into(stage, name="shop-ios")
        await agree(stage)
        assert all(each.name != "shop-ios" for each in server.account.applications)


async def test_a_protected_application_asks_for_its_name(server: Server) -> None:
    here = Context(HERE.profile, HERE.account, HERE.region, protected=("shop-*",))
    async with on_applications(server, of=company(context=here)) as stage:
        await dialog(stage, "o")
        assert "type the name, shop-ios, to go on" in flowing(stage)
        await type_into(stage, name="shop-ios")
        await agree(stage)
        assert server.account.count("set_platform_application_attributes") == 1


async def test_in_read_only_mode_no_dialog_opens(server: Server) -> None:
    here = Context(HERE.profile, HERE.account, HERE.region, read_only=True)
    async with on_applications(server, of=company(context=here)) as stage:
        for key in ("n", "E", "o", "D"):
            assert f"  {key} " not in stage.keys
            await stage.press(key)
            assert "read-only mode" in said(stage)
        assert not isinstance(stage.app.screen, FormScreen)


async def test_what_a_server_refuses_is_told_without_the_credentials(server: Server, tmp_path: Path) -> None:
    async with on_applications(server) as stage:
        await dialog(stage, "n")
        file = _file(tmp_path, "account.json", made.service_account())
        await type_into(stage, name="shop-new", platform="fcm", file=file)
        server.account.fail("create_platform_application", denied("sns:CreatePlatformApplication"))
        await agree(stage)
        assert "denied" in said(stage)
        assert "gserviceaccount" not in "".join(stage.toasts) + "".join(stage.app.state.audit.lines)
