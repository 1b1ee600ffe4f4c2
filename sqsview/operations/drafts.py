"""What was written and not sent, kept from one run to the next: one file for each place it was written in."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqsview.domain.text import printable
from sqsview.errors import SqsviewError

MOST_DRAFTS = 200
"""Drafts that are kept; those written longest ago are forgotten."""
_VERSION = 1
_ENDING = ".json"


class DraftsError(SqsviewError):
    """A draft cannot be kept; the text says why in one line."""


class KeptDrafts:
    """A directory with a file for each draft.

    A file is written anew as a whole, so that whoever reads sees one draft or the other; of two sqsviews that write in
    the same place the last one wins.
    """

    def __init__(self, directory: Path | None) -> None:
        """Keep them in ``directory``; None keeps nothing."""
        self._directory = directory

    @property
    def lasting(self) -> bool:
        """Tell whether the next run has what is kept."""
        return self._directory is not None

    def read(self, slot: str) -> Mapping[str, Any] | None:
        """Give the draft of a slot; None where there is none, or none that can be read."""
        if self._directory is None:
            return None
        try:
            document = json.loads(_place(self._directory, slot).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(document, dict) or document.get("version") != _VERSION or document.get("slot") != slot:
            return None
        draft = document.get("draft")
        return draft if isinstance(draft, dict) else None

    def write(self, slot: str, draft: Mapping[str, Any] | None) -> None:
        """Keep the draft of a slot, or forget it where it is None.

        Raises:
            DraftsError: it cannot be kept.
        """
        if self._directory is None:
            return
        try:
            if draft is None:
                _place(self._directory, slot).unlink(missing_ok=True)
                return
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(_place(self._directory, slot), {"version": _VERSION, "slot": slot, "draft": draft})
            self._forget_oldest(self._directory)
        except OSError as fault:
            raise DraftsError(f"{printable(str(self._directory))} cannot be written: {fault.strerror}") from None

    def _forget_oldest(self, directory: Path) -> None:
        files = list(directory.glob(f"*{_ENDING}"))
        if len(files) <= MOST_DRAFTS:
            return
        files.sort(key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-MOST_DRAFTS]:
            file.unlink(missing_ok=True)


def _place(directory: Path, slot: str) -> Path:
    return directory / f"{hashlib.sha256(slot.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}{_ENDING}"


def _replace(path: Path, document: Mapping[str, object]) -> None:
    content = json.dumps(document, ensure_ascii=True).encode("ascii")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".draft-")  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
