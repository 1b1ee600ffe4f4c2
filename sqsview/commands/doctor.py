"""``sqsview doctor``: what is wrong with how queues and topics are connected and set up."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.gateway import Gateway
    from sqsview.operations.diagnosis import Diagnosis


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def doctor(
    connection: AbstractAsyncContextManager[Gateway],
    options: argparse.Namespace,
    *,
    prefix: str = "",
    queues: Sequence[str] = (),
    ages: bool = False,
) -> bool:
    """Examine everything once, and tell whether no error was found and nothing was left out.

    Args:
        connection: where from.
        options: of the command line.
        prefix: only queues and topics whose names start with this.
        queues: only these, by name, URL or ARN.
        ages: whether CloudWatch is asked for the age of the oldest messages, which costs money.

    Raises:
        SqsviewError: the connection does not work.
    """
    import asyncio

    diagnosis = asyncio.run(_diagnose(connection, prefix, queues, ages=ages))
    from sqsview.operations.doctor_forms import as_json, as_text
    from sqsview.operations.listing_forms import json_text, problem_lines

    write(json_text(as_json(diagnosis.findings)) if options.json else as_text(diagnosis))
    for line in problem_lines(diagnosis.problems, together=not options.json):
        say(line)
    return diagnosis.complete and not diagnosis.errors


async def _diagnose(
    connection: AbstractAsyncContextManager[Gateway], prefix: str, queues: Sequence[str], *, ages: bool
) -> Diagnosis:
    async with connection as gateway:
        from sqsview.operations.diagnosis import diagnose

        return await diagnose(gateway, prefix=prefix, queues=queues, ages=ages)
