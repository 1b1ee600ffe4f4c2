"""``sqsview fanout``: build the fan-out that a file describes."""

from __future__ import annotations

import argparse
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.errors import RefusedReadOnly, SqsviewError, UsageError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.commands.status_line import StatusLine
    from sqsview.domain.fan_out import Description, Plan
    from sqsview.gateway import Gateway
    from sqsview.operations.fanout import Build
    from sqsview.operations.fanout_trace import Proof
    from sqsview.operations.state import State

_LARGEST = 4 << 20
"""Bytes of a description that are read."""


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    add = parser.add_argument
    add("file", metavar="FILE", type=Path, help="the description, in TOML or JSON")
    add("--plan", action="store_true", help="show the calls that would be made, and make none")
    add("--take-back", action="store_true", help="where it stops half-way, delete what this run made")
    add("--trace", action="store_true", help="then publish messages made to match the filters, and look for them")
    add("--confirm", metavar="TOPIC", help="the topic's name again, where a name is protected or messages may be lost")
    add("--json", action="store_true", help="print one JSON document")


def fanout(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> bool:
    """Build it, and tell whether all is as described.

    Raises:
        UsageError: the description is wrong.
        SqsviewError: nothing was done; the text says why.
        Interrupted: a signal ended it; what exists is told.
    """
    from sqsview.commands.interruption import run_interruptibly

    description = _read(options.file)
    if not options.plan and not state.audit.kept:
        say("there is no home directory: this will be in no audit log")
    with closing(state.ledger):
        return run_interruptibly(_fanout(connection, state, description, options))


def _read(file: Path) -> Description:
    from sqsview.domain.fan_out import DescriptionFault, read_description

    try:
        with file.expanduser().open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except (OSError, RuntimeError, ValueError) as fault:
        raise SqsviewError(f"{file} cannot be read: {getattr(fault, 'strerror', None) or fault}") from None
    if len(content) > _LARGEST:
        raise UsageError(f"{file}: it is larger than {_LARGEST >> 20} MiB")
    try:
        return read_description(content.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise UsageError(f"{file} is not UTF-8: byte {fault.start} is wrong") from None
    except DescriptionFault as fault:
        raise UsageError(f"{file}: {fault}") from None


async def _fanout(
    connection: AbstractAsyncContextManager[Gateway],
    state: State,
    description: Description,
    options: argparse.Namespace,
) -> bool:
    from sqsview.clock import SystemClock
    from sqsview.commands.status_line import StatusLine
    from sqsview.domain.fan_out import plan
    from sqsview.operations.fanout import Build
    from sqsview.operations.fanout_reading import read_existing

    async with connection as gateway:
        found = plan(description, await read_existing(gateway, description))
        for note in found.notes:
            say(f"note: {note}")
        line = StatusLine()
        build = Build(gateway, found, state.audit, SystemClock(), on_change=lambda: _show(line, build))
        if found.refusals:
            for refusal in found.refusals:
                say(refusal)
            _print(build, options, planned=True)
            return False
        if options.plan:
            _print(build, options, planned=True)
            return True
        if found.steps and gateway.context.read_only:
            raise RefusedReadOnly("fanout")
        _refuse_unconfirmed(gateway, description, found, options.confirm)
        traced: tuple[Proof, ...] | None = None
        try:
            progress = await build.run()
            if not progress.complete and options.take_back and progress.made:
                line.clear()
                say(f"stopped: {progress.problem or 'it was interrupted'}; what was made is taken back")
                await build.take_back()
            elif progress.complete and options.trace:
                line.clear()
                traced = await _trace(gateway, state, description, found)
        finally:
            line.clear()
            _print(build, options, traced=traced)
        return build.progress.complete and all(proof.arrived for proof in traced or ())


def _show(line: StatusLine, build: Build) -> None:
    progress = build.progress
    line.show(f"{progress.done:,} of {len(progress.steps):,} calls made")


def _refuse_unconfirmed(gateway: Gateway, description: Description, found: Plan, confirmed: str | None) -> None:
    """Refuse where a protected name is changed or messages may be lost, and the topic's name was not repeated.

    Raises:
        SqsviewError: with what to type.
    """
    from sqsview.domain.arn import name_of

    topic = description.topic.name
    if confirmed is not None:
        if confirmed != topic:
            raise SqsviewError(f"nothing is done: --confirm says {confirmed}, and the topic is {topic}")
        return
    for step in found.steps:
        if step.loses:
            raise SqsviewError(f"{step.words}: {step.loses} · go on with --confirm {topic}")
        names = (topic, name_of(step.call.thing), name_of(getattr(step.call, "queue_arn", "")))
        for name in names:
            if name and gateway.context.protects(name):
                raise SqsviewError(f"{name} is protected, and this would change it: go on with --confirm {topic}")


async def _trace(gateway: Gateway, state: State, description: Description, found: Plan) -> tuple[Proof, ...]:
    from sqsview.clock import SystemClock
    from sqsview.commands.status_line import StatusLine
    from sqsview.operations.fanout_trace import trace_fan_out

    line = StatusLine()
    line.show("tracing: messages that match the filters are published and looked for")
    try:
        return await trace_fan_out(gateway, description, found.topic_arn, state.ledger, SystemClock())
    finally:
        line.clear()


def _print(
    build: Build,
    options: argparse.Namespace,
    *,
    planned: bool = False,
    traced: tuple[Proof, ...] | None = None,
) -> None:
    from sqsview.domain.text import printable
    from sqsview.operations.fanout_forms import as_json, headline, outcome_lines, plan_lines, summary
    from sqsview.operations.listing_forms import json_text

    if options.json:
        write(json_text(as_json(build.plan, build.progress, traced)))
    elif planned:
        lines = plan_lines(build.plan, calls=True) if not build.plan.refusals else [headline(build.plan)]
        write("\n".join(lines) + "\n")
    else:
        lines = [*outcome_lines(build.progress), *(f"trace       {printable(each.line)}" for each in traced or ())]
        write("\n".join([*lines, summary(build.plan, build.progress)]) + "\n")
    for note in build.progress.notes:
        say(f"note: {note}")
    if any(proof.arrived for proof in traced or ()):
        say("note: the messages of the trace stay in the queues, with the attribute sqsview-trace")
    if not planned and not build.progress.complete and build.progress.made:
        names = len(build.progress.made)
        say(f"{names:,} thing{' was' if names == 1 else 's were'} made and exist; the same command goes on from there")
