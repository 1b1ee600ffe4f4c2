"""Nothing that a library logs reaches the terminal, and a log file holds no secrets."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqsview.aws import logs

_NOISE = """
import logging, sys
from sqsview.aws.logs import keep_quiet
keep_quiet()
for name in ("botocore.credentials", "aiobotocore", "urllib3", "asyncio", "sqsview.aws.calls"):
    try:
        raise ValueError("x")
    except ValueError:
        logging.getLogger(name).error("refresh failed", exc_info=True)
"""


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    names = (*logs._FOREIGN, logs._OWN)
    before = {name: (list((log := logging.getLogger(name)).handlers), log.level, log.propagate) for name in names}
    path = tmp_path / "sqsview.log"
    handler = logs.log_to(path)
    yield path
    handler.close()
    for name, (handlers, level, propagate) in before.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def test_nothing_is_written_to_the_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", _NOISE], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_our_own_lines_and_the_warnings_of_libraries_are_in_the_file(log_file: Path) -> None:
    logging.getLogger("sqsview.aws.calls").debug("sqs:ListQueues took %.0f ms", 12)
    logging.getLogger("botocore.credentials").warning("refresh failed")
    logging.getLogger("botocore.parsers").debug("Response body: the message of a customer")
    text = log_file.read_text()
    assert "sqs:ListQueues took 12 ms" in text
    assert "refresh failed" in text
    assert "customer" not in text


def test_an_exception_is_one_line_without_a_traceback(log_file: Path) -> None:
    try:
        raise ValueError("went\nwrong")
    except ValueError:
        logging.getLogger("botocore.x").warning("refresh failed", exc_info=True)
    (line,) = log_file.read_text().splitlines()
    assert line.endswith("refresh failed [ValueError: went wrong]")


def test_only_its_owner_can_read_the_file(log_file: Path) -> None:
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2026/x, Signature=deadbeefs3cret",
        "'Authorization': 'Bearer s3cret'",
        '{"SecretAccessKey": "s3cret", "x": 1}',
        "aws_secret_access_key=s3cret",
        "X-Amz-Security-Token: s3cret",
        "SessionToken='s3cret'",
        "TokenCode=s3cret&x=1",
        "accessToken: s3cret",
        "clientSecret: s3cret",
        "key ASIAS3CRETS3CRETS3 rejected",
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    clean = logs.redacted(text)
    assert "s3cret" not in clean.lower()
    assert "AKIA" not in clean
    assert "(redacted)" in clean


def test_what_is_no_secret_stays() -> None:
    line = "sqs:GetQueueAttributes attempt 1 failed after 12 ms: orders: does not exist"
    assert logs.redacted(line) == line
