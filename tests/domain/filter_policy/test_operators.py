"""What each operator lets through, and the clause that is said to decide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sqsview.domain.access import Answer, Verdict
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, Judged, compile_policy
from sqsview.domain.message import Attribute

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL


def by_body(policy: dict[str, Any], body: Any) -> Verdict:
    return compile_policy(json.dumps(policy), BODY).judge(Judged(json.dumps(body)))


def by_attributes(policy: dict[str, Any], **attributes: Attribute) -> Verdict:
    return compile_policy(json.dumps(policy), ATTRIBUTES).judge(Judged("x", attributes))


def string(text: str) -> Attribute:
    return Attribute("String", text)


def number(text: str) -> Attribute:
    return Attribute("Number", text)


def array(*values: Any) -> Attribute:
    return Attribute("String.Array", json.dumps(values))


@pytest.mark.parametrize("text", [None, "", "  ", "{}"])
def test_without_a_policy_everything_is_let_through(text: str | None) -> None:
    for scope in (ATTRIBUTES, BODY):
        assert compile_policy(text, scope).judge(Judged("no JSON")) == Verdict(YES, "no filter")


OPERATORS: list[tuple[list[Any], Any, Answer, str]] = [
    (["order"], "order", YES, "k is order"),
    (["order", "refund"], "refund", YES, "k is refund"),
    (["order", "refund"], "invoice", NO, "k is order or refund: it is invoice"),
    (["order"], "Order", NO, "k is order: it is Order"),
    ([100], 100, YES, "k is 100"),
    ([100], 100.0, YES, "k is 100"),
    ([301.5], 3.015e2, YES, "k is 301.5"),
    ([100], "100", NO, 'k is 100: it is "100"'),
    (["100"], 100, NO, 'k is "100": it is 100'),
    ([1], True, NO, "k is 1: it is true"),
    ([True], True, YES, "k is true"),
    ([True], 1, NO, "k is true: it is 1"),
    ([None], None, YES, "k is null"),
    ([False], None, NO, "k is false: it is null"),
    ([{"prefix": "bas"}], "baseball", YES, "k starts with bas"),
    ([{"prefix": "bas"}], "rugby", NO, "k starts with bas: it is rugby"),
    ([{"prefix": "1"}], 100, NO, 'k starts with "1": it is 100'),
    ([{"suffix": "ball"}], "baseball", YES, "k ends with ball"),
    ([{"suffix": "ball"}], "ballet", NO, "k ends with ball: it is ballet"),
    ([{"wildcard": "*ball"}], "baseball", YES, "k is like *ball"),
    ([{"wildcard": "b*b*l"}], "baseball", YES, "k is like b*b*l"),
    ([{"wildcard": "b*b*b*l"}], "baseball", NO, "k is like b*b*b*l: it is baseball"),
    ([{"wildcard": "ab*ba"}], "aba", NO, "k is like ab*ba: it is aba"),
    ([{"equals-ignore-case": "TENNIS"}], "Tennis", YES, "k is TENNIS in any case"),
    ([{"equals-ignore-case": "tennis"}], "tenni", NO, "k is tennis in any case: it is tenni"),
    ([{"anything-but": "rugby"}], "tennis", YES, "k is not rugby"),
    ([{"anything-but": "rugby"}], "rugby", NO, "k is not rugby: it is rugby"),
    ([{"anything-but": ["rugby", "tennis"]}], "tennis", NO, "k is neither rugby nor tennis: it is tennis"),
    ([{"anything-but": [100, 500]}], 101, YES, "k is neither 100 nor 500"),
    ([{"anything-but": 100}], 100, NO, "k is not 100: it is 100"),
    ([{"anything-but": 100}], "100", YES, "k is not 100"),
    ([{"anything-but": {"prefix": "order-"}}], "ticket", YES, "k does not start with order-"),
    ([{"anything-but": {"prefix": "order-"}}], "order-5", NO, "k does not start with order-: it is order-5"),
    ([{"anything-but": {"suffix": "ball"}}], "rugby", YES, "k does not end with ball"),
    ([{"anything-but": {"wildcard": "*u*"}}], "rugby", NO, "k is not like *u*: it is rugby"),
    ([{"anything-but": {"equals-ignore-case": "rugby"}}], "RUGBY", NO, "k is not rugby in any case: it is RUGBY"),
    ([{"numeric": ["=", 301.5]}], 301.5, YES, "k = 301.5"),
    ([{"numeric": ["<", 0]}], -0.1, YES, "k < 0"),
    ([{"numeric": ["<", 0]}], 0, NO, "k < 0: it is 0"),
    ([{"numeric": [">=", 500]}], 129, NO, "k ≥ 500: it is 129"),
    ([{"numeric": [">", 0, "<=", 150]}], 150, YES, "k > 0 and ≤ 150"),
    ([{"numeric": [">", 0, "<=", 150]}], 0, NO, "k > 0 and ≤ 150: it is 0"),
    ([{"numeric": [">", 0]}], "5", NO, 'k > 0: it is "5"'),
    ([{"exists": True}], "", NO, 'k exists: it is ""'),
    ([{"exists": True}], 0, YES, "k exists"),
    ([{"exists": True}], None, NO, "k exists: it is null"),
    ([{"exists": False}], "acme", NO, "k is absent: it is acme"),
    ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", YES, "k is in 10.0.0.0/24"),
    ([{"cidr": "10.0.0.0/24"}], "10.0.1.0", NO, "k is in 10.0.0.0/24: it is 10.0.1.0"),
    ([{"cidr": "2001:db8::/32"}], "2001:db8:1::7", YES, "k is in 2001:db8::/32"),
    ([{"cidr": "2001:db8::/32"}], "10.0.0.1", NO, "k is in 2001:db8::/32: it is 10.0.0.1"),
    ([{"cidr": "10.0.0.0/24"}], "no address", NO, 'k is in 10.0.0.0/24: it is "no address"'),
    (["order", {"prefix": "re"}], "refund", YES, "k starts with re"),
]


@pytest.mark.parametrize(("conditions", "value", "answer", "reason"), OPERATORS)
def test_an_operator_on_a_value_of_the_body(conditions: list[Any], value: Any, answer: Answer, reason: str) -> None:
    assert by_body({"k": conditions}, {"k": value, "other": 1}) == Verdict(answer, reason)


@pytest.mark.parametrize(("conditions", "value", "answer", "reason"), OPERATORS)
def test_an_attribute_is_judged_as_the_same_value_in_a_body(
    conditions: list[Any], value: Any, answer: Answer, reason: str
) -> None:
    if isinstance(value, str):
        attribute = string(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        attribute = number(str(value))
    else:
        attribute = array(value)
    assert by_attributes({"k": conditions}, k=attribute, other=string("x")) == Verdict(answer, reason)


@pytest.mark.parametrize(("conditions", "values", "answer", "reason"), [
    (["rugby"], ["soccer", "rugby"], YES, "k is rugby"),
    (["rugby"], ["soccer", "tennis"], NO, "k is rugby: it is [soccer, tennis]"),
    ([{"numeric": [">", 90]}], ["soccer", 100], YES, "k > 90"),
    ([{"prefix": "ru"}], ["soccer", "rugby"], YES, "k starts with ru"),
    ([{"anything-but": ["rugby"]}], ["soccer", "tennis"], YES, "k is not rugby"),
    ([{"anything-but": ["rugby"]}], ["rugby", "rugby"], NO, "k is not rugby: it is [rugby, rugby]"),
    ([{"exists": True}], [None, "x"], YES, "k exists"),
    ([{"exists": True}], [], NO, "k exists: it is an empty array"),
    (["rugby"], [], NO, "k is rugby: it is an empty array"),
    (["e"], ["a", "b", "c", "d", "f", "g"], NO, "k is e: it is [a, b, c, d, 2 more]"),
])  # fmt: skip
def test_one_element_of_an_array_is_enough(conditions: list[Any], values: Any, answer: Answer, reason: str) -> None:
    assert by_body({"k": conditions}, {"k": values}) == Verdict(answer, reason)
    assert by_attributes({"k": conditions}, k=array(*values)) == Verdict(answer, reason)


@pytest.mark.parametrize(("conditions", "value", "why"), [
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby", "baseball"], "contradicts itself on arrays"),
    ([{"anything-but": ["rugby"]}], [], "null or empty"),
    ([{"anything-but": ["rugby"]}], None, "null or empty"),
    ([{"anything-but": {"prefix": "a"}}], 5, "no string"),
    ([{"numeric": ["=", 1.000001]}], 1.000002, "five decimals"),
    ([{"numeric": [">", 0]}], 2e9, "up to ±1,000,000,000"),
    ([{"equals-ignore-case": "strasse"}], "straße", "folds"),
    ([{"wildcard": r"a\*b"}], "a*b", "backslash"),
    ([{"exists": False}], None, "null or empty"),
    ([{"exists": False}], "", "null or empty"),
    ([{"exists": True}], {"inner": 1}, "leaves only"),
])  # fmt: skip
def test_what_aws_leaves_open_cannot_be_told(conditions: list[Any], value: Any, why: str) -> None:
    verdict = by_body({"k": conditions}, {"k": value, "other": 1})
    assert verdict.answer is CANNOT_TELL
    assert why in verdict.reason


@pytest.mark.parametrize(("attribute", "why"), [
    (string('say "hi"'), "escaped twice"),
    (Attribute("Number.int", "5"), "does not say how it compares the type Number.int"),
    (Attribute("String.Array", "[nope"), "no JSON array"),
    (array({"a": 1}), "neither strings"),
    (number("five"), "five is no number"),
])  # fmt: skip
def test_an_attribute_that_aws_says_nothing_of_cannot_be_told(attribute: Attribute, why: str) -> None:
    verdict = by_attributes({"k": ["order", 5]}, k=attribute)
    assert verdict.answer is CANNOT_TELL
    assert why in verdict.reason


def test_a_malformed_array_puts_a_yes_by_other_attributes_in_doubt() -> None:
    broken = Attribute("String.Array", "nope")
    assert by_attributes({"type": ["order"]}, type=string("order"), tags=broken) == Verdict(
        CANNOT_TELL, "tags is no JSON array, for which SNS may filter the message out"
    )
    assert by_attributes({"type": ["order"]}, type=string("refund"), tags=broken).answer is NO


def test_binary_attributes_are_as_good_as_absent() -> None:
    binary = Attribute("Binary", b"order")
    assert by_attributes({"k": ["order"]}, k=binary) == Verdict(NO, "attribute k is absent")
    assert by_attributes({"k": [{"exists": False}]}, k=binary, other=string("x")).answer is YES
    assert by_attributes({"k": [{"exists": False}]}, k=binary).answer is CANNOT_TELL


@pytest.mark.parametrize("value", ['say "yes"', "C:\\temp"])
def test_a_text_with_a_quote_or_a_backslash_is_there_whatever_it_is_compared_as(value: str) -> None:
    assert by_attributes({"k": [{"exists": True}]}, k=string(value)) == Verdict(YES, "k exists")
    verdict = by_attributes({"k": [{"exists": False}]}, k=string(value))
    assert verdict.answer is NO
    assert verdict.reason.startswith("k is absent: it is ")
    assert "twice" not in verdict.reason
    for condition in (value, {"prefix": value[:1]}, {"anything-but": ["x"]}):
        verdict = by_attributes({"k": [condition]}, k=string(value))
        assert verdict.answer is CANNOT_TELL
        assert "a quote or a backslash" in verdict.reason


def test_a_key_must_be_absent_from_something() -> None:
    policy = {"tenant": [{"exists": False}]}
    assert by_attributes(policy, other=string("x")) == Verdict(YES, "attribute tenant is absent")
    assert by_attributes(policy) == Verdict(
        NO, "attribute tenant is absent, but so is every attribute, and one there must be"
    )
    assert by_body(policy, {"other": 1}) == Verdict(YES, "body key tenant is absent")
    assert by_body(policy, {}).answer is CANNOT_TELL


def test_an_absent_key_fits_nothing_else() -> None:
    for condition in ("x", {"prefix": "x"}, {"anything-but": ["x"]}, {"exists": True}, {"numeric": [">", 0]}):
        assert by_body({"tenant": [condition]}, {"other": 1}) == Verdict(NO, "body key tenant is absent")


def test_all_keys_must_fit_and_the_first_that_does_not_is_said() -> None:
    policy = {"type": ["order"], "total": [{"numeric": [">=", 500]}]}
    assert by_body(policy, {"type": "order", "total": 500}) == Verdict(YES, "type is order and total ≥ 500")
    assert by_body(policy, {"type": "order", "total": 129}) == Verdict(NO, "total ≥ 500: it is 129")
    assert by_body(policy, {"type": "refund", "total": 129}) == Verdict(NO, "type is order: it is refund")


def test_a_key_that_does_not_fit_decides_over_one_that_cannot_be_told() -> None:
    policy = {"tags": [{"anything-but": ["a"]}], "type": ["order"]}
    assert by_body(policy, {"tags": ["a", "b"], "type": "order"}).answer is CANNOT_TELL
    assert by_body(policy, {"tags": ["a", "b"], "type": "refund"}) == Verdict(NO, "type is order: it is refund")


def test_one_side_of_or_must_fit() -> None:
    policy = {"source": ["a"], "$or": [{"name": ["x"]}, {"space": ["y"], "kind": ["z"]}]}
    assert by_body(policy, {"source": "a", "name": "x"}) == Verdict(YES, "source is a and name is x")
    assert by_body(policy, {"source": "a", "space": "y", "kind": "z"}).answer is YES
    assert by_body(policy, {"source": "a", "space": "y"}) == Verdict(
        NO, "(name is x or space is y and kind is z): neither holds"
    )
    assert by_body(policy, {"source": "b", "name": "x"}).answer is NO


def test_or_with_one_side_or_an_operator_in_it_is_a_name_like_any_other() -> None:
    assert by_body({"$or": ["x"]}, {"$or": "x"}).answer is YES
    assert by_body({"$or": [{"prefix": "a"}, {"suffix": "b"}]}, {"$or": "ab"}).answer is YES


def test_the_reason_is_short_and_printable_whatever_the_message() -> None:
    verdict = by_body({"k" * 500: ["v" * 500], "z": ["x"]}, {"k" * 500: "\x1b[2J\u202e" + "y" * 5000})
    assert verdict.answer is NO
    assert len(verdict.reason) < 200
    assert "\x1b" not in verdict.reason
    assert "\u202e" not in verdict.reason
