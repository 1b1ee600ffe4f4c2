"""Dead letters that say where they come from, and dead-letter queues that choose whose they take.

moto has neither the system attribute DeadLetterQueueSourceArn nor the queue attribute RedriveAllowPolicy (SQS
API reference, ReceiveMessage and SetQueueAttributes).
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends
from moto.sqs.responses import SQSResponse

from sqsview.demo.moto_extensions.graft import graft
from sqsview.demo.moto_extensions.queues import STATE

_ALLOWED_SOURCES = 10
"""ARNs that ``byQueue`` may name (SQS API reference, SetQueueAttributes)."""


def source_of(message: Message) -> str | None:
    """Give the ARN of the queue whose dead letter this is; None where it was sent here."""
    source: str | None = getattr(message, "dead_letter_source", None)
    return source


def queue_by_arn(arn: str) -> Queue | None:
    """Find a queue by its ARN; None where there is none or it is not an ARN of a queue."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return None
    backend: SQSBackend = sqs_backends[parts[4]][parts[3]]
    return backend.queues.get(parts[5])


def allows(dead_letters: Queue, source_arn: str) -> bool:
    """Tell whether a dead-letter queue admits the dead letters of this source."""
    policy = json.loads(getattr(dead_letters, "redrive_allow_policy", None) or "{}")
    permission = policy.get("redrivePermission", "allowAll")
    if permission == "byQueue":
        return source_arn in policy.get("sourceQueueArns", [])
    return bool(permission == "allowAll")


def _check_allow_policy(text: str) -> None:
    invalid = f"Value {text} for parameter RedriveAllowPolicy is invalid. Reason: "
    try:
        policy = json.loads(text)
        permission = policy["redrivePermission"]
    except (ValueError, TypeError, KeyError):
        raise InvalidParameterValue(invalid + "Redrive allow policy is not a valid JSON map.") from None
    if permission not in ("allowAll", "denyAll", "byQueue"):
        raise InvalidParameterValue(invalid + "Redrive permission must be allowAll, denyAll or byQueue.")
    sources = policy.get("sourceQueueArns")
    if permission == "byQueue" and not (isinstance(sources, list) and 1 <= len(sources) <= _ALLOWED_SOURCES):
        raise InvalidParameterValue(invalid + "sourceQueueArns must name between 1 and 10 queues for byQueue.")
    if permission != "byQueue" and sources is not None:
        raise InvalidParameterValue(invalid + "sourceQueueArns can be specified only for byQueue.")


def _check_target(queue: Queue, redrive_policy: Any) -> None:
    policy = json.loads(redrive_policy) if isinstance(redrive_policy, str) else redrive_policy
    target = queue_by_arn(str(policy.get("deadLetterTargetArn", ""))) if isinstance(policy, dict) else None
    if target is not None and not allows(target, queue.queue_arn):
        raise InvalidParameterValue(
            f"Value {json.dumps(policy)} for parameter RedrivePolicy is invalid. Reason: Queue "
            f"{queue.queue_arn} is not permitted to use {target.queue_arn} as its dead-letter queue."
        )


def install() -> None:
    """Put redrive permissions and the source of dead letters into moto."""
    set_attributes = Queue._set_attributes
    setup_dead_letters = Queue._setup_dlq
    add_message = Queue.add_message
    respond = SQSResponse.receive_message

    def _set(queue: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
        if text := attributes.get("RedriveAllowPolicy"):
            _check_allow_policy(text)
        elif "RedriveAllowPolicy" in attributes:
            attributes = {**attributes, "RedriveAllowPolicy": None}
        set_attributes(queue, attributes, now)

    def _setup(queue: Queue, policy: Any) -> None:
        if policy:
            _check_target(queue, policy)
        setup_dead_letters(queue, policy)

    def _add(queue: Queue, message: Message) -> None:
        # What was in another queue before can only come as a dead letter: all else makes a new message.
        before = getattr(message, "queue_arn", queue.queue_arn)
        if before != queue.queue_arn:
            graft(message, dead_letter_source=before)
            if queue.fifo_queue:
                message.deduplication_id = message.id
        graft(message, queue_arn=queue.queue_arn)
        add_message(queue, message)

    def _respond(response: SQSResponse) -> ActionResult:
        wanted = {
            *response._get_param("AttributeNames", []),
            *response._get_param("MessageSystemAttributeNames", []),
        }
        answer = respond(response)
        if wanted & {"All", "DeadLetterQueueSourceArn"} and isinstance(answer.result, dict):
            queue = response.sqs_backend.get_queue(response._get_queue_name())
            with STATE:
                held = {message.id: source_of(message) for message in queue.pending_messages}
            for entry in answer.result.get("Messages", []):
                if source := held.get(entry["MessageId"]):
                    entry.setdefault("Attributes", {})["DeadLetterQueueSourceArn"] = source
        return answer

    graft(
        Queue,
        BASE_ATTRIBUTES=[*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"],
        redrive_allow_policy=None,
        _set_attributes=_set,
        _setup_dlq=_setup,
        add_message=_add,
    )
    graft(SQSResponse, receive_message=_respond)
