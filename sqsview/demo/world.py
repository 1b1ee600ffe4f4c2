"""Builds the company of the demo in the moto of this process; equal seeds give equal companies."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from random import Random
from typing import Any

from moto.moto_api._internal import mock_random
from moto.sns.models import SNSBackend, Subscription, sns_backends
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from sqsview.demo import company
from sqsview.demo.account import ACCOUNT, REGION
from sqsview.demo.clock import ServerClock
from sqsview.demo.company import QueueFacts, SubscriptionFacts
from sqsview.demo.letters import Letter, Writer, faulty
from sqsview.demo.moto_extensions.delivery import accepts, envelope, sqs_attributes
from sqsview.demo.moto_extensions.graft import graft
from sqsview.demo.moto_extensions.queues import make_message
from sqsview.demo.moto_extensions.subscriptions import confirm

_MESSAGE_EVERY = 8.0
_DEAD_LETTER_EVERY = 2_000.0
"""Seconds between the messages of a backlog, so that some are fresh and some are days old."""

FAULTY_ONE_IN = 240
"""Messages of a backlog, of which one is written so that its consumer fails on it."""


_UNDELIVERED = frozenset(one.dead_letters for topic in company.TOPICS for one in topic.subscriptions)
_TOLD = {
    "ErrorCode": {"DataType": "String", "StringValue": "AccessDenied"},
    "ErrorMessage": {"DataType": "String", "StringValue": "Access to the resource is denied."},
}
"""What SNS writes on a message that it could not deliver."""


def queue_arn(name: str) -> str:
    """Give the ARN of one of the company's queues."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def topic_arn(name: str) -> str:
    """Give the ARN of one of the company's topics."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"


def stream(seed: int, name: str) -> Random:
    """Give a source of chance of its own to ``name``, so that one thing does not shift all others."""
    return Random(seed * 1_000_003 + zlib.crc32(name.encode()))


class World:
    """The company in the server."""

    def __init__(self, seed: int, clock: ServerClock) -> None:
        self.seed = seed
        self.clock = clock
        self.sqs: SQSBackend = sqs_backends[ACCOUNT][REGION]
        self.sns: SNSBackend = sns_backends[ACCOUNT][REGION]
        self._devices: dict[str, str] = {}
        """Endpoint ARN by token."""

    def build(self) -> None:
        """Make everything; takes about a second."""
        mock_random.seed(self.seed)
        for facts in company.QUEUES:
            self._make_queue(facts)
        for (platform, name), devices in company.DEVICES.items():
            application = self.sns.create_platform_application(name, platform, _application_attributes(platform))
            for device in devices:
                token = hashlib.sha256(device.token.encode()).hexdigest()
                attributes: dict[str, Any] = {"Enabled": device.enabled, "CustomUserData": device.user_data}
                made = self.sns.create_platform_endpoint(application, device.user_data, token, attributes)
                self._devices[device.token] = made.arn
        for topic in company.TOPICS:
            self._make_topic(topic)
        for facts in company.QUEUES:
            self._fill(facts)

    def _make_queue(self, facts: QueueFacts) -> None:
        attributes: dict[str, Any] = {
            "VisibilityTimeout": facts.visibility,
            "MessageRetentionPeriod": facts.retention,
            "DelaySeconds": facts.delay,
            "SqsManagedSseEnabled": facts.key is None and not facts.plain,
            **facts.more,
        }
        if facts.fifo:
            attributes["FifoQueue"] = "true"
        if facts.key:
            attributes["KmsMasterKeyId"] = facts.key
        if facts.dead_letters:
            policy = {"deadLetterTargetArn": queue_arn(facts.dead_letters), "maxReceiveCount": facts.receives}
            attributes["RedrivePolicy"] = json.dumps(policy)
        if facts.allows:
            attributes["RedriveAllowPolicy"] = json.dumps(_with_arns(facts.allows))
        queue = self.sqs.create_queue(facts.name, dict(facts.tags), **attributes)
        queue.created_timestamp = float(int(self.clock.epoch() - facts.age * company.DAY))
        graft(queue, last_modified_timestamp=float(int(queue.created_timestamp + 3_600)))

    def _make_topic(self, facts: company.TopicFacts) -> None:
        attributes: dict[str, Any] = {"DisplayName": facts.display_name}
        if facts.name.endswith(".fifo"):
            attributes |= {"FifoTopic": True, "ContentBasedDeduplication": True}
        if facts.key:
            attributes["KmsMasterKeyId"] = facts.key
        topic = self.sns.create_topic(facts.name, attributes, dict(facts.tags))
        for subscription in facts.subscriptions:
            self._subscribe(topic.arn, subscription)

    def _subscribe(self, topic: str, facts: SubscriptionFacts) -> None:
        endpoint = facts.endpoint
        if facts.protocol == "sqs":
            endpoint = queue_arn(facts.endpoint)
        elif facts.protocol == "application":
            endpoint = self._devices[facts.endpoint]
        made = self.sns.subscribe(topic, endpoint, facts.protocol)
        if not facts.pending:
            confirm(made)
        settings: dict[str, Any] = {}
        if facts.filter:
            # The scope first: moto checks a filter policy by the scope that is set.
            settings |= {"FilterPolicyScope": facts.scope, "FilterPolicy": json.dumps(facts.filter)}
        if facts.raw:
            settings["RawMessageDelivery"] = True
        if facts.dead_letters:
            settings["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": queue_arn(facts.dead_letters)})
            self._admit(facts.dead_letters, topic)
        for name, value in settings.items():
            self.sns.set_subscription_attributes(made.arn, name, value)
        if facts.protocol == "sqs" and facts.endpoint not in (company.NOT_ADMITTED, company.GONE):
            self._admit(facts.endpoint, topic)

    def _admit(self, name: str, topic: str) -> None:
        queue = self.sqs.get_queue(name)
        queue._policy_json["Statement"].append(
            {
                "Sid": f"topic-{topic.rpartition(':')[2].replace('.', '-')}",
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue.queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        )

    def _fill(self, facts: QueueFacts) -> None:
        queue = self.sqs.get_queue(facts.name)
        rng = stream(self.seed, facts.name)
        feed = self._feed_of(facts.sources[0] if facts.sources else facts.name)
        failing = faulty(facts.writer) if facts.dead_letters else facts.writer
        now = self.clock.epoch()
        pause = _DEAD_LETTER_EVERY if facts.sources else _MESSAGE_EVERY
        spread = facts.delay or min(facts.retention * 0.6, facts.backlog * pause)
        for serial in range(facts.backlog):
            writer = failing if facts.dead_letters and serial % FAULTY_ONE_IN == 7 else facts.writer
            sent = now - spread * (1 - (serial + rng.random()) / facts.backlog)
            message = self._written(queue, writer, rng, serial, sent, feed)
            if facts.name in _UNDELIVERED:
                message.message_attributes |= _TOLD
            if facts.sources:
                self._died(message, facts, rng, serial, sent)
            elif writer is failing and facts.dead_letters:
                # Some have used up most of their receives, so that dead letters come soon.
                message.approximate_receive_count = facts.receives - 1 - serial % 2
            if facts.delay:
                message.delayed_until = (sent + facts.delay) * 1000
            queue._messages.append(message)

    def _feed_of(self, name: str) -> Subscription | None:
        found = (one for one in self.sns.subscriptions.values() if one.endpoint == queue_arn(name))
        return next(found, None)

    def _written(
        self, queue: Queue, writer: Writer, rng: Random, serial: int, sent: float, feed: Subscription | None
    ) -> Message:
        letter = writer(rng, serial)
        while feed is not None and not accepts(feed, letter.body, sns_attributes(letter)):
            letter = writer(rng, serial)
        attributes = sns_attributes(letter)
        raw = feed is None or feed.attributes.get("RawMessageDelivery")
        body = letter.body
        if feed is not None and not raw:
            identity = str(mock_random.uuid4())
            body = envelope(feed, body, identity, at=sent, subject=letter.subject, attributes=attributes)
        fifo = queue.fifo_queue
        message = make_message(
            body,
            attributes=sqs_attributes(attributes) if raw else None,
            group=letter.group if fifo else None,
            deduplication=hashlib.sha256(body.encode()).hexdigest() if fifo else None,
            sent=sent,
        )
        if fifo:
            message.sequence_number = str(18_870_000_000_000_000_000 + serial)
        return message

    def _died(self, message: Message, facts: QueueFacts, rng: Random, serial: int, sent: float) -> None:
        source = facts.sources[serial % len(facts.sources)]
        died_in = next((one for one in company.QUEUES if one.name == source), None)
        message.approximate_receive_count = died_in.receives if died_in else 5
        message.approximate_first_receive_timestamp = int((sent + rng.uniform(1, 20)) * 1000)
        graft(message, dead_letter_source=queue_arn(source))


def sns_attributes(letter: Letter) -> dict[str, dict[str, str]]:
    """Give a letter's attributes in the shape in which moto delivers notifications."""
    return {name: {"Type": kind, "Value": value} for name, (kind, value) in letter.attributes.items()}


def _with_arns(allows: Mapping[str, Any]) -> dict[str, Any]:
    names = allows.get("sourceQueueArns")
    return {**allows, "sourceQueueArns": [queue_arn(name) for name in names]} if names else dict(allows)


def _application_attributes(platform: str) -> dict[str, Any]:
    if platform == "APNS":
        return {"AppleCertificateExpiryDate": "2026-02-14T09:30:00Z", "SuccessFeedbackSampleRate": "100"}
    return {"AuthenticationMethod": "token"}
