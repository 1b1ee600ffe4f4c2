"""What is refused in a filter policy, in the words of AWS where they are known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, Judged, PolicyFault, compile_policy


def fault(policy: Any, scope: str = ATTRIBUTES, *, as_new: bool = True) -> str:
    text = policy if isinstance(policy, str) else json.dumps(policy)
    with pytest.raises(PolicyFault) as caught:
        compile_policy(text, scope, as_new=as_new)
    return str(caught.value)


@pytest.mark.parametrize(("conditions", "said"), [
    ([], "Empty arrays are not allowed"),
    ([["value"]], "Match value must be String, number, true, false, or null"),
    ([{"wrong-operator": True}], "Unrecognized match type wrong-operator"),
    ([{"suffix": "a", "prefix": "b"}], "Only one key allowed in match expression"),
    ([{}], "Only one key allowed in match expression"),
    ([{"suffix": 100}], "suffix match pattern must be a string"),
    ([{"prefix": None}], "prefix match pattern must be a string"),
    ([{"wildcard": ["a"]}], "wildcard match pattern must be a string"),
    ([{"equals-ignore-case": True}], "equals-ignore-case match pattern must be a string"),
    ([{"exists": "no"}], "exists match pattern must be either true or false."),
    ([{"numeric": []}], "Invalid member in numeric match: ]"),
    ([{"numeric": ["operator"]}], "Unrecognized numeric range operator: operator"),
    ([{"numeric": [1, "<="]}], "Invalid member in numeric match: 1"),
    ([{"numeric": ["=", "000"]}], "Value of equals must be numeric"),
    ([{"numeric": ["=", True]}], "Value of equals must be numeric"),
    ([{"numeric": [">="]}], "Value of >= must be numeric"),
    ([{"numeric": ["<", 100, ">", 10]}], "Too many elements in numeric expression"),
    ([{"numeric": [">=", 1, ">", 2]}], "Bad numeric range operator: >"),
    ([{"numeric": [">", 3, "<", 1]}], "Bottom must be less than top"),
    ([{"numeric": [">", 3, "<", 3]}], "Bottom must be less than top"),
    ([{"numeric": [">", 20, "<="]}], "Value of <= must be numeric"),
    ([{"numeric": [">", 20, 30]}], "Bad value in numeric range: 30"),
    ([{"numeric": [">", 20, "test"]}], "Bad numeric range operator: test"),
    ([{"numeric": [">", "20", "<", "30"]}], "Value of > must be numeric"),
    ([{"numeric": [">", 20, "<", "30"]}], "Value of < must be numeric"),
    ([{"numeric": [">", 20, "<", 30, "<", 50]}], "Too many terms in numeric range expression"),
    ([{"anything-but": {"wrong": None}}], "Unsupported anything-but pattern: wrong"),
    ([{"anything-but": {"exists": False}}], "Unsupported anything-but pattern: exists"),
    ([{"anything-but": {"prefix": False}}], "prefix match pattern must be a string"),
    ([{"anything-but": []}], "Empty arrays are not allowed"),
    ([{"cidr": "10.0.0.1"}], "Malformed CIDR, one '/' required"),
    ([{"cidr": "10.0.0.0/x"}], "Malformed CIDR, mask bits must be an integer"),
    ([{"cidr": "10.0.0/24"}], "Nonstandard IP address: 10.0.0"),
    ([{"cidr": "10.0.0.0/99"}], "Nonstandard IP address: 10.0.0.0"),
    ("value", '"key" must be an object or an array'),
    ({"suffix": "value"}, "Filter policy scope MessageAttributes does not support nested filter policy"),
])  # fmt: skip
def test_a_condition_of_no_form_that_aws_knows(conditions: Any, said: str) -> None:
    assert fault({"key": conditions}, as_new=False) == said


@pytest.mark.parametrize(("text", "said"), [
    ("{", "failed to parse JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ("[1]", "Filter is not an object"),
    ('{"a": NaN}', "failed to parse JSON: NaN is no JSON"),
    ('{"a": ["x"], "a": ["y"]}', "Duplicate field a"),
    ('{"a": {"b": ' * 5000 + "1" + "}}" * 5000, "the filter policy is nested too deeply"),
    ('{"a":' * 150 + '["x"]' + "}" * 150, "the filter policy is nested too deeply"),
])  # fmt: skip
def test_a_document_that_is_no_policy(text: str, said: str) -> None:
    assert fault(text, BODY, as_new=False) == said


def test_an_empty_object_below_the_top_is_refused() -> None:
    assert fault({"a": {}}, BODY) == "Empty objects are not allowed"
    assert fault({"$or": [{}, {"a": ["x"]}]}) == "Empty objects are not allowed"


def test_an_unknown_scope_is_refused() -> None:
    assert fault({}, "Random").startswith("Invalid value [Random]")


def test_a_fault_is_one_short_printable_line() -> None:
    said = fault({"key": [{"\x1b[2J" + "x" * 5000: 1}]})
    assert said.startswith("Unrecognized match type ␛[2J")
    assert len(said) < 200


LIMITS: list[tuple[dict[str, Any], str, str]] = [
    ({f"k{number}": ["x"] for number in range(6)}, ATTRIBUTES, "Filter policy can not have more than 5 keys"),
    ({"k": [f"v{number}" for number in range(151)]}, ATTRIBUTES, "Filter policy is too complex"),
    ({"a": ["x"] * 100, "b": ["x"] * 51}, ATTRIBUTES, "Filter policy is too complex"),
    ({"a": {"b": {"c": ["x"] * 4}}, "d": {"e": ["x"] * 3}, "f": ["x"] * 3}, BODY, "Filter policy is too complex"),
    (
        {
            "source": ["x"] * 4,
            "$or": [
                {"metric": ["x"] * 6},
                {"type": ["x"] * 4, "$or": [{"id": [1, 2, 3, 4]}, {"space": [1, 2, 3, 4]}]},
            ],
        },
        ATTRIBUTES,
        "Filter policy is too complex",
    ),
    ({"k": [{"wildcard": "*a*b*c*"}]}, ATTRIBUTES, "a wildcard pattern can not have more than 3 wildcards"),
    (
        {"k": [{"wildcard": f"*{number}*"} for number in range(6)]},
        ATTRIBUTES,
        "the wildcard patterns are too complex: 108 points, 100 are allowed",
    ),
    ({"k": [{"numeric": ["<", 1_000_000_001]}]}, ATTRIBUTES, "numbers can not be beyond ±1,000,000,000"),
    ({"k": [-1e10]}, ATTRIBUTES, "numbers can not be beyond ±1,000,000,000"),
    (
        {"k": [{"anything-but": ["a", 1]}]},
        ATTRIBUTES,
        "Inside anything but list, either all values are number or string, mixed type is not supported",
    ),
    (
        {"k": [{"anything-but": ["a", None]}]},
        ATTRIBUTES,
        "Inside anything but list, start|null|boolean is not supported.",
    ),
    ({"k": ["é" * 140_000]}, ATTRIBUTES, "Filter policy can not be larger than 262,144 bytes"),
]


@pytest.mark.parametrize(("policy", "scope", "said"), LIMITS, ids=[f"{place}" for place in range(len(LIMITS))])
def test_a_limit_is_a_fault_of_a_new_policy_and_a_remark_on_one_that_a_server_has(
    policy: dict[str, Any], scope: str, said: str
) -> None:
    text = json.dumps(policy, ensure_ascii=False)
    assert fault(text, scope) == said
    compiled = compile_policy(text, scope)
    assert said in compiled.limits
    assert compiled.judge(Judged("{}")).answer is Answer.NO


@pytest.mark.parametrize(("policy", "scope"), [
    ({f"k{number}": ["x"] for number in range(5)}, ATTRIBUTES),
    ({"k": [f"v{number}" for number in range(150)]}, ATTRIBUTES),
    ({"a": {"b": {"c": ["x"] * 4}}, "d": {"e": ["x"] * 3}}, BODY),
    ({"k": [{"wildcard": "*a*b*"}, {"wildcard": "a*"}]}, ATTRIBUTES),
    ({"k": [{"numeric": [">", -1e9, "<=", 1e9]}]}, ATTRIBUTES),
])  # fmt: skip
def test_what_is_just_within_the_limits_is_taken(policy: dict[str, Any], scope: str) -> None:
    assert compile_policy(json.dumps(policy), scope, as_new=True).limits == ()


def test_a_policy_with_thousands_of_keys_is_still_judged() -> None:
    many = {f"k{number}": ["x"] for number in range(5000)}
    compiled = compile_policy(json.dumps({"list": many}), BODY)
    assert compiled.judge(Judged(json.dumps({"list": [dict.fromkeys(many, "x")]}))).answer is Answer.CANNOT_TELL
