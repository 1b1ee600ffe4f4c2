"""The way in: cheap to import, so that the first picture is on screen before botocore is loaded."""

from __future__ import annotations

import asyncio
import random as random_source
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqsview.clock import Clock, SystemClock
from sqsview.domain.snapshot import Context
from sqsview.gateway import ASKED_BUDGET, Gateway, Target, guarded

if TYPE_CHECKING:
    from sqsview.aws.credentials import RoleCache


def preload() -> None:
    """Import aiobotocore and read the service models, a third of a second of work; meant for a thread."""
    from sqsview.aws.connection import warm
    from sqsview.aws.logs import keep_quiet

    keep_quiet()
    warm()


@asynccontextmanager
async def open_gateway(
    target: Target,
    *,
    budget: float | None,
    asked: float | None = ASKED_BUDGET,
    roles: RoleCache | None = None,
    demo: bool = False,
    read_only: bool = False,
    read_only_looks: bool = False,
    protected: tuple[str, ...] = (),
    count_redrives: bool = True,
    clock: Clock | None = None,
    random: Callable[[], float] = random_source.random,
) -> AsyncIterator[Gateway]:
    """Connect to AWS, or to the server at the target's endpoint, and put the write gate in front.

    Opening anew reads the configuration anew, which is how a session recovers once the cause of a fault is
    gone.

    Args:
        target: profile, region and endpoint; what it leaves open comes from the AWS chain.
        budget: calls a second; None for no limit.
        asked: calls a second of what a person asked for; None for no limit.
        roles: what `sqsview.aws.mfa.ask_for_mfa` gave; None where no code was asked for.
        demo: whether this is the demo's server.
        read_only: whether only reads pass.
        read_only_looks: whether looks into queues without a redrive policy pass all the same.
        protected: patterns of the names that ask for more care before a change.
        count_redrives: whether a message that is redriven tells in an attribute how often it was.
        clock: the machine's own where it is None.
        random: spreads retries.

    Raises:
        SessionError: on entering, where the configuration makes a call impossible.
    """
    await asyncio.to_thread(preload)
    from sqsview.aws.connection import connect

    flags = Context(
        demo=demo,
        read_only=read_only,
        read_only_looks=read_only_looks,
        protected=protected,
        count_redrives=count_redrives,
    )
    async with connect(
        target,
        budget=budget,
        asked=asked,
        roles=roles,
        flags=flags,
        clock=clock or SystemClock(),
        random=random,
    ) as gateway:
        yield guarded(gateway, read_only=read_only, looks=read_only_looks)
