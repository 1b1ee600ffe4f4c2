"""``sqsview match``: whether a message would get through a filter policy, or to whom of a topic's subscriptions."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.commands.message_options import add_attribute_option, read_attributes, read_body
from sqsview.errors import SqsviewError, UsageError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.domain.access import Answer, Verdict
    from sqsview.domain.filter_policy import CompiledPolicy
    from sqsview.domain.message import Outgoing
    from sqsview.domain.recipients import Recipient
    from sqsview.gateway import Gateway

Connect = Callable[[], AbstractAsyncContextManager["Gateway"]]


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    add = parser.add_argument
    against = parser.add_mutually_exclusive_group(required=True)
    against.add_argument(
        "--policy",
        metavar="JSON|@FILE|SUBSCRIPTION",
        help="a filter policy, or the ARN of the subscription that has it",
    )
    against.add_argument("--topic", metavar="TOPIC", help="every subscription of this topic: name or ARN")
    add("--scope", choices=["attributes", "body"], help="what the policy is about; attributes unless said otherwise")
    add("--body", default="", metavar="TEXT|@FILE|-", help="the message; - is standard input")
    add_attribute_option(parser)
    add("--structure", choices=["json"], help="the body is a JSON object of bodies by protocol; with --topic")
    add("--json", action="store_true", help="print one JSON document")


def match(connect: Connect, options: argparse.Namespace) -> bool:
    """Print whether the message gets through, and tell whether it surely does.

    Args:
        connect: gives the connection; not called where the policy itself was given.
        options: what `add_options` added.

    Raises:
        UsageError: an option can never be right, such as a policy that SNS refuses.
        SqsviewError: something could not be read.
    """
    from sqsview.domain.arn import is_arn
    from sqsview.domain.message import Outgoing

    if options.policy is not None and not options.policy.strip():
        raise UsageError("--policy is empty: {} lets everything through")
    if options.topic is not None and options.scope is not None:
        raise UsageError("--scope goes with --policy: each subscription of a topic has its own")
    if options.topic is None and options.structure is not None:
        raise UsageError("--structure goes with --topic: a policy alone is asked about one body")
    outgoing = Outgoing(
        read_body(options.body), read_attributes(options.attribute), structure=options.structure is not None
    )
    if options.topic is not None:
        return _against_topic(connect, options, outgoing)
    if is_arn(options.policy):
        return _against_subscription(connect, options, outgoing)
    return _tell(_given(options), outgoing, as_document=options.json)


def _given(options: argparse.Namespace) -> CompiledPolicy:
    """Compile the policy that stands on the command line or in a file."""
    from sqsview.domain.filter_policy import PolicyFault, compile_policy

    text = read_body(options.policy) if options.policy.startswith("@") else options.policy
    if not options.policy.lstrip().startswith(("{", "@")):
        raise UsageError("--policy is neither a JSON object, nor @FILE, nor the ARN of a subscription")
    try:
        policy = compile_policy(text, _scope(options.scope))
    except PolicyFault as fault:
        raise UsageError(f"--policy: {fault}") from None
    for limit in policy.limits:
        say(f"note: SNS would refuse it now: {limit}")
    return policy


def _scope(given: str | None) -> str:
    from sqsview.domain.filter_policy import ATTRIBUTES, BODY

    return BODY if given == "body" else ATTRIBUTES


def _against_subscription(connect: Connect, options: argparse.Namespace, outgoing: Outgoing) -> bool:
    from sqsview.commands.interruption import run_interruptibly
    from sqsview.domain.filter_policy import PolicyFault, compile_policy

    text, scope = run_interruptibly(_read_policy(connect(), options.policy))
    try:
        policy = compile_policy(text, scope if options.scope is None else _scope(options.scope))
    except PolicyFault as fault:
        raise SqsviewError(f"the filter policy of the subscription cannot be judged: {fault}") from None
    return _tell(policy, outgoing, as_document=options.json)


async def _read_policy(connection: AbstractAsyncContextManager[Gateway], arn: str) -> tuple[str | None, str]:
    """Read the filter policy of a subscription, and its scope."""
    async with connection as gateway:
        settings = (await gateway.get_subscription_attributes(arn)).settings
    return settings.filter_policy, settings.filter_scope


def _tell(policy: CompiledPolicy, outgoing: Outgoing, *, as_document: bool) -> bool:
    from sqsview.domain.filter_policy import Judged

    verdict: Verdict = policy.judge(Judged(outgoing.body, outgoing.attributes))
    if as_document:
        _print({"answer": _word(verdict.answer), "reason": verdict.reason, "scope": policy.scope})
    else:
        write(f"{_word(verdict.answer)}: {verdict.reason}\n")
    return verdict.answer.value == "yes"


def _against_topic(connect: Connect, options: argparse.Namespace, outgoing: Outgoing) -> bool:
    from sqsview.commands.interruption import run_interruptibly

    arn, recipients = run_interruptibly(_judge_topic(connect(), options.topic, outgoing))
    if options.json:
        _print({"topic": arn, "recipients": [_as_document(each) for each in recipients]})
    else:
        write(_as_text(recipients))
    return any(each.answer.value == "yes" for each in recipients)


async def _judge_topic(
    connection: AbstractAsyncContextManager[Gateway], wanted: str, outgoing: Outgoing
) -> tuple[str, Sequence[Recipient]]:
    from sqsview.domain.recipients import Recipients
    from sqsview.operations.target import find_topic
    from sqsview.operations.topic_reading import read_topic

    async with connection as gateway:
        arn = await find_topic(gateway, wanted)
        topic, topology, context = await read_topic(gateway, arn)
    return arn, Recipients(topic, topology, context).judge(outgoing)


def _as_document(recipient: Recipient) -> dict[str, str | None]:
    ref = recipient.subscription.ref
    return {
        "subscription": ref.arn if ref.readable else None,
        "protocol": ref.protocol,
        "endpoint": ref.endpoint,
        "answer": _word(recipient.answer),
        "reason": recipient.reason,
    }


def _as_text(recipients: Sequence[Recipient]) -> str:
    """Give one line a subscription: answer, name and what decides."""
    from sqsview.domain.text import printable

    if not recipients:
        return "nothing is subscribed to this topic: what is published is dropped\n"
    names = [printable(each.subscription.name) for each in recipients]
    width = max(map(len, names))
    lines = [
        f"{_word(each.answer):<9}  {name:<{width}}  {each.reason}".rstrip()
        for name, each in zip(names, recipients, strict=True)
    ]
    return "\n".join(lines) + "\n"


def _word(answer: Answer) -> str:
    """Say the answer in one word that a script can compare."""
    return "uncertain" if answer.value == "cannot tell" else answer.value


def _print(document: dict[str, object]) -> None:
    from sqsview.operations.listing_forms import json_text

    write(json_text(document))
