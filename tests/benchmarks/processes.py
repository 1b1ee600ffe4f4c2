"""Starts and measures processes from outside: their answers, their CPU time, their memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.support.pty import terminal_environment

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_HANG = 300.0
"""Seconds after which a measured process is given up."""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",  # the only one that botocore itself looks at
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""What is needed to call a server that checks nothing."""


def environment() -> dict[str, str]:
    """Give the environment that every measured process gets."""
    return terminal_environment(**CREDENTIALS, XDG_CONFIG_HOME="/nonexistent", XDG_STATE_HOME=tempfile.gettempdir())


def sqsview_command(*arguments: str) -> list[str]:
    """Give the command that starts sqsview with ``arguments``."""
    return [sys.executable, "-m", "sqsview", *arguments]


def run(command: Sequence[str]) -> str:
    """Run a command to its end and give its standard output.

    Raises:
        RuntimeError: it ended with an error; the text is what it wrote to standard error.
        subprocess.TimeoutExpired: it hangs.
    """
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=_HANG)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def run_module(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module of this package in a fresh process and give the JSON object that it prints."""
    found: dict[str, Any] = json.loads(run([sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]))
    return found


def wait_until(condition: Callable[[], bool], what: str, *, step: float = 0.2) -> None:
    """Look every ``step`` seconds until ``condition`` holds.

    Raises:
        TimeoutError: it never does; the text says ``what`` was waited for.
    """
    deadline = time.monotonic() + _HANG
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {_HANG:g} s for {what}")
        time.sleep(step)


def cpu_seconds(pid: int) -> float:
    """Give the CPU time, user and system, that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Bystanders:
    """What others did on this machine since the start, which every figure suffers from."""

    def __init__(self) -> None:
        self._start = _machine_seconds()
        self._own = _own_seconds()

    def share(self) -> float:
        """Give the part, 0 to 1, of all CPUs that went to processes that are not ours; ours must have ended."""
        busy, everything = (now - then for now, then in zip(_machine_seconds(), self._start, strict=True))
        return max(0.0, busy - (_own_seconds() - self._own)) / max(everything, 1e-9)


def _machine_seconds() -> tuple[float, float]:
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / _TICKS, sum(ticks) / _TICKS


def _own_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def resident_mib(pid: int | str = "self") -> float:
    """Give the resident memory of a process in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20
