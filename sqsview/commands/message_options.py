"""A message as it is given on the command line: its body and its attributes, also from files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.errors import SqsviewError, UsageError

if TYPE_CHECKING:
    from sqsview.domain.message import Attribute


def add_attribute_option(parser: Parser) -> None:
    """Add ``--attribute``."""
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="NAME[:TYPE]=VALUE",
        help="a message attribute, can be repeated: String unless a type is named, as in n:Number=12.5, "
        "b:Binary=BASE64, b:Binary=@FILE, list:String.Array=JSON",
    )


def read_attributes(given: Sequence[str]) -> Mapping[str, Attribute]:
    """Give the attributes that were given as ``NAME[:TYPE]=VALUE``.

    Raises:
        UsageError: one cannot be read, or a name is there twice.
        SqsviewError: a file cannot be read.
    """
    from sqsview.domain.publishing import parse_attribute, repeated_names

    try:
        # What a topic takes, and a queue does not, is told once it is known which of them it is.
        found = [parse_attribute(text, topic=True, read_file=read_file) for text in given]
    except ValueError as fault:
        raise UsageError(f"--attribute {fault}") from None
    for repeated in repeated_names(name for name, _ in found):
        raise UsageError(repeated.text)
    return dict(found)


def read_body(given: str) -> str:
    """Give the text itself, that of ``@FILE``, or standard input for ``-``.

    Raises:
        SqsviewError: it cannot be read, or is not UTF-8.
    """
    if given == "-":
        if sys.stdin is None:
            raise SqsviewError("standard input is closed")
        return _text(sys.stdin.buffer.read(), "standard input")
    return _text(read_file(given[1:]), given[1:]) if given.startswith("@") else given


def read_file(name: str) -> bytes:
    """Give what a file holds.

    Raises:
        SqsviewError: it cannot be read.
    """
    try:
        return Path(name).expanduser().read_bytes()
    except (OSError, RuntimeError, ValueError) as fault:
        raise SqsviewError(f"{name} cannot be read: {getattr(fault, 'strerror', None) or fault}") from None


def _text(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise SqsviewError(f"{source} is not UTF-8: byte {fault.start} is wrong") from None
