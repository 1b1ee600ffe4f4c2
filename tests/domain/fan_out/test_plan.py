"""A plan has what is missing, in an order that works, and nothing for what is so already."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sqsview.domain.access import Answer, admits
from sqsview.domain.fan_out import Place
from sqsview.domain.fan_out.calls import CreateQueue
from sqsview.domain.topic import PENDING_LITERAL, TopicSettings
from tests.domain.fan_out.worlds import calls, planned, subscribed, text, there
from tests.support.things import admitting, policy, queue_arn, topic_arn

WHOLE = text('filter = { type = ["order"] }', "dead_letter_queue = true", "max_receive_count = 5", "raw = true")


# -- from nothing


def test_everything_is_made_what_is_named_by_others_first() -> None:
    found = planned(WHOLE)
    assert calls(found) == ["sns:CreateTopic", "sqs:CreateQueue", "sqs:CreateQueue", "sns:Subscribe"]
    assert [step.call.thing for step in found.steps[:3]] == [
        topic_arn("orders"),
        queue_arn("billing-dlq"),
        queue_arn("billing"),
    ]
    assert all(step.makes for step in found.steps)


def test_a_queue_is_made_in_one_call_with_all_that_it_has() -> None:
    call = planned(WHOLE).steps[2].call
    assert isinstance(call, CreateQueue)
    assert json.loads(call.attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": queue_arn("billing-dlq"),
        "maxReceiveCount": 5,
    }
    assert admits(call.attributes["Policy"], queue_arn("billing"), topic_arn("orders")).answer is Answer.YES


def test_a_dead_letter_queue_keeps_messages_as_long_as_sqs_can_and_admits_nobody() -> None:
    call = planned(WHOLE).steps[1].call
    assert isinstance(call, CreateQueue)
    assert dict(call.attributes) == {"MessageRetentionPeriod": "1209600"}


def test_a_subscription_is_made_with_filter_scope_and_how_it_delivers() -> None:
    found = planned(text('filter = { type = ["order"] }', 'scope = "body"', 'subscription_dead_letter_queue = "lost"'))
    assert found.steps[-1].call.parameters["Attributes"] == {
        "FilterPolicyScope": "MessageBody",
        "FilterPolicy": '{"type": ["order"]}',
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn("lost")}),
    }


def test_the_dead_letter_queue_of_a_subscription_admits_the_topic_for_sns_sends_to_it() -> None:
    found = planned(text('subscription_dead_letter_queue = "lost"'))
    call = found.steps[1].call
    assert isinstance(call, CreateQueue)
    assert admits(call.attributes["Policy"], queue_arn("lost"), topic_arn("orders")).answer is Answer.YES


def test_fifo_things_are_made_as_such() -> None:
    found = planned(text("dead_letter_queue = true", topic="orders.fifo", queue="billing.fifo"))
    attributes: list[Any] = [step.call.parameters["Attributes"] for step in found.steps[:3]]
    assert [each.get("FifoTopic") or each.get("FifoQueue") for each in attributes] == ["true"] * 3


def test_a_standard_queue_on_a_fifo_topic_is_built_and_what_is_lost_is_said() -> None:
    assert "order and groups are lost" in planned(text(topic="orders.fifo")).notes[0]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_partition_has_its_own_arns(partition: str) -> None:
    found = planned(text(), place=Place(partition, "xx-north-1", "123456789012"))
    call = found.steps[1].call
    assert isinstance(call, CreateQueue)
    assert call.arn == f"arn:{partition}:sqs:xx-north-1:123456789012:billing"
    (statement,) = json.loads(call.attributes["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:{partition}:sns:xx-north-1:123456789012:orders"}
    }


def test_a_key_of_ones_own_is_used_and_the_statement_that_it_needs_is_shown() -> None:
    found = planned(text('kms_key = "alias/shop"'))
    (note,) = found.notes
    assert "alias/shop" in note
    assert '"Service": "sns.amazonaws.com"' in note
    assert "kms:GenerateDataKey*" in note


# -- again


def built(**changes: Any) -> dict[str, Any]:
    """Give the settings of the queue as it is built."""
    settings = {"dead_letter_target": queue_arn("billing-dlq"), "max_receive_count": 5, "retention": 345_600}
    return {**settings, "policy": admitting("billing", "orders"), **changes}


def again(description: str = WHOLE, *, subscription: dict[str, Any] | None = None, **changes: Any) -> Any:
    """Plan it once more where everything is there, with these differences."""
    queues = there("billing", **built(**changes)) | there("billing-dlq", retention=1_209_600)
    told = {"filter_policy": '{"type":["order"]}', "raw_delivery": True} if subscription is None else subscription
    return planned(description, queues, subscribed("billing", **told))


def test_what_is_so_already_needs_no_call() -> None:
    found = again()
    assert found.steps == ()
    assert found.there == 4


def test_what_the_description_does_not_name_stays_as_it_is() -> None:
    found = again(text(), visibility_timeout=99, subscription={"filter_policy": '{"a": [1]}', "raw_delivery": True})
    assert found.steps == ()


def test_a_filter_that_says_the_same_in_other_words_is_the_same() -> None:
    told = {"filter_policy": '{ "total" : [5.0] , "a":["b"]}', "raw_delivery": True}
    assert again(text("filter = { a = ['b'], total = [5] }"), subscription=told).steps == ()


def test_a_boolean_is_not_a_number_in_a_filter() -> None:
    told = {"filter_policy": '{"a": [1]}', "raw_delivery": True}
    assert calls(again(text("filter = { a = [true] }"), subscription=told)) == ["sns:SetSubscriptionAttributes"]


def test_settings_that_differ_are_changed_with_before_and_after() -> None:
    (step,) = again(text("visibility_timeout = 60"), visibility_timeout=30).steps
    assert step.call.parameters == {"QueueName": "billing", "Attributes": {"VisibilityTimeout": "60"}}
    assert (step.difference, step.loses) == (("30", "60"), "")


def test_a_shorter_retention_says_what_is_lost() -> None:
    (step,) = again(text("retention = 3600")).steps
    assert step.loses == "messages older than 1 h are deleted by it"
    assert again(text("retention = 1000000")).losing == ()


def test_another_dead_letter_queue_is_set_with_before_and_after() -> None:
    (step,) = again(text("dead_letter_queue = true", "max_receive_count = 3")).steps
    assert step.difference == ("billing-dlq after 5 receives", "billing-dlq after 3 receives")


def test_the_number_of_receives_stays_where_only_the_queue_is_named() -> None:
    assert again(text("dead_letter_queue = true")).steps == ()


def test_a_dead_letter_queue_that_keeps_messages_no_longer_is_noted() -> None:
    queues = there("billing", **built()) | there("billing-dlq", retention=345_600)
    found = planned(WHOLE, queues, subscribed("billing", filter_policy='{"type":["order"]}', raw_delivery=True))
    assert "billing-dlq keeps messages 4 days, billing 4 days" in found.notes[0]


def test_a_filter_is_changed_by_attribute_the_scope_of_the_body_first() -> None:
    found = again(text('filter = { order = { type = ["a"] } }', 'scope = "body"'))
    assert [step.call.parameters["AttributeName"] for step in found.steps] == ["FilterPolicyScope", "FilterPolicy"]
    assert found.notes == ("a changed filter takes up to 15 minutes to be in force (SNS)",)


def test_a_scope_of_attributes_is_set_after_the_filter_that_fits_it() -> None:
    told = {"filter_policy": '{"order": {"type": ["a"]}}', "filter_scope": "MessageBody"}
    found = again(text('filter = { type = ["a"] }'), subscription=told)
    assert [step.call.parameters["AttributeName"] for step in found.steps] == ["FilterPolicy", "FilterPolicyScope"]


def test_an_empty_filter_takes_one_away() -> None:
    (step,) = again(text("filter = {}")).steps
    assert step.call.parameters["AttributeValue"] == "{}"
    assert step.difference == ("type is order", "everything")


def test_raw_delivery_and_the_subscriptions_dead_letter_queue_are_changed() -> None:
    queues = there("billing", **built()) | there("lost", policy=admitting("lost", "orders"))
    description = text("raw = false", 'subscription_dead_letter_queue = "lost"')
    found = planned(description, queues, subscribed("billing", raw_delivery=True))
    assert [step.difference for step in found.steps] == [("raw", "in the envelope of SNS"), ("nowhere", "lost")]


def test_the_topics_attributes_are_changed_one_by_one() -> None:
    description = text().replace('name = "orders"', 'name = "orders"\ndisplay_name = "New"')
    found = planned(description, there("billing", **built()), subscribed("billing"), topic=TopicSettings("Old"))
    assert [step.difference for step in found.steps] == [("Old", "New")]


# -- queue policies


def test_a_queue_policy_is_merged_and_what_stands_in_it_is_kept() -> None:
    other = {"Sid": "mine", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sqs:*", "Resource": "*"}
    (step,) = again(policy=policy(other)).steps
    before, after = step.difference
    assert before == "1 statement that stays"
    assert after.startswith('one statement more: {"Sid": "sqsview-orders", "Effect": "Allow"')
    kept, added = json.loads(step.call.policy)["Statement"]
    assert (kept, added["Condition"]) == (other, {"ArnEquals": {"aws:SourceArn": topic_arn("orders")}})


def test_a_statement_that_denies_is_left_alone_and_it_is_refused() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    found = again(policy=policy(deny))
    assert "billing cannot be made to admit orders: the queue policy denies it" in found.refusals[0]


def test_a_policy_that_cannot_be_judged_is_left_alone_and_said_so() -> None:
    maybe = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*",
             "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}  # fmt: skip
    deny = maybe | {"Effect": "Deny"}
    found = again(policy=policy(maybe, deny))
    assert (found.steps, found.refusals) == ((), ())
    assert "whether billing admits orders cannot be told here" in found.notes[0]


# -- what cannot be built


def test_an_existing_queue_with_the_key_of_aws_is_refused() -> None:
    found = again(kms_key="alias/aws/sqs")
    assert "alias/aws/sqs, which SNS cannot use" in found.refusals[0]


def test_only_what_sns_sends_to_is_refused_that_key() -> None:
    key = '\n[[dead_letter_queues]]\nname = "dead"\nkms_key = "alias/aws/sqs"'
    assert planned(text('dead_letter_queue = "dead"') + key).refusals == ()
    assert "which SNS cannot use" in planned(text('subscription_dead_letter_queue = "dead"') + key).refusals[0]


def test_a_queue_that_is_subscribed_twice_is_refused() -> None:
    both = [subscribed("billing", arn=f"{topic_arn('orders')}:{each}") for each in "12"]
    found = planned(text(), there("billing", **built()), *both)
    assert "subscribed 2 times" in found.refusals[0]


def test_a_subscription_that_waits_is_refused() -> None:
    found = planned(text(), there("billing", **built()), subscribed("billing", arn=PENDING_LITERAL, pending=True))
    assert "billing is subscribed, but pending" in found.refusals[0]


# -- redrive allow policies


def accepting(**settings: Any) -> Any:
    """Plan where the dead-letter queue is there with these settings, and the queue is not."""
    return planned(text("dead_letter_queue = true"), there("billing-dlq", retention=1_209_600, **settings))


def test_a_dead_letter_queue_that_names_its_sources_gets_one_more() -> None:
    others = (queue_arn("other"),)
    step = accepting(redrive_permission="byQueue", redrive_sources=others).steps[0]
    assert step.difference == ("other", "other, billing")
    assert json.loads(step.call.parameters["Attributes"]["RedriveAllowPolicy"])["sourceQueueArns"] == [
        *others,
        queue_arn("billing"),
    ]


def test_one_that_takes_dead_letters_of_nobody_or_of_ten_already_is_refused() -> None:
    assert "denyAll" in accepting(redrive_permission="denyAll").refusals[0]
    ten = tuple(queue_arn(f"other-{number}") for number in range(10))
    assert "names 10 sources already" in accepting(redrive_permission="byQueue", redrive_sources=ten).refusals[0]


def test_several_queues_are_added_one_by_one_until_there_is_no_room() -> None:
    nine = tuple(queue_arn(f"other-{number}") for number in range(9))
    description = text('dead_letter_queue = "dead"') + '\n[[queues]]\nname = "mail"\ndead_letter_queue = "dead"'
    found = planned(description, there("dead", redrive_permission="byQueue", redrive_sources=nine))
    assert "dead names 10 sources already, which are the most, so mail cannot give up to it" in found.refusals[0]
    assert found.steps[0].call.parameters["Attributes"] == {
        "RedriveAllowPolicy": json.dumps(
            {"redrivePermission": "byQueue", "sourceQueueArns": [*nine, queue_arn("billing")]}
        )
    }


def test_one_that_takes_them_of_all_needs_nothing() -> None:
    assert calls(accepting(redrive_permission="allowAll")) == ["sqs:CreateQueue", "sns:Subscribe"]


def test_a_queue_that_is_a_dead_letter_queue_as_well_is_made_before_its_source() -> None:
    found = planned(text('dead_letter_queue = "second"') + '\n[[queues]]\nname = "second"')
    made = [step.call.thing for step in found.steps if isinstance(step.call, CreateQueue)]
    assert made == [queue_arn("second"), queue_arn("billing")]
