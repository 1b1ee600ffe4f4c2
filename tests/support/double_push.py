"""How the account in memory has push applications and devices, as SNS behaves with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sqsview.domain.arn import name_of
from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.secret import Secret
from sqsview.errors import NotFound, Rejected

if TYPE_CHECKING:
    from tests.support.double import Account


class DoublePush:
    """Creates, changes and pushes on an `Account`."""

    account: Account

    async def create_platform_application(
        self, name: str, platform: str, credentials: Mapping[str, Secret], attributes: Mapping[str, str]
    ) -> str:
        await self.account.call("create_platform_application", name)
        arn = self.account.topic_arn(f"app/{platform}/{name}")
        if all(each.arn != arn for each in self.account.applications):
            self.account.applications.append(PlatformApplication(arn, True, None, dict(attributes)))
        return arn

    async def set_platform_application_attributes(
        self, arn: str, attributes: Mapping[str, str], credentials: Mapping[str, Secret]
    ) -> None:
        await self.account.call("set_platform_application_attributes", arn)
        found = self._application(arn)
        at = self.account.applications.index(found)
        enabled = attributes["Enabled"] == "true" if "Enabled" in attributes else found.enabled
        self.account.applications[at] = replace(found, enabled=enabled)

    async def delete_platform_application(self, arn: str) -> None:
        await self.account.call("delete_platform_application", arn)
        self.account.applications.remove(self._application(arn))
        self.account.endpoints.pop(arn, None)

    async def create_platform_endpoint(
        self, application_arn: str, token: Secret, user_data: str, attributes: Mapping[str, str]
    ) -> str:
        await self.account.call("create_platform_endpoint", application_arn)
        application = self._application(application_arn)
        enabled = attributes.get("Enabled", "true") == "true"
        devices = self.account.endpoints.setdefault(application_arn, [])
        for device in devices:
            if device.token == token.reveal():
                if (device.enabled, device.user_data) == (enabled, user_data):
                    return device.arn
                why = f"Endpoint {device.arn} already exists with the same Token, but different attributes."
                raise _rejected(f"Invalid parameter: Token Reason: {why}")
        path = f"endpoint/{application.platform}/{application.name}/{len(devices):08d}"
        made = PlatformEndpoint(self.account.topic_arn(path), enabled, token.reveal(), user_data)
        devices.append(made)
        return made.arn

    async def set_endpoint_attributes(
        self, arn: str, attributes: Mapping[str, str], token: Secret | None = None
    ) -> None:
        await self.account.call("set_endpoint_attributes", arn)
        devices, at = self._device(arn)
        found = devices[at]
        devices[at] = replace(
            found,
            enabled=attributes["Enabled"] == "true" if "Enabled" in attributes else found.enabled,
            user_data=attributes.get("CustomUserData", found.user_data),
            token=found.token if token is None else token.reveal(),
        )

    async def delete_endpoint(self, arn: str) -> None:
        await self.account.call("delete_endpoint", arn)
        for devices in self.account.endpoints.values():
            devices[:] = [device for device in devices if device.arn != arn]

    async def publish_to_endpoint(self, arn: str, message: Outgoing) -> Sent:
        await self.account.call("publish_to_endpoint", arn)
        devices, at = self._device(arn)
        application = next(key for key, each in self.account.endpoints.items() if each is devices)
        if self._application(application).enabled is False:
            raise _rejected("Platform application is disabled (PlatformApplicationDisabled)")
        if devices[at].enabled is False:
            raise _rejected("Endpoint is disabled (EndpointDisabled)")
        self.account.broker.published.append((arn, message))
        return Sent(f"published-{len(self.account.broker.published)}")

    def _application(self, arn: str) -> PlatformApplication:
        for each in self.account.applications:
            if each.arn == arn:
                return each
        raise _gone(arn)

    def _device(self, arn: str) -> tuple[list[PlatformEndpoint], int]:
        for devices in self.account.endpoints.values():
            for at, device in enumerate(devices):
                if device.arn == arn:
                    return devices, at
        raise _gone(arn)


def _rejected(text: str) -> Rejected:
    return Rejected(Problem(ProblemKind.FAILED, text))


def _gone(arn: str) -> NotFound:
    return NotFound(Problem(ProblemKind.GONE, "it does not exist", thing=name_of(arn)))
