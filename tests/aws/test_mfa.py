"""The MFA code is asked for once, before anything else, and never from inside an event loop."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from sqsview.aws.credentials import RoleCache
from sqsview.aws.mfa import ask_for_mfa, needs_mfa
from sqsview.aws.session import open_gateway
from sqsview.errors import SessionError
from sqsview.gateway import Target

SERIAL = "arn:aws:iam::123456789012:mfa/me"
CONFIG = f"""
[default]
region = eu-west-1
[profile base]
aws_access_key_id = a
aws_secret_access_key = b
[profile ops]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = base
mfa_serial = {SERIAL}
region = eu-west-1
[profile deep]
role_arn = arn:aws:iam::210987654321:role/deep
source_profile = ops
[profile plain]
role_arn = arn:aws:iam::123456789012:role/plain
source_profile = base
"""
TARGET = Target(profile="ops")


class _Sts(BaseHTTPRequestHandler):
    """Gives a session for the code 123456 and refuses every other."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.codes.append(form["TokenCode"][0])  # type: ignore[attr-defined]
        if form["TokenCode"] == ["123456"]:
            ends = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._answer(
                200,
                "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>"
                "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                f"<Expiration>{ends}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
            )
        else:
            self._answer(
                403,
                "<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with "
                "invalid MFA one time pass code. </Message></Error></ErrorResponse>",
            )

    def log_message(self, format: str, *args: object) -> None:
        return

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Run STS on loopback and give the codes it was sent."""
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(CONFIG)
    server = HTTPServer(("127.0.0.1", 0), _Sts)
    server.codes = []  # type: ignore[attr-defined]
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.codes  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def roles(tmp_path: Path) -> RoleCache:
    return RoleCache(tmp_path / "cli" / "cache")


class _Person:
    """Types these codes, one after the other, and remembers what was asked."""

    def __init__(self, *codes: str) -> None:
        self._codes = list(codes)
        self.questions: list[str] = []
        self.lines: list[str] = []

    def __call__(self, question: str) -> str:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        self.questions.append(question)
        return self._codes.pop(0)


@pytest.mark.parametrize(
    ("profile", "environment", "needed"),
    [
        ("ops", {}, True),
        ("deep", {}, True),
        ("plain", {}, False),
        ("base", {}, False),
        ("nobody", {}, False),
        (None, {}, False),
        (None, {"AWS_PROFILE": "ops"}, True),
        (None, {"AWS_DEFAULT_PROFILE": "base", "AWS_PROFILE": "ops"}, False),
        (None, {"AWS_PROFILE": "ops", "AWS_ACCESS_KEY_ID": "x"}, False),
        ("ops", {"AWS_ACCESS_KEY_ID": "x"}, True),
    ],
)
def test_a_code_is_needed_where_the_chain_of_roles_has_a_serial(
    profile: str | None, environment: dict[str, str], needed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "config"
    path.write_text(CONFIG)
    files = {"AWS_CONFIG_FILE": str(path), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    assert needs_mfa(profile, {**files, **environment}) is needed


@pytest.mark.parametrize("text", ["", "mfa_serial\n[[", "[a]\nmfa_serial", "[profile ops]\nmfa_serial=%(x)s\nrole_arn"])
def test_a_broken_file_is_left_for_botocore_to_complain_about(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    assert needs_mfa("a", {"AWS_CONFIG_FILE": str(path), "AWS_SHARED_CREDENTIALS_FILE": "/none"}) is False


def test_the_code_is_asked_for_once_and_serves_every_connection(codes: list[str], roles: RoleCache) -> None:
    person = _Person("123456")
    given = ask_for_mfa(TARGET, person, person.lines.append, roles)
    assert person.questions == [f"Enter MFA code for {SERIAL}: "]

    async def connect() -> str:
        async with open_gateway(TARGET, budget=None, roles=given) as gateway:
            return gateway.context.profile

    assert asyncio.run(connect()) == "ops"
    assert asyncio.run(connect()) == "ops"
    assert codes == ["123456"]


def test_a_session_that_still_lasts_is_found_in_the_cache_of_the_command_line(
    codes: list[str], tmp_path: Path, roles: RoleCache
) -> None:
    person = _Person("123456")
    ask_for_mfa(TARGET, person, person.lines.append, roles)
    ask_for_mfa(TARGET, person, person.lines.append, RoleCache(tmp_path / "cli" / "cache"))
    assert len(person.questions) == 1
    assert codes == ["123456"]


def test_where_nothing_can_be_written_memory_serves(codes: list[str]) -> None:
    roles = RoleCache(Path("/dev/null/cache"))
    person = _Person("123456")
    ask_for_mfa(TARGET, person, person.lines.append, roles)
    ask_for_mfa(TARGET, person, person.lines.append, roles)
    assert codes == ["123456"]


def test_a_role_that_took_no_code_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    roles = RoleCache(tmp_path / "cache", store=False)
    roles["key"] = {"Credentials": {}}
    assert roles["key"] == {"Credentials": {}}
    assert not (tmp_path / "cache").exists()


def test_what_the_command_line_renewed_meanwhile_wins(tmp_path: Path) -> None:
    ours = RoleCache(tmp_path, store=False)
    ours["key"] = "old"
    RoleCache(tmp_path)["key"] = "new"
    assert ours["key"] == "new"
    del ours["key"]
    assert "key" not in ours


def test_after_a_wrong_code_there_is_a_line_and_another_try(codes: list[str], roles: RoleCache) -> None:
    person = _Person("000000", "123456")
    ask_for_mfa(TARGET, person, person.lines.append, roles)
    assert codes == ["000000", "123456"]
    assert person.lines == ["that code was not accepted; wait for the next one and try again"]


def test_after_three_wrong_codes_it_ends(codes: list[str], roles: RoleCache) -> None:
    person = _Person("111111", "222222", "333333", "444444")
    with pytest.raises(SessionError) as fault:
        ask_for_mfa(TARGET, person, person.lines.append, roles)
    assert codes == ["111111", "222222", "333333"]
    assert "MultiFactorAuthentication failed" in fault.value.problem.text


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_what_cannot_be_a_code_is_not_sent_but_counts_as_a_try(codes: list[str], roles: RoleCache, typed: str) -> None:
    person = _Person(typed, "123456")
    ask_for_mfa(TARGET, person, person.lines.append, roles)
    assert codes == ["123456"]
    assert len(person.lines) == 1


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize("stream", ["stdin", "stderr"])
def test_without_a_terminal_nothing_is_asked_and_nothing_is_warned_of(
    roles: RoleCache, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, SimpleNamespace(isatty=lambda name=name: name != stream))
    monkeypatch.setattr(getpass, "getpass", lambda _: pytest.fail("it was asked"))
    with pytest.raises(EOFError):
        ask_for_mfa(TARGET, roles=roles)


@pytest.mark.usefixtures("codes")
def test_leaving_at_the_question_is_leaving(roles: RoleCache) -> None:
    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_for_mfa(TARGET, interrupt, None, roles)


def test_a_profile_that_does_not_exist_is_told_without_asking(roles: RoleCache) -> None:
    person = _Person()
    with pytest.raises(SessionError):
        ask_for_mfa(Target(profile="nobody"), person, person.lines.append, roles)
    assert person.questions == []
