"""Who calls whom: what the remedies in error texts have to name."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_REGIONS = frozenset(
    {
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "sa-east-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
    }
)
"""Regions that every account has; all later ones must be enabled (AWS Account Management guide)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The connection as far as it is known when something fails."""

    profile: str | None = None
    """The profile in use; None where none was named or the environment holds the keys."""
    method: str | None = None
    """botocore's name for where the credentials came from, such as ``env`` or ``sso``."""
    sso_profile: str | None = None
    """The profile that holds the SSO settings: ``profile`` itself, or the source it leads to."""
    region: str | None = None
    partition: str = "aws"
    endpoint: str | None = None
    """The server's URL where it is not AWS's own."""

    @property
    def opt_in_region(self) -> bool:
        """Tell whether the account may not have this region enabled."""
        return (
            self.endpoint is None
            and self.partition == "aws"
            and self.region is not None
            and self.region not in FIRST_REGIONS
        )

    def command(self, command: str, profile: str | None = None) -> str:
        """Give an ``aws`` command for the profile in use, or for another one."""
        name = profile or self.profile
        if not name or name == "default":
            return command
        return f"{command} --profile {_quoted(name)}"

    @property
    def sso_login(self) -> str:
        """The command that starts a new SSO session."""
        return self.command("aws sso login", self.sso_profile)


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name
