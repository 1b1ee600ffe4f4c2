"""The company of the demo, read back over HTTP by boto3."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from sqsview.demo import company
from sqsview.demo.account import ACCOUNT, REGION
from sqsview.demo.process import Demo, start_demo
from tests.demo.clients import Clients, connect


def subscription(clients: Clients, endpoint: str) -> dict[str, str]:
    (found,) = (one for one in clients.subscriptions() if one["Endpoint"].rpartition(":")[2] == endpoint)
    return found


def settings(clients: Clients, endpoint: str) -> dict[str, Any]:
    arn = subscription(clients, endpoint)["SubscriptionArn"]
    found: dict[str, Any] = clients.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return found


def test_has_the_size_of_a_small_company(still: Clients) -> None:
    assert 30 <= len(still.queue_names()) <= 45
    assert 8 <= len(still.sns.list_topics()["Topics"]) <= 10


def test_says_whose_it_is(still: Clients) -> None:
    assert still.sts.get_caller_identity()["Account"] == ACCOUNT
    assert still.attributes("orders-billing")["QueueArn"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-billing"


def test_the_busiest_queue_is_twelve_thousand_deep_with_messages_in_flight(still: Clients) -> None:
    visible, in_flight, _ = still.counts(company.BUSIEST)
    assert 11_000 < visible < 13_500
    assert 150 < in_flight < 250


def test_messages_are_held_back_where_a_queue_or_a_sender_delays_them(still: Clients) -> None:
    assert still.counts("users-welcome")[2] > 0
    assert still.counts("scheduler-reminders")[2] > 0


def test_fifo_queues_have_fifo_dead_letter_queues(still: Clients) -> None:
    policy = json.loads(still.attributes("orders-shipping.fifo")["RedrivePolicy"])
    assert policy == {
        "deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-ship-dlq.fifo",
        "maxReceiveCount": 3,
    }
    assert still.attributes("orders-ship-dlq.fifo")["FifoQueue"] == "true"


def test_one_dead_letter_queue_is_shared_and_one_is_used_by_nobody(still: Clients) -> None:
    def sources(name: str) -> int:
        url = still.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return len(still.sqs.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls", []))

    assert sources("payments-dlq") == 3
    assert sources(company.UNUSED_DEAD_LETTERS) == 0
    assert still.counts(company.UNUSED_DEAD_LETTERS)[0] == 340


def test_encryption_comes_in_all_three_kinds(still: Clients) -> None:
    assert still.attributes("orders-billing")["SqsManagedSseEnabled"] == "true"
    by_key = still.attributes("payments-capture")
    assert (by_key["KmsMasterKeyId"], by_key["SqsManagedSseEnabled"]) == ("alias/payments", "false")
    plain = still.attributes("sms-outbound")
    assert plain["SqsManagedSseEnabled"] == "false"
    assert "KmsMasterKeyId" not in plain


def test_the_names_reach_the_limit_of_what_a_column_must_bear(still: Clients) -> None:
    assert max(len(name) for name in still.queue_names()) >= 78


def test_queues_and_topics_carry_tags(still: Clients) -> None:
    url = still.sqs.get_queue_url(QueueName="orders-billing")["QueueUrl"]
    assert still.sqs.list_queue_tags(QueueUrl=url)["Tags"]["team"] == "shop"
    tags = still.sns.list_tags_for_resource(ResourceArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:payments")["Tags"]
    assert {"Key": "cost-center", "Value": "4711"} in tags


def test_filter_policies_come_in_both_scopes(still: Clients) -> None:
    by_attributes = settings(still, "orders-billing")
    assert by_attributes["FilterPolicyScope"] == "MessageAttributes"
    assert json.loads(by_attributes["FilterPolicy"]) == {"type": ["order", "refund"]}
    assert settings(still, "orders-mail")["FilterPolicyScope"] == "MessageBody"
    assert settings(still, "orders-audit")["RawMessageDelivery"] == "true"
    assert "orders-fanout-undelivered" in settings(still, "orders-analytics")["RedrivePolicy"]


def test_a_standard_topic_feeds_no_fifo_queue(still: Clients) -> None:
    for one in still.subscriptions():
        if one["Endpoint"].endswith(".fifo"):
            assert one["TopicArn"].endswith(".fifo")


def test_the_email_is_pending_by_its_literal_and_counted(still: Clients) -> None:
    assert subscription(still, company.PENDING_ADDRESS)["SubscriptionArn"] == "PendingConfirmation"
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
    counters = still.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counters["SubscriptionsPending"], counters["SubscriptionsConfirmed"]) == ("1", "6")


def test_one_subscription_leads_to_a_queue_that_is_gone(still: Clients) -> None:
    assert subscription(still, company.GONE)["Protocol"] == "sqs"
    assert company.GONE not in still.queue_names()


def test_one_queue_does_not_admit_its_topic_and_the_others_do(still: Clients) -> None:
    assert "Policy" not in still.attributes(company.NOT_ADMITTED)
    (statement,) = json.loads(still.attributes("orders-billing")["Policy"])["Statement"]
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"].endswith(":orders")


def test_one_topic_has_no_subscriptions(still: Clients) -> None:
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{company.ORPHAN_TOPIC}"
    assert arn in [one["TopicArn"] for one in still.sns.list_topics()["Topics"]]
    assert arn not in [one["TopicArn"] for one in still.subscriptions()]


def test_there_are_push_applications_with_a_disabled_device(still: Clients) -> None:
    applications = still.sns.list_platform_applications()["PlatformApplications"]
    assert sorted(one["PlatformApplicationArn"].split("/")[1] for one in applications) == ["APNS", "GCM"]
    devices = [
        device["Attributes"]["Enabled"]
        for one in applications
        for device in still.sns.list_endpoints_by_platform_application(
            PlatformApplicationArn=one["PlatformApplicationArn"]
        )["Endpoints"]
    ]
    assert sorted(devices) == ["false", "true", "true", "true", "true"]


def test_dead_letters_say_what_went_wrong_and_where_they_come_from(live: Clients) -> None:
    found = live.receive("orders-billing-dlq", VisibilityTimeout=1)
    orders = [json.loads(json.loads(one["Body"])["Message"]) for one in found]
    assert {order["error"]["code"] for order in orders} <= {"card_declined", "schema", "timeout"}
    sources = {one["Attributes"]["DeadLetterQueueSourceArn"] for one in found}
    assert sources == {f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-billing"}
    assert all(int(one["Attributes"]["ApproximateReceiveCount"]) > 5 for one in found)


def test_messages_come_as_envelopes_raw_with_attributes_and_compressed(live: Clients) -> None:
    (envelope,) = live.receive("orders-mail", 1)
    assert json.loads(envelope["Body"])["Type"] == "Notification"
    (raw,) = live.receive("payments-webhooks", 1)
    assert json.loads(raw["Body"])["type"] == "payment"
    assert raw["MessageAttributes"]["tenant"]["DataType"] == "String"
    (packed,) = live.receive("analytics-ingest", 1)
    assert json.loads(gzip.decompress(base64.b64decode(packed["Body"])))["type"] == "clicks"


def everything(clients: Clients) -> dict[str, object]:
    return {
        "queues": {name: clients.attributes(name) for name in clients.queue_names()},
        "subscriptions": clients.subscriptions(),
    }


@pytest.mark.timeout(60)
def test_a_still_company_is_the_same_each_time_at_first_and_after_some_traffic(still: Clients) -> None:
    seen = []
    for _ in range(2):
        with start_demo(seed=1, still=True) as demo, connect(demo.endpoint_url) as clients:
            assert everything(clients) == everything(still)
            demo.advance(30)
            seen.append(everything(clients))
    assert seen[0] == seen[1]
    assert seen[0] != everything(still)


def test_another_seed_is_another_company(still: Clients, live_demo: Demo, live: Clients) -> None:
    assert live_demo.running
    assert sorted(live.queue_names())[0] == sorted(still.queue_names())[0]
    assert {one["SubscriptionArn"] for one in live.subscriptions()} != {
        one["SubscriptionArn"] for one in still.subscriptions()
    }
