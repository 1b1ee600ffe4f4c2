"""Settings as a document: what was not touched is not set, what was is set by as few calls as there are."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.changes import (
    Change,
    SetQueueAttributes,
    SetSubscriptionAttribute,
    SetTopicAttribute,
    TagQueue,
    TagTopic,
    UntagQueue,
    UntagTopic,
)
from sqsview.domain.creating.document import Entry, parsed, written
from sqsview.domain.creating.edits import QueueSheet, SubscriptionSheet, TopicSheet
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.values import ValueFault
from sqsview.domain.details import Details
from sqsview.domain.snapshot import Snapshot
from tests.support.hostile import HOSTILE
from tests.support.things import HERE, admitting, queue, queue_arn, queue_ref, subscription, topic, topic_arn

QUEUES = [queue(name) for name in ("orders", "dead", "other", "orders.fifo")]
PLACE = Place(Snapshot(context=HERE, queues={each.key: each for each in QUEUES}, all_queues=True))
POLICY = admitting("orders", "orders")
REDRIVE = json.dumps({"deadLetterTargetArn": queue_arn("dead"), "maxReceiveCount": "5"})
ONLY_OTHER = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn("other")]})
NESTED = """'''{"a": {"b": ["c"]}}'''"""
QUEUE = {
    "VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
    "ReceiveMessageWaitTimeSeconds": "0", "RedrivePolicy": REDRIVE, "Policy": POLICY, "SqsManagedSseEnabled": "true",
}  # fmt: skip


def of_queue(tags: Mapping[str, str] | None = None, name: str = "orders", **attributes: str) -> QueueSheet:
    told = {"team": "shop"} if tags is None else tags
    return QueueSheet(queue_ref(name), Details(queue_arn(name), {**QUEUE, **attributes}, told), PLACE)


def of_topic(**attributes: str) -> TopicSheet:
    usual = {"DisplayName": "Orders", "Policy": POLICY, "TopicArn": topic_arn("orders"), "KmsMasterKeyId": "alias/x"}
    return TopicSheet(topic_arn("orders"), Details(topic_arn("orders"), {**usual, **attributes}, {"team": "shop"}))


def of_subscription(protocol: str = "sqs", **attributes: str) -> SubscriptionSheet:
    way = subscription("orders", queue_arn("orders"), protocol)
    usual = {"RawMessageDelivery": "false", "SubscriptionArn": way.ref.arn}
    return SubscriptionSheet(way, topic("orders", way), Details(way.key, {**usual, **attributes}, None), PLACE)


def changed(sheet: QueueSheet | TopicSheet | SubscriptionSheet, *changes: tuple[str, str]) -> tuple[Change, ...]:
    """Edit the document by putting one text in place of another, and give the calls."""
    text = sheet.text
    for before, after in changes:
        assert text.count(before) == 1, text
        text = text.replace(before, after)
    edited = sheet.edited(text)
    assert not edited.faults, edited.faults
    return edited.changes


def test_an_untouched_document_changes_nothing() -> None:
    sheets = (
        of_queue(), of_queue(name="orders.fifo", FifoQueue="true", DeduplicationScope="queue"), of_topic(),
        of_subscription(), of_subscription(FilterPolicy='{"a": ["b"]}', FilterPolicyScope="MessageBody"),
        of_subscription("firehose", SubscriptionRoleArn="arn:aws:iam::1:role/x"), of_subscription("https"),
        of_queue(RedriveAllowPolicy=ONLY_OTHER),
        of_queue(tags={text: text for text in HOSTILE.values() if "\ud800" not in text}),
    )  # fmt: skip
    for sheet in sheets:
        edited = sheet.edited(sheet.text)
        assert (edited.changes, edited.faults) == ((), ()), sheet.text


def test_what_is_edited_of_a_queue_is_set_by_one_call() -> None:
    (call,) = changed(
        of_queue(), ("visibility_timeout = 30", 'visibility_timeout = "1 min"'), ("delay = 0", "delay = 5"),
    )  # fmt: skip
    assert call == SetQueueAttributes(queue_ref("orders"), {"VisibilityTimeout": "60", "DelaySeconds": "5"})


def test_the_same_value_in_other_words_is_no_change() -> None:
    assert changed(of_queue(), ("retention = 345600", 'retention = "4 days"')) == ()
    assert changed(of_queue(), ("max_receive_count = 5", 'max_receive_count = "5"')) == ()


def test_half_of_the_redrive_policy_keeps_the_other_half() -> None:
    (call,) = changed(of_queue(), ("max_receive_count = 5", "max_receive_count = 9"))
    assert isinstance(call, SetQueueAttributes)
    assert json.loads(call.attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": queue_arn("dead"), "maxReceiveCount": 9,
    }  # fmt: skip
    (call,) = changed(of_queue(), ('dead_letter_queue = "dead"', 'dead_letter_queue = "other"'))
    assert isinstance(call, SetQueueAttributes)
    assert json.loads(call.attributes["RedrivePolicy"])["maxReceiveCount"] == 5


def test_an_emptied_text_takes_the_attribute_away() -> None:
    (call,) = changed(
        of_queue(), ('dead_letter_queue = "dead"', 'dead_letter_queue = ""'),
        ("max_receive_count = 5", 'max_receive_count = ""'),
    )  # fmt: skip
    assert call == SetQueueAttributes(queue_ref("orders"), {"RedrivePolicy": ""})


def test_another_encryption_leaves_no_key_behind() -> None:
    (call,) = changed(of_queue(KmsMasterKeyId="alias/shop"), ('"alias/shop"', '"SSE-SQS"'))
    assert isinstance(call, SetQueueAttributes) and call.attributes == {"KmsMasterKeyId": ""}
    (call,) = changed(of_queue(), ('encryption = "SSE-SQS"', 'encryption = "none"'))
    assert isinstance(call, SetQueueAttributes) and call.attributes == {"SqsManagedSseEnabled": "false"}


def test_a_policy_is_read_line_by_line_and_sent_compact() -> None:
    sheet = of_queue()
    assert "policy = '''\n{\n" in sheet.text
    (call,) = changed(sheet, ('"Effect": "Allow"', '"Effect": "Deny"'))
    assert isinstance(call, SetQueueAttributes)
    assert call.attributes == {"Policy": json.dumps(json.loads(POLICY.replace("Allow", "Deny")), separators=(",", ":"))}


def test_tags_that_are_left_out_are_taken_off_and_a_table_that_is_left_out_says_nothing() -> None:
    calls = changed(of_queue(), ('"team" = "shop"', '"owner" = "me"'))
    assert calls == (UntagQueue(queue_ref("orders"), ["team"]), TagQueue(queue_ref("orders"), {"owner": "me"}))
    assert changed(of_queue(), ('[tags]\n"team" = "shop"\n', "")) == ()
    calls = changed(of_topic(), ('"team" = "shop"', '"team" = "mail"'))
    assert calls == (TagTopic(topic_arn("orders"), {"team": "mail"}),)
    assert changed(of_topic(), ('"team" = "shop"', "")) == (UntagTopic(topic_arn("orders"), ["team"]),)


def test_tags_of_aws_are_neither_shown_nor_taken_off() -> None:
    sheet = of_queue(tags={"aws:cloudformation:stack-name": "shop", "team": "shop"})
    assert "cloudformation" not in sheet.text
    assert changed(sheet, ('"team" = "shop"', "")) == (UntagQueue(queue_ref("orders"), ["team"]),)


def test_each_attribute_of_a_topic_is_a_call() -> None:
    calls = changed(of_topic(), ('"Orders"', '"Shop"'), ('"alias/x"', '""'))
    assert set(calls) == {
        SetTopicAttribute(topic_arn("orders"), "DisplayName", "Shop"),
        SetTopicAttribute(topic_arn("orders"), "KmsMasterKeyId", ""),
    }


def test_a_filter_policy_and_its_scope_are_set_in_the_order_that_sns_takes() -> None:
    sheet = of_subscription()
    calls = changed(
        sheet, ('filter_scope = "attributes"', 'filter_scope = "body"'),
        ('filter_policy = ""', f"filter_policy = {NESTED}"), ("raw_delivery = false", "raw_delivery = true"),
    )  # fmt: skip
    assert [(each.name, each.value) for each in calls if isinstance(each, SetSubscriptionAttribute)] == [
        ("FilterPolicyScope", "MessageBody"), ("FilterPolicy", '{"a":{"b":["c"]}}'), ("RawMessageDelivery", "true"),
    ]  # fmt: skip


def test_a_scope_alone_leaves_the_policy() -> None:
    (call,) = changed(
        of_subscription(FilterPolicy='{"a": ["b"]}'), ('filter_scope = "attributes"', 'filter_scope = "body"')
    )
    assert isinstance(call, SetSubscriptionAttribute) and call.name == "FilterPolicyScope"
    (call,) = changed(of_subscription(), ('filter_scope = "attributes"', 'filter_scope = "body"'))
    assert isinstance(call, SetSubscriptionAttribute) and call.name == "FilterPolicyScope"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("visibility_timeout = ", "Invalid value (at end of document)"),
        ("visibilty = 3", "there is no setting visibilty: visibility_timeout, "),
        ("visibility_timeout = 99999", 'visibility_timeout: "99999" is out of bounds'),
        ("visibility_timeout = 1.5", "visibility_timeout is a text, a whole number, true or false"),
        ("delay = 1\ndelay = 2", "Cannot overwrite a value"),
        ("[tags]\nteam = 3", "tags are texts"),
        ('[tags]\n"aws:x" = "3"', "AWS's own"),
        ("max_receive_count = 0", "a whole number from 1 to 1,000"),
        ("policy = '{}'", "policy: it is no access policy"),
        ("content_based_deduplication = true", "there is no setting content_based_deduplication"),
    ],
)
def test_what_cannot_be_set_is_one_line_and_no_call(text: str, said: str) -> None:
    edited = of_queue().edited(text)
    assert edited.changes == () and len(edited.faults) == 1
    assert said in edited.faults[0].line and "\n" not in edited.faults[0].line


def test_what_somebody_else_changed_meanwhile_is_named_where_it_would_be_lost() -> None:
    sheet = of_queue()
    edited = sheet.edited(sheet.text.replace("delay = 0", "delay = 5").replace('"shop"', '"mail"'))
    now = Details(queue_arn("orders"), {**QUEUE, "VisibilityTimeout": "99"}, {"team": "shop"})
    assert sheet.moved(now, edited) == []
    now = Details(queue_arn("orders"), {**QUEUE, "DelaySeconds": "7"}, {"team": "x"})
    assert sheet.moved(now, edited) == ["DelaySeconds", "tags"]


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["one", "two", "three"]),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.just("what it is"),
        st.booleans(),
    ),
    unique_by=lambda entry: entry.name,
)
TAGS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
)


@given(ENTRIES, TAGS, st.text())
def test_every_document_that_is_written_is_read_back_as_it_was(
    entries: list[Entry], tags: dict[str, str], title: str
) -> None:
    values, read = parsed(written(title, entries, tags), [each.name for each in entries], tagged=True)
    assert values.keys() == {each.name for each in entries} and read == tags
    for entry in entries:
        found = values[entry.name]
        assert found == entry.text or int(found) == int(entry.text) or json.loads(found) == json.loads(entry.text)


@given(st.text())
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        parsed(text, ["one"], tagged=True)
    except ValueFault as fault:
        assert "\n" not in str(fault) and len(str(fault)) < 300
    assert of_queue().edited(text).changes == () or "=" in text or "[" in text
