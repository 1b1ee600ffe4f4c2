"""One queue or topic by its name, URL or ARN, as a destination of messages."""

from __future__ import annotations

from sqsview.domain.arn import Arn, is_arn
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing import Destination, queue_destination, topic_destination
from sqsview.domain.queue import QueueRef
from sqsview.errors import Denied, GatewayError, NotFound, Rejected, SessionError, Unsupported, UsageError
from sqsview.finding import find_queue
from sqsview.gateway import Gateway


async def find_target(gateway: Gateway, wanted: str) -> Destination:
    """Find a queue or topic and read what limits its messages; settings that may not be read are left open.

    Raises:
        UsageError: there is a queue and a topic of this name; the text lists both.
        NotFound: there is neither, or what was given is of another region or partition than the connection.
        GatewayError: it cannot be told what there is.
    """
    if is_arn(wanted) and Arn.parse(wanted).service == "sns":
        return await _topic(gateway, wanted)
    if is_arn(wanted) or "://" in wanted:
        return await _queue(gateway, await find_queue(gateway, wanted))
    return await _by_name(gateway, wanted)


async def find_topic(gateway: Gateway, wanted: str) -> str:
    """Give the ARN of a topic by name or ARN; that it exists is not asked where its name tells the ARN.

    Raises:
        NotFound: there is none, or what was given is of another region or partition, or the ARN of something else.
        GatewayError: it cannot be told what there is.
    """
    if not is_arn(wanted):
        arn = await _topic_arn(gateway, wanted)
        if arn is None:
            raise NotFound(Problem(ProblemKind.GONE, "there is no such topic", "sqsview ls shows them", thing=wanted))
        return arn
    place = Arn.parse(wanted)
    if place.service != "sns" or ":" in place.resource:
        raise NotFound(Problem(ProblemKind.GONE, "this is no ARN of a topic", "give a topic's name or ARN"))
    _refuse_elsewhere(gateway, place)
    return wanted


async def _by_name(gateway: Gateway, name: str) -> Destination:
    queue: QueueRef | None = None
    fault: GatewayError | None = None
    try:
        queue = await find_queue(gateway, name)
    except SessionError:
        raise
    except GatewayError as raised:
        fault = raised
    topic = await _topic_named(gateway, name)
    if queue is not None and topic is not None and topic.limit_told:
        raise UsageError(f"{name} is a queue and a topic: give {queue.arn} or {topic.arn}")
    if queue is not None:
        return await _queue(gateway, queue)
    assert fault is not None
    if topic is not None and (topic.limit_told or isinstance(fault, NotFound)):
        return topic
    if isinstance(fault, NotFound):
        text = "there is no queue and no topic of this name"
        raise NotFound(Problem(ProblemKind.GONE, text, "sqsview ls shows what there is", thing=name)) from fault
    raise fault


async def _topic_named(gateway: Gateway, name: str) -> Destination | None:
    """Give the topic of this name in the account, or None.

    One whose settings may not be read may as well not exist: SNS says the same of both.
    """
    try:
        arn = await _topic_arn(gateway, name)
        return await _topic(gateway, arn) if arn else None
    except (NotFound, Denied, Rejected, Unsupported):
        return None
    except SessionError:
        if gateway.context.endpoint is not None:
            return None  # SNS may be another server there than SQS, and need not run
        raise


async def _topic_arn(gateway: Gateway, name: str) -> str | None:
    context = gateway.context
    try:
        account = context.account or await gateway.get_caller_identity()
    except GatewayError:
        # A server without STS: its topics are few enough to be listed.
        async for page in gateway.list_topics():
            for arn in page:
                if Arn.parse(arn).name == name:
                    return arn
        return None
    return f"arn:{context.partition}:sns:{context.region}:{account}:{name}"


async def _topic(gateway: Gateway, arn: str) -> Destination:
    _refuse_elsewhere(gateway, Arn.parse(arn))
    try:
        return topic_destination(arn, (await gateway.get_topic_attributes(arn)).settings)
    except Denied:
        return topic_destination(arn, None)


async def _queue(gateway: Gateway, ref: QueueRef) -> Destination:
    try:
        return queue_destination(ref, (await gateway.get_queue_attributes(ref)).settings)
    except Denied:
        return queue_destination(ref, None)


def _refuse_elsewhere(gateway: Gateway, arn: Arn) -> None:
    context = gateway.context
    if arn.partition != context.partition:
        text = f"it is in the partition {arn.partition}, and the connection is to {context.partition}"
        raise NotFound(Problem(ProblemKind.GONE, text, f"use a profile of {arn.partition}", thing=arn.name))
    if context.region and arn.region != context.region:
        text = f"it is in {arn.region}, and the connection is to {context.region}"
        raise NotFound(Problem(ProblemKind.GONE, text, f"use --region {arn.region}", thing=arn.name))
