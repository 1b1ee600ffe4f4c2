"""From the text of a small TOML or JSON document to the fan-out that it describes."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqsview.domain.arn import FIFO_SUFFIX, is_fifo
from sqsview.domain.fan_out.description import BranchPart, Description, DescriptionFault, QueuePart, TopicPart
from sqsview.domain.fan_out.fields import LONGEST_QUEUE_NAME, LONGEST_TOPIC_NAME, Table, shown
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, PolicyFault, compile_policy
from sqsview.domain.wiring import AWS_MANAGED_KEY

NUMBERS: Mapping[str, tuple[str, int, int, str]] = {
    "visibility_timeout": ("VisibilityTimeout", 0, 43_200, "seconds"),
    "retention": ("MessageRetentionPeriod", 60, 1_209_600, "seconds"),
    "delay": ("DelaySeconds", 0, 900, "seconds"),
    "receive_wait": ("ReceiveMessageWaitTimeSeconds", 0, 20, "seconds"),
    "maximum_message_size": ("MaximumMessageSize", 1_024, 1_048_576, "bytes"),
}
"""By key: the attribute of SQS, its bounds and its unit (SQS API reference, CreateQueue)."""
MOST_RECEIVES = 1_000
"""The largest ``maxReceiveCount`` (SQS Developer Guide, "Configuring a dead-letter queue")."""
MOST_FILTERS = 200
"""Filter policies of one topic (SNS endpoints and quotas)."""

SCOPES = {"attributes": ATTRIBUTES, "body": BODY}

_TOP_KEYS = ("topic", "defaults", "queues", "dead_letter_queues")
TOPIC_KEYS = ("name", "display_name", "content_based_deduplication", "kms_key", "tags")
_SETUP_KEYS = (*NUMBERS, "content_based_deduplication", "kms_key", "tags")
_FAILURE_KEYS = ("dead_letter_queue", "max_receive_count", "subscription_dead_letter_queue")
_DEFAULT_KEYS = ("scope", "raw", *_FAILURE_KEYS, *_SETUP_KEYS)
QUEUE_KEYS = ("name", "filter", *_DEFAULT_KEYS)


def read_description(text: str) -> Description:
    """Read a description: JSON where it begins with ``{``, else TOML.

    Raises:
        DescriptionFault: with the key and the value, in one line.
    """
    document = Table("the description", _parsed(text), _TOP_KEYS)
    topic = _topic(document)
    defaults = _table(document, "defaults", {})
    Table("defaults", defaults, _DEFAULT_KEYS)
    _branch("defaults", {**defaults, "name": "orders" + (FIFO_SUFFIX if is_fifo(topic.name) else "")}, ("name",))
    branches = tuple(
        _branch(_called("queue", number, each), {**defaults, **each}, ("name", "filter"), given=each)
        for number, each in enumerate(_tables(document, "queues"), 1)
    )
    if not branches:
        raise DescriptionFault("queues is missing: a fan-out has one [[queues]] for each queue")
    described = [
        _queue(Table(_called("dead-letter queue", number, each), each, ("name", *_SETUP_KEYS)))
        for number, each in enumerate(_tables(document, "dead_letter_queues"), 1)
    ]
    _refuse_twice("queues", (branch.name for branch in branches))
    _refuse_twice("dead_letter_queues", (each.name for each in described))
    description = Description(topic, branches, _dead_letter_queues(branches, described))
    _check_types(description)
    _check_circles(description)
    filtered = sum(branch.filter_policy not in (None, "{}") for branch in branches)
    if filtered > MOST_FILTERS:
        raise DescriptionFault(f"queues: {filtered} have a filter, and a topic can have {MOST_FILTERS}")
    return description


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        if text.lstrip().startswith("{"):
            found = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
            assert isinstance(found, dict)
            return found
        return tomllib.loads(text)
    except json.JSONDecodeError as fault:
        raise DescriptionFault(f"it is no JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}") from None
    except tomllib.TOMLDecodeError as fault:
        raise DescriptionFault(f"it is no TOML: {fault}") from None
    except RecursionError:
        raise DescriptionFault("it is nested too deeply") from None
    except DescriptionFault:
        raise
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise DescriptionFault("it holds a number of too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse_twice("an object", (key for key, _ in pairs))
    return found


def _no_constant(word: str) -> Any:
    raise DescriptionFault(f"it is no JSON: {word}")


def _topic(document: Table) -> TopicPart:
    if not document.has("topic"):
        raise DescriptionFault('topic is missing: a fan-out begins with [topic] and name = "…"')
    table = Table("topic", _table(document, "topic", {}), TOPIC_KEYS)
    name = table.name("name", LONGEST_TOPIC_NAME)
    display_name = table.text("display_name")
    if display_name is not None and len(display_name) > 100:
        raise table.fault("display_name", "must be up to 100 characters")
    return TopicPart(name, display_name, _deduplication(table, name), table.text("kms_key"), table.tags("tags"))


def _branch(
    where: str, values: Mapping[str, Any], own: tuple[str, ...], *, given: Mapping[str, Any] = MappingProxyType({})
) -> BranchPart:
    """Read one queue; of what is not ``given`` by itself but by default, it takes what goes with it."""
    table = Table(where, values, (*own, *_DEFAULT_KEYS))
    queue = _queue(table)
    if queue.kms_key is not None and queue.kms_key.endswith(AWS_MANAGED_KEY):
        rule = "SNS cannot use it, for nobody can change the policy of this key; leave it out, or name one of your own"
        raise table.fault("kms_key", rule)
    scope = table.choice("scope", SCOPES) or ATTRIBUTES
    receives = table.number("max_receive_count", 1, MOST_RECEIVES, "")
    undelivered = table.text("subscription_dead_letter_queue")
    if undelivered is not None:
        table.checked_name("subscription_dead_letter_queue", undelivered, LONGEST_QUEUE_NAME)
    dead = _dead_letter_queue(table, queue)
    if dead is None and "max_receive_count" in given:
        raise table.fault("max_receive_count", "it needs a dead_letter_queue")
    if dead is None:
        receives = None
    return BranchPart(queue, _filter(table, scope), scope, table.truth("raw"), dead, receives, undelivered)


def _queue(table: Table) -> QueuePart:
    name = table.name("name", LONGEST_QUEUE_NAME)
    numbers = {key: table.number(key, least, most, unit) for key, (_, least, most, unit) in NUMBERS.items()}
    return QueuePart(
        name,
        content_based_deduplication=_deduplication(table, name),
        kms_key=table.text("kms_key"),
        tags=table.tags("tags"),
        **numbers,
    )


def _deduplication(table: Table, name: str) -> bool | None:
    wanted = table.truth("content_based_deduplication")
    if wanted is not None and not is_fifo(name):
        raise table.fault("content_based_deduplication", f"{name} is not FIFO, and only what is can have it")
    return wanted


def _dead_letter_queue(table: Table, queue: QueuePart) -> str | None:
    """Give the name of the dead-letter queue; ``true`` stands for ``NAME-dlq``."""
    value = table.value("dead_letter_queue")
    if value is None or value is False:
        return None
    if value is True:
        suffix = FIFO_SUFFIX if queue.fifo else ""
        name = f"{queue.name.removesuffix(FIFO_SUFFIX)}-dlq{suffix}"
        if len(name) > LONGEST_QUEUE_NAME:
            raise table.fault(
                "dead_letter_queue", f"{name} is longer than {LONGEST_QUEUE_NAME} characters: give a name"
            )
        return name
    if not isinstance(value, str):
        raise table.fault("dead_letter_queue", "must be a name, or true for NAME-dlq")
    return table.checked_name("dead_letter_queue", value, LONGEST_QUEUE_NAME)


def _filter(table: Table, scope: str) -> str | None:
    """Give the filter policy as JSON; it is a table, or a text that is JSON."""
    value = table.value("filter")
    if value is None and not table.has("filter"):
        return None
    if isinstance(value, str):
        text = value
    elif isinstance(value, dict):
        try:
            text = json.dumps(_without_odd_numbers(value), ensure_ascii=False)
        except (TypeError, ValueError):
            raise table.fault("filter", "must be what JSON can say: no dates, no inf, no nan") from None
    else:
        raise table.fault("filter", 'must be a table such as { type = ["order"] }')
    try:
        compiled = compile_policy(text, scope, as_new=True)
    except PolicyFault as fault:
        raise table.fault("filter", str(fault)) from None
    return text if compiled.rules.rules else "{}"


def _without_odd_numbers(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(value)
    if isinstance(value, dict):
        return {key: _without_odd_numbers(each) for key, each in value.items()}
    return [_without_odd_numbers(each) for each in value] if isinstance(value, list) else value


def _dead_letter_queues(branches: Iterable[BranchPart], described: Iterable[QueuePart]) -> tuple[QueuePart, ...]:
    """Give all dead-letter queues, also those that are only named; one that is subscribed as well is no part of it."""
    by_name = {each.name: each for each in described}
    subscribed = {branch.name for branch in branches}
    named = dict.fromkeys(
        name for branch in branches for name in (branch.dead_letter_queue, branch.undelivered) if name is not None
    )
    for name in by_name:
        if name not in named:
            raise DescriptionFault(f"dead-letter queue {name}: nothing names it as its dead-letter queue")
        if name in subscribed:
            raise DescriptionFault(f"dead-letter queue {name}: it is under queues as well; describe it once")
    return tuple(by_name.get(name, QueuePart(name)) for name in named if name not in subscribed)


def _check_types(description: Description) -> None:
    """Refuse what SNS and SQS refuse: FIFO and standard in one way (SNS Developer Guide, "FIFO topics")."""
    topic = description.topic
    for branch in description.branches:
        where = f"queue {branch.name}"
        if branch.queue.fifo and not topic.fifo:
            raise DescriptionFault(
                f"{where}: a standard topic does not deliver to a FIFO queue, and {topic.name} is one"
            )
        dead = branch.dead_letter_queue
        if dead is not None and is_fifo(dead) is not branch.queue.fifo:
            raise DescriptionFault(
                f"{where}: dead_letter_queue = {shown(dead)}: {_type(dead)}, and the queue is {_type(branch.name)}; "
                "both must be of one type"
            )
        lost = branch.undelivered
        if lost is not None and is_fifo(lost) is not topic.fifo:
            raise DescriptionFault(
                f"{where}: subscription_dead_letter_queue = {shown(lost)}: {_type(lost)}, and the topic is "
                f"{_type(topic.name)}; both must be of one type"
            )


def _type(name: str) -> str:
    return "FIFO" if is_fifo(name) else "standard"


def _check_circles(description: Description) -> None:
    """Refuse dead-letter queues whose failures come back to where they were."""
    target = {branch.name: branch.dead_letter_queue for branch in description.branches}
    for branch in description.branches:
        seen, name = [branch.name], branch.dead_letter_queue
        while name is not None:
            if name == branch.name:
                raise DescriptionFault(
                    f"queue {branch.name}: its dead letters go in a circle: {' → '.join([*seen, name])}"
                )
            if name in seen:
                break
            seen.append(name)
            name = target.get(name)


def _table(document: Table, key: str, otherwise: Mapping[str, Any]) -> Mapping[str, Any]:
    value = document.value(key) if document.has(key) else otherwise
    if not isinstance(value, dict):
        raise document.fault(key, f"must be a table: [{key}]")
    return value


def _tables(document: Table, key: str) -> list[Mapping[str, Any]]:
    value = document.value(key) if document.has(key) else []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise document.fault(key, f"must be tables, each under [[{key}]]")
    return value


def _called(what: str, number: int, values: Mapping[str, Any]) -> str:
    name = values.get("name")
    return f"{what} {shown(name)[1:-1]}" if isinstance(name, str) and name else f"{what} {number}"


def _refuse_twice(where: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DescriptionFault(f"{where}: {shown(name)} is there twice")
        seen.add(name)
