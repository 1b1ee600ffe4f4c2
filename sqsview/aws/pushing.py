"""The calls that create and change push applications and devices, and push to one device.

What is secret goes into the request and nowhere else: it is taken out of whatever a server or a library says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from sqsview.aws import messages
from sqsview.aws.calls import Send
from sqsview.aws.errors import FAULTS, unreadable
from sqsview.aws.service import Service
from sqsview.domain.arn import name_of
from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.secret import Secret


class Pushing(Service):
    """Creates, changes and deletes push applications and devices."""

    async def create_platform_application(
        self, name: str, platform: str, credentials: Mapping[str, Secret], attributes: Mapping[str, str]
    ) -> str:
        """Create a push application and give its ARN; not repeated after a fault, for it may have been done."""
        client = await self.client("sns")
        parameters = {"Name": name, "Platform": platform, "Attributes": {**attributes, **_revealed(credentials)}}
        answer = await self._calls.call(
            "sns:CreatePlatformApplication",
            _discreet(client.create_platform_application, credentials.values()),
            parameters,
            thing=name,
            asked=True,
            repeatable=False,
        )
        return _arn(answer, "PlatformApplicationArn")

    async def set_platform_application_attributes(
        self, arn: str, attributes: Mapping[str, str], credentials: Mapping[str, Secret]
    ) -> None:
        """Set some attributes of a push application."""
        client = await self.client("sns")
        parameters = {"PlatformApplicationArn": arn, "Attributes": {**attributes, **_revealed(credentials)}}
        await self._calls.call(
            "sns:SetPlatformApplicationAttributes",
            _discreet(client.set_platform_application_attributes, credentials.values()),
            parameters,
            thing=name_of(arn),
            asked=True,
        )

    async def delete_platform_application(self, arn: str) -> None:
        """Delete a push application with its devices; not repeated after a fault, for it may have been done."""
        client = await self.client("sns")
        await self._calls.call(
            "sns:DeletePlatformApplication",
            client.delete_platform_application,
            {"PlatformApplicationArn": arn},
            thing=name_of(arn),
            asked=True,
            repeatable=False,
        )

    async def create_platform_endpoint(
        self, application_arn: str, token: Secret, user_data: str, attributes: Mapping[str, str]
    ) -> str:
        """Register a device and give its ARN; the same again gives the same (SNS API, CreatePlatformEndpoint)."""
        client = await self.client("sns")
        parameters: dict[str, object] = {"PlatformApplicationArn": application_arn, "Token": token.reveal()}
        if user_data:
            parameters["CustomUserData"] = user_data
        if attributes:
            parameters["Attributes"] = dict(attributes)
        answer = await self._calls.call(
            "sns:CreatePlatformEndpoint",
            _discreet(client.create_platform_endpoint, [token]),
            parameters,
            thing=name_of(application_arn),
            asked=True,
        )
        return _arn(answer, "EndpointArn")

    async def set_endpoint_attributes(
        self, arn: str, attributes: Mapping[str, str], token: Secret | None = None
    ) -> None:
        """Set some attributes of a device, and its token where one is given."""
        client = await self.client("sns")
        secrets = {} if token is None else {"Token": token}
        parameters = {"EndpointArn": arn, "Attributes": {**attributes, **_revealed(secrets)}}
        await self._calls.call(
            "sns:SetEndpointAttributes",
            _discreet(client.set_endpoint_attributes, secrets.values()),
            parameters,
            thing=name_of(arn),
            asked=True,
        )

    async def delete_endpoint(self, arn: str) -> None:
        """Delete a device; its subscriptions stay, and lead nowhere. One that is gone is no fault (SNS API)."""
        client = await self.client("sns")
        await self._calls.call(
            "sns:DeleteEndpoint", client.delete_endpoint, {"EndpointArn": arn}, thing=name_of(arn), asked=True
        )

    async def publish_to_endpoint(self, arn: str, message: Outgoing) -> Sent:
        """Push to one device; not repeated after a fault, for it may have been taken."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:Publish",
            client.publish,
            {"TargetArn": arn, **messages.to_topic(message)},
            thing=name_of(arn),
            asked=True,
            repeatable=False,
            units=messages.chunks([message]),
        )
        return messages.sent(answer)


def _revealed(secrets: Mapping[str, Secret]) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in secrets.items()}


def _discreet(send: Send, secrets: Iterable[Secret]) -> Send:
    """Have a method of a client raise nothing that quotes a secret, before it is logged or translated."""
    hidden = tuple(secrets)

    def cleaned(text: str) -> str:
        for secret in hidden:
            text = secret.taken_out_of(text)
        return text

    async def send_discreetly(**parameters: Any) -> Any:
        try:
            return await send(**parameters)
        except FAULTS as fault:
            fault.args = tuple(cleaned(each) if isinstance(each, str) else each for each in fault.args)
            if isinstance(fault, ClientError):
                error: dict[str, Any] = dict(fault.response.get("Error", {}))
                error["Message"] = cleaned(str(error.get("Message") or ""))
                fault.response = {**fault.response, "Error": error}
            raise

    return send_discreetly


def _arn(answer: Any, name: str) -> str:
    """Give the ARN that an answer is about."""
    told = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(told, str) or not told:
        raise unreadable(f"an answer without {name}")
    return told
