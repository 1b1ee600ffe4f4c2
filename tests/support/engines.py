"""Real SQS and SNS servers on loopback for the tests: moto, and ministack as an independent second opinion."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MINISTACK = "1.5.33"
REGION = "eu-west-1"
ENGINES_VARIABLE = "SQSVIEW_ENGINES"
"""``both`` tries every command on both servers."""
ACCOUNT = {"moto": "123456789012", "ministack": "000000000000"}

_MACHINE = dict(os.environ)
"""The environment before the tests clear it: the cache directory and the network of the machine."""

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


class NoEngineError(Exception):
    """The engine cannot be had here; the text is the reason to skip."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running server."""

    name: str
    """``moto`` or ``ministack``."""
    port: int
    pid: int

    @property
    def url(self) -> str:
        """What to give as the endpoint URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def account(self) -> str:
        """The account in its ARNs."""
        return ACCOUNT[self.name]

    def reset(self) -> None:
        """Forget all queues and topics."""
        path = "/moto-api/reset" if self.name == "moto" else "/_ministack/reset"
        urllib.request.urlopen(urllib.request.Request(self.url + path, data=b"", method="POST"), timeout=10).close()

    @contextmanager
    def client(self, service: str) -> Iterator[Any]:
        """Give a boto3 client, an implementation that is not ours, to prepare the world with."""
        import boto3

        client = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        try:
            yield client
        finally:
            client.close()


def start_moto() -> Any:
    """Run a moto server for the length of the block, as ``with start_moto() as engine``."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.support.moto_in_turn", str(port)]
    return _running("moto", port, command, {}, "/moto-api/")


def start_ministack() -> Any:
    """Run a ministack server for the length of the block; the first time makes its environment.

    Raises:
        NoEngineError: it is not installed and cannot be fetched.
    """
    program = _ministack_program()
    port = _free_port()
    environment = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "SERVICES": "sqs,sns,cloudwatch,sts,iam",
        "LOG_LEVEL": "WARNING",
    }
    return _running("ministack", port, [str(program)], environment, "/_ministack/health")


@contextmanager
def _running(name: str, port: int, command: list[str], environment: Mapping[str, str], path: str) -> Iterator[Engine]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}{path}")
        yield Engine(name, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with exit code {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not answer within {_START_SECONDS:g} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ministack_program() -> Path:
    """Give ministack's command from an environment of its own, for it pins another botocore than we do."""
    cache = Path(_MACHINE.get("XDG_CACHE_HOME") or Path(_MACHINE.get("HOME", "~")).expanduser() / ".cache")
    home = cache / "sqsview-tests" / f"ministack-{MINISTACK}"
    program = home / "bin" / "ministack"
    done = home / "complete"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return program
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(home / "bin" / "pip"), "install", "--quiet", f"ministack=={MINISTACK}"],
        ):
            made = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                env={**_MACHINE, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            )
            if made.returncode:
                raise NoEngineError(f"ministack {MINISTACK} cannot be installed: {made.stderr.strip()[-300:]}")
        done.touch()
    return program
