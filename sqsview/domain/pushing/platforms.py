"""The push services that a new application or a payload can be for, with their limits."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Platform(StrEnum):
    """A push service, by the key that SNS has for it in ARNs and in message structures (SNS API, Publish)."""

    APNS = "APNS"
    APNS_SANDBOX = "APNS_SANDBOX"
    FCM = "GCM"
    ADM = "ADM"

    @property
    def is_apple(self) -> bool:
        """Tell whether this is APNs, for the App Store or for development."""
        return self in (Platform.APNS, Platform.APNS_SANDBOX)

    @property
    def words(self) -> str:
        """What people call it."""
        return _WORDS[self]

    @property
    def most_bytes(self) -> int:
        """Bytes of a payload at most.

        4,096 at APNs (Apple, "Generating a remote notification") and of FCM (Firebase, "About FCM messages"),
        6,144 at ADM (Amazon, "Send a message").
        """
        return 6_144 if self is Platform.ADM else 4_096


_WORDS: Mapping[Platform, str] = {
    Platform.APNS: "APNs",
    Platform.APNS_SANDBOX: "APNs sandbox",
    Platform.FCM: "FCM",
    Platform.ADM: "ADM",
}
_TYPED: Mapping[str, Platform] = {
    "apns": Platform.APNS,
    "apns_sandbox": Platform.APNS_SANDBOX,
    "sandbox": Platform.APNS_SANDBOX,
    "fcm": Platform.FCM,
    "gcm": Platform.FCM,
    "adm": Platform.ADM,
}


def platform_of(typed: str) -> Platform | None:
    """Give the platform that a person or an ARN names; None for one that no payload is built for."""
    return _TYPED.get(typed.strip().lower().replace("-", "_").replace(" ", "_"))
