"""The rules of message attributes, as the developer guides of SQS and SNS have them."""

from __future__ import annotations

import pytest

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import faults, repeated_names, warnings
from sqsview.domain.publishing.attributes import name_fault, number_fault, type_fault, value_fault
from tests.domain.publishing.destinations import QUEUE, TOPIC, topic


@pytest.mark.parametrize("name", ["a", "order-id", "a.b_c-d.9", "x" * 256, "aws", "amazonian", "AWSOME"])
def test_names_that_are_taken(name: str) -> None:
    assert name_fault(name, topic=False) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "an attribute needs a name"),
        ("x" * 257, "its name has 257 characters, and 256 are allowed"),
        ("a b", "its name holds a blank; letters, digits, - _ and . are allowed"),
        (
            "naïve",
            "its name holds U+00EF (latin small letter i with diaeresis); letters, digits, - _ and . are allowed",
        ),
        ("a:b", "its name holds U+003A (colon); letters, digits, - _ and . are allowed"),
        (".a", "its name may not begin or end with a period or have two in a row"),
        ("a.", "its name may not begin or end with a period or have two in a row"),
        ("a..b", "its name may not begin or end with a period or have two in a row"),
        ("AWS.a", "names that begin with AWS. are AWS's own; take another"),
        ("aWs.a", "names that begin with aWs. are AWS's own; take another"),
        ("amazon.a", "names that begin with amazon. are AWS's own; take another"),
    ],
)
def test_names_that_are_refused(name: str, said: str) -> None:
    assert name_fault(name, topic=False) == said


def test_the_names_that_sns_itself_reads_are_for_topics() -> None:
    assert name_fault("AWS.SNS.MOBILE.APNS.PUSH_TYPE", topic=True) is None
    assert name_fault("AWS.SNS.MOBILE.APNS.PUSH_TYPE", topic=False) is not None
    assert name_fault("AWS.other", topic=True) is not None


@pytest.mark.parametrize(
    "kind", ["String", "Number", "Binary", "Number.int", "Binary.png", "String.Array", "String.a.b"]
)
def test_types_that_are_taken(kind: str) -> None:
    assert type_fault(kind) is None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("string", 'there is no type "string"; write String'),
        ("Integer", 'there is no type "Integer"; there are String, Number, Binary'),
        ("", 'there is no type ""; there are String, Number, Binary'),
        ("Number.", 'the type "Number." ends in a period'),
        ("String.a b", "its type holds U+0020 (space)"),
        ("String." + "x" * 250, "its type has 257 characters, and 256 are allowed"),
    ],
)
def test_types_that_are_refused(kind: str, said: str) -> None:
    assert type_fault(kind) == said


@pytest.mark.parametrize(
    "text",
    ["0", "-12.5", "+3", "3e8", "1E-128", "9" * 38, "0." + "0" * 50 + "1", "1" + "0" * 100, "007", ".5", "5.", "-0.0"],
)
def test_numbers_that_are_taken(text: str) -> None:
    assert number_fault(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a number"),
        ("1,5", "is not a number"),
        ("0x1f", "is not a number"),
        ("NaN", "is not a number"),
        ("Infinity", "is not a number"),
        (" 1", "is not a number"),
        ("1_000", "is not a number"),
        ("٣", "is not a number"),
        ("9" * 39, "the number has 39 digits, and 38 are allowed"),
        ("1e127", "the number must lie between 1e-128 and 1e+126"),
        ("1e-129", "the number must lie between 1e-128 and 1e+126"),
        ("1e999999", "the number must lie between 1e-128 and 1e+126"),
    ],
)
def test_numbers_that_are_refused(text: str, said: str) -> None:
    assert said in str(number_fault(text))


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        (Attribute("String", ""), "its value is empty, which is refused: give one, or leave the attribute out"),
        (Attribute("Binary", b""), "its value is empty, which is refused: give one, or leave the attribute out"),
        (Attribute("String", "a\x00"), "its value holds U+0000 (NUL) at column 2, which is refused"),
        (Attribute("Binary", "text"), "the value does not fit the type Binary"),
        (Attribute("String", b"bytes"), "the value does not fit the type String"),
    ],
)
def test_values_that_are_refused(attribute: Attribute, said: str) -> None:
    assert value_fault(attribute, topic=False) == said


@pytest.mark.parametrize("value", ["[]", '["a", 1, 2.5, true, false, null]'])
def test_lists_that_a_topic_takes(value: str) -> None:
    assert value_fault(Attribute("String.Array", value), topic=True) is None


@pytest.mark.parametrize("value", ["a", "a,b", '{"a": 1}', '"a"', "[[1]]", '[{"a": 1}]', "[" * 100_000])
def test_a_list_for_a_topic_must_be_one_of_plain_values(value: str) -> None:
    assert "is a JSON list" in str(value_fault(Attribute("String.Array", value), topic=True))
    assert value_fault(Attribute("String.Array", value), topic=False) is None, "to a queue it is but a label"


def test_a_fault_names_its_attribute() -> None:
    (found,) = faults(Outgoing("x", {"ok": Attribute("String", "a"), "n": Attribute("Number", "many")}), QUEUE)
    assert (found.attribute, found.text) == ("n", 'attribute "n": "many" is not a number such as -12.5 or 3e8')


def test_a_queue_takes_ten_attributes() -> None:
    attributes = {f"a{number}": Attribute("String", "x") for number in range(11)}
    (found,) = faults(Outgoing("x", attributes), QUEUE)
    assert (found.attribute, found.text) == (None, "11 attributes, and a queue takes 10: leave 1 out")
    assert faults(Outgoing("x", attributes), TOPIC) == ()


def test_more_than_ten_are_lost_on_the_way_to_a_queue_with_raw_delivery() -> None:
    attributes = {f"a{number}": Attribute("String", "x") for number in range(11)}
    assert warnings(Outgoing("x", attributes), TOPIC) == ()
    (found,) = warnings(Outgoing("x", attributes), topic(raw_to="audit"))
    assert found.text == "with more than 10 attributes it is lost on the way to queues with raw delivery: audit"


def test_attributes_beside_a_body_for_each_protocol_are_warned_of() -> None:
    outgoing = Outgoing('{"default": "x"}', {"a": Attribute("String", "b")}, structure=True)
    assert [found.text for found in warnings(outgoing, TOPIC)] == [
        "attributes are not delivered with a body for each protocol, and filters see none"
    ]


@pytest.mark.parametrize(
    ("value", "warned"), [("1e9", False), ("1000000001", True), ("0.00001", False), ("0.000001", True)]
)
def test_numbers_that_filters_cannot_read_are_warned_of(value: str, *, warned: bool) -> None:
    found = warnings(Outgoing("x", {"n": Attribute("Number", value)}), TOPIC)
    assert bool(found) is warned


def test_names_that_stand_there_twice_are_told_once() -> None:
    assert [found.text for found in repeated_names(["a", "b", "a", "A", "", ""])] == [
        'attribute "a" is there 2 times: keep one'
    ]
