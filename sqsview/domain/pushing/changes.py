"""Single calls that create, change or delete push applications and devices, or push, before anybody makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from sqsview.domain.arn import name_of
from sqsview.domain.message import Outgoing
from sqsview.domain.pushing.applications import NewApplication
from sqsview.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class CreateApplication:
    """One CreatePlatformApplication."""

    application: NewApplication

    @property
    def words(self) -> str:
        """The call, in one line without anything secret."""
        return f"CreatePlatformApplication {self.application.name} for {self.application.platform.words}"


@dataclass(frozen=True, slots=True)
class RenewCredentials:
    """One SetPlatformApplicationAttributes that puts other credentials in place of those that are there."""

    arn: str
    application: NewApplication
    """What an application with these credentials would be created as."""

    @property
    def words(self) -> str:
        """The call, in one line without anything secret."""
        return f"SetPlatformApplicationAttributes {name_of(self.arn)}: new credentials"


@dataclass(frozen=True, slots=True)
class SwitchApplication:
    """One SetPlatformApplicationAttributes that enables or disables."""

    arn: str
    enabled: bool

    @property
    def words(self) -> str:
        """The call, in one line."""
        return f"SetPlatformApplicationAttributes {name_of(self.arn)}: Enabled {str(self.enabled).lower()}"


@dataclass(frozen=True, slots=True)
class DeleteApplication:
    """One DeletePlatformApplication."""

    arn: str

    @property
    def words(self) -> str:
        """The call, in one line."""
        return f"DeletePlatformApplication {name_of(self.arn)}"


@dataclass(frozen=True, slots=True)
class RegisterDevice:
    """One CreatePlatformEndpoint."""

    application_arn: str
    token: Secret
    user_data: str = field(default="", repr=False)

    @property
    def words(self) -> str:
        """The call, in one line without token and user data."""
        return f"CreatePlatformEndpoint in {name_of(self.application_arn)}"


@dataclass(frozen=True, slots=True)
class ChangeDevice:
    """One SetEndpointAttributes; None leaves an attribute as it is."""

    arn: str
    enabled: bool | None = None
    user_data: str | None = field(default=None, repr=False)
    token: Secret | None = None

    @property
    def words(self) -> str:
        """The call, in one line without token and user data."""
        parts = [] if self.enabled is None else [f"Enabled {str(self.enabled).lower()}"]
        parts += ["a new token"] if self.token is not None else []
        parts += ["new user data"] if self.user_data is not None else []
        return f"SetEndpointAttributes {name_of(self.arn)}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class DeleteDevice:
    """One DeleteEndpoint."""

    arn: str

    @property
    def words(self) -> str:
        """The call, in one line."""
        return f"DeleteEndpoint {name_of(self.arn)}"


@dataclass(frozen=True, slots=True)
class SendPush:
    """One Publish to a device or a topic."""

    arn: str
    message: Outgoing

    @property
    def words(self) -> str:
        """The call, in one line without the message."""
        return f"Publish {self.message.size:,} bytes to {name_of(self.arn)}"


PushChange: TypeAlias = (
    CreateApplication
    | RenewCredentials
    | SwitchApplication
    | DeleteApplication
    | RegisterDevice
    | ChangeDevice
    | DeleteDevice
    | SendPush
)
"""One call; each has ``words``."""
