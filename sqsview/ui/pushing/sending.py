"""A push is written, shown as each push service would get it, and sent to a device or a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqsview.domain.push import PlatformApplication, PlatformEndpoint, is_device
from sqsview.domain.pushing import Platform, Push, PushFault, faults, outgoing, platform_of, preview, push_of
from sqsview.domain.pushing.changes import SendPush
from sqsview.domain.topic import Topic
from sqsview.errors import GatewayError
from sqsview.operations.push import PushWork
from sqsview.ui.pushing.begin import begin_push_change
from sqsview.ui.repair.desk import Desk, typed_name, wrong_name
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from sqsview.ui.pushing.devices import Changed

FIELDS = (
    Asked("title", "title"),
    Asked("text", "text"),
    Asked("badge", "badge", hint="the number on the app's icon; 0 takes it away"),
    Asked("sound", "sound", hint="default, or the name of a sound in the app"),
    Asked("data", "data", hint="order=12, kind=paid · or a JSON object of texts"),
    Asked("collapse", "collapse", hint="a push with the same word takes the place of the last"),
    Asked("ttl", "time", hint="seconds for which the service keeps trying; empty leaves it to the service"),
)


class _Sending:
    """Writes and sends one push."""

    def __init__(self, desk: Desk, name: str, arn: str, guarded: str, platforms: Sequence[Platform]) -> None:
        self._desk = desk
        self._title = name
        self._arn = arn
        self._protected = desk.protects([guarded])
        self._platforms = tuple(platforms)

    def open(self) -> None:
        """Open the dialog."""
        asked = [*FIELDS, *([typed_name(self._protected)] if self._protected else [])]
        self._desk.ask(f"Push to {self._title}", asked, self._judge, "push", self._begin, grave=False)

    async def _told(self) -> tuple[list[str], str]:
        """Say whom it goes to, and why it cannot."""
        raise NotImplementedError

    async def _judge(self, values: Values) -> Outlook:
        lines, refused = await self._told()
        try:
            push = push_of(values)
        except PushFault as fault:
            return Outlook(lines, str(fault))
        found = [fault for platform in self._platforms for fault in faults(push, platform)]
        if push == Push():
            return Outlook(lines, refused or found[0])
        lines += ["", *preview(push, self._platforms)]
        unnamed = wrong_name(values, self._protected) if self._protected else ""
        return Outlook(lines, refused or (found[0] if found else unnamed))

    def _begin(self, values: Values) -> None:
        change = SendPush(self._arn, outgoing(push_of(values), self._platforms))
        begin_push_change(self._desk, "push", f"to {self._title}", {self._arn}, change, self._ended)

    def _ended(self, work: PushWork) -> None:
        pass


class PushingToDevice(_Sending):
    """Pushes to one device."""

    def __init__(
        self, desk: Desk, application: PlatformApplication, changed: Changed, device: PlatformEndpoint
    ) -> None:
        platform = platform_of(application.platform)
        super().__init__(desk, f"device {device.name}", device.arn, application.name, [platform] if platform else [])
        self._application = application
        self._changed = changed
        self._fresh: tuple[list[str], str] | None = None

    def open(self) -> None:
        """Open the dialog, where a payload can be built for the device's platform."""
        if self._platforms:
            super().open()
        else:
            self._desk.app.say(f"no payload is built for {self._application.platform} here", warning=True)

    async def _told(self) -> tuple[list[str], str]:
        if self._fresh is None:
            self._fresh = await self._look()
        lines, refused = self._fresh
        return list(lines), refused

    async def _look(self) -> tuple[list[str], str]:
        """Look once, when the dialog opens, whether the device is enabled now."""
        if self._application.enabled is False:
            return [], f"the application {self._application.name} is disabled: o enables it"
        gateway = self._desk.gateway()
        if gateway is None:
            return [], "there is no connection"
        try:
            told = await gateway.get_endpoint_attributes(self._arn)
        except GatewayError as fault:
            return [f"Whether it is enabled is not known: {fault.problem.line}"], ""
        if told.get("Enabled", "true").lower() == "false":
            return [], "the device is disabled: o enables it, and E gives it a new token"
        return ended_certificates([self._application], self._desk.app.clock.epoch()), ""

    def _ended(self, work: PushWork) -> None:
        if not work.done:
            self._changed(self._arn)  # a push can be what disables it


class PushingToTopic(_Sending):
    """Pushes to all devices that are subscribed to a topic."""

    def __init__(self, desk: Desk, topic: Topic) -> None:
        self._topic = topic
        devices = [each.ref.endpoint for each in topic.subscriptions if is_device(each.ref.endpoint)]
        self._counts = Counter(arn.split(":", 5)[-1].split("/")[1] for arn in devices)
        known = [platform for platform in Platform if platform.value in self._counts]
        super().__init__(desk, f"the topic {topic.name}", topic.arn, topic.name, known or list(Platform))

    async def _told(self) -> tuple[list[str], str]:
        if self._topic.fifo:
            return [], f"{self._topic.name} is a FIFO topic, which delivers to queues alone"
        others = len(self._topic.subscriptions) - self._counts.total()
        parts = [f"{count:,} {_words(platform)}" for platform, count in sorted(self._counts.items())]
        there = f"Devices that are subscribed: {', '.join(parts)}." if parts else "No device is known to be subscribed."
        lines = [there]
        if others:
            lines.append(f"The {others:,} others get the text alone, or the title where there is none.")
        disabled = [each.name for each in self._applications() if each.enabled is False]
        if disabled:
            lines.append(f"Disabled, so that nothing reaches their devices: {', '.join(sorted(disabled))}.")
        lines += ended_certificates(self._applications(), self._desk.app.clock.epoch())
        return lines, ""

    def _applications(self) -> list[PlatformApplication]:
        """Give the applications of the devices that are subscribed, as far as they are known."""
        known = self._desk.app.snapshot.applications
        devices = [each.ref.endpoint for each in self._topic.subscriptions if is_device(each.ref.endpoint)]
        arns = {application_of(arn) for arn in devices}
        return [known[arn] for arn in arns if arn in known]


def ended_certificates(applications: Iterable[PlatformApplication], now: float) -> list[str]:
    """Say which certificates have ended; the push service then takes nothing, and SNS does not say so at once."""
    return [
        f"The certificate of {each.name} ended on {each.ends:%Y-%m-%d}: nothing is delivered until it has another."
        for each in applications
        if each.ends is not None and each.ends.timestamp() <= now
    ]


def application_of(device_arn: str) -> str:
    """Give the ARN of the application that a device is registered with."""
    return device_arn.rpartition("/")[0].replace(":endpoint/", ":app/", 1)


def _words(platform: str) -> str:
    known = platform_of(platform)
    return known.words if known is not None else platform
