"""Messages on the wire: nothing that is received is trusted, and nothing that is sent is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters
from hypothesis import given
from hypothesis import strategies as st

from sqsview.aws import messages
from sqsview.domain.message import Attribute, EntryFault, Outgoing, Sent
from sqsview.errors import ServerFault

FULL: dict[str, Any] = {
    "MessageId": "m-1",
    "ReceiptHandle": "r-1",
    "Body": "hello",
    "Attributes": {"SentTimestamp": "1750000000123", "ApproximateReceiveCount": "2", "MessageGroupId": "g"},
    "MessageAttributes": {
        "text": {"DataType": "String", "StringValue": "a"},
        "number": {"DataType": "Number.int", "StringValue": "7"},
        "bytes": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
    },
}


# -- received


def test_a_message_is_read_with_all_that_it_has() -> None:
    (message,) = messages.received({"Messages": [FULL]})
    assert (message.id, message.receipt, message.body) == ("m-1", "r-1", "hello")
    assert message.attributes == {
        "text": Attribute("String", "a"),
        "number": Attribute("Number.int", "7"),
        "bytes": Attribute("Binary.png", b"\x00\xff"),
    }
    assert (message.sent, message.receive_count, message.group) == (1_750_000_000.123, 2, "g")


@pytest.mark.parametrize("answer", [{}, {"Messages": None}, {"Messages": []}, None, "nonsense"])
def test_an_empty_queue_gives_no_messages(answer: object) -> None:
    assert messages.received(answer) == []


def test_a_message_may_be_without_attributes() -> None:
    (message,) = messages.received({"Messages": [{"MessageId": "m", "ReceiptHandle": "r", "Body": ""}]})
    assert (message.body, message.attributes, message.system, message.receive_count) == ("", {}, {}, None)


@pytest.mark.parametrize("missing", ["MessageId", "ReceiptHandle"])
def test_a_message_without_a_name_is_left_out_so_that_the_others_can_be_given_back(missing: str) -> None:
    nameless = {name: value for name, value in FULL.items() if name != missing}
    assert [each.id for each in messages.received({"Messages": [nameless, FULL, "text"]})] == [FULL["MessageId"]]
    with pytest.raises(ServerFault, match="messages without id and receipt"):
        messages.received({"Messages": [nameless]})


def test_a_message_without_a_body_has_an_empty_one() -> None:
    (message,) = messages.received({"Messages": [{name: value for name, value in FULL.items() if name != "Body"}]})
    assert message.body == ""


@pytest.mark.parametrize("listed", ["text", {"a": 1}, 7])
def test_messages_that_are_no_list_are_an_unreadable_answer(listed: object) -> None:
    with pytest.raises(ServerFault, match="unreadable answer"):
        messages.received({"Messages": listed})


def test_an_attribute_that_contradicts_its_type_is_empty_and_no_fault() -> None:
    item = {
        **FULL,
        "MessageAttributes": {
            "bytes": {"DataType": "Binary", "StringValue": "text"},
            "text": {"DataType": "String", "BinaryValue": b"bytes"},
            "untold": {"StringValue": "a"},
        },
    }
    (message,) = messages.received({"Messages": [item]})
    assert message.attributes == {
        "bytes": Attribute("Binary", b""),
        "text": Attribute("String", ""),
        "untold": Attribute("String", "a"),
    }


def test_an_attribute_that_is_no_structure_is_shown_as_one_that_cannot_be_read() -> None:
    (message,) = messages.received({"Messages": [{**FULL, "MessageAttributes": {"a": "b"}}]})
    assert message.attributes == {"a": Attribute("?", "")}


# -- answers to what was sent


def test_the_server_gives_an_id_and_of_a_fifo_queue_a_sequence_number() -> None:
    assert messages.sent({"MessageId": "m"}) == Sent("m")
    assert messages.sent({"MessageId": "m", "SequenceNumber": "18849496460467696128"}).sequence == (
        "18849496460467696128"
    )


@pytest.mark.parametrize("answer", [{}, None, {"MessageId": ""}, {"MessageId": 7}])
def test_an_answer_without_an_id_is_unreadable(answer: object) -> None:
    with pytest.raises(ServerFault, match="an answer without a message id"):
        messages.sent(answer)


def test_outcomes_of_a_batch_are_in_the_order_in_which_it_was_sent() -> None:
    answer = {
        "Successful": [{"Id": "2", "MessageId": "c"}, {"Id": "0", "MessageId": "a", "SequenceNumber": "1"}],
        "Failed": [{"Id": "1", "Code": "InvalidParameterValue", "Message": "no\n good", "SenderFault": True}],
    }
    assert messages.outcomes(answer, 3) == [
        Sent("a", "1"),
        EntryFault("InvalidParameterValue", "no good", sender_fault=True),
        Sent("c"),
    ]


def test_what_is_in_neither_list_is_said_to_be_untold() -> None:
    first, second = messages.outcomes({"Successful": [{"Id": "1", "MessageId": "b"}]}, 2)
    assert isinstance(first, EntryFault)
    assert (first.line, first.sender_fault) == ("the server did not say what became of it", False)
    assert second == Sent("b")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.sampled_from(["0", "1", "7", "-1", "٣"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["Successful", "Failed", "Id", "Code", "MessageId"]), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_answer_to_a_batch_gives_one_outcome_an_entry(answer: object) -> None:
    assert len(messages.outcomes(answer, 3)) == 3


# -- sent

ATTRIBUTES = {"text": Attribute("String", "a"), "bytes": Attribute("Binary", b"\x00")}
QUEUE_MESSAGE = Outgoing(
    "body", ATTRIBUTES, group="g", deduplication="d", delay=0, trace_header="Root=1-5759e988-bd862e3fe1be46a994272793"
)
TOPIC_MESSAGE = Outgoing('{"default": "x"}', ATTRIBUTES, group="g", deduplication="d", subject="s", structure=True)


def test_a_message_for_a_queue_is_written_as_send_message_takes_it() -> None:
    assert messages.to_queue(QUEUE_MESSAGE) == {
        "MessageBody": "body",
        "MessageAttributes": {
            "text": {"DataType": "String", "StringValue": "a"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00"},
        },
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
        "DelaySeconds": 0,
        "MessageSystemAttributes": {
            "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
        },
    }


def test_a_message_for_a_topic_is_written_as_publish_takes_it() -> None:
    written = messages.to_topic(TOPIC_MESSAGE)
    assert (written["Message"], written["Subject"], written["MessageStructure"]) == ('{"default": "x"}', "s", "json")
    assert "DelaySeconds" not in written


def test_what_was_not_given_is_not_sent() -> None:
    assert messages.to_queue(Outgoing("body")) == {"MessageBody": "body"}
    assert messages.to_topic(Outgoing("body")) == {"Message": "body"}


@pytest.mark.parametrize(
    ("service", "shape", "written"),
    [
        ("sqs", "SendMessageBatchRequestEntry", messages.to_queue(QUEUE_MESSAGE)),
        ("sns", "PublishBatchRequestEntry", messages.to_topic(TOPIC_MESSAGE)),
    ],
)
def test_aws_models_know_every_parameter(service: str, shape: str, written: dict[str, object]) -> None:
    model = get_session().get_service_model(service)
    known = model.shape_for(shape)
    assert set(written) <= set(known.members)
    validate_parameters({"Id": "0", **written}, known)


# -- what it costs


@pytest.mark.parametrize(("size", "paid"), [(1, 1), (65_536, 1), (65_537, 2), (1_048_576, 16)])
def test_every_64_kib_is_paid_as_a_request(size: int, paid: int) -> None:
    assert messages.chunks([Outgoing("x" * size)]) == paid
    assert messages.chunks_received({"Messages": [{"Body": "x" * size}]}) == paid


def test_the_messages_of_a_batch_are_paid_together() -> None:
    assert messages.chunks([Outgoing("x" * 60_000)] * 10) == 10
    assert messages.chunks([Outgoing("x")] * 10) == 1


def test_an_empty_receive_is_paid_as_one() -> None:
    assert messages.chunks_received({}) == 1
    assert messages.chunks_received(None) == 1


@pytest.mark.parametrize("told", ["-inf", "nan", "1e400", "-1e400", "-5", "9" * 40, "soon", ""])
def test_a_time_that_is_none_is_not_known(told: str) -> None:
    item = {**FULL, "Attributes": {"SentTimestamp": told, "ApproximateFirstReceiveTimestamp": told}}
    (message,) = messages.received({"Messages": [item]})
    assert (message.sent, message.first_received) == (None, None)
