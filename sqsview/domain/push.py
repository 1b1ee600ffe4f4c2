"""What a platform application and its endpoints are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqsview.domain.arn import Arn, name_of

SECRET_ATTRIBUTES = frozenset({"PlatformPrincipal", "PlatformCredential"})
"""Attributes of an application that AWS never gives back; where another server does, they are left out."""


@dataclass(frozen=True, slots=True)
class PlatformApplication:
    """One push application, ``app/PLATFORM/NAME``, as ListPlatformApplications gives it."""

    arn: str
    enabled: bool | None = None
    certificate_expires: str | None = None
    """``AppleCertificateExpiryDate`` as the server words it."""
    raw: Mapping[str, str] | None = None

    @property
    def key(self) -> str:
        """The identity that rows and the cursor follow."""
        return self.arn

    @property
    def name(self) -> str:
        """The application's name."""
        return name_of(self.arn)

    @property
    def ends(self) -> datetime | None:
        """When its certificate ends; None where it has none, or none that can be read as a date."""
        try:
            ends = datetime.fromisoformat(self.certificate_expires or "")
        except ValueError:
            return None
        return ends.replace(tzinfo=ends.tzinfo or UTC)

    @property
    def platform(self) -> str:
        """APNS, GCM, ADM or whatever the ARN says: free text, the list grows."""
        parts = self.arn.split(":", 5)[-1].split("/")
        return parts[1] if len(parts) > 2 else "?"


@dataclass(frozen=True, slots=True)
class PlatformEndpoint:
    """One device of a push application."""

    arn: str
    enabled: bool | None
    token: str = field(repr=False)
    """The device token; mask it wherever it is shown."""
    user_data: str = ""

    @property
    def key(self) -> str:
        """The identity that rows and the cursor follow."""
        return self.arn

    @property
    def name(self) -> str:
        """The device's own id, the last part of the ARN."""
        return self.arn.rpartition("/")[2]  # thousands are sorted by it after every page

    @property
    def masked_token(self) -> str:
        """The token with all but its last four characters hidden."""
        return masked(self.token)


def masked(token: str) -> str:
    """Hide a device token but for its last four characters, and a short one altogether."""
    return "…" + token[-4:] if len(token) > 8 else "…"


def is_device(arn: str) -> bool:
    """Tell whether this is the ARN of a device: ``…:endpoint/PLATFORM/APPLICATION/ID``."""
    try:
        return Arn.parse(arn).resource.startswith("endpoint/")
    except ValueError:
        return False
