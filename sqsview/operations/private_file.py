"""A file of the state directory that nobody else can read."""

from __future__ import annotations

import os
from pathlib import Path


def make_private(path: Path) -> None:
    """Make the file where there is none, with mode 0600 in a directory of mode 0700.

    Raises:
        OSError: it cannot be made.
    """
    directory = path.parent
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
