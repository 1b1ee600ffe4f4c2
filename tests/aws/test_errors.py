"""Every fault becomes one line that says what is wrong and which command mends it."""

from __future__ import annotations

import logging
import ssl
import time
from email.utils import formatdate

import pytest
from aiohttp import ClientConnectorError, ClientOSError, ClientSSLError, ConnectionTimeoutError
from aiohttp.client_reqrep import ConnectionKey
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from sqsview.aws.errors import translate
from sqsview.aws.situation import Situation
from sqsview.domain.problem import ProblemKind as Kind
from sqsview.errors import (
    Denied,
    GatewayError,
    NotFound,
    Rejected,
    ServerFault,
    SessionError,
    Throttled,
    Unsupported,
)
from tests.aws.client_errors import client_error

NOW = 1_750_000_000.0
SHOP = Situation(profile="shop", region="eu-west-1", sso_profile=None)
LOCAL = Situation(region="eu-west-1", endpoint="http://localhost:4566")
HTML = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>"
KEY = ConnectionKey("localhost", 4566, False, True, None, None, None)


def _told(fault: Exception, situation: Situation = SHOP, api: str = "sqs:GetQueueAttributes") -> GatewayError:
    return translate(fault, situation, api=api, thing="orders", now=NOW)


@pytest.mark.parametrize(
    ("fault", "kind", "text", "remedy"),
    [
        (
            boto.NoCredentialsError(),
            Kind.CREDENTIALS,
            "no credentials found for profile shop",
            "aws configure",
        ),
        (
            boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            Kind.CREDENTIALS,
            "AWS_SECRET_ACCESS_KEY is missing",
            "set both keys",
        ),
        (
            boto.ProfileNotFound(profile="shpo"),
            Kind.CREDENTIALS,
            "no profile 'shpo'",
            "aws configure list-profiles",
        ),
        (boto.InvalidConfigError(error_msg="bad source"), Kind.CREDENTIALS, "bad source", "~/.aws/config"),
        (boto.ConfigParseError(path="/x", error="e"), Kind.CREDENTIALS, "not valid", "~/.aws/config"),
        (boto.NoRegionError(), Kind.REGION, "no region is set", "AWS_REGION"),
        (
            boto.SSOTokenLoadError(error_msg="x"),
            Kind.CREDENTIALS,
            "no SSO session",
            "aws sso login --profile shop",
        ),
        (
            boto.UnauthorizedSSOTokenError(),
            Kind.CREDENTIALS,
            "SSO session has expired",
            "aws sso login --profile shop",
        ),
        (
            boto.TokenRetrievalError(provider="sso", error_msg="expired"),
            Kind.CREDENTIALS,
            "SSO session has expired",
            "aws sso login --profile shop",
        ),
        (boto.LoginRefreshRequired(), Kind.CREDENTIALS, "login session", "aws login --profile shop"),
        (
            boto.LoginTokenLoadError(error_msg="x"),
            Kind.CREDENTIALS,
            "login session",
            "aws login --profile shop",
        ),
        (
            boto.MissingDependencyException(msg="Using the login credential provider requires botocore[crt]"),
            Kind.CREDENTIALS,
            "login_session",
            "pip install 'botocore[crt]'",
        ),
        (
            boto.CredentialRetrievalError(provider="custom-process", error_msg="vault: sealed\n"),
            Kind.CREDENTIALS,
            "credential_process failed for profile shop: vault: sealed",
            "credential_process by hand",
        ),
        (
            boto.RefreshWithMFAUnsupportedError(),
            Kind.CREDENTIALS,
            "MFA session has ended",
            "aws sts get-caller-identity --profile shop",
        ),
        (boto.ProxyConnectionError(proxy_url="http://p:8080"), Kind.NETWORK, "http://p:8080", "HTTPS_PROXY"),
        (
            boto.ConnectTimeoutError(endpoint_url="https://sqs.x/"),
            Kind.NETWORK,
            "sqs.x did not answer",
            "VPN",
        ),
        (
            boto.EndpointConnectionError(
                endpoint_url="http://localhost:4566/",
                error=ClientConnectorError(KEY, ConnectionRefusedError(111, "refused")),
            ),
            Kind.NETWORK,
            "localhost:4566 refuses the connection",
            "check the network",
        ),
        (
            boto.SSLError(endpoint_url="https://sqs.x/", error=ClientSSLError(KEY, ssl.SSLError(1, "no"))),
            Kind.NETWORK,
            "TLS with sqs.x failed",
            "https",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_botocore_finds_wrong_before_a_call_is_the_sessions_fault(
    fault: Exception, kind: Kind, text: str, remedy: str
) -> None:
    error = _told(fault)
    assert type(error) is SessionError
    assert error.problem.kind is kind
    assert text in error.problem.text
    assert remedy in error.problem.remedy
    assert error.problem.thing == ""


@pytest.mark.parametrize(
    "fault",
    [
        boto.ReadTimeoutError(endpoint_url="https://sqs.x/"),
        boto.ConnectionClosedError(endpoint_url="https://sqs.x/"),
        boto.EndpointConnectionError(endpoint_url="https://sqs.x/", error=ClientOSError(104, "reset by peer")),
        boto.HTTPClientError(error="junk"),
        ConnectionTimeoutError(),
        ConnectionResetError(104, "reset"),
    ],
    ids=repr,
)
def test_a_call_that_hangs_or_breaks_off_is_its_own_fault_and_no_one_elses(fault: Exception) -> None:
    error = _told(fault)
    assert type(error) is ServerFault
    assert (error.problem.kind, error.problem.thing) == (Kind.NETWORK, "orders")


@pytest.mark.parametrize(
    ("fault", "expected", "kind"),
    [
        (client_error("AccessDenied", status=403), Denied, Kind.DENIED),
        (client_error("AccessDeniedException"), Denied, Kind.DENIED),
        (client_error("AuthorizationError", status=403), Denied, Kind.DENIED),
        (client_error("KMS.AccessDeniedException"), Denied, Kind.DENIED),
        (client_error("KmsAccessDenied"), Denied, Kind.DENIED),
        (client_error("403", "<ErrorResponse><Message>no</Message></ErrorResponse>", 403), Denied, Kind.DENIED),
        (client_error("SomethingNew", status=403), Denied, Kind.DENIED),
        (client_error("OverLimit", "in flight", 403), Rejected, Kind.FAILED),
        (client_error("AWS.SimpleQueueService.PurgeQueueInProgress", "60", 403), Rejected, Kind.FAILED),
        (client_error("AWS.SimpleQueueService.NonExistentQueue", query="QueueDoesNotExist"), NotFound, Kind.GONE),
        (client_error("QueueDoesNotExist"), NotFound, Kind.GONE),
        (client_error("NotFound", status=404), NotFound, Kind.GONE),
        (client_error("NotFoundException"), NotFound, Kind.GONE),
        (client_error("ResourceNotFoundException", status=404), NotFound, Kind.GONE),
        (client_error("RequestThrottled"), Throttled, Kind.THROTTLED),
        (client_error("Throttled", status=429), Throttled, Kind.THROTTLED),
        (client_error("Throttling"), Throttled, Kind.THROTTLED),
        (client_error("ThrottlingException"), Throttled, Kind.THROTTLED),
        (client_error("KMS.ThrottlingException"), Throttled, Kind.THROTTLED),
        (client_error("InternalError", status=500), ServerFault, Kind.FAILED),
        (client_error("InvalidParameterValue", "Value 7 is invalid"), Rejected, Kind.FAILED),
        (client_error("500", HTML, 500), ServerFault, Kind.FAILED),
        (client_error("InvalidAction", status=400), Unsupported, Kind.FAILED),
        (
            ResponseParserError(f"Unable to parse response, invalid XML received:\n{HTML}"),
            ServerFault,
            Kind.FAILED,
        ),
        (KeyError("ListTopicsResult"), ServerFault, Kind.FAILED),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_a_server_answers_is_sorted_by_what_it_means(
    fault: Exception, expected: type[GatewayError], kind: Kind
) -> None:
    error = _told(fault)
    assert type(error) is expected
    assert (error.problem.kind, error.problem.thing, error.problem.at) == (kind, "orders", NOW)


@pytest.mark.parametrize(
    ("fault", "situation", "text", "remedy"),
    [
        (client_error("ExpiredToken", status=403), SHOP, "expired", "aws configure --profile shop"),
        (
            client_error("ExpiredTokenException"),
            Situation(method="env", region="eu-west-1"),
            "expired",
            "export fresh AWS_ACCESS_KEY_ID",
        ),
        (
            client_error("ExpiredToken"),
            Situation(profile="shop", method="sso", sso_profile="shop"),
            "expired",
            "aws sso login --profile shop",
        ),
        (
            client_error("InvalidClientTokenId", status=403),
            SHOP,
            "does not know these keys",
            "aws configure --profile shop",
        ),
        (client_error("UnrecognizedClientException"), SHOP, "does not know these keys", "aws configure"),
        (
            client_error("InvalidClientTokenId", status=403),
            Situation(profile="shop", region="af-south-1"),
            "af-south-1 is not enabled",
            "aws account enable-region --region-name af-south-1",
        ),
        (client_error("OptInRequired", status=403), Situation(region="me-south-1"), "me-south-1", "enable-region"),
        (client_error("SignatureDoesNotMatch", "The request signature", 403), SHOP, "secret key", "aws configure"),
        (
            client_error("AccessDenied", "User: x is not authorized", 403, operation="AssumeRole"),
            SHOP,
            "AssumeRole failed: User: x is not authorized",
            "profile shop",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_a_server_has_against_the_keys_is_the_sessions_fault(
    fault: Exception, situation: Situation, text: str, remedy: str
) -> None:
    error = _told(fault, situation)
    assert type(error) is SessionError
    assert text in error.problem.text
    assert remedy in error.problem.remedy


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (
            client_error(
                "SignatureDoesNotMatch",
                "Signature expired: 20250615T140000Z is now earlier than 20250615T144500Z (20250615T150000Z - 15 min.)",
                403,
            ),
            "60 minutes behind",
        ),
        (
            client_error(
                "InvalidSignatureException",
                "Signature not yet current: 20250615T153000Z is still later than 20250615T150500Z "
                "(20250615T150000Z + 5 min.)",
            ),
            "30 minutes ahead",
        ),
        (
            client_error(
                "RequestTimeTooSkewed",
                "too large",
                403,
                headers={"date": formatdate(NOW + 7200, usegmt=True)},
            ),
            "2 hours behind",
        ),
        (client_error("RequestExpired", "Request has expired."), "clock is wrong"),
    ],
    ids=["by the words", "ahead", "by the date", "unknown"],
)
def test_a_clock_that_is_off_is_named_with_the_amount(fault: Exception, text: str) -> None:
    error = _told(fault)
    assert type(error) is SessionError
    assert error.problem.kind is Kind.CLOCK
    assert text in error.problem.text
    assert "timedatectl" in error.problem.remedy


def test_a_small_difference_of_the_clocks_is_not_blamed_for_a_wrong_secret() -> None:
    headers = {"date": formatdate(NOW + 30, usegmt=True)}
    error = _told(client_error("SignatureDoesNotMatch", "does not match", 403, headers=headers))
    assert error.problem.kind is Kind.CREDENTIALS


def test_without_permission_to_list_the_queues_can_be_named() -> None:
    error = _told(client_error("AccessDenied", status=403), api="sqs:ListQueues")
    assert type(error) is Denied
    assert "--queue" in error.problem.remedy


def test_a_local_server_without_credentials_gets_any_keys() -> None:
    error = _told(boto.NoCredentialsError(), LOCAL)
    assert "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test" in error.problem.remedy


def test_a_wrong_endpoint_is_told_with_the_form_it_should_have() -> None:
    error = _told(ValueError("Invalid endpoint: localhost"), LOCAL)
    assert type(error) is SessionError
    assert "http://HOST:PORT" in error.problem.remedy


def test_a_page_of_html_is_not_shown() -> None:
    error = _told(client_error("500", HTML, 500))
    assert error.problem.text == "HTTP 500, a page in place of an answer"


def test_an_error_in_an_error_is_unwrapped() -> None:
    inner = "<ErrorResponse><Error><Message>User: x is not\n authorized</Message></Error></ErrorResponse>"
    assert _told(client_error("403", inner, 403)).problem.text == "not permitted: User: x is not authorized"


def test_what_the_server_says_is_one_line_of_bearable_length() -> None:
    error = _told(client_error("InvalidParameterValue", "long\nand\r\nwide\u2028\x85 " + "x" * 10_000))
    assert not {"\n", "\r", "\u2028", "\x85"} & set(error.problem.line)
    assert len(error.problem.line) < 400


def test_the_sso_login_names_the_profile_that_has_the_settings() -> None:
    situation = Situation(profile="role", sso_profile="my company")
    assert _told(boto.UnauthorizedSSOTokenError(), situation).problem.remedy == ("aws sso login --profile 'my company'")


def test_the_default_profile_needs_no_name() -> None:
    situation = Situation(profile="default", sso_profile="default")
    assert _told(boto.UnauthorizedSSOTokenError(), situation).problem.remedy == "aws sso login"


def test_an_error_of_ours_stays_as_it_is() -> None:
    ours = _told(boto.NoRegionError())
    assert translate(ours, SHOP) is ours


@pytest.mark.parametrize(
    "fault",
    [
        ResponseParserError("Unable to parse response (no element found), invalid XML received:\nb'<Oops><A>1</A>'"),
        KeyError("ListTopicsResult"),
        AttributeError("'int' object has no attribute 'get'"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_a_parser_says_is_for_the_log(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("sqsview")
    logger.addHandler(caplog.handler)  # not by way of the root: the program keeps its logging to itself
    try:
        with caplog.at_level("INFO", "sqsview"):
            error = _told(fault)
    finally:
        logger.removeHandler(caplog.handler)
    assert error.problem.text == "the answer is not what was asked for"
    assert str(fault) in caplog.text


def test_xml_in_an_error_that_cannot_be_unwrapped_is_not_shown() -> None:
    error = _told(client_error("500", '<ErrorResponse xmlns="x"><Error><Code>A</Code></Error></ErrorResponse>', 500))
    assert "<" not in error.problem.line


def test_whoever_named_a_profile_is_not_told_to_use_any_keys() -> None:
    error = _told(boto.NoCredentialsError(), Situation(profile="shop", endpoint="http://localhost:4566"))
    assert "AWS_ACCESS_KEY_ID=test" not in error.problem.remedy
    assert "aws configure --profile shop" in error.problem.remedy


def test_a_date_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        headers = {"date": "Sun, 15 Jun 2025 15:06:40 -0000"}
        error = _told(client_error("SignatureDoesNotMatch", status=403, headers=headers))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert error.problem.kind is Kind.CREDENTIALS, "the clock is right to the second"
