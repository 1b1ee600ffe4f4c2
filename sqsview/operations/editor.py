"""A text in the person's own editor, and back."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqsview.domain.json_text import JsonState, json_check
from sqsview.domain.text import printable
from sqsview.errors import SqsviewError

_FALLBACKS = ("vi", "vim", "nano")
Which = Callable[[str], str | None]


class EditorError(SqsviewError):
    """The editor cannot be had, or failed; the text is as it was. Says so in one line, and where what it left is."""


def find_editor(environ: Mapping[str, str], which: Which = shutil.which) -> list[str]:
    """Give the command of ``$VISUAL``, else of ``$EDITOR``, else the first of vi, vim and nano that is there.

    Raises:
        EditorError: there is none, or the variable names none.
    """
    for variable in ("VISUAL", "EDITOR"):
        line = environ.get(variable, "").strip()
        if line:
            return _command(variable, line, which)
    for name in _FALLBACKS:
        if which(name):
            return [name]
    raise EditorError(f"there is no editor: set VISUAL or EDITOR; none of {', '.join(_FALLBACKS)} is installed")


def _command(variable: str, line: str, which: Which) -> list[str]:
    told = f"{variable}={printable(line)}"
    try:
        command = shlex.split(line)
    except ValueError:
        raise EditorError(f"{told}: a quote is not closed") from None
    if not command or not command[0]:
        raise EditorError(f"{told}: names no program")
    if command[0].startswith("~"):
        command[0] = str(Path(command[0]).expanduser())
    if which(command[0]) is None:
        raise EditorError(f"{told}: there is no program {printable(command[0])}")
    return command


@dataclass(slots=True)
class HandOver:
    """A text in a file, for an editor."""

    command: Sequence[str]
    """What to run, with the file as its last argument."""
    path: Path
    original: str
    running: bool = False
    """Whether the editor has the file now."""

    def run(self) -> None:
        """Run the editor in this terminal and wait for it.

        Raises:
            EditorError: it could not be started, or ended with a code other than 0; what it left is kept.
        """
        self.running = True
        try:
            code = subprocess.run([*self.command, str(self.path)], check=False).returncode
        except OSError as fault:
            raise self._failed(f"{printable(self.command[0])} cannot be started: {fault.strerror}") from None
        finally:
            self.running = False
        if code:
            raise self._failed(f"{printable(self.command[0])} {_ending(code)}")

    def read_back(self) -> str:
        """Give the text that the editor left.

        Editors end a file with a line end. Where the text had none there and now has one, it is the editor's and is
        left out; every other character is as the editor wrote it.

        Raises:
            EditorError: the file is gone, or is not UTF-8; what the editor left is kept.
        """
        try:
            content = self.path.read_bytes()
        except OSError as fault:
            raise self._failed(f"the editor left no file: {fault.strerror}") from None
        try:
            text = content.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise self._failed("the editor wrote something that is not UTF-8") from None
        if text == self.original or self.original.endswith("\n"):
            return text
        return text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")

    def left(self) -> Path | None:
        """Give what holds something that was typed and is nowhere else: the file, or the directory for what lies in it.

        An editor that was killed leaves its own copy beside the file. None where all is as it was handed over.
        """
        try:
            if self.path.read_bytes() != _encoded(self.original):
                return self.path
        except FileNotFoundError:
            pass  # what it was is still in the form
        except OSError:
            return self.path  # nobody can tell, so that it stays
        beside = any(each != self.path for each in self.path.parent.iterdir())
        return self.path.parent if beside else None

    def _failed(self, said: str) -> EditorError:
        left = self.left()
        kept = f", and what was written is kept in {printable(str(left))}" if left is not None else ""
        return EditorError(f"{said}; the text here is as it was{kept}")


@contextmanager
def handed_over(text: str, environ: Mapping[str, str], which: Which = shutil.which) -> Iterator[HandOver]:
    """Put a text into a file that only its owner can read, for the length of the block.

    The file has a directory of its own, so that what editors write beside it is gone with it. Where the block fails,
    and where it ends while the editor still runs, what was typed stays there.

    Raises:
        EditorError: there is no editor, or the file cannot be made.
    """
    command = find_editor(environ, which)
    suffix = "txt" if json_check(text).state is JsonState.NOT_MEANT else "json"
    directory: Path | None = None
    try:
        directory = Path(tempfile.mkdtemp(prefix="sqsview-"))  # which nobody else can enter
        path = directory / f"body.{suffix}"
        path.touch(mode=0o600)
        path.write_bytes(_encoded(text))
    except OSError as fault:
        _remove(directory)
        raise EditorError(f"the text cannot be put into a file: {fault.strerror}") from None
    handed, came_back = HandOver(command, path, text), False
    try:
        yield handed
        came_back = True
    finally:
        if came_back or not (handed.running or handed.left() is not None):
            _remove(directory)
        else:
            _make_private(path)


def _encoded(text: str) -> bytes:
    # A lone surrogate, which JSON can carry, has no UTF-8; it comes back as it went.
    return text.encode("utf-8", "surrogatepass")


def _remove(directory: Path | None) -> None:
    if directory is not None:
        shutil.rmtree(directory, ignore_errors=True)


def _make_private(path: Path) -> None:
    with suppress(OSError):  # its directory is private in any case
        path.chmod(0o600)


def _ending(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
