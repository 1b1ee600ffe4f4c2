"""A search that decides which messages are moved: words or an expression, and no guess about any of them."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from sqsview.domain.message import Attribute, Message
from sqsview.domain.query import QueryError
from sqsview.domain.search import UNPACKED, Sieve


def message(body: str, **attributes: str) -> Message:
    return Message("m-1", body, "r", {name: Attribute("String", value) for name, value in attributes.items()})


ORDER = message('{"type": "order", "total": 12}', tenant="acme")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order", True),
        ("ORDER acme", True),
        ("order !acme", False),
        ("refund", False),
        ("=type == 'order'", True),
        ("= total > `20`", False),
        ("=attribute('tenant')", True),
    ],
)
def test_words_and_expressions_are_those_of_the_messages_on_screen(text: str, found: bool) -> None:
    assert Sieve(text)(ORDER) is found


@pytest.mark.parametrize("text", ["=", "=total >", "=nope()"])
def test_a_wrong_expression_is_refused_before_any_message(text: str) -> None:
    with pytest.raises(QueryError):
        Sieve(text)


def test_a_likely_slip_is_told() -> None:
    assert "goes in single quotes" in Sieve('=type == "order"').hint
    assert Sieve("order").hint == ""


def test_a_message_on_which_it_cannot_be_evaluated_is_an_error_and_no_no() -> None:
    sieve = Sieve("=length(total) > `1`")
    with pytest.raises(QueryError, match="takes string or array or object, not number"):
        sieve(ORDER)
    assert sieve(message('{"total": [1, 2]}'))


@pytest.mark.parametrize("text", ["=!missing", "a"])
def test_a_body_of_which_only_a_part_is_read_cannot_be_judged(text: str) -> None:
    packed = base64.b64encode(gzip.compress(b"a" * (UNPACKED + 1))).decode()
    with pytest.raises(QueryError, match="the body unpacks to more than is read"):
        Sieve(text)(message(packed))


def test_an_envelope_of_sns_is_looked_through() -> None:
    envelope = {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:sales",
        "Message": '{"type": "refund"}',
    }
    assert Sieve("=type == 'refund'")(message(json.dumps(envelope)))
