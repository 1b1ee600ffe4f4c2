"""How policies reach into message bodies: nesting, names with dots, arrays of objects, and what is no JSON."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from sqsview.domain.access import Answer, Verdict
from sqsview.domain.filter_policy import BODY, Judged, compile_policy

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL


def judged(policy: dict[str, Any], body: str) -> Verdict:
    return compile_policy(json.dumps(policy), BODY).judge(Judged(body))


def answer(policy: dict[str, Any], body: Any) -> Answer:
    return judged(policy, json.dumps(body)).answer


def test_a_nested_key_is_said_with_its_path() -> None:
    policy = {"detail": {"state": {"code": ["running"]}}}
    assert judged(policy, '{"detail": {"state": {"code": "running"}}}') == Verdict(YES, "detail.state.code is running")
    assert judged(policy, '{"detail": {"state": 5}}') == Verdict(NO, "body key detail.state.code is absent")


@pytest.mark.parametrize("policy", [{"a.b.c": ["x"]}, {"a": {"b.c": ["x"]}}, {"a.b": {"c": ["x"]}}])
@pytest.mark.parametrize("body", [{"a.b.c": "x"}, {"a": {"b": {"c": "x"}}}, {"a.b": {"c": "x"}}, {"a": {"b.c": "x"}}])
def test_a_dot_in_a_name_and_nesting_are_one(policy: dict[str, Any], body: dict[str, Any]) -> None:
    assert answer(policy, body) is YES


@pytest.mark.parametrize(("policy", "body"), [({"": ["x"]}, {"": "x"}), ({"a.": ["x"]}, {"a": {"": "x"}}),
                                              ({"": {"a": ["x"]}}, {"": {"a": "x"}})])  # fmt: skip
def test_empty_names_are_names(policy: dict[str, Any], body: dict[str, Any]) -> None:
    assert answer(policy, body) is YES


RECORDS = {"Records": {"s3": {"object": {"key": [{"prefix": "auto-"}]}}, "eventName": [{"prefix": "ObjectCreated:"}]}}


def record(key: str, event: str) -> dict[str, Any]:
    return {"eventName": event, "s3": {"object": {"key": key}}}


def test_arrays_are_looked_through_for_the_objects_in_them() -> None:
    put, removed = record("auto-1", "ObjectCreated:Put"), record("home-1", "ObjectRemoved:Delete")
    assert answer(RECORDS, {"Records": [put]}) is YES
    assert answer(RECORDS, {"Records": [[removed], [put]]}) is YES
    assert answer(RECORDS, {"Records": [removed]}) is NO


def test_a_yes_from_different_elements_of_an_array_cannot_be_told() -> None:
    apart = [record("auto-1", "ObjectRemoved:Delete"), record("home-1", "ObjectCreated:Put")]
    verdict = judged(RECORDS, json.dumps({"Records": apart}))
    assert verdict.answer is CANNOT_TELL
    assert answer(RECORDS, {"Records": [*apart, record("auto-2", "ObjectCreated:Put")]}) is YES


def test_different_arrays_need_not_agree() -> None:
    policy = {"a": {"x": ["1"]}, "b": {"y": ["2"]}}
    assert answer(policy, {"a": [{"x": "0"}, {"x": "1"}], "b": [{"y": "2"}, {"y": "3"}]}) is YES


def test_an_object_is_no_value() -> None:
    assert judged({"k": ["x"]}, '{"k": {"x": 1}}') == Verdict(NO, "k is x: it is an object")


@pytest.mark.parametrize(
    "body", ["", "text", '"text"', "[1]", "null", "5", "{", '{"k": NaN}', '{"k": "x"} tail', "\ufeff{}"]
)
def test_a_body_that_is_no_json_object_fits_no_policy(body: str) -> None:
    assert judged({"k": ["x", {"exists": False}]}, body) == Verdict(NO, "the body is no JSON object")


def test_a_body_of_any_depth_has_an_answer() -> None:
    deep = '{"a":' * 10_000 + "1" + "}" * 10_000
    assert judged({"a": ["x"]}, deep).answer is CANNOT_TELL
    assert judged({"a": ["x"]}, "[" * 10_000 + "]" * 10_000).answer is CANNOT_TELL
    nested = '{"a":' + "[" * 500 + '{"b": "x"}' + "]" * 500 + "}"
    assert judged({"a": {"b": ["x"]}}, nested).answer is YES


LONE = '{"k": "\\ud800", "\\udfff": 1}'
HUGE = "1" * 6000


def test_lone_surrogates_and_huge_numbers_are_values() -> None:
    assert judged({"k": ["\ud800"]}, LONE).answer is YES
    assert judged({"k": ["x"]}, LONE) == Verdict(NO, "k is x: it is <U+D800>")
    assert judged({"k": [5, {"numeric": [">", 5]}]}, f'{{"k": {HUGE}}}').answer is CANNOT_TELL
    assert judged({"k": [5]}, f'{{"k": -{HUGE}}}').answer is NO


@pytest.mark.parametrize("body", [
    json.dumps({"k": "a" * 1_000_000}),
    json.dumps({"k": ["a" * 9] * 80_000}),
    json.dumps({"k": [{"a": "x", "b": "y"}] * 50_000}),
    json.dumps({f"k{number}": number for number in range(60_000)}),
    json.dumps({"a": [{"a": [{"a": "x"}] * 100}] * 100}),
], ids=["one string", "an array", "objects", "keys", "arrays in arrays"])  # fmt: skip
def test_a_large_body_is_judged_by_many_policies_at_once(body: str) -> None:
    policies = [
        compile_policy(json.dumps(each), BODY)
        for number in range(40)
        for each in (
            {"k": [{"wildcard": f"*a*a*{number}"}, {"anything-but": {"wildcard": "*b*b*"}}]},
            {"k": {"a": ["x"], "b": [{"prefix": str(number)}, "z"]}},
            {"a": {"a": {"a": [str(number), "x"]}}, "a.a.a.a": [{"exists": False}]},
            {".".join("a" * 2000): [{"exists": True}]},
        )
    ]
    message = Judged(body)
    started = time.process_time()
    for policy in policies:
        policy.judge(message)
    assert time.process_time() - started < 4


def test_more_values_than_are_judged_leave_a_no_open() -> None:
    body = {"k": [f"v{number}" for number in range(5000)]}
    assert answer({"k": ["v10"]}, body) is YES
    assert answer({"k": ["other"]}, body) is CANNOT_TELL


def test_a_search_for_elements_that_fit_together_ends() -> None:
    keys = [f"k{number}" for number in range(5)]
    elements = [{key: "x" for key in keys if key != left_out} for left_out in keys for _ in range(100)]
    started = time.process_time()
    assert answer({"list": {key: ["x"] for key in keys}}, {"list": elements}) is CANNOT_TELL
    assert time.process_time() - started < 2
