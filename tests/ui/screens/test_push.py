"""The push tab: applications and their devices, read page by page, with tokens hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication
from sqsview.errors import Denied
from tests.ui.company import company, device, snapshot
from tests.ui.stage import Stage, staged

DENIED = Denied(Problem(ProblemKind.DENIED, "denied: sns:ListEndpointsByPlatformApplication", "allow it"))


async def open_devices(stage: Stage, application: str = "shop-ios") -> None:
    await stage.move_to(application)
    await stage.press("enter")
    await stage.sees(f"{application} › devices")


async def test_applications_are_asked_for_when_the_tab_is_first_opened_and_not_before() -> None:
    async with staged() as stage:
        assert stage.feed.applications_wanted == 0
        await stage.press("4")
        assert stage.feed.applications_wanted == 1


async def test_an_application_shows_platform_state_and_the_end_of_its_certificate() -> None:
    async with staged(tab="4") as stage:
        assert stage.line("shop-ios").split()[-3:] == ["APNS", "enabled", "2026-03-01"]
        assert "✗ disabled" in stage.line("shop-fire")
        assert "not told" in stage.line("shop-android")


async def test_until_the_applications_are_listed_the_tab_says_that_it_reads() -> None:
    async with staged(snapshot(), tab="4") as stage:
        assert "reading the push applications…" in stage.text
        await stage.put(replace(stage.app.snapshot, applications_listed=True))
        await stage.sees("no push applications in this region")
        denied = Problem(ProblemKind.DENIED, "denied: sns:ListPlatformApplications", "allow it")
        await stage.put(replace(stage.app.snapshot, applications_problem=denied))
        await stage.sees("denied: sns:ListPlatformApplications · allow it")


async def test_applications_are_filtered_and_sorted() -> None:
    async with staged(tab="4") as stage:
        await stage.filter("disabled")
        assert stage.names == ["shop-fire"]
        await stage.press("escape", "s")
        assert "by platform ↑" in stage.status
        assert stage.names == ["shop-fire", "shop-ios", "shop-android"]


async def test_devices_show_their_state_and_never_their_token() -> None:
    async with staged(tab="4") as stage:
        stage.feed.pages = [[device(1, user_data="customer 7"), device(2, enabled=False)]]
        await open_devices(stage)
        await stage.sees("customer 7")
        assert "enabled" in stage.line("00000001") and "…0001" in stage.line("00000001")
        assert "✗ disabled" in stage.line("00000002")
        await stage.press("d")
        assert "secret-device" not in stage.text
        await stage.press("escape")
        assert "2 of 2" in stage.status and "read so far" not in stage.status


async def test_devices_are_read_a_page_at_a_time_as_the_cursor_comes_near_the_end() -> None:
    async with staged(tab="4") as stage:
        stage.feed.pages = [[device(page * 100 + number) for number in range(100)] for page in range(3)]
        await open_devices(stage)
        await stage.until(lambda: stage.feed.pages_read == 1 and len(stage.names) == 100)
        assert "100 of 100 read so far" in stage.status
        await stage.press("G")
        await stage.until(lambda: len(stage.names) == 200)
        await stage.press("G")
        await stage.until(lambda: len(stage.names) == 300)
        await stage.press("G")
        await stage.until(lambda: "read so far" not in stage.status)


async def test_devices_that_cannot_be_listed_say_why_and_what_was_read_stays() -> None:
    async with staged(tab="4") as stage:
        stage.feed.pages = [DENIED]
        await open_devices(stage)
        await stage.sees("denied: sns:ListEndpointsByPlatformApplication · allow it")
        await stage.press("escape")
        stage.feed.pages = [[device(1)], DENIED]
        await open_devices(stage)
        await stage.until(lambda: stage.names == [device(1).name])
        await stage.until(lambda: "1 of 1 · the rest could not be read" in stage.status)
        assert stage.toasts[-1] == "denied: sns:ListEndpointsByPlatformApplication · allow it"


async def test_an_application_without_devices_says_so() -> None:
    async with staged(tab="4") as stage:
        await open_devices(stage)
        await stage.sees("no device is registered")
        await stage.press("enter", "d", "y", "b", "space", "asterisk", "s", "S", "j", "G")
        await stage.press("escape")
        assert stage.cursor == "shop-ios"


async def test_devices_survive_a_snapshot_that_comes_in_while_they_are_open() -> None:
    async with staged(tab="4") as stage:
        stage.feed.pages = [[device(1), device(2)]]
        await open_devices(stage)
        await stage.until(lambda: len(stage.names) == 2)
        await stage.press("j")
        await stage.put(company())
        assert stage.cursor == device(2).name and len(stage.names) == 2


async def test_devices_are_copied_and_marked_by_arn() -> None:
    async with staged(tab="4") as stage:
        stage.feed.pages = [[device(1), device(2)]]
        await open_devices(stage)
        await stage.until(lambda: len(stage.names) == 2)
        await stage.press("asterisk", "y")
        assert stage.app.clipboard.splitlines() == [device(1).arn, device(2).arn]


async def test_a_certificate_that_has_ended_or_is_about_to_is_not_shown_as_if_all_were_well() -> None:
    def application(ends: str) -> PlatformApplication:
        return PlatformApplication(f"arn:aws:sns:eu-west-1:123456789012:app/APNS/a{ends[:10]}", True, ends)

    ended, soon, odd = application("2025-01-31T00:00:00Z"), application("2025-06-20T00:00:00Z"), application("never")
    async with staged(company(applications={each.key: each for each in (ended, soon, odd)}), tab="4") as stage:
        stage.clock.passed = datetime(2025, 6, 1, tzinfo=UTC).timestamp() - stage.clock.epoch()
        await stage.sees("✗ ended 2025-01-31")
        assert "! ends 2025-06-20" in stage.line("a2025-06-20")
        assert stage.line("anever").split()[-1] == "never"
