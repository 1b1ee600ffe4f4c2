"""What AWS would refuse of a message, field by field, and what it would take but not do as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from sqsview.domain.message import Outgoing, byte_length
from sqsview.domain.placeholders import names_in, sample, unknown_names
from sqsview.domain.publishing.attributes import attribute_faults, attribute_warnings
from sqsview.domain.publishing.characters import character_name, lone_surrogate, not_of_id, refused_character
from sqsview.domain.publishing.destination import MIB, Destination
from sqsview.domain.publishing.fields import Field, FieldFault
from sqsview.domain.publishing.structure import structure_faults, structure_warnings
from sqsview.domain.text import printable

LONGEST_ID = 128
"""Characters of a group or deduplication id."""
LONGEST_DELAY = 900
"""Seconds."""
LONGEST_SUBJECT = 99
"""Characters: SNS wants fewer than 100."""

_NOT_SUBJECT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be said of a message before it is sent."""

    faults: tuple[FieldFault, ...]
    """What would be refused; with any of it the message is not sent."""
    warnings: tuple[FieldFault, ...]
    """What would be taken."""


def judged(
    outgoing: Outgoing, destination: Destination, *, repeats: int | None = None, copy: bool = False
) -> Judgement:
    """Judge a message as it was typed.

    Args:
        outgoing: the message, with its placeholders.
        destination: where it goes.
        repeats: how often it is sent with placeholders filled in; None where it is sent once as it stands.
        copy: whether one like it, by `one_delivery`, was sent before.
    """
    sent = outgoing if repeats is None else sample(outgoing, repeats)
    return Judgement(faults(sent, destination), warnings(outgoing, destination, repeats=repeats, copy=copy))


def faults(outgoing: Outgoing, destination: Destination) -> tuple[FieldFault, ...]:
    """Give all that AWS would refuse of a message as it is sent, in the order of the fields."""
    return (
        *_body_faults(outgoing, destination),
        *attribute_faults(outgoing, destination),
        *_subject_faults(outgoing, destination),
        *_group_faults(outgoing, destination),
        *_deduplication_faults(outgoing, destination),
        *_delay_faults(outgoing, destination),
        *structure_faults(outgoing, destination),
    )


def warnings(
    outgoing: Outgoing, destination: Destination, *, repeats: int | None = None, copy: bool = False
) -> tuple[FieldFault, ...]:
    """Give what would be taken and yet not do what it seems to, of a message as it was typed; see `judged`."""
    return (
        *_body_warnings(outgoing, destination),
        *_placeholder_warnings(outgoing, repeats),
        *attribute_warnings(outgoing, destination),
        *_deduplication_warnings(outgoing, destination, repeats or 1, copy=copy),
        *structure_warnings(outgoing, destination),
    )


def _body_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    if not outgoing.body:
        yield FieldFault(Field.BODY, "the body is empty: give at least one character")
        return
    refused = refused_character(outgoing.body) if destination.is_queue else lone_surrogate(outgoing.body)
    if refused:
        yield FieldFault(Field.BODY, f"the body holds {refused}, which is refused")
    size = outgoing.size
    if size > (destination.limit if destination.limit_told else MIB):
        yield FieldFault(Field.BODY, _too_large(outgoing, size, destination))


def _too_large(outgoing: Outgoing, size: int, destination: Destination) -> str:
    limit = destination.limit if destination.limit_told else MIB
    attributes = size - byte_length(outgoing.body)
    with_them = f", {attributes:,} of them in attributes" if attributes else ""
    return f"{size:,} bytes{with_them}, and {printable(destination.name)} takes {limit:,}: {size - limit:,} too many"


def _body_warnings(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    size = outgoing.size
    if not destination.limit_told and destination.limit < size <= MIB:
        yield FieldFault(
            Field.BODY, f"{size:,} bytes: more than {destination.limit:,} are refused unless the topic was set to it"
        )
    if destination.is_topic and lone_surrogate(outgoing.body) is None:
        held = refused_character(outgoing.body)
        if held:
            queues = printable(", ".join(destination.raw_queues))
            told = f"; lost on the way to {queues}" if queues else ""
            yield FieldFault(Field.BODY, f"the body holds {held}, which a queue refuses without an envelope{told}")


def _placeholder_warnings(outgoing: Outgoing, repeats: int | None) -> Iterator[FieldFault]:
    if repeats is None:
        held = sorted(names_in(outgoing))
        if held:
            told = " and ".join(f"{{{{{name}}}}}" for name in held)
            yield FieldFault(Field.BODY, f"{told}: sent as it stands, for it is filled in only where it is repeated")
        return
    if repeats == 1 and not names_in(outgoing):
        return  # braces of another template language are no mistake in a message that has none of ours
    for name in sorted(unknown_names(outgoing)):
        yield FieldFault(Field.BODY, f"{{{{{name}}}}} is no placeholder and stays as it is; there are n, uuid and now")


def _subject_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    subject = outgoing.subject
    if subject is None:
        return
    if destination.is_queue:
        yield FieldFault(Field.SUBJECT, "a subject is for topics; a queue has none")
        return
    if not subject:
        yield FieldFault(Field.SUBJECT, "the subject is empty: give one, or leave it out")
    if len(subject) > LONGEST_SUBJECT:
        yield FieldFault(
            Field.SUBJECT, f"the subject has {len(subject)} characters, and at most {LONGEST_SUBJECT} are taken"
        )
    found = _NOT_SUBJECT.search(subject)
    if found:
        yield FieldFault(Field.SUBJECT, f"the subject holds {character_name(found.group())}: it must be one plain line")
    elif lone_surrogate(subject):
        yield FieldFault(Field.SUBJECT, f"the subject holds {lone_surrogate(subject)}, which is refused")


def _group_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    if outgoing.group is None:
        if destination.fifo:
            yield FieldFault(Field.GROUP, f"a FIFO {destination.kind} needs a message group")
        return
    told = _id_fault(outgoing.group, "group")
    if told:
        yield FieldFault(Field.GROUP, told)


def _deduplication_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    given = outgoing.deduplication
    if not destination.fifo:
        if given is not None:
            yield FieldFault(Field.DEDUPLICATION, f"a standard {destination.kind} takes no deduplication id")
        return
    if given is None:
        if destination.content_based_deduplication is False:
            yield FieldFault(
                Field.DEDUPLICATION, f"this {destination.kind} needs a deduplication id: it makes none of the body"
            )
        return
    told = _id_fault(given, "deduplication id")
    if told:
        yield FieldFault(Field.DEDUPLICATION, told)


def _id_fault(text: str, what: str) -> str | None:
    if not text:
        return f"the {what} is empty: give one, or leave it out"
    if len(text) > LONGEST_ID:
        return f"the {what} has {len(text)} characters, and {LONGEST_ID} are taken"
    refused = not_of_id(text)
    return f"the {what} holds {refused}; letters, digits and ASCII punctuation are taken" if refused else None


def _deduplication_warnings(
    outgoing: Outgoing, destination: Destination, repeats: int, *, copy: bool
) -> Iterator[FieldFault]:
    if not destination.fifo:
        return
    given = outgoing.deduplication
    if given is None and destination.content_based_deduplication is None:
        told = f"it could not be read whether this {destination.kind} needs a deduplication id"
        yield FieldFault(Field.DEDUPLICATION, told)
    what = "body" if given is None else "deduplication id"
    if repeats > 1 and not _differs(outgoing, destination, {"n", "uuid"}):
        yield FieldFault(
            Field.DEDUPLICATION,
            f"only the first of {repeats:,} is delivered, for all have one {what}: put {{{{uuid}}}} into it",
        )
    elif copy and not _differs(outgoing, destination, {"uuid", "now"}):
        where = "in this field" if given is None else "in its place"
        yield FieldFault(
            Field.DEDUPLICATION,
            f"sent before: within five minutes another with the same {what} is taken and not delivered; "
            f"{{{{uuid}}}} {where} has it delivered",
        )


def one_delivery(outgoing: Outgoing, other: Outgoing, destination: Destination) -> bool:
    """Tell whether of two messages within five minutes only the first is delivered, as both were typed.

    By default a deduplication id counts in the whole queue or topic (SQS developer guide, "Exactly-once processing").
    """
    if not destination.fifo:
        return False
    if destination.deduplication_per_group and outgoing.group != other.group:
        return False
    if outgoing.deduplication is None and other.deduplication is None:
        return outgoing.body == other.body
    return outgoing.deduplication == other.deduplication


def _differs(outgoing: Outgoing, destination: Destination, by: Set[str]) -> bool:
    """Tell whether a placeholder of these makes two messages of one text differ for the deduplication."""
    text = outgoing.body if outgoing.deduplication is None else outgoing.deduplication
    held = names_in(Outgoing(text))
    if destination.deduplication_per_group and outgoing.group is not None:
        held |= names_in(Outgoing(outgoing.group))
    return bool(held & by)


def _delay_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    delay = outgoing.delay
    if delay is None:
        return
    if destination.is_topic:
        yield FieldFault(Field.DELAY, "a delay is for queues; a topic has none")
    elif not 0 <= delay <= LONGEST_DELAY:
        yield FieldFault(Field.DELAY, f"the delay must be from 0 to {LONGEST_DELAY} seconds")
    elif destination.fifo and delay:
        yield FieldFault(Field.DELAY, "a FIFO queue takes no delay of one message, only one of the queue")
