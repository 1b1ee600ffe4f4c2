"""A body for each protocol (``MessageStructure=json``): what SNS refuses in it, and what it passes over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqsview.domain.json_text import JsonState, json_check
from sqsview.domain.large_text import once_a_text
from sqsview.domain.message import Outgoing
from sqsview.domain.publishing.characters import quoted
from sqsview.domain.publishing.destination import Destination
from sqsview.domain.publishing.fields import Field, FieldFault

DEFAULT = "default"
PROTOCOLS = (
    DEFAULT, "email", "email-json", "http", "https", "lambda", "sms", "sqs", "firehose", "application",
    "ADM", "APNS", "APNS_SANDBOX", "APNS_MDM", "APNS_MDM_SANDBOX", "APNS_PASSBOOK", "APNS_PASSBOOK_SANDBOX",
    "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM", "MACOS", "MACOS_SANDBOX", "MPNS", "WNS",
)  # fmt: skip
"""Keys that SNS delivers by (SNS API, Publish, and the developer guide on mobile push)."""


def structure_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    """Give what would be refused of a body for each protocol."""
    if not outgoing.structure:
        return
    if destination.is_queue:
        yield _fault("a body for each protocol is for topics; a queue has one")
        return
    pairs = protocol_pairs(outgoing.body)
    if pairs is None:
        check = json_check(outgoing.body)
        yield _fault(
            f"the body is not JSON: {check.line}"
            if check.state is JsonState.BROKEN
            else 'the body must be a JSON object of texts by protocol, such as {"default": "…", "sms": "…"}'
        )
        return
    names = [name for name, _ in pairs]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield _fault(f"{quoted(name)} is there twice: keep one")
    found = dict(pairs)
    if DEFAULT not in found:
        yield _fault('"default" is missing: it is the body for every protocol that has none of its own')
    elif not isinstance(found[DEFAULT], str):
        yield _fault('"default" must be a text: put JSON into quotes, with \\" inside')


def structure_warnings(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    """Give what SNS passes over in a body for each protocol."""
    if not outgoing.structure or destination.is_queue:
        return
    for name, value in protocol_pairs(outgoing.body) or ():
        if name not in PROTOCOLS:
            near = next((known for known in PROTOCOLS if known.lower() == name.lower()), "")
            yield _fault(f"{quoted(name)} is no protocol" + (f"; did you mean {near}?" if near else ""))
        elif name != DEFAULT and not isinstance(value, str):
            yield _fault(f"{quoted(name)} is passed over, for its value is not a text")


@once_a_text
def protocol_pairs(body: str) -> Sequence[tuple[str, Any]] | None:
    """Give the keys and values of a body for each protocol as they stand, also repeated ones; None if it is none."""
    try:
        found = json.loads(
            body, object_pairs_hook=_Pairs, parse_int=_Literal, parse_float=_Literal, parse_constant=_Literal
        )
    except (ValueError, RecursionError):
        return None
    return tuple(found) if isinstance(found, _Pairs) else None


class _Pairs(list[tuple[str, Any]]):
    """An object with its keys in order, also those that are there twice."""


class _Literal:
    """A value that is no text; what it is does not matter."""

    def __init__(self, _text: str) -> None:
        pass


def _fault(text: str) -> FieldFault:
    return FieldFault(Field.STRUCTURE, text)
