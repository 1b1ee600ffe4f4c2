"""What decoding finds: the body as it is, and below it one layer for every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqsview.domain.message import Attribute


class Step(StrEnum):
    """How a layer was reached from the one above it; the value is its name in ``peek --json``."""

    RAW = "raw"
    """The body itself."""
    SNS = "sns"
    """The message was taken out of the envelope that SNS puts around it."""
    JSON = "json"
    UNFOLDED = "json in strings"
    """Strings that are JSON objects or arrays themselves became part of the document."""
    INDENTED = "indented"
    """It begins like JSON and is too large to be parsed: what is shown and searched is its text."""
    BASE64 = "base64"
    GZIP = "gzip"
    ZLIB = "zlib"
    POINTER = "s3 pointer"
    """The extended client put the body into S3; it is shown where, and never fetched."""

    @property
    def label(self) -> str:
        """The name as a person writes it."""
        return _LABELS.get(self, self.value)


_LABELS: Mapping[Step, str] = {
    Step.SNS: "SNS",
    Step.JSON: "JSON",
    Step.UNFOLDED: "JSON in strings",
    Step.POINTER: "S3 pointer",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SNS said around a message. All of it is untrusted text: anybody can send such a body."""

    kind: str
    """``Notification``, ``SubscriptionConfirmation`` or ``UnsubscribeConfirmation``."""
    topic: str
    """ARN."""
    id: str | None = None
    timestamp: str | None = None
    """ISO 8601 with milliseconds, UTC."""
    subject: str | None = None
    sequence: str | None = None
    """FIFO topics only."""
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the extended client library put a body that was too large."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What one step gave."""

    step: Step
    text: str | None = field(default=None, repr=False)
    """None where the step gave bytes that are no text."""
    data: bytes | None = field(default=None, repr=False)
    """What a step that gives bytes gave."""
    value: Any = field(default=None, repr=False)
    """The parsed document where ``is_json``."""
    is_json: bool = False
    note: str = ""
    """What is wrong with it, or why decoding went no further; empty where all is well."""
    envelope: Envelope | None = field(default=None, repr=False)
    pointer: Pointer | None = None

    @property
    def is_indented(self) -> bool:
        """Tell whether the text is to be shown with a line for each of its parts."""
        return self.is_json or self.step is Step.INDENTED


@dataclass(frozen=True, slots=True, eq=False)
class Decoding:
    """All layers of one body, the raw one first."""

    layers: tuple[Layer, ...]
    cut: bool = False
    """Whether something unpacked to more than was allowed."""

    @property
    def raw(self) -> Layer:
        """The body itself."""
        return self.layers[0]

    @property
    def deepest(self) -> Layer:
        """What all the steps lead to."""
        return self.layers[-1]

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps, for ``peek --json``; none where the body is plain text."""
        return tuple(layer.step.value for layer in self.layers[1:])

    @property
    def value(self) -> Any:
        """What search and grouping look at: the deepest layer that is JSON, parsed, or that is text.

        Objects, arrays, strings, whole and real numbers, truth values and None, at most `MOST_NESTED` levels deep. A
        number that Python cannot hold is its text. Of binary data it is the text that holds it.
        """
        for layer in reversed(self.layers):
            if layer.is_json:
                return layer.value
            if layer.text is not None:
                return layer.text
        return None  # not reached: the raw layer is text

    @property
    def unread(self) -> str:
        """Why `value` is not all of what the body holds, in a few words; empty where it is."""
        if self.cut:
            return "unpacks to more than is read"
        return "too large to be parsed" if self.deepest.step is Step.INDENTED else ""

    @property
    def unpacked(self) -> int:
        """Bytes that came out of gzip and zlib, in all steps together."""
        return sum(len(layer.data or b"") for layer in self.layers if layer.step in (Step.GZIP, Step.ZLIB))

    @property
    def binary(self) -> bytes | None:
        """What the steps lead to where it is neither JSON nor text."""
        return self.deepest.data if self.deepest.text is None else None

    @property
    def envelope(self) -> Envelope | None:
        """The outermost envelope of SNS."""
        return next((layer.envelope for layer in self.layers if layer.envelope is not None), None)

    @property
    def pointer(self) -> Pointer | None:
        """Where in S3 the body is, if it is there."""
        return self.deepest.pointer

    @property
    def notes(self) -> tuple[str, ...]:
        """All that is wrong, from the outside in."""
        return tuple(layer.note for layer in self.layers if layer.note)


MOST_NESTED = 100
"""Levels of objects and arrays in each other; what is deeper is left as text, so that nothing that walks through a
value, Python's own JSON writer included, comes near the end of the stack."""
