"""Connecting: whose credentials, which region, what is wrong, and that a later try finds it mended."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sqsview.aws.session import open_gateway
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.errors import RefusedReadOnly, ServerFault, SessionError
from sqsview.gateway import Target
from tests.support.engines import ACCOUNT, REGION, Engine

Write = Callable[[str], None]

SSO_LEGACY = """
[profile shop]
sso_start_url = https://shop.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = ops
region = eu-west-1
"""
SSO_SESSION = """
[profile shop]
sso_session = company
sso_account_id = 123456789012
sso_role_name = ops
region = eu-west-1
[sso-session company]
sso_start_url = https://shop.awsapps.com/start
sso_region = eu-west-1
"""


@pytest.fixture
def config() -> Write:
    """Write the AWS configuration file."""

    def write(text: str) -> None:
        Path(os.environ["AWS_CONFIG_FILE"]).write_text(text)

    return write


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a pair of keys into the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


async def _context(target: Target | None = None) -> Context:
    async with open_gateway(target or Target(), budget=None) as gateway:
        return gateway.context


async def _problem(target: Target | None = None) -> Problem:
    """Open and make one call; give what was wrong."""
    with pytest.raises(SessionError) as fault:
        async with open_gateway(target or Target(), budget=None) as gateway:
            _ = [page async for page in gateway.list_queues()]
    assert "\n" not in fault.value.problem.line
    return fault.value.problem


def _sso_token(name: str, *, expired: bool) -> None:
    """Put a token where ``aws sso login`` leaves it."""
    directory = Path("~/.aws/sso/cache").expanduser()
    directory.mkdir(parents=True, exist_ok=True)
    ends = datetime.now(UTC) + timedelta(hours=-1 if expired else 1)
    token = {
        "startUrl": "https://shop.awsapps.com/start",
        "region": "eu-west-1",
        "accessToken": "token",
        "expiresAt": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    path = directory / f"{hashlib.sha1(name.encode()).hexdigest()}.json"
    path.write_text(json.dumps(token))


@pytest.fixture
def _no_sso_tokens() -> None:
    for path in Path("~/.aws/sso/cache").expanduser().glob("*.json"):
        path.unlink()


async def test_no_credentials() -> None:
    problem = await _problem(Target(region="eu-west-1"))
    assert problem.text == "no credentials found"
    assert "aws configure" in problem.remedy


async def test_no_credentials_for_a_server_of_ones_own() -> None:
    problem = await _problem(Target(region="eu-west-1", endpoint_url="http://127.0.0.1:1"))
    assert "AWS_ACCESS_KEY_ID=test" in problem.remedy


async def test_half_a_pair_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    assert "AWS_SECRET_ACCESS_KEY is missing" in (await _problem(Target(region="eu-west-1"))).text


async def test_an_unknown_profile() -> None:
    problem = await _problem(Target(profile="shpo", region="eu-west-1"))
    assert (problem.text, problem.remedy) == ("there is no profile 'shpo'", "aws configure list-profiles")


async def test_a_profile_whose_source_does_not_exist(config: Write) -> None:
    config("[profile shop]\nrole_arn=arn:aws:iam::123456789012:role/x\nsource_profile=nobody\nregion=eu-west-1")
    assert "nobody" in (await _problem(Target(profile="shop"))).text


async def test_a_configuration_file_that_cannot_be_read(config: Write) -> None:
    config("[profile shop\nregion")
    assert "configuration is not valid" in (await _problem(Target(region="eu-west-1"))).text


@pytest.mark.usefixtures("keys")
async def test_no_region() -> None:
    problem = await _problem()
    assert (problem.text, problem.remedy) == ("no region is set", "give --region NAME, or set AWS_REGION")


@pytest.mark.usefixtures("keys")
async def test_a_region_that_cannot_be_one() -> None:
    assert (await _problem(Target(region="nowhere at all"))).text == "'nowhere at all' is not a region"


@pytest.mark.usefixtures("_no_sso_tokens")
@pytest.mark.parametrize("style", [SSO_LEGACY, SSO_SESSION], ids=["legacy", "sso-session"])
async def test_sso_without_a_login(config: Write, style: str) -> None:
    config(style)
    problem = await _problem(Target(profile="shop"))
    assert (problem.text, problem.remedy) == ("there is no SSO session yet", "aws sso login --profile shop")


@pytest.mark.usefixtures("_no_sso_tokens")
@pytest.mark.parametrize(
    ("style", "token"),
    [(SSO_LEGACY, "https://shop.awsapps.com/start"), (SSO_SESSION, "company")],
    ids=["legacy", "sso-session"],
)
async def test_sso_with_a_login_that_has_expired(config: Write, style: str, token: str) -> None:
    config(style)
    _sso_token(token, expired=True)
    problem = await _problem(Target(profile="shop"))
    assert (problem.text, problem.remedy) == ("the SSO session has expired", "aws sso login --profile shop")


@pytest.mark.usefixtures("_no_sso_tokens")
async def test_a_role_on_top_of_sso_names_the_profile_to_log_in_with(config: Write) -> None:
    config(
        SSO_LEGACY.replace("profile shop", "profile base")
        + "[profile shop]\nrole_arn=arn:aws:iam::123456789012:role/x\nsource_profile=base\nregion=eu-west-1"
    )
    assert (await _problem(Target(profile="shop"))).remedy == "aws sso login --profile base"


@pytest.mark.usefixtures("_no_sso_tokens")
@pytest.mark.parametrize(
    ("style", "token"),
    [(SSO_LEGACY, "https://shop.awsapps.com/start"), (SSO_SESSION, "company")],
    ids=["legacy", "sso-session"],
)
async def test_after_a_login_in_another_terminal_the_same_connection_goes_on(
    config: Write, moto: Engine, monkeypatch: pytest.MonkeyPatch, style: str, token: str
) -> None:
    async def portal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        keys = {"accessKeyId": "a", "secretAccessKey": "b", "sessionToken": "c", "expiration": 4102444800000}
        body = json.dumps({"roleCredentials": keys}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    config(style)
    server = await asyncio.start_server(portal, "127.0.0.1", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    target = Target(profile="shop", endpoint_url=moto.url)
    async with server, open_gateway(target, budget=None) as gateway:
        with pytest.raises(SessionError):
            await gateway.get_caller_identity()
        _sso_token(token, expired=False)
        assert await gateway.get_caller_identity() == ACCOUNT["moto"]


async def test_a_login_session_needs_the_common_runtime_or_a_login(config: Write) -> None:
    config("[profile shop]\nlogin_session=arn:aws:iam::123456789012:user/me\nregion=eu-west-1")
    problem = await _problem(Target(profile="shop"))
    assert problem.remedy in ("pip install 'botocore[crt]'", "aws login --profile shop")


async def test_a_credential_process_that_fails(config: Write) -> None:
    config("[profile shop]\ncredential_process=sh -c 'echo vault is sealed >&2; exit 3'\nregion=eu-west-1")
    problem = await _problem(Target(profile="shop"))
    assert "credential_process failed for profile shop: vault is sealed" in problem.text


async def test_a_credential_process_that_fails_without_a_word(config: Write) -> None:
    config("[profile shop]\ncredential_process=/bin/false\nregion=eu-west-1")
    problem = await _problem(Target(profile="shop"))
    assert problem.text == "credential_process failed for profile shop"


@pytest.mark.parametrize("prints", ["echo hi", f'{sys.executable} -c "print(5)"', "echo {}", r"printf \\377"])
async def test_a_credential_process_that_prints_something_else(config: Write, prints: str) -> None:
    config(f"[profile shop]\ncredential_process={prints}\nregion=eu-west-1")
    problem = await _problem(Target(profile="shop"))
    assert problem.kind is ProblemKind.CREDENTIALS
    assert "credential_process" in problem.text
    assert "for profile shop" in problem.text
    assert problem.remedy == "run the profile's credential_process by hand"


@pytest.mark.parametrize(
    "settings",
    ["role_arn=arn:aws:iam::123456789012:role/x\nweb_identity_token_file=/nope/it", "credential_process=/nope/it"],
)
async def test_a_file_of_the_configuration_that_is_not_there(config: Write, settings: str) -> None:
    config(f"[profile shop]\n{settings}\nregion=eu-west-1")
    problem = await _problem(Target(profile="shop"))
    assert problem.kind is ProblemKind.CREDENTIALS
    assert problem.text == (
        "'/nope/it', which the AWS configuration for profile shop names, cannot be used: No such file or directory"
    )
    assert settings.split("\n")[-1].split("=")[0] in problem.remedy


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    "setting",
    ["defaults_mode=odd", "request_checksum_calculation=odd", "sts_regional_endpoints=odd"],
)
async def test_an_odd_value_in_the_configuration_is_told_with_the_file_to_mend(config: Write, setting: str) -> None:
    config(f"[default]\nregion=eu-west-1\n{setting}")
    problem = await _problem()
    assert problem.kind is ProblemKind.CREDENTIALS
    assert "the AWS configuration is not valid" in problem.text
    assert "~/.aws/config" in problem.remedy


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_SNS", None])
async def test_an_endpoint_that_is_no_web_address_wherever_it_was_set(
    config: Write, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    if variable:
        monkeypatch.setenv(variable, "ftp://x")
    config("[default]\nregion=eu-west-1" + ("" if variable else "\nendpoint_url=ftp://x"))
    problem = await _problem()
    assert problem.text == "'ftp://x' is not a URL of a server"
    assert "AWS_ENDPOINT_URL or endpoint_url in ~/.aws/config" in problem.remedy


@pytest.mark.usefixtures("keys")
async def test_the_default_profile_needs_no_file(config: Write) -> None:
    """So that there is a way back from another profile to the keys in the environment."""
    context = await _context(Target(profile="default", region=REGION))
    assert context.profile == "environment"
    config("[profile other]\nregion=eu-west-1")
    assert (await _context(Target(profile="default", region=REGION))).profile == "environment"


@pytest.mark.usefixtures("keys")
async def test_a_default_profile_that_is_configured_beats_the_environment(config: Write) -> None:
    config(f"[default]\naws_access_key_id=a\naws_secret_access_key=b\nregion={REGION}")
    assert (await _context(Target(profile="default"))).profile == "default"


async def test_an_mfa_code_is_never_asked_for_on_the_way(config: Write) -> None:
    config(
        "[profile shop]\nrole_arn=arn:aws:iam::123456789012:role/x\nsource_profile=base\nregion=eu-west-1\n"
        "mfa_serial=arn:aws:iam::123456789012:mfa/me\n"
        "[profile base]\naws_access_key_id=a\naws_secret_access_key=b\n"
    )
    problem = await _problem(Target(profile="shop"))
    assert problem.text == "an MFA code is needed"
    assert "aws sts get-caller-identity --profile shop" in problem.remedy


@pytest.mark.usefixtures("keys")
async def test_a_server_that_refuses_and_one_that_has_no_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take it, and it refuses
        port = taken.getsockname()[1]
        problem = await _problem(Target(region="eu-west-1", endpoint_url=f"http://127.0.0.1:{port}"))
    assert problem.text == f"127.0.0.1:{port} refuses the connection"
    problem = await _problem(Target(region="eu-west-1", endpoint_url="http://no-such-host.invalid"))
    assert problem.text == "no address is known for no-such-host.invalid"


@pytest.mark.usefixtures("keys")
async def test_a_server_that_does_not_speak_tls() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        problem = await _problem(Target(region="eu-west-1", endpoint_url=f"https://127.0.0.1:{port}"))
    assert problem.text.startswith(f"TLS with 127.0.0.1:{port} failed: wrong version number")


@pytest.mark.usefixtures("keys")
async def test_an_endpoint_that_is_no_url() -> None:
    assert "http://HOST:PORT" in (await _problem(Target(region="eu-west-1", endpoint_url="localhost"))).remedy


@pytest.mark.usefixtures("keys")
async def test_the_region_is_the_one_asked_for_then_aws_region_then_the_default_then_the_profiles(
    config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    config("[default]\nregion=eu-north-1")
    assert (await _context()).region == "eu-north-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert (await _context()).region == "eu-west-3"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert (await _context()).region == "eu-west-2"
    assert (await _context(Target(region="us-east-2"))).region == "us-east-2"


async def test_the_profile_is_shown_as_it_is_in_use(config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = "aws_access_key_id=a\naws_secret_access_key=b\nregion=eu-west-1\n"
    config(f"[default]\n{pair}[profile shop]\n{pair}[profile bank]\n{pair}")
    assert (await _context()).profile == "default"
    monkeypatch.setenv("AWS_PROFILE", "shop")
    assert (await _context()).profile == "shop"
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "bank")
    assert (await _context()).profile == "bank", "botocore looks at AWS_DEFAULT_PROFILE first"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert (await _context()).profile == "environment", "keys in the environment beat AWS_PROFILE"
    assert (await _context(Target(profile="shop"))).profile == "shop", "and --profile beats the keys"


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
async def test_for_aws_itself_no_endpoint_is_shown_in_any_partition(region: str, partition: str) -> None:
    context = await _context(Target(region=region))
    assert (context.endpoint, context.partition) == (None, partition)


@pytest.mark.usefixtures("keys")
async def test_an_endpoint_of_ones_own_is_shown_wherever_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(region="eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:3")
    assert (await _context(target)).endpoint == "http://127.0.0.1:3"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2")
    assert (await _context(target)).endpoint == "http://127.0.0.1:2"
    told = Target(region="eu-west-1", endpoint_url="http://127.0.0.1:1")
    assert (await _context(told)).endpoint == "http://127.0.0.1:1"


@pytest.mark.usefixtures("keys")
async def test_quotas_and_prices_are_those_of_aws_and_of_no_other_server() -> None:
    async with open_gateway(Target(region="eu-west-1"), budget=50.0) as gateway:
        assert gateway.meter.figures().dollars_per_month == 0.0
    own = Target(region="eu-west-1", endpoint_url="http://127.0.0.1:1")
    async with open_gateway(own, budget=50.0) as gateway:
        assert gateway.meter.figures().dollars_per_month is None
        assert gateway.meter.figures().budget_full == 50.0


@pytest.mark.usefixtures("keys")
async def test_the_flags_of_the_user_are_in_the_context_and_the_gate_is_in_place() -> None:
    target = Target(region="eu-west-1")
    async with open_gateway(target, budget=None, demo=True, read_only=True, protected=("*-prod",)) as gateway:
        context = gateway.context
        assert (context.demo, context.read_only, context.protected) == (True, True, ("*-prod",))
        with pytest.raises(RefusedReadOnly):
            await gateway.purge_queue(QueueRef("arn:aws:sqs:eu-west-1:123456789012:orders", "", "orders"))


async def test_opening_again_finds_what_was_mended_meanwhile(config: Write, moto: Engine) -> None:
    target = Target(profile="shop", region=REGION, endpoint_url=moto.url)
    assert "no profile" in (await _problem(target)).text
    config("[profile shop]\naws_access_key_id=a\naws_secret_access_key=b\n")
    async with open_gateway(target, budget=None) as gateway:
        assert await gateway.get_caller_identity() == ACCOUNT["moto"]


@pytest.mark.usefixtures("keys")
async def test_a_call_after_the_end_is_an_error_and_no_crash(moto: Engine) -> None:
    async with open_gateway(Target(region=REGION, endpoint_url=moto.url), budget=None) as gateway:
        await gateway.get_caller_identity()
    with pytest.raises(ServerFault):
        _ = [page async for page in gateway.list_queues()]


def test_the_way_in_is_cheap_to_import_and_preload_does_the_work() -> None:
    code = (
        "import sys; import sqsview.aws.session as s; import sqsview.aws.mfa, sqsview.aws.logs\n"
        "assert not any(name.split('.')[0] in ('botocore', 'aiobotocore', 'aiohttp') for name in sys.modules)\n"
        "s.mfa = sqsview.aws.mfa.needs_mfa('shop'); assert 'botocore' not in sys.modules\n"
        "s.preload(); assert 'aiobotocore' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
