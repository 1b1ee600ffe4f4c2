"""botocore's own credential chain, with AWS_REGION honoured and roles that never prompt by themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from aiobotocore.credentials import AioCredentials
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader, create_loader
from botocore.utils import JSONFileCache

from sqsview.aws.credential_faults import unreadable_credentials
from sqsview.aws.situation import Situation
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import SessionError
from sqsview.gateway import Target

Prompt = Callable[[str], str]
"""Asks a person for a code and gives the answer."""

_MACHINES = {"iam-role": "instance role", "container-role": "container role", "env": "environment"}
"""What stands in the profile's place where no profile gave the keys, by botocore's name of the method."""

_SSO_KEYS = ("sso_session", "sso_start_url", "sso_account_id")


class RoleCache(MutableMapping[str, Any]):
    """Credentials of assumed roles, shared with the AWS command line, so that one MFA code serves both.

    The file wins, for another program may have renewed it. Where it cannot be written, memory serves.
    """

    def __init__(self, directory: Path | None = None, *, store: bool = True) -> None:
        """Use the files in ``directory``.

        Args:
            directory: the command line's own where it is None.
            store: whether to write files, which is for sessions that took a code; else they are only read.
        """
        self._store = store
        self._files = JSONFileCache(str(directory or Path("~/.aws/cli/cache").expanduser()))
        self._memory: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        try:
            return self._files[key]
        except KeyError:
            return self._memory[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._memory[key] = value
        if self._store:
            with suppress(OSError):
                self._files[key] = value

    def __delitem__(self, key: str) -> None:
        in_memory = self._memory.pop(key, None) is not None
        try:
            del self._files[key]
        except (KeyError, OSError):
            if not in_memory:
                raise KeyError(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self._memory or key in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._memory)

    def __len__(self) -> int:
        return len(self._memory)


@cache
def shared_loader(data_path: str | None) -> Loader:
    """Give the one loader of service models, so that reconnecting does not read 2 MB of JSON again."""
    return create_loader(data_path)


def new_session(target: Target, roles: RoleCache, prompt: Prompt) -> AioSession:
    """Make a session for ``target``.

    The region is the target's, else AWS_REGION (which botocore ignores and the command line does not), else
    what botocore finds: AWS_DEFAULT_REGION, then the profile's.

    Args:
        target: what the user asked for.
        roles: where credentials of assumed roles are kept.
        prompt: asks for an MFA code, or raises.

    Raises:
        BotoCoreError: the configuration is broken.
    """
    session = AioSession(profile=target.profile)
    if target.profile == "default" and "default" not in session.full_config.get("profiles", {}):
        # The profile that everybody has: without a file for it, keys in the environment or of the machine serve.
        session = AioSession()
    region = target.region or os.environ.get("AWS_REGION")
    if region:
        session.set_config_variable("region", region)
    session.register_component("data_loader", shared_loader(session.get_config_variable("data_path")))
    provider = session.get_component("credential_provider").get_provider("assume-role")
    provider.cache = roles
    # botocore has no other way to replace getpass, which would block the loop and write over the screen.
    provider._prompter = prompt
    return session


async def credentials_of(session: AioSession, situation: Situation) -> AioCredentials | None:
    """Get the credentials, or None where the whole chain has none.

    Raises:
        SessionError: they came in a form that nobody can read: botocore takes whatever a ``credential_process``
            prints for the JSON that it should have printed.
        BotoCoreError: they cannot be had.
    """
    try:
        return await session.get_credentials()
    except (LookupError, TypeError, AttributeError, ValueError) as fault:
        if isinstance(fault, BotoCoreError) or str(fault).startswith("Invalid endpoint"):
            raise
        has_process = "credential_process" in session.get_scoped_config()
        raise unreadable_credentials(situation, of_process=has_process) from fault


def never_prompt(profile: str | None) -> Prompt:
    """Give a prompt that raises `SessionError` in place of asking: the screen belongs to the dashboard now.

    Its remedy leaves the session in the command line's cache, where the next try finds it.
    """

    def refuse(_: str) -> str:
        command = Situation(profile=profile).command("aws sts get-caller-identity")
        raise SessionError(
            Problem(ProblemKind.CREDENTIALS, "an MFA code is needed", f"{command} (asks for it), then try again")
        )

    return refuse


def situation_of(session: AioSession, target: Target, method: str | None) -> Situation:
    """Tell whose credentials these are.

    Args:
        session: configured for ``target``.
        target: what the user asked for.
        method: how the credentials were found, as botocore calls it; None while they are not.
    """
    profile = None if method in _MACHINES else session.get_config_variable("profile")
    return Situation(
        profile=profile,
        method=method,
        sso_profile=_sso_profile(session.full_config.get("profiles", {}), profile or "default"),
        region=session.get_config_variable("region"),
        endpoint=target.endpoint_url,
    )


def profile_label(situation: Situation) -> str:
    """Give what the header shows for the profile; where keys in the environment beat it, it says so."""
    return _MACHINES.get(situation.method or "") or situation.profile or "default"


def _sso_profile(profiles: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """Follow ``source_profile`` to the profile that has the SSO settings."""
    seen: set[str] = set()
    while name in profiles and name not in seen:
        if any(key in profiles[name] for key in _SSO_KEYS):
            return name
        seen.add(name)
        name = str(profiles[name].get("source_profile", ""))
    return None
