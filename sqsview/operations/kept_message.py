"""A message that is to be sent, as JSON in a file, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqsview.domain.message import Outgoing
from sqsview.domain.message_json import attributes_as_json, from_json

_TEXTS = ("group", "deduplication", "subject", "trace_header")


def as_document(outgoing: Outgoing) -> dict[str, Any]:
    """Give a message in the shape of an exported line, with what only a sender has; what is not set is left out."""
    document: dict[str, Any] = {"body": outgoing.body}
    if outgoing.attributes:
        document["attributes"] = attributes_as_json(outgoing.attributes)
    document |= {name: text for name in _TEXTS if (text := getattr(outgoing, name)) is not None}
    if outgoing.delay is not None:
        document["delay"] = outgoing.delay
    if outgoing.structure:
        document["structure"] = "json"
    return document


def from_document(document: object) -> Outgoing:
    """Give the message that a document holds.

    Raises:
        ValueError: it holds none.
    """
    outgoing = from_json(document)
    assert isinstance(document, dict)
    subject, delay = document.get("subject"), document.get("delay")
    if subject is not None and not isinstance(subject, str):
        raise ValueError('"subject" must be text or null')
    if delay is not None and (not isinstance(delay, int) or isinstance(delay, bool)):
        raise ValueError('"delay" must be a whole number of seconds or null')
    return replace(outgoing, subject=subject, delay=delay, structure=document.get("structure") == "json")
