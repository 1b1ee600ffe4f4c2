"""Devices that are enabled again once somebody says so, applications that can be disabled and keep their credentials.

moto compares ``Enabled`` with what a request spells as text, so that a device which was switched is disabled for ever
and its token is always another one's; it gives no user data back, pushes through disabled applications, and gives new
credentials back (SNS API reference, CreatePlatformEndpoint, SetEndpointAttributes, SetPlatformApplicationAttributes,
Publish).
"""

from __future__ import annotations

from typing import Any

from moto.sns.exceptions import SNSException
from moto.sns.models import PlatformApplication, PlatformEndpoint, SNSBackend

from sqsview.demo.moto_extensions.graft import graft
from sqsview.domain.push import SECRET_ATTRIBUTES


class _ApplicationDisabled(SNSException):
    code = "PlatformApplicationDisabled"


def _truth(value: object) -> bool:
    return str(value).lower() == "true"


def install() -> None:
    """Put switches that work into moto."""
    set_device = SNSBackend.set_endpoint_attributes
    set_application = SNSBackend.set_platform_application_attributes
    publish = PlatformEndpoint.publish
    make_device = SNSBackend.create_platform_endpoint

    def _make_device(
        backend: SNSBackend,
        application: PlatformApplication,
        custom_user_data: str,
        token: str,
        attributes: dict[str, Any],
    ) -> PlatformEndpoint:
        device = make_device(backend, application, custom_user_data, token, attributes)
        if custom_user_data:
            device.attributes["CustomUserData"] = custom_user_data
        return device

    def _set_device(backend: SNSBackend, arn: str, attributes: dict[str, Any]) -> PlatformEndpoint:
        if "Enabled" in attributes:
            attributes = {**attributes, "Enabled": _truth(attributes["Enabled"])}
        device = set_device(backend, arn, attributes)
        device.token = attributes.get("Token", device.token)
        device.custom_user_data = attributes.get("CustomUserData", device.custom_user_data)
        return device

    def _set_application(backend: SNSBackend, arn: str, attributes: dict[str, Any]) -> PlatformApplication:
        shown = {name: value for name, value in attributes.items() if name not in SECRET_ATTRIBUTES}
        return set_application(backend, arn, shown)

    def _publish(device: PlatformEndpoint, message: str) -> str:
        if not _truth(device.application.attributes.get("Enabled", "true")):
            raise _ApplicationDisabled("Platform application is disabled")
        return publish(device, message)

    graft(
        SNSBackend,
        create_platform_endpoint=_make_device,
        set_endpoint_attributes=_set_device,
        set_platform_application_attributes=_set_application,
    )
    graft(PlatformEndpoint, publish=_publish)
