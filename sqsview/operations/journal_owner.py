"""Who runs an operation: a lock that the system takes away from a process when it ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path

_PREFIX, _SUFFIX = "owner-", ".lock"


class Owner:
    """This process, as the journal in one directory knows it. A process number would be given to another in time."""

    def __init__(self, directory: Path | None) -> None:
        """Lock nothing yet; None is for a journal in memory, which no other process sees."""
        self._directory = directory
        self._descriptor: int | None = None
        self.name = secrets.token_hex(8)
        """What is written into the journal."""

    def claim(self) -> str:
        """Hold the lock until the process ends, and give the name.

        Raises:
            OSError: the lock cannot be had.
        """
        if self._directory is not None and self._descriptor is None:
            path = _path(self._directory, self.name)
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                raise
            self._descriptor = descriptor
        return self.name

    def is_alive(self, name: str) -> bool:
        """Tell whether the process of this name still runs; of one that is gone the lock's file is taken away."""
        if not name:
            return False  # it has an end, and nobody is at work on it
        if self._directory is None or name == self.name:
            return name == self.name
        path = _path(self._directory, name)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            with suppress(OSError):
                path.unlink()
            return False
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Let go of the lock, with its file."""
        if self._descriptor is not None and self._directory is not None:
            with suppress(OSError):
                _path(self._directory, self.name).unlink()
            os.close(self._descriptor)
            self._descriptor = None
            self.name = secrets.token_hex(8)


def _path(directory: Path, name: str) -> Path:
    return directory / f"{_PREFIX}{name}{_SUFFIX}"
