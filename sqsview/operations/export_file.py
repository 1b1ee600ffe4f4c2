"""The file that an export writes: whole lines under a name of its own, which becomes the wanted one at the end."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqsview.domain.text import printable
from sqsview.operations.saving import NotSaved

PARTIAL = ".partial"
"""Ends the name of what is not finished."""
_MOST_PARTIALS = 100
"""Files of earlier exports that were left unfinished; each keeps its own."""
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
"""What file systems without hard links say."""


class ExportFile:
    """Lines to a file that is readable only by whoever wrote it, and is never written over another one.

    Until `finish` it stands beside its place under another name. Only whole lines are ever in it, also after a full
    disk.
    """

    def __init__(self, path: Path) -> None:
        """Write to ``path`` in the end; nothing is touched before `open`."""
        self.path = path
        """Where it is to be."""
        self.partial: Path | None = None
        """Where it is until then; None before `open`, and where nothing is left of it."""
        self.size = 0
        """Bytes written."""
        self._descriptor: int | None = None

    def open(self) -> None:
        """Make the unfinished file.

        Raises:
            NotSaved: there is a file at the path already, or the system refused.
        """
        self._refuse_existing()
        for number in range(1, _MOST_PARTIALS + 1):
            partial = self.path.with_name(f"{self.path.name}{PARTIAL}" + (f"-{number}" if number > 1 else ""))
            try:
                self._descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                continue
            except FileNotFoundError:
                raise NotSaved(f"there is no folder {printable(str(self.path.parent))}") from None
            except (OSError, ValueError) as fault:
                raise NotSaved(f"{printable(str(self.path))}: {_reason(fault)}") from None
            self.partial = partial
            return
        raise NotSaved(f"{printable(str(self.path))}: {_MOST_PARTIALS} unfinished files stand beside it; remove some")

    def write(self, lines: Iterable[str]) -> None:
        """Add ``lines``, all of them or none.

        Raises:
            NotSaved: the system refused, as on a full disk; what was written before is still whole.
        """
        assert self._descriptor is not None
        content = memoryview("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
        written = 0
        try:
            while written < len(content):
                written += os.write(self._descriptor, content[written:])
        except OSError as fault:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
                os.lseek(self._descriptor, self.size, os.SEEK_SET)
            raise NotSaved(f"{printable(str(self.path))}: {_reason(fault)}") from None
        self.size += written

    def finish(self) -> None:
        """Make it durable and give it its name.

        Raises:
            NotSaved: it could not be, or there is such a file by now; it is whole under its other name then.
        """
        partial = self.partial
        assert partial is not None and self._descriptor is not None
        try:
            os.fsync(self._descriptor)
            self._name(partial)
            self._close()
            _make_durable(self.path.parent)
        except OSError as fault:
            raise NotSaved(f"{printable(str(self.path))}: {_reason(fault)}") from None
        self.partial = None

    def abandon(self) -> Path | None:
        """Close it unfinished, and tell where it is; None where nothing was written, and so nothing is left."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)
            self._close()
        if self.partial is not None and not self.size:
            with suppress(OSError):
                self.partial.unlink()
            self.partial = None
        return self.partial

    def _name(self, partial: Path) -> None:
        """Give it its name without ever taking the place of another file, which a rename would."""
        try:
            os.link(partial, self.path)
        except FileExistsError:
            self._refuse_existing()
            raise
        except OSError as fault:
            if fault.errno not in _NO_LINKS:
                raise
            self._refuse_existing()
            partial.rename(self.path)
        else:
            partial.unlink()

    def _refuse_existing(self) -> None:
        if os.path.lexists(self.path):
            raise NotSaved(f"{printable(str(self.path))} exists already: nothing was written over it")

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):  # what was to be durable was made so before
                os.close(descriptor)


def _make_durable(folder: Path) -> None:
    """Write down a folder's new entry; a file system that cannot has nothing to be made durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(fault: Exception) -> str:
    return printable(getattr(fault, "strerror", None) or str(fault))
