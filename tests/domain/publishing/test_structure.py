"""A body for each protocol: what SNS refuses in it, and what it passes over."""

from __future__ import annotations

import pytest

from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import faults, warnings
from tests.domain.publishing.destinations import TOPIC


def told(body: str) -> list[str]:
    return [fault.text for fault in faults(Outgoing(body, structure=True), TOPIC)]


def warned(body: str) -> list[str]:
    return [warning.text for warning in warnings(Outgoing(body, structure=True), TOPIC)]


def test_a_default_and_bodies_by_protocol_are_fine() -> None:
    body = '{"default": "x", "sqs": "{\\"a\\": 1}", "APNS": "{}", "sms": "short", "GCM": "{}"}'
    assert (told(body), warned(body)) == ([], [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"default": "x",}', "the body is not JSON: "),
        ("hello", 'the body must be a JSON object of texts by protocol, such as {"default": "…", "sms": "…"}'),
        ('["default"]', "the body must be a JSON object of texts by protocol"),
        ('{"sqs": "x"}', '"default" is missing: it is the body for every protocol that has none of its own'),
        ('{"default": 1}', '"default" must be a text: put JSON into quotes, with \\" inside'),
        ('{"default": {"a": 1}}', '"default" must be a text'),
        ('{"default": null}', '"default" must be a text'),
        ('{"default": "a", "default": "b"}', '"default" is there twice: keep one'),
    ],
)
def test_what_sns_refuses(body: str, said: str) -> None:
    (fault,) = told(body)
    assert said in fault


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"default": "x", "SQS": "y"}', '"SQS" is no protocol; did you mean sqs?'),
        ('{"default": "x", "pigeon": "y"}', '"pigeon" is no protocol'),
        ('{"default": "x", "sms": {"a": 1}}', '"sms" is passed over, for its value is not a text'),
        ('{"default": "x", "sms": 12345678901234567890}', '"sms" is passed over, for its value is not a text'),
    ],
)
def test_what_sns_passes_over(body: str, said: str) -> None:
    assert told(body) == []
    assert warned(body) == [said]


def test_a_body_that_is_nested_without_end_is_refused_and_no_crash() -> None:
    assert told('{"default": ' + "[" * 200_000) != []
