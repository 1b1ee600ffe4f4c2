"""JMESPath on messages: what is found, what is wrong said in one line, and no expression that does harm."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import decode
from sqsview.domain.message import Attribute, Message
from sqsview.domain.query import LONGEST, LONGEST_LABEL, OWN, Query, QueryError, label_of
from tests.support.hostile import HOSTILE, OBEYED

BODY = {"type": "order", "total": 129.0, "error": {"code": "timeout", "try": 5}, "items": [{"sku": "a"}], "none": []}
ATTRIBUTES = {
    "tenant": Attribute("String", "acme"),
    "weight": Attribute("Number", "12.5"),
    "pieces": Attribute("Number.int", "3"),
    "trace": Attribute("Binary", b"\x9f\x02"),
    "tags": Attribute("String.Array", '["a", 1]'),
    "broken": Attribute("String.Array", "[["),
    "huge": Attribute("Number", "1e999"),
    "odd": Attribute("Number", "twelve"),
}
SYSTEM = {
    "SentTimestamp": "1750000320000",
    "ApproximateReceiveCount": "6",
    "MessageGroupId": "customer-7",
    "DeadLetterQueueSourceArn": "arn:aws:sqs:eu-west-1:123456789012:orders-billing",
    "SenderId": "AIDA",
}


def message(body: Any = BODY, **changes: Any) -> Message:
    text = body if isinstance(body, str) else json.dumps(body)
    return Message("8f2c-91", text, "receipt", changes.get("attributes", ATTRIBUTES), changes.get("system", SYSTEM))


def value(expression: str, of: Message | None = None) -> Any:
    given = of or message()
    return Query(expression).value(given, decode(given.body))


def wrong(expression: str) -> str:
    with pytest.raises(QueryError) as caught:
        Query(expression)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("error.code", "timeout"),
        ("items[].sku", ["a"]),
        ("total > `100`", True),
        ("error.code == 'timeout' && total < `100`", False),
        ("nowhere.at.all", None),
        ("attribute('tenant')", "acme"),
        ("attribute('weight') > `12`", True),
        ("attribute('pieces')", 3),
        ("attribute('trace')", "nwI="),
        ("attribute('tags')[1]", 1),
        ("attribute('broken')", "[["),
        ("attribute('huge')", "1e999"),
        ("attribute('odd')", "twelve"),
        ("attribute('nobody')", None),
        ("system('SentTimestamp')", 1750000320000),
        ("system('SenderId')", "AIDA"),
        ("system('Nothing')", None),
        ("group()", "customer-7"),
        ("id()", "8f2c-91"),
        ("receives() >= `6`", True),
        ("size() > `100`", True),
        ("source()", "orders-billing"),
        ("starts_with(body(), '{')", True),
        ("items[?sku == 'a'] | length(@)", 1),
    ],
)
def test_an_expression_sees_the_decoded_body_and_by_functions_all_else(expression: str, found: Any) -> None:
    assert value(expression) == found


def test_an_expression_sees_the_body_inside_its_wrappings_and_the_attributes_of_the_envelope() -> None:
    envelope = {
        "Type": "Notification",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:orders",
        "Message": json.dumps(BODY),
        "MessageAttributes": {"tenant": {"Type": "String", "Value": "umbrella"}},
    }
    wrapped = message(envelope, attributes={})
    assert value("error.code", wrapped) == "timeout"
    assert value("attribute('tenant')", wrapped) == "umbrella"


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("error.code", True), ("nowhere", False), ("none", False), ("`false`", False), ("`0`", True), ("`\"\"`", False),
        ("total", True), ("@", True), ("!error", False), ("`{}`", False), ("`0.0`", True), ("`true`", True),
    ],
)  # fmt: skip
def test_what_is_false_null_or_empty_does_not_match_and_zero_does(expression: str, matches: bool) -> None:
    assert Query(expression).matches(message(), decode(message().body)) is matches


def test_a_plain_text_is_the_value_itself() -> None:
    assert value("contains(@, 'connection')", message("no connection to db")) is True


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "an expression is missing, such as error.code"),
        ("   ", "an expression is missing, such as error.code"),
        ("error.", "the expression is not complete: error. …"),
        ("length(a", "the expression is not complete: length(a …"),
        ("total > 100", "the number 100 at character 9 goes in backticks: `100`"),
        ("code = 'x'", "the = at character 6 should be == to compare"),
        ("order-id", 'the - at character 6 is no operator; a name with it goes in double quotes: "order-id"'),
        ("code == 'x", "the ' at character 9 has no end"),
        ("total > `1", "the ` at character 9 has no end"),
        ("é", "“é” at character 1 is not understood"),
        ("a b", "“b” at character 3 is not expected there"),
        ("frob(a)", "there is no function frob(); of ours there are " + ", ".join(OWN)),
        ("length(a, b)", "length() takes 1 argument, not 2"),
        ("attribute()", "attribute() takes 1 argument, not 0"),
        ("group('x')", "group() takes no arguments, not 1"),
        ("not_null()", "not_null() takes 1 argument, not 0"),
        ("x" * (LONGEST + 1), "an expression has at most 2,000 characters"),
        ("(" * 1_999 + "a", "the expression is nested too deeply"),
        ("items[::0]", ""),
    ],
)
def test_a_wrong_expression_is_said_in_one_line(expression: str, said: str) -> None:
    if said:
        assert wrong(expression) == said
    else:
        with pytest.raises(QueryError):
            value(expression)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("length(total)", "length() takes string or array or object, not number"),
        ("attribute(total)", "attribute() takes a text in single quotes: attribute('NAME')"),
        ("contains('abc', `1`)", "'in <string>' requires string as left operand, not int"),
    ],
)
def test_what_cannot_be_evaluated_on_a_message_is_said_in_one_line(expression: str, said: str) -> None:
    with pytest.raises(QueryError, match="^" + re.escape(said) + "$"):
        value(expression)


def test_text_in_double_quotes_beside_a_comparison_is_pointed_out() -> None:
    assert Query('error.code == "timeout"').hint == (
        "\"timeout\" is the name of a field; a text goes in single quotes: 'timeout'"
    )
    assert Query("error.code == 'timeout'").hint == ""
    assert Query('"error".code').hint == ""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_in_an_expression_gives_printable_errors_and_labels(text: str) -> None:
    for expression in (text, f"frob_{text}", f"'{text}", f'a == "{text}', f"a {text}", f"`{text}`"):
        try:
            found = value(expression)
        except QueryError as error:
            assert not OBEYED.search(str(error))
        else:
            assert not OBEYED.search(label_of(found))
    assert not OBEYED.search(label_of(text))


@pytest.mark.parametrize(
    ("found", "label"),
    [
        (None, "nothing"), ("timeout", "timeout"), ("", '""'), (True, "true"), (5, "5"), (1.5, "1.5"), ([], "[]"),
        ({"a": [1, "é"]}, '{"a": [1, "é"]}'), ("two\nlines", "two␊lines"),
    ],
)  # fmt: skip
def test_a_value_names_a_group(found: Any, label: str) -> None:
    assert label_of(found) == label


def test_the_name_of_a_group_is_bounded_whatever_it_is_of() -> None:
    for long in ("x" * 10**6, [1] * 10**6, {"a": ["\x1b"] * 10**5}):
        assert len(label_of(long)) <= LONGEST_LABEL


WORDS = st.sampled_from(
    [
        "a", "error", ".", "code", "[", "]", "[]", "[?", "(", ")", "{", "}", ":", ",", "@", "*", "|", "||", "&&", "&",
        "!", "==", "<", ">=", "'x'", "`1`", "`[1, \"a\"]`", "`1e400`", '"a b"', "length(", "sort_by(", "max_by(",
        "map(", "sum(", "attribute(", "group()", "to_number(", "ceil(", "join(", "keys(", "0", "-1", "items", "total",
        " ",
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=14).map("".join))
def test_any_expression_gives_a_value_or_one_line_that_says_why_not(expression: str) -> None:
    try:
        found = value(expression)
    except QueryError as error:
        assert "\n" not in str(error)
    else:
        assert len(label_of(found)) <= LONGEST_LABEL
