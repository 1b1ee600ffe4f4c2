"""Which messages go to a file, and which file that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqsview.domain.message import Message
from sqsview.domain.message_json import as_line
from sqsview.domain.text import printable, shortened
from sqsview.operations.saving import NotSaved, save_lines
from sqsview.ui.message_columns import MessageRow

WIDEST = 48
"""Characters of a file's name with its folder, where it is told in passing."""
_ODD = re.compile(r"[^A-Za-z0-9._-]")


def default_path(queue: str, epoch: float) -> str:
    """Give a name for a file of messages of a queue: ``orders-dlq-20250615-151200.jsonl``, in local time."""
    return f"{_ODD.sub('_', queue)}-{datetime.fromtimestamp(epoch):%Y%m%d-%H%M%S}.jsonl"


def file_of(text: str) -> Path:
    """Read a path as a shell would: ``~`` is the home directory, all else is as it stands.

    Raises:
        NotSaved: there is none, or no such home directory.
    """
    if not text.strip():
        raise NotSaved("a file name is needed")
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError:
        raise NotSaved(f"there is no home directory for {text.strip().split('/')[0]}") from None


def told(path: Path) -> str:
    """Say where a file is, with ``~`` for the home directory; a long name loses its middle."""
    whole = path.absolute()
    try:
        below = f"~/{whole.relative_to(Path.home())}"
    except (RuntimeError, ValueError):  # there is no home directory, or the file is elsewhere
        below = str(whole)
    return shortened(printable(below), WIDEST)


def write(text: str, messages: Iterable[Message], maximum: int | None) -> Path:
    """Write messages as JSON lines to the file that ``text`` names, and give that file.

    Raises:
        NotSaved: nothing was written.
    """
    path = file_of(text)
    save_lines(path, (as_line(message, maximum) for message in messages))
    return path


def chosen(
    everything: Sequence[MessageRow], shown: Sequence[MessageRow], marks: frozenset[str]
) -> tuple[list[Message], str]:
    """Give the messages that are meant, and say which those are: what is marked, or else all that is shown."""
    marked = [row.message for row in everything if row.key in marks]
    if marked:
        return marked, f"the {len(marked):,} marked" if len(marked) != 1 else "the marked one"
    all_of_them = [row.message for row in shown]
    return all_of_them, f"all {len(all_of_them):,} that are shown" if len(all_of_them) != 1 else "the one that is shown"
