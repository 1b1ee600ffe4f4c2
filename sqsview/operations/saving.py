"""Lines to a file that was not there before: never over another one, and readable only by whoever wrote it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqsview.domain.text import printable
from sqsview.errors import SqsviewError


class NotSaved(SqsviewError):
    """Nothing was written; the text says why, in one printable line."""


def save_lines(path: Path, lines: Iterable[str]) -> int:
    """Write ``lines`` to a new file at ``path`` with mode 0600 and give the number of bytes.

    A file that could not be written to its end is taken away again.

    Raises:
        NotSaved: there is such a file already, or the system refused.
    """
    shown = printable(str(path))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise NotSaved(f"{shown} exists already: nothing was written over it") from None
    except FileNotFoundError:
        raise NotSaved(f"there is no folder {printable(str(path.parent))}") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise NotSaved(f"{shown}: {_reason(error)}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            for line in lines:
                # Surrogates that JSON wrote as \ud800 are ASCII there; any other cannot be written.
                file.write(line.encode("utf-8", "backslashreplace") + b"\n")
            file.flush()
            os.fsync(descriptor)
            return file.tell()
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise NotSaved(f"{shown}: {_reason(error)}; nothing is left of it") from None


def _reason(error: Exception) -> str:
    return printable(getattr(error, "strerror", None) or str(error))
