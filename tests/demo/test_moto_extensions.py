"""What the demo's server adds to moto, over HTTP by boto3."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sqsview.demo.account import ACCOUNT, REGION
from sqsview.demo.moto_extensions.subscriptions import confirmation_token
from tests.demo.clients import Clients, eventually


class Bench:
    """Queues and topics of one test."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self._mark = uuid.uuid4().hex[:8]

    def name(self, role: str) -> str:
        stem, fifo = (role[:-5], ".fifo") if role.endswith(".fifo") else (role, "")
        return f"test-{self._mark}-{stem}{fifo}"

    def arn(self, role: str) -> str:
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name(role)}"

    def queue(self, role: str, **attributes: str) -> str:
        if role.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        url: str = self.clients.sqs.create_queue(QueueName=self.name(role), Attributes=attributes)["QueueUrl"]
        return url

    def pair(self, receives: int = 1, kind: str = "") -> tuple[str, str]:
        """Make a queue and its dead-letter queue; give the URLs of both."""
        dead = self.queue(f"dead{kind}")
        policy = {"deadLetterTargetArn": self.arn(f"dead{kind}"), "maxReceiveCount": receives}
        return self.queue(f"source{kind}", RedrivePolicy=json.dumps(policy)), dead

    def kill(self, url: str, bodies: list[str], **more: Any) -> None:
        """Send messages and receive each once more than is allowed."""
        for body in bodies:
            self.clients.sqs.send_message(QueueUrl=url, MessageBody=body, **more)
        for _ in range(2):
            for _ in bodies:
                answer = self.clients.sqs.receive_message(QueueUrl=url, VisibilityTimeout=10)
                for message in answer.get("Messages", []):
                    self.clients.sqs.change_message_visibility(
                        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                    )

    def visible(self, role: str) -> int:
        return self.clients.counts(self.name(role))[0]

    def task(self, role: str) -> dict[str, Any]:
        (newest,) = self.clients.sqs.list_message_move_tasks(SourceArn=self.arn(role))["Results"]
        found: dict[str, Any] = newest
        return found


@pytest.fixture
def bench(live: Clients) -> Bench:
    return Bench(live)


def refusal(told: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = told.value.response["Error"]
    return error["Code"], error["Message"]


# Message-move tasks


def test_a_move_task_sends_dead_letters_back_as_new_messages_to_where_each_came_from(bench: Bench) -> None:
    source, _ = bench.pair()
    bench.kill(source, ["one", "two"], MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}})
    assert (bench.visible("dead"), bench.visible("source")) == (2, 0)
    handle = bench.clients.sqs.start_message_move_task(SourceArn=bench.arn("dead"))["TaskHandle"]
    assert json.loads(base64.b64decode(handle))["sourceArn"] == bench.arn("dead")
    eventually(lambda: bench.task("dead")["Status"] == "COMPLETED")
    found = bench.task("dead")
    assert found["ApproximateNumberOfMessagesMoved"] == found["ApproximateNumberOfMessagesToMove"] == 2
    assert found["StartedTimestamp"] > 1_700_000_000_000
    assert "TaskHandle" not in found
    back = bench.clients.receive(bench.name("source"))
    assert [one["Body"] for one in back] == ["one", "two"]
    assert {one["Attributes"]["ApproximateReceiveCount"] for one in back} == {"1"}
    assert back[0]["MessageAttributes"]["n"]["StringValue"] == "7"


def test_a_move_task_keeps_to_its_rate_and_can_be_cancelled(bench: Bench) -> None:
    source, _ = bench.pair()
    bench.queue("elsewhere")
    bench.kill(source, [f"body {n}" for n in range(8)])
    handle = bench.clients.sqs.start_message_move_task(
        SourceArn=bench.arn("dead"), DestinationArn=bench.arn("elsewhere"), MaxNumberOfMessagesPerSecond=4
    )["TaskHandle"]
    running = bench.task("dead")
    assert (running["Status"], running["TaskHandle"]) == ("RUNNING", handle)
    assert running["MaxNumberOfMessagesPerSecond"] == 4
    assert running["DestinationArn"] == bench.arn("elsewhere")
    eventually(lambda: bench.visible("elsewhere") > 0)
    moved = bench.clients.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    assert 1 <= moved < 8
    eventually(lambda: bench.task("dead")["Status"] == "CANCELLED")
    assert bench.visible("elsewhere") + bench.visible("dead") == 8
    assert bench.visible("elsewhere") == moved


def test_a_move_task_fails_on_a_message_that_was_sent_here(bench: Bench) -> None:
    _, dead = bench.pair()
    bench.clients.sqs.send_message(QueueUrl=dead, MessageBody="by hand")
    bench.clients.sqs.start_message_move_task(SourceArn=bench.arn("dead"))
    eventually(lambda: bench.task("dead")["Status"] == "FAILED")
    assert bench.task("dead")["FailureReason"] == "CouldNotDetermineMessageSource"
    assert bench.visible("dead") == 1


def test_a_move_task_fails_where_the_source_of_a_message_is_gone(bench: Bench) -> None:
    source, _ = bench.pair()
    bench.kill(source, ["one"])
    other = {"deadLetterTargetArn": bench.arn("dead"), "maxReceiveCount": 1}
    bench.queue("other", RedrivePolicy=json.dumps(other))
    bench.clients.sqs.delete_queue(QueueUrl=source)
    bench.clients.sqs.start_message_move_task(SourceArn=bench.arn("dead"))
    eventually(lambda: bench.task("dead")["Status"] == "FAILED")
    assert bench.task("dead")["FailureReason"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_a_move_task_leaves_messages_in_flight_where_they_are(bench: Bench) -> None:
    source, _ = bench.pair()
    bench.kill(source, ["one", "two"])
    bench.clients.receive(bench.name("dead"), 1, VisibilityTimeout=30)
    bench.clients.sqs.start_message_move_task(SourceArn=bench.arn("dead"))
    eventually(lambda: bench.task("dead")["Status"] == "COMPLETED")
    assert bench.task("dead")["ApproximateNumberOfMessagesMoved"] == 1


def test_fifo_dead_letters_go_back_in_their_groups(bench: Bench) -> None:
    source, _ = bench.pair(kind=".fifo")
    bench.kill(source, ["one"], MessageGroupId="g", MessageDeduplicationId="d")
    assert bench.visible("dead.fifo") == 1
    bench.clients.sqs.start_message_move_task(SourceArn=bench.arn("dead.fifo"))
    eventually(lambda: bench.visible("source.fifo") == 1)
    (back,) = bench.clients.receive(bench.name("source.fifo"))
    assert back["Attributes"]["MessageGroupId"] == "g"


def test_what_a_move_task_refuses(bench: Bench) -> None:
    source, _ = bench.pair()
    bench.queue("other.fifo")
    start = bench.clients.sqs.start_message_move_task
    dead, missing = bench.arn("dead"), bench.arn("missing")
    invalid, unknown = "InvalidParameterValue", "ResourceNotFoundException"
    gone = "The resource that you specified for the {} parameter doesn't exist."
    bench.kill(source, ["one", "two"])
    for arguments, code, message in (
        ({"SourceArn": missing}, unknown, gone.format("SourceArn")),
        (
            {"SourceArn": bench.arn("source")},
            invalid,
            "Source queue must be configured as a Dead Letter Queue.",
        ),
        ({"SourceArn": "dead"}, invalid, "You must use this format to specify the SourceArn: arn:"),
        ({"SourceArn": dead, "DestinationArn": missing}, unknown, gone.format("DestinationArn")),
        ({"SourceArn": dead, "DestinationArn": dead}, invalid, "Source queue arn and destination queue arn"),
        ({"SourceArn": dead, "DestinationArn": bench.arn("other.fifo")}, invalid, "of the same queue type."),
        ({"SourceArn": dead, "MaxNumberOfMessagesPerSecond": 501}, invalid, "between 1 and 500"),
    ):
        with pytest.raises(ClientError) as told:
            start(**arguments)
        assert refusal(told)[0] == code
        assert message in refusal(told)[1]
    handle = start(SourceArn=dead, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    with pytest.raises(ClientError, match="There is already a task running"):
        start(SourceArn=dead)
    bench.clients.sqs.cancel_message_move_task(TaskHandle=handle)
    with pytest.raises(ClientError, match="Task does not exist") as told:
        bench.clients.sqs.cancel_message_move_task(TaskHandle="bm90aGluZw==")
    assert refusal(told)[0] == unknown
    with pytest.raises(ClientError, match="MaxResults"):
        bench.clients.sqs.list_message_move_tasks(SourceArn=dead, MaxResults=11)


def test_tasks_are_listed_newest_first_and_one_unless_more_are_asked_for(bench: Bench) -> None:
    bench.pair()
    for _ in range(2):
        bench.clients.sqs.start_message_move_task(SourceArn=bench.arn("dead"))
        eventually(lambda: bench.task("dead")["Status"] == "COMPLETED")
    listed = bench.clients.sqs.list_message_move_tasks(SourceArn=bench.arn("dead"), MaxResults=10)["Results"]
    assert [one["Status"] for one in listed] == ["COMPLETED", "COMPLETED"]
    assert listed[0]["StartedTimestamp"] >= listed[1]["StartedTimestamp"]


# Redrive allow policies, sources of dead letters


def test_a_redrive_allow_policy_is_kept_and_returned(bench: Bench) -> None:
    policy = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [bench.arn("source")]})
    url = bench.queue("dead", RedriveAllowPolicy=policy)
    assert json.loads(bench.clients.attributes(bench.name("dead"))["RedriveAllowPolicy"]) == json.loads(policy)
    bench.clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": ""})
    assert "RedriveAllowPolicy" not in bench.clients.attributes(bench.name("dead"))


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        '{"redrivePermission": "maybe"}',
        '{"redrivePermission": "byQueue"}',
        '{"redrivePermission": "denyAll", "sourceQueueArns": ["a"]}',
    ],
)
def test_a_redrive_allow_policy_that_makes_no_sense_is_refused(bench: Bench, policy: str) -> None:
    with pytest.raises(ClientError, match="for parameter RedriveAllowPolicy is invalid"):
        bench.queue("dead", RedriveAllowPolicy=policy)


def test_a_dead_letter_queue_is_used_only_by_those_it_allows(bench: Bench) -> None:
    bench.queue("denying", RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    choosing = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [bench.arn("source")]})
    bench.queue("choosing", RedriveAllowPolicy=choosing)
    url, other = bench.queue("source"), bench.queue("other")

    def use(queue: str, dead: str) -> None:
        policy = json.dumps({"deadLetterTargetArn": bench.arn(dead), "maxReceiveCount": 3})
        bench.clients.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})

    use(url, "choosing")
    for queue, dead in ((url, "denying"), (other, "choosing")):
        with pytest.raises(ClientError, match="for parameter RedrivePolicy is invalid"):
            use(queue, dead)
    assert "RedrivePolicy" not in bench.clients.attributes(bench.name("other"))


def test_dead_letters_say_which_queue_they_come_from(bench: Bench) -> None:
    source, dead = bench.pair()
    bench.kill(source, ["one"])
    bench.clients.sqs.send_message(QueueUrl=dead, MessageBody="by hand")
    found = {one["Body"]: one["Attributes"] for one in bench.clients.receive(bench.name("dead"))}
    assert found["one"]["DeadLetterQueueSourceArn"] == bench.arn("source")
    assert "DeadLetterQueueSourceArn" not in found["by hand"]


def test_setting_one_attribute_leaves_the_queue_policy_alone(bench: Bench) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "s", "Effect": "Allow", "Action": "*"}]}
    url = bench.queue("source", Policy=json.dumps(policy))
    bench.clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "45"})
    assert json.loads(bench.clients.attributes(bench.name("source"))["Policy"]) == policy


# Deletes and waits


def test_a_message_is_deleted_once_and_a_second_delete_does_no_harm(bench: Bench) -> None:
    url = bench.queue("source")
    bench.clients.sqs.send_message(QueueUrl=url, MessageBody="one")
    (held,) = bench.clients.receive(bench.name("source"))
    for _ in range(2):
        bench.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"])
    assert bench.clients.counts(bench.name("source")) == (0, 0, 0)
    with pytest.raises(ClientError, match="receipt handle"):
        bench.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle="never given")


def test_a_long_poll_waits_for_what_comes_later_and_gives_up_in_time(bench: Bench) -> None:
    url = bench.queue("source")
    assert bench.clients.receive(bench.name("source"), WaitTimeSeconds=1) == []
    bench.clients.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
    (found,) = bench.clients.receive(bench.name("source"), WaitTimeSeconds=10)
    assert found["Body"] == "later"


def test_a_message_that_is_days_old_can_be_held_and_given_back(live: Clients) -> None:
    url = live.sqs.get_queue_url(QueueName="orders-billing-dlq")["QueueUrl"]
    received = live.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["SentTimestamp"])
    half_a_day_ago = min(int(one["Attributes"]["SentTimestamp"]) for one in received["Messages"]) + 43_200_000
    assert half_a_day_ago < time.time() * 1000, "the test is about old messages"
    for seconds in (30, 0):
        entries = [
            {"Id": str(place), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": seconds}
            for place, one in enumerate(received["Messages"])
        ]
        answer = live.sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
        assert "Failed" not in answer or answer["Failed"] == []
        assert (live.counts("orders-billing-dlq")[1] >= len(entries)) is (seconds > 0)


def test_sequence_numbers_of_fifo_messages_increase(bench: Bench) -> None:
    url = bench.queue("source.fifo", ContentBasedDeduplication="true")
    numbers = [
        int(bench.clients.sqs.send_message(QueueUrl=url, MessageBody=str(n), MessageGroupId="g")["SequenceNumber"])
        for n in range(3)
    ]
    assert numbers == sorted(numbers)


# Subscriptions and delivery


def topic(bench: Bench, **attributes: str) -> str:
    arn: str = bench.clients.sns.create_topic(Name=bench.name("topic"), Attributes=attributes)["TopicArn"]
    return arn


def admit(bench: Bench, url: str, role: str, topic_arn: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": bench.arn(role),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    bench.clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


@pytest.mark.parametrize("protocol", ["email", "email-json", "http", "https"])
def test_what_a_person_must_confirm_is_pending_until_confirmed_by_its_token(bench: Bench, protocol: str) -> None:
    sns, arn = bench.clients.sns, topic(bench)
    endpoint = "ops@example.com" if protocol.startswith("email") else f"{protocol}://hooks.example.com/"
    answer = sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
    assert answer["SubscriptionArn"] == "pending confirmation"
    answer = sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True)
    subscription = answer["SubscriptionArn"]
    assert subscription.startswith(arn)
    attributes = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert attributes["PendingConfirmation"] == "true"
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    with pytest.raises(ClientError, match="Invalid parameter: Token"):
        sns.confirm_subscription(TopicArn=arn, Token="guessed")
    sns.confirm_subscription(TopicArn=arn, Token=confirmation_token(subscription))
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert listed["SubscriptionArn"] == subscription


def test_topics_count_their_subscriptions(bench: Bench) -> None:
    sns, arn = bench.clients.sns, topic(bench)
    bench.queue("source")
    confirmed = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=bench.arn("source"))["SubscriptionArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ops@example.com")

    def counters() -> tuple[str, str, str]:
        found = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        confirmed, pending, deleted = (found[f"Subscriptions{state}"] for state in ("Confirmed", "Pending", "Deleted"))
        return confirmed, pending, deleted

    assert counters() == ("1", "1", "0")
    sns.unsubscribe(SubscriptionArn=confirmed)
    assert counters() == ("0", "1", "1")
    with pytest.raises(ClientError, match="An ARN must have at least 6 elements"):
        sns.unsubscribe(SubscriptionArn="PendingConfirmation")


def test_a_broken_edge_stops_nobody_else(bench: Bench) -> None:
    sns, arn = bench.clients.sns, topic(bench)
    admit(bench, bench.queue("good"), "good", arn)
    admit(bench, bench.queue("undelivered"), "undelivered", arn)
    bench.queue("closed")
    undelivered = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": bench.arn("undelivered")})}
    for role, attributes in (("missing", undelivered), ("closed", undelivered), ("good", {})):
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=bench.arn(role), Attributes=attributes)
    sns.publish(TopicArn=arn, Message="for all", Subject="news")
    (found,) = bench.clients.receive(bench.name("good"))
    envelope = json.loads(found["Body"])
    assert (envelope["Message"], envelope["Subject"], envelope["TopicArn"]) == ("for all", "news", arn)
    assert bench.visible("closed") == 0
    reasons = [one["MessageAttributes"] for one in bench.clients.receive(bench.name("undelivered"))]
    assert sorted(reason["ErrorCode"]["StringValue"] for reason in reasons) == [
        "AWS.SimpleQueueService.NonExistentQueue",
        "AccessDenied",
    ]


def test_raw_delivery_keeps_attributes_of_all_types(bench: Bench) -> None:
    sns, arn = bench.clients.sns, topic(bench)
    admit(bench, bench.queue("raw"), "raw", arn)
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=bench.arn("raw"), Attributes={"RawMessageDelivery": "true"})
    sns.publish(
        TopicArn=arn,
        Message="as it is",
        MessageAttributes={
            "text": {"DataType": "String", "StringValue": "é"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
    )
    (found,) = bench.clients.receive(bench.name("raw"))
    assert found["Body"] == "as it is"
    assert found["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\xff"
    assert found["MessageAttributes"]["text"]["StringValue"] == "é"


def test_the_keys_of_a_push_application_are_not_given_back(bench: Bench) -> None:
    secrets = {"PlatformCredential": "private key", "PlatformPrincipal": "certificate"}
    made = bench.clients.sns.create_platform_application(Name=bench.name("app"), Platform="APNS", Attributes=secrets)[
        "PlatformApplicationArn"
    ]
    found = bench.clients.sns.get_platform_application_attributes(PlatformApplicationArn=made)["Attributes"]
    assert found == {"Enabled": "true"}


def test_devices_and_applications_are_switched_off_and_on_again(bench: Bench) -> None:
    sns = bench.clients.sns
    secret = {"PlatformCredential": "a private key"}
    application = sns.create_platform_application(Name=bench.name("app"), Platform="GCM", Attributes=secret)
    arn = application["PlatformApplicationArn"]
    device = sns.create_platform_endpoint(PlatformApplicationArn=arn, Token="one", CustomUserData="7")["EndpointArn"]

    assert sns.get_endpoint_attributes(EndpointArn=device)["Attributes"]["CustomUserData"] == "7"

    def refusal() -> str:
        try:
            sns.publish(TargetArn=device, Message="hello")
        except ClientError as fault:
            return str(fault.response["Error"]["Code"])
        return ""

    sns.set_endpoint_attributes(EndpointArn=device, Attributes={"Enabled": "false"})
    assert refusal() == "EndpointDisabled"
    sns.set_endpoint_attributes(EndpointArn=device, Attributes={"Enabled": "true", "CustomUserData": "8"})
    assert refusal() == ""
    again = sns.create_platform_endpoint(PlatformApplicationArn=arn, Token="one", CustomUserData="8")
    assert again["EndpointArn"] == device
    sns.set_platform_application_attributes(PlatformApplicationArn=arn, Attributes={"Enabled": "false", **secret})
    assert refusal() == "PlatformApplicationDisabled"
    told = sns.get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    assert "a private key" not in told.values()
    sns.set_platform_application_attributes(PlatformApplicationArn=arn, Attributes={"Enabled": "true"})
    assert refusal() == ""
