"""The program as a person's shell runs it, with a home and an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAM = (sys.executable, "-m", "sqsview")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """A person's shell with a home of its own."""

    home: Path
    environment: Mapping[str, str]

    def with_keys(self, **changes: str) -> Shell:
        """Give the same shell with a key pair and a region."""
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-west-1"}
        return self.having(**keys, **changes)

    def having(self, **changes: str) -> Shell:
        """Give the same shell with other variables."""
        return Shell(self.home, {**self.environment, **changes})

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the program with no terminal, and leave it running."""
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, stdin: bytes = b"") -> Ended:
        """Run the program with no terminal, and ``stdin`` as its standard input."""
        ended = subprocess.run(
            [*PROGRAM, *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=60,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def aws_config(self, text: str) -> Shell:
        """Write ``~/.aws/config``."""
        (self.home / ".aws").mkdir(exist_ok=True)
        (self.home / ".aws/config").write_text(text)
        return self.having(AWS_CONFIG_FILE=str(self.home / ".aws/config"))


def shell_in(home: Path) -> Shell:
    """Give a shell at ``home`` that has no AWS settings at all."""
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path.cwd()),
    }
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return Shell(home, {**environment, **nothing, "AWS_EC2_METADATA_DISABLED": "true"})
