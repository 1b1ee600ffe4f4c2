"""Attributes as a person types them: ``NAME:TYPE=VALUE`` in a shell, name, type and value in a form."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from sqsview.domain.message import BINARY, Attribute
from sqsview.domain.publishing.attributes import STRING, name_fault, type_fault
from sqsview.domain.publishing.characters import quoted

ReadFile = Callable[[str], bytes]
"""Gives what is in a file; raises `ValueError` with one line where it cannot."""

_HEX = "0x"


def parse_attribute(text: str, *, topic: bool, read_file: ReadFile) -> tuple[str, Attribute]:
    """Read ``NAME=VALUE`` or ``NAME:TYPE=VALUE``; the value may hold any further ``=`` and ``:``.

    Args:
        text: as it stands on the command line.
        topic: whether it is for a topic, which takes names of SNS's own.
        read_file: for a Binary value that is ``@FILE``.

    Raises:
        ValueError: with one line that says what is wrong.
    """
    head, equals, value = text.partition("=")
    name, colon, kind = head.partition(":")
    if not equals:
        raise ValueError(f"{quoted(text)} is no attribute: write NAME=VALUE or NAME:TYPE=VALUE")
    fault = name_fault(name, topic=topic) or (type_fault(kind) if colon else None)
    if fault:
        raise ValueError(f"{quoted(name)}: {fault}" if name else fault)
    try:
        return name, read_attribute(kind if colon else STRING, value, read_file=read_file)
    except ValueError as reason:
        raise ValueError(f"{quoted(name)}: {reason}") from None


def read_attribute(kind: str, text: str, *, read_file: ReadFile | None = None) -> Attribute:
    """Give an attribute of this type with the value that was typed.

    A Binary value is base64, or hexadecimal behind ``0x``, or ``@FILE`` where files can be read. Nothing but the
    form of it is judged here; see `sqsview.domain.publishing.faults`.

    Raises:
        ValueError: with one line that says what is wrong.
    """
    if kind.partition(".")[0] != BINARY:
        return Attribute(kind, text)
    if text.startswith("@") and read_file is not None:
        return Attribute(kind, read_file(text[1:]))
    return Attribute(kind, _bytes(text))


def typed_value(attribute: Attribute) -> str:
    """Give the value as a form shows it: what `read_attribute` makes the same attribute of."""
    value = attribute.value
    if isinstance(value, str):
        return value
    packed = base64.b64encode(value).decode("ascii")
    return f"{_HEX}{value.hex()}" if packed.startswith(_HEX) else packed


def _bytes(text: str) -> bytes:
    packed = "".join(text.split())
    if packed.startswith(_HEX):
        try:
            return bytes.fromhex(packed[len(_HEX) :])
        except ValueError:
            raise ValueError(f"{quoted(text)} is not hexadecimal: two digits a byte behind 0x") from None
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{quoted(text)} is not base64; hexadecimal stands behind 0x, a file behind @") from None
