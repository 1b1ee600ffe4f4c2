"""Messages that are kept to be sent again: those with a name, and the last one of every queue and topic."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeGuard

from sqsview.domain.message import Outgoing
from sqsview.domain.publishing.destination import DestinationKind
from sqsview.domain.text import printable
from sqsview.errors import SqsviewError
from sqsview.operations.kept_message import as_document, from_document

_VERSION = 1
LONGEST_NAME = 80
"""Characters of a template's name."""
MOST_TEMPLATES = 500
LONGEST_WAIT = 2.0
"""Seconds to wait for another sqsview that writes the file; one that was stopped would hold it for ever."""
_BETWEEN = 0.01
"""Seconds between two tries to have the file."""
MOST_LAST = 200
"""Queues and topics of which the last message is kept; those used longest ago are forgotten."""
_LARGEST_LAST = 2 * 1024 * 1024
"""Bytes of all last messages together, so that the file is written in a moment; the oldest are forgotten."""


class TemplatesError(SqsviewError):
    """A template cannot be had or kept; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message with a name."""

    name: str
    kind: DestinationKind
    """What it was made for."""
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Last:
    """The last message that was sent somewhere."""

    outgoing: Outgoing
    times: str = ""
    """How often, as it was typed; empty for once."""
    rate: str = ""
    """How many a second, as it was typed; empty for full speed."""


@dataclass(slots=True)
class _Kept:
    """What is in the file, as JSON has it; a last message is turned into an `Outgoing` only when it is wanted."""

    templates: dict[str, dict[str, Any]]
    last: dict[str, dict[str, Any]]
    """By destination; the one that was used last stands at the end."""


class Templates:
    """A JSON file of messages, shared by all sqsviews of one person.

    Every change reads the file, changes it and replaces it as a whole, under a lock. A file that is broken hinders
    nobody from publishing: it is read as empty, `problem` says so, and the next change keeps it aside.
    """

    def __init__(self, path: Path | None, pause: Callable[[float], None] = time.sleep) -> None:
        """Keep them in the file at ``path``; None keeps them in memory. ``pause`` waits some seconds."""
        self._path = path
        self._pause = pause
        self._memory = _Kept({}, {})
        self._seen: tuple[object, _Kept] | None = None
        """What was read last, with what tells whether the file has changed since."""
        self.problem = ""
        """One line on the file where it could not be read, or was broken; empty while all is well."""

    def list(self, kind: DestinationKind | None = None) -> tuple[Template, ...]:
        """Give all templates, or those for queues or topics, by name; one that is no message is left out."""
        found = []
        for name, entry in sorted(self._read().templates.items()):
            with contextlib.suppress(ValueError):
                found.append(
                    Template(name, DestinationKind(str(entry.get("for"))), from_document(entry.get("message")))
                )
        return tuple(template for template in found if kind is None or template.kind is kind)

    def pick(self, name: str) -> Template:
        """Give one template.

        Raises:
            TemplatesError: there is none of this name.
        """
        for template in self.list():
            if template.name == name:
                return template
        raise TemplatesError(f"there is no template {printable(name)}")

    def save(self, name: str, kind: DestinationKind, outgoing: Outgoing) -> bool:
        """Keep a message under a name, and tell whether it took the place of another one.

        Raises:
            TemplatesError: the name cannot be, there are too many, or the file cannot be written.
        """
        checked = _checked_name(name)
        with self._changed() as kept:
            replaced = checked in kept.templates
            if not replaced and len(kept.templates) >= MOST_TEMPLATES:
                raise TemplatesError(f"there are {MOST_TEMPLATES} templates already: delete one first")
            kept.templates[checked] = {"for": kind.value, "message": as_document(outgoing)}
        return replaced

    def delete(self, name: str) -> None:
        """Forget a template; one that is gone already is no fault.

        Raises:
            TemplatesError: the file cannot be written.
        """
        with self._changed() as kept:
            kept.templates.pop(name, None)

    def last(self, key: str) -> Last | None:
        """Give the last message that was sent to a destination, or None."""
        entry = self._read().last.get(key)
        try:
            outgoing = from_document(entry)
        except ValueError:
            return None
        times, rate = (str((entry or {}).get(name, "")) for name in ("times", "rate"))
        return Last(outgoing, times, rate)

    def remember(self, key: str, outgoing: Outgoing, times: str = "", rate: str = "") -> None:
        """Keep the last message that was sent to a destination.

        Args:
            key: the destination.
            outgoing: the message, with its placeholders.
            times: how often it was sent, as it was typed.
            rate: how fast, as it was typed.

        Raises:
            TemplatesError: the file cannot be written.
        """
        pace = {name: text for name, text in (("times", times), ("rate", rate)) if text}
        with self._changed() as kept:
            kept.last.pop(key, None)
            kept.last[key] = as_document(outgoing) | pace
            _forget_oldest(kept.last)

    # -- the file

    def _read(self) -> _Kept:
        if self._path is None:
            return self._memory
        try:
            mark = _mark(self._path)
        except FileNotFoundError:
            self.problem = ""
            return _Kept({}, {})
        except OSError as fault:
            self.problem = f"{self._shown} cannot be read: {fault.strerror}"
            return _Kept({}, {})
        if self._seen is None or self._seen[0] != mark:
            kept, self.problem = self._parsed(self._path)
            self._seen = (mark, kept or _Kept({}, {}))
        return self._seen[1]

    def _parsed(self, path: Path) -> tuple[_Kept | None, str]:
        """Read the file; None with the reason where it holds something else."""
        try:
            document = json.loads(path.read_bytes())
        except OSError as fault:
            return None, f"{self._shown} cannot be read: {fault.strerror}"
        except (ValueError, RecursionError):
            return None, f"{self._shown} is broken: it is not JSON; the next change keeps it aside"
        if isinstance(document, dict) and document.get("version", _VERSION) != _VERSION:
            return None, f"{self._shown} is of another version of sqsview and is left alone"
        found = document if isinstance(document, dict) else {}
        templates, last = found.get("templates"), found.get("last")
        if not (_is_table(templates) and _is_table(last)):
            return None, f"{self._shown} is broken: it holds something else; the next change keeps it aside"
        return _Kept(templates, last), ""

    @contextlib.contextmanager
    def _changed(self) -> Iterator[_Kept]:
        """Give what is kept to be changed, and keep it; an exception keeps nothing."""
        if self._path is None:
            yield self._memory
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._path.with_name(f"{self._path.name}.lock"), self._pause):
                yield from self._rewritten(self._path)
        except BlockingIOError:
            raise TemplatesError(f"{self._shown} is held by another sqsview: try again") from None
        except OSError as fault:
            raise TemplatesError(f"{self._shown} cannot be written: {fault.strerror}") from None

    def _rewritten(self, path: Path) -> Iterator[_Kept]:
        kept = _Kept({}, {})
        if path.exists():
            parsed, problem = self._parsed(path)
            if parsed is None and not problem.endswith("aside"):
                raise TemplatesError(problem)
            if parsed is None:
                self.problem = _keep_aside(path, problem)
            else:
                kept, self.problem = parsed, ""
        yield kept
        _replace(path, {"version": _VERSION, "templates": kept.templates, "last": kept.last})
        self._seen = _mark(path), kept

    @property
    def _shown(self) -> str:
        return printable(str(self._path))


def _checked_name(name: str) -> str:
    stripped = name.strip()
    if not stripped or not stripped.isprintable():
        raise TemplatesError("a template needs a name of printable characters")
    if len(stripped) > LONGEST_NAME:
        raise TemplatesError(f"the name has {len(stripped)} characters, and {LONGEST_NAME} are taken")
    return stripped


def _mark(path: Path) -> tuple[int, int, int]:
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _is_table(value: object) -> TypeGuard[dict[str, dict[str, Any]]]:
    return isinstance(value, dict) and all(isinstance(entry, dict) for entry in value.values())


def _forget_oldest(last: dict[str, dict[str, Any]]) -> None:
    sizes = {key: len(key) + len(json.dumps(entry)) for key, entry in last.items()}
    total = sum(sizes.values())
    for key in list(last)[:-1]:
        if len(last) <= MOST_LAST and total <= _LARGEST_LAST:
            return
        total -= sizes[key]
        del last[key]


@contextlib.contextmanager
def _locked(path: Path, pause: Callable[[float], None]) -> Iterator[None]:
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for left in range(round(LONGEST_WAIT / _BETWEEN), -1, -1):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not left:
                    raise
                pause(_BETWEEN)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, document: Mapping[str, object]) -> None:
    """Write the file anew beside the old one and put it in its place: whoever reads sees one or the other."""
    content = json.dumps(document, ensure_ascii=True, indent=1).encode("ascii")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # with mode 0600
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


def _keep_aside(path: Path, problem: str) -> str:
    """Move a broken file out of the way, over no other one, and say so."""
    for number in count(1):
        aside = path.with_name(f"{path.name}.broken" + (f"-{number}" if number > 1 else ""))
        if not aside.exists():
            path.rename(aside)
            return f"{problem.partition(';')[0]}; it is kept as {printable(str(aside))}"
    raise AssertionError
