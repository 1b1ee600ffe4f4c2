"""Opening a connection: credentials, clients, and the gateway made of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import aiobotocore
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import NoCredentialsError, NoRegionError

from sqsview import __version__
from sqsview.aws import parse
from sqsview.aws.building import Building
from sqsview.aws.calls import Calls
from sqsview.aws.cloudwatch import CloudWatch
from sqsview.aws.credentials import (
    RoleCache,
    credentials_of,
    never_prompt,
    new_session,
    profile_label,
    shared_loader,
    situation_of,
)
from sqsview.aws.errors import FAULTS, no_web_address, translate
from sqsview.aws.meter import CallMeter
from sqsview.aws.pacing import Pacer
from sqsview.aws.pushing import Pushing
from sqsview.aws.quotas import allowed_rates
from sqsview.aws.repair import Repair
from sqsview.aws.situation import Situation
from sqsview.aws.sns import Sns
from sqsview.aws.sqs import Sqs, refuse_truncated
from sqsview.clock import Clock
from sqsview.domain.snapshot import Context
from sqsview.errors import GatewayError, SessionError
from sqsview.gateway import Target

_CONNECT_SECONDS = 5
_READ_SECONDS = 25
"""Longer than the longest long poll of 20 s; botocore's 60 s are too long for someone who watches."""

_CONNECTIONS = 100
"""Calls under way at once: 400 calls a second at 250 ms each."""

_SERVICES = ("sqs", "sns", "cloudwatch", "sts")


class AwsGateway(Sqs, Repair, Sns, Building, Pushing, CloudWatch):
    """One open connection to SQS, SNS and CloudWatch in one account and region."""

    async def get_caller_identity(self) -> str:
        """Give the 12-digit account; STS answers that without any permission."""
        client = await self.client("sts")
        answer = await self._calls.call("sts:GetCallerIdentity", client.get_caller_identity, urgent=True)
        account = parse.account(answer)
        if self._account is None:
            self._account = account
        return account


def warm() -> None:
    """Read the service models into the loader that all sessions share."""
    loader = shared_loader(None)
    for data in ("_retry", "endpoints", "partitions", "sdk-default-configuration"):
        loader.load_data_with_path(data)
    for service in _SERVICES:
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "endpoint-rule-set-1")


def client_config() -> AioConfig:
    """Give the settings of all clients.

    Retries are ours (see `sqsview.aws.retry`). A fixed user agent, no parameter validation and no compression
    save a fifth of the CPU of a call; all parameters are written in this package.
    """
    return AioConfig(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        max_pool_connections=_CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": 1},
        parameter_validation=False,
        disable_request_compression=True,
        inject_host_prefix=False,
        user_agent=f"sqsview/{__version__} aiobotocore/{aiobotocore.__version__}",
    )


@asynccontextmanager
async def connect(
    target: Target,
    *,
    budget: float | None,
    asked: float | None,
    roles: RoleCache | None,
    flags: Context,
    clock: Clock,
    random: Callable[[], float],
) -> AsyncIterator[AwsGateway]:
    """Open a gateway and close all of its clients at the end.

    Args:
        target: what the user asked for; what it leaves open comes from the AWS chain.
        budget: calls a second; None for no limit.
        asked: calls a second of what a person asked for; None for no limit.
        roles: where credentials of assumed roles are kept; None to read the command line's.
        flags: the parts of the context that are the user's choice.
        clock: for pacing and for dates.
        random: gives figures from 0 to 1, to spread retries.

    Raises:
        SessionError: the configuration makes any call impossible.
    """
    situation = Situation(
        profile=target.profile or os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE"),
        region=target.region or os.environ.get("AWS_REGION"),
        endpoint=_configured_endpoint(target),
    )
    async with AsyncExitStack() as stack:
        try:
            cache = roles if roles is not None else RoleCache(store=False)
            session = new_session(target, cache, never_prompt(situation.profile))
            situation = replace(situation_of(session, target, None), endpoint=situation.endpoint)
            credentials = await credentials_of(session, situation)
            if credentials is None:
                raise NoCredentialsError
            method = getattr(credentials, "method", None)
            situation = replace(situation_of(session, target, method), endpoint=situation.endpoint)
            if situation.region is None:
                raise NoRegionError
            config = client_config()

            async def open_client(service: str) -> Any:
                creator = session.create_client(service, endpoint_url=target.endpoint_url, config=config)
                return await stack.enter_async_context(creator)

            sqs = await open_client("sqs")
            sns = await open_client("sns")
            _require_web(sqs)
            _require_web(sns)
        except FAULTS as fault:
            raise _session_error(translate(fault, situation, now=clock.epoch())) from fault
        refuse_truncated(sqs)
        situation = replace(
            situation, partition=sqs.meta.partition, endpoint=_foreign(session, sqs) or _foreign(session, sns)
        )
        quotas = allowed_rates(sqs.meta.region_name) if situation.endpoint is None else {}
        pacer = Pacer(clock, budget, quotas, asked)
        meter = CallMeter(clock, pacer, priced=situation.endpoint is None)
        gateway = AwsGateway(
            connect=open_client,
            calls=Calls(pacer=pacer, meter=meter, situation=situation, clock=clock, random=random),
            meter=meter,
            context=replace(
                flags,
                profile="demo" if flags.demo else profile_label(situation),
                region=sqs.meta.region_name,
                endpoint=situation.endpoint,
                partition=situation.partition,
            ),
            clock=clock,
        )
        gateway.keep(sqs=sqs, sns=sns)
        yield gateway


def _require_web(client: Any) -> None:
    url = str(client.meta.endpoint_url)
    if urlsplit(url).scheme not in ("http", "https"):
        raise no_web_address(url)


def _configured_endpoint(target: Target) -> str | None:
    return target.endpoint_url or os.environ.get("AWS_ENDPOINT_URL_SQS") or os.environ.get("AWS_ENDPOINT_URL")


def _session_error(error: GatewayError) -> SessionError:
    return error if isinstance(error, SessionError) else SessionError(error.problem)


def _foreign(session: AioSession, client: Any) -> str | None:
    """Give the endpoint of ``client`` where it is not one of AWS's own, among which are those of a VPC."""
    url = str(client.meta.endpoint_url)
    host = urlsplit(url).hostname or ""
    partitions = session.get_component("data_loader").load_data("partitions")["partitions"]
    suffixes = {partition["outputs"][key] for partition in partitions for key in ("dnsSuffix", "dualStackDnsSuffix")}
    return None if any(host.endswith(f".{suffix}") for suffix in suffixes) else url
