"""What holds of every policy and every message: the laws of AND and OR, and each operator against a plain oracle."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, Judged, PolicyFault, compile_policy
from sqsview.domain.filter_policy.conditions import glob
from sqsview.domain.filter_policy.logic import all_of, any_of, negated
from sqsview.domain.message import Attribute
from sqsview.domain.text import CONTROL, printable

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL

ANSWERS = st.lists(st.sampled_from([YES, NO, CANNOT_TELL]), min_size=1, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab.", max_size=3), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.text("ab*", max_size=5)
NUMBERS = st.integers(-20, 20) | st.integers(-20, 20).map(lambda each: each / 4)
SCALARS = WORDS | NUMBERS | st.booleans() | st.none()
BOUNDS = st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), NUMBERS).map(list)
RANGES = st.tuples(st.sampled_from([">", ">="]), NUMBERS, st.sampled_from(["<", "<="]), NUMBERS).map(list)
PATTERNS = st.sampled_from(["prefix", "suffix", "wildcard", "equals-ignore-case"])
CONDITIONS = st.one_of(
    SCALARS,
    st.builds(lambda form, text: {form: text}, PATTERNS, WORDS),
    st.builds(lambda bound: {"numeric": bound}, BOUNDS | RANGES),
    st.builds(lambda wanted: {"exists": wanted}, st.booleans()),
    st.builds(lambda excluded: {"anything-but": excluded}, st.lists(WORDS, min_size=1, max_size=3) | NUMBERS | WORDS),
    st.builds(lambda form, text: {"anything-but": {form: text}}, PATTERNS, WORDS),
    st.just({"cidr": "10.0.0.0/8"}),
)
RULES = st.dictionaries(st.sampled_from("abcd"), st.lists(CONDITIONS, min_size=1, max_size=3), min_size=1, max_size=3)
POLICIES = st.recursive(
    RULES,
    lambda inner: (
        st.dictionaries(st.sampled_from("abcd"), inner, min_size=1, max_size=2)
        | st.builds(lambda sides: {"$or": sides}, st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=5,
)
BODIES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "a.b", "b.c"]),
    SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.sampled_from("abc"), SCALARS, max_size=3)
    | st.lists(st.dictionaries(st.sampled_from("abc"), SCALARS, max_size=3), max_size=3),
    max_size=4,
)  # fmt: skip


def answer(policy: Any, body: Any) -> Answer | None:
    """Judge, or give None where the policy is not valid, as a range that is upside down."""
    try:
        compiled = compile_policy(json.dumps(policy), BODY)
    except PolicyFault:
        return None
    return compiled.judge(Judged(json.dumps(body))).answer


def one(condition: Any, value: Any) -> Answer | None:
    return answer({"k": [condition]}, {"k": value})


@given(ANSWERS)
def test_and_and_or_are_kleenes(answers: list[Answer]) -> None:
    assert all_of(answers) is min(answers, key=[NO, CANNOT_TELL, YES].index)
    assert any_of(answers) is max(answers, key=[NO, CANNOT_TELL, YES].index)
    assert negated(all_of(answers)) is any_of(negated(each) for each in answers)


@given(st.lists(RULES, min_size=2, max_size=3), BODIES)
def test_or_is_the_or_of_its_sides(sides: list[Any], body: Any) -> None:
    parts = [answer(side, body) for side in sides]
    if None not in parts:
        assert answer({"$or": sides}, body) is any_of(each for each in parts if each is not None)


@given(RULES, st.dictionaries(st.sampled_from("abc"), SCALARS | st.lists(SCALARS, max_size=3), max_size=4))
def test_a_policy_is_the_and_of_its_keys(rules: dict[str, Any], body: Any) -> None:
    parts = [answer({key: wanted}, body) for key, wanted in rules.items()]
    if None not in parts:
        assert answer(rules, body) is all_of(each for each in parts if each is not None)


@given(st.lists(CONDITIONS, min_size=1, max_size=4), BODIES)
def test_a_key_is_the_or_of_its_conditions(conditions: list[Any], body: Any) -> None:
    parts = [answer({"a": [each]}, body) for each in conditions]
    if None not in parts:
        assert answer({"a": conditions}, body) is any_of(each for each in parts if each is not None)


@given(POLICIES, BODIES)
def test_the_order_of_keys_does_not_matter(policy: dict[str, Any], body: dict[str, Any]) -> None:
    turned = dict(reversed(policy.items()))
    assert answer(policy, body) is answer(turned, dict(reversed(body.items())))


@given(WORDS.filter(lambda each: "\\" not in each), WORDS)
def test_patterns_do_what_python_does(pattern: str, text: str) -> None:
    assert one({"prefix": pattern}, text) is (YES if text.startswith(pattern) else NO)
    assert one({"suffix": pattern}, text) is (YES if text.endswith(pattern) else NO)
    oracle = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    assert one({"wildcard": pattern}, text) is (YES if oracle.fullmatch(text) else NO)


@given(st.text("ab*", max_size=7), st.text("ab", max_size=12))
def test_stars_match_as_in_file_names(pattern: str, text: str) -> None:
    assert glob(pattern.split("*"), text) is fnmatch.fnmatchcase(text, pattern)


@given(NUMBERS, NUMBERS)
def test_one_bound_does_what_python_does(value: float, bound: float) -> None:
    holds = {"=": value == bound, "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}
    for sign, expected in holds.items():
        assert one({"numeric": [sign, bound]}, value) is (YES if expected else NO)
        assert _by_attribute({"numeric": [sign, bound]}, Attribute("Number", str(value))) is (YES if expected else NO)


@given(NUMBERS, RANGES)
def test_an_interval_does_what_python_does(value: float, bounds: list[Any]) -> None:
    first, low, second, high = bounds
    if low >= high:
        assert one({"numeric": bounds}, value) is None
        return
    above = value > low or (first == ">=" and value == low)
    below = value < high or (second == "<=" and value == high)
    assert one({"numeric": bounds}, value) is (YES if above and below else NO)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e9, 1e9, allow_nan=False))
def test_an_interval_is_never_told_wrong_for_any_number(value: float, bound: float) -> None:
    if one({"numeric": [">", bound]}, value) is YES:
        assert value > bound
    if one({"numeric": [">", bound]}, value) is NO:
        assert value <= bound


@given(st.lists(SCALARS, min_size=1, max_size=3), SCALARS)
def test_exact_values_are_equal_in_type_and_value(wanted: list[Any], value: Any) -> None:
    def same(one: Any, other: Any) -> bool:
        return isinstance(one, bool) is isinstance(other, bool) and one == other

    assert answer({"k": wanted}, {"k": value}) is (YES if any(same(each, value) for each in wanted) else NO)


@given(st.lists(WORDS, min_size=1, max_size=3), SCALARS.filter(lambda each: each is not None))
def test_anything_but_is_the_opposite_of_exact(excluded: list[str], value: Any) -> None:
    exact = answer({"k": list(excluded)}, {"k": value})
    assert exact is not None
    assert one({"anything-but": excluded}, value) is negated(exact)


@given(POLICIES | JSON, BODIES | JSON, st.sampled_from([ATTRIBUTES, BODY]))
def test_whatever_compiles_judges_everything_in_one_printable_line(policy: Any, body: Any, scope: str) -> None:
    try:
        compiled = compile_policy(json.dumps(policy), scope)
    except PolicyFault as fault:
        assert CONTROL.search(str(fault)) is None
        return
    verdict = compiled.judge(Judged(json.dumps(body), {"a": Attribute("String.Array", json.dumps(body))}))
    assert verdict.reason
    assert printable(verdict.reason) == verdict.reason


@given(st.text(), st.text(), st.text())
def test_any_text_is_a_policy_or_a_fault_and_never_an_error(policy: str, body: str, value: str) -> None:
    for scope in (ATTRIBUTES, BODY):
        try:
            compiled = compile_policy(policy, scope)
        except PolicyFault:
            continue
        compiled.judge(Judged(body, {"a": Attribute("Number", value), "b": Attribute("String.Array", value)}))


@given(CONDITIONS, SCALARS)
def test_wrapping_in_objects_and_arrays_changes_nothing(condition: Any, value: Any) -> None:
    plain = one(condition, value)
    assert answer({"x": {"k": [condition]}}, {"x": {"k": value}}) is plain
    assert answer({"x.k": [condition]}, {"x": [[{"k": value}]]}) is plain


def _by_attribute(condition: Any, attribute: Attribute) -> Answer:
    return compile_policy(json.dumps({"k": [condition]})).judge(Judged("x", {"k": attribute})).answer
