"""Assuming a profile's role ahead of the first call."""

from __future__ import annotations

import asyncio

from sqsview.aws.credentials import Prompt, RoleCache, credentials_of, new_session, situation_of
from sqsview.aws.errors import FAULTS, translate
from sqsview.aws.situation import Situation
from sqsview.clock import Clock, SystemClock
from sqsview.errors import SessionError
from sqsview.gateway import Target


def assume(target: Target, roles: RoleCache, prompt: Prompt, clock: Clock | None = None) -> None:
    """Get the credentials of ``target`` and leave those of assumed roles in ``roles``.

    Runs an event loop of its own, so that none other exists while it may ask.

    Raises:
        SessionError: they cannot be had.
    """
    asyncio.run(_assume(target, roles, prompt, clock or SystemClock()))


async def _assume(target: Target, roles: RoleCache, prompt: Prompt, clock: Clock) -> None:
    situation = Situation(profile=target.profile, region=target.region, endpoint=target.endpoint_url)
    try:
        session = new_session(target, roles, prompt)
        situation = situation_of(session, target, None)
        credentials = await credentials_of(session, situation)
        if credentials is not None:
            await credentials.get_frozen_credentials()
    except FAULTS as fault:
        error = translate(fault, situation, now=clock.epoch())
        raise (error if isinstance(error, SessionError) else SessionError(error.problem)) from fault
