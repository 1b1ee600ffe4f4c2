"""Multi-factor authentication: the code is asked for before the screen is taken, and never after."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import SessionError
from sqsview.gateway import Target

if TYPE_CHECKING:
    from configparser import RawConfigParser

    from sqsview.aws.credentials import RoleCache

_TRIES = 3

_CODE = re.compile(r"\d{6}")

_REFUSED = "MultiFactorAuthentication failed"
"""How STS begins its answer to a wrong code, whose error code is that of a missing permission."""


class _CodeWantedError(Exception):
    """Unwinds botocore to the place where a person can be asked, outside of any event loop."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


def needs_mfa(profile: str | None, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether the profile in use leads to a role that wants an MFA code.

    Reads the two configuration files and nothing else; botocore is not imported.

    Args:
        profile: from the command line; None for the environment's, else the default one.
        environment: the process's own where it is None.
    """
    env = os.environ if environment is None else environment
    if profile is None and env.get("AWS_ACCESS_KEY_ID"):
        return False
    texts = [_text_of(path) for path in _configuration_files(env)]
    if not any("mfa_serial" in text for text in texts):
        return False
    sections = _profiles(texts)
    name = profile or env.get("AWS_DEFAULT_PROFILE") or env.get("AWS_PROFILE") or "default"
    seen: set[str] = set()
    while name in sections and name not in seen:
        seen.add(name)
        section = sections[name]
        if "role_arn" in section and "mfa_serial" in section:
            return True
        name = section.get("source_profile", "")
    return False


def ask_for_mfa(
    target: Target,
    prompt: Callable[[str], str] | None = None,
    report: Callable[[str], object] | None = None,
    roles: RoleCache | None = None,
) -> RoleCache:
    """Ask for the MFA code, unless a session that still lasts is in the command line's cache.

    Call it before the event loop is started and before the screen is taken.

    Args:
        target: what the user asked for.
        prompt: shows a question and gives what was typed; the terminal where it is None.
        report: shows one line after a wrong code; stderr where it is None.
        roles: where the session is kept; the command line's cache where it is None.

    Returns:
        What `sqsview.aws.session.open_gateway` takes as ``roles``.

    Raises:
        SessionError: three wrong codes, or something else is at fault.
        EOFError: a code is needed, and there is no terminal to ask in.
    """
    from sqsview.aws.credentials import RoleCache
    from sqsview.aws.logs import keep_quiet

    keep_quiet()
    cache = roles if roles is not None else RoleCache()
    say = report or (lambda line: sys.stderr.write(f"{line}\n"))
    question = _question(target, cache)
    if question is None:
        return cache
    for left in reversed(range(_TRIES)):
        code = (prompt or ask_in_terminal)(question).strip()
        try:
            _offer(target, cache, code)
        except SessionError as error:
            if _REFUSED not in error.problem.text or not left:
                raise
            say("that code was not accepted; wait for the next one and try again")
        else:
            return cache
    raise AssertionError("the last try returns or raises")


def ask_in_terminal(question: str) -> str:
    """Ask in the terminal, without an echo.

    Raises:
        EOFError: there is none; getpass would warn over two lines and then read what is not meant for it.
    """
    if any(stream is None or not stream.isatty() for stream in (sys.stdin, sys.stderr)):
        raise EOFError
    return getpass.getpass(question)


def _question(target: Target, cache: RoleCache) -> str | None:
    """Give the question that has to be asked, or None where no code is needed."""
    from sqsview.aws.assuming import assume

    try:
        assume(target, cache, _unwind)
    except _CodeWantedError as wanted:
        return wanted.question
    return None


def _offer(target: Target, cache: RoleCache, code: str) -> None:
    from sqsview.aws.assuming import assume

    if not _CODE.fullmatch(code):
        raise SessionError(Problem(ProblemKind.CREDENTIALS, f"{_REFUSED}: a code is six digits"))
    assume(target, cache, lambda _: code)


def _unwind(question: str) -> str:
    raise _CodeWantedError(question)


def _configuration_files(env: Mapping[str, str]) -> tuple[Path, Path]:
    return (
        Path(env.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser(),
        Path(env.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser(),
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _profiles(texts: list[str]) -> Mapping[str, Mapping[str, str]]:
    from configparser import Error, RawConfigParser

    profiles: dict[str, dict[str, str]] = {}
    for text in texts:
        parser: RawConfigParser = RawConfigParser(default_section="", strict=False)
        try:
            parser.read_string(text)
        except Error:
            # botocore will say what is wrong with the file, when it connects.
            continue
        for section in parser.sections():
            name = section.removeprefix("profile").strip().strip("\"'") if section.startswith("profile ") else section
            profiles.setdefault(name, {}).update(parser.items(section))
    return profiles
