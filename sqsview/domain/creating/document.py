"""Settings as a document that is edited: TOML with a comment for each that says what it is and its limits."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqsview.domain.creating.values import ValueFault
from sqsview.domain.json_text import formatted
from sqsview.domain.text import printable, shortened

TAGS = "tags"
"""The table of the tags."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting with its value as it is."""

    name: str
    text: str
    """Empty where there is none."""
    hint: str
    document: bool = False
    """Whether it is JSON of several lines."""


def written(title: str, entries: Sequence[Entry], tags: Mapping[str, str] | None) -> str:
    """Write the document; ``tags`` is None for what has none."""
    lines = [f"# {printable(title)}", "# What is left out stays as it is; an empty text takes away what can be."]
    for entry in entries:
        value = _document(entry.text) if entry.document else _value(entry.text)
        lines += ["", f"# {entry.hint}", f"{entry.name} = {value}"]
    if tags is not None:
        lines += ["", "# What is left out here is taken off.", f"[{TAGS}]"]
        lines += [f"{_text(key)} = {_text(value)}" for key, value in sorted(tags.items())]
    return "\n".join(lines) + "\n"


def parsed(text: str, known: Sequence[str], *, tagged: bool) -> tuple[dict[str, str], dict[str, str] | None]:
    """Give the values by name as texts, and the tags, None where their table is left out.

    Raises:
        ValueFault: it cannot be read, or has a name that is not known, in one printable line.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as reason:
        raise ValueFault(printable(shortened(str(reason) or "nested too deeply", 160))) from None
    tags = found.pop(TAGS, None) if tagged else None
    values: dict[str, str] = {}
    for name, value in found.items():
        if name not in known:
            raise ValueFault(f"there is no setting {printable(shortened(name, 40))}: {', '.join(known)}")
        values[name] = _as_text(name, value)
    if tags is not None and not (isinstance(tags, dict) and all(isinstance(each, str) for each in tags.values())):
        raise ValueFault('tags are texts, such as team = "shop"')
    return values, tags


def _as_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    raise ValueFault(f"{name} is a text, a whole number, true or false")


def _value(text: str) -> str:
    """Write numbers and truth as such, all else as text."""
    return text if text in ("true", "false") or (text.isascii() and text.isdecimal()) else _text(text)


def _document(text: str) -> str:
    """Write JSON over several lines, where no escape is needed for that."""
    shown = formatted(text)
    if shown is None or "'''" in shown or printable(flat := shown.replace("\n", "")) != flat:
        return _text(text)
    return f"'''\n{shown}'''"


def _text(text: str) -> str:
    """Write a text in quotes: the escapes of JSON are those of TOML; what is not seen is escaped, too.

    Half a surrogate, which TOML has no way to write, becomes a question mark.
    """
    quoted = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(map(_escaped, quoted))


def _escaped(character: str) -> str:
    """Escape what is not seen, or a terminal would obey."""
    if printable(character) == character:
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
