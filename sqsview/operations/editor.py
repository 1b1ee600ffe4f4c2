"""A text in the person's own editor, and back."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqsview.domain.json_text import JsonState, json_check
from sqsview.domain.text import printable
from sqsview.errors import SqsviewError

_FALLBACKS = ("vi", "vim", "nano")
Which = Callable[[str], str | None]


class EditorError(SqsviewError):
    """The editor cannot be had, or failed; the text is as it was. Says so in one line."""


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


@dataclass(frozen=True, slots=True)
class HandOver:
    """A text in a file, for an editor."""

    command: Sequence[str]
    """What to run, with the file as its last argument."""
    path: Path
    original: str

    def run(self) -> None:
        """Run the editor in this terminal and wait for it.

        Raises:
            EditorError: it could not be started, or ended with a code other than 0.
        """
        try:
            code = subprocess.run([*self.command, str(self.path)], check=False).returncode
        except OSError as fault:
            raise EditorError(f"{printable(self.command[0])} cannot be started: {fault.strerror}") from None
        if code:
            raise EditorError(f"{printable(self.command[0])} {_ending(code)}; the text is as it was")

    def read_back(self) -> str:
        """Give the text that the editor left.

        Editors end a file with a line end. Where the text had none there and now has one, it is the editor's and is
        left out; every other character is as the editor wrote it.

        Raises:
            EditorError: the file is gone, or is not UTF-8.
        """
        try:
            content = self.path.read_bytes()
        except OSError as fault:
            raise EditorError(f"the editor left no file: {fault.strerror}; the text is as it was") from None
        try:
            text = content.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise EditorError("the editor wrote something that is not UTF-8; the text is as it was") from None
        if text == self.original or self.original.endswith("\n"):
            return text
        return text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")


@contextmanager
def handed_over(text: str, environ: Mapping[str, str], which: Which = shutil.which) -> Iterator[HandOver]:
    """Put a text into a file that only its owner can read, for the length of the block.

    The file has a directory of its own, so that what editors write beside it is gone with it.

    Raises:
        EditorError: there is no editor, or the file cannot be made.
    """
    command = find_editor(environ, which)
    suffix = "txt" if json_check(text).state is JsonState.NOT_MEANT else "json"
    with ExitStack() as stack:
        try:
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="sqsview-", ignore_cleanup_errors=True))
            path = Path(directory, f"body.{suffix}")
            path.touch(mode=0o600)
            # A lone surrogate, which JSON can carry, has no UTF-8; it comes back as it went.
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        except OSError as fault:
            raise EditorError(f"the text cannot be put into a file: {fault.strerror}") from None
        yield HandOver(command, path, text)


def _ending(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
