"""Single values as they are typed: units, words, JSON, and what is said of those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.creating.tags import check_tags, read_tags
from sqsview.domain.creating.values import (
    ValueFault,
    access_policy,
    json_object,
    octets,
    one_of,
    same,
    seconds,
    switch,
    whole,
    words,
)

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "value"),
    [("30", "30"), ("30 s", "30"), ("5min", "300"), ("12 h", "43200"), ("1 hour", "3600"), ("1,200", "1200")],
)
def test_a_span_has_a_unit_or_is_in_seconds(text: str, value: str) -> None:
    assert seconds(0, 43_200)(text) == value


def test_days_are_understood_up_to_the_limit() -> None:
    read = seconds(60, 14 * DAY)
    assert read("14 days") == read("14 d") == str(14 * DAY)
    with pytest.raises(ValueFault, match=r'"15 days" is out of bounds: from 1 min to 14 days'):
        read("15 days")


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5 h", "1 fortnight", "1 2", "1,2,3", "9" * 40])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueFault, match="from 0 s to 12 h"):
        seconds(0, 43_200)(text)


def test_a_size_has_a_unit_or_is_in_bytes() -> None:
    read = octets(1024, 1024**2)
    assert [read(text) for text in ("1024", "256 KiB", "1 MiB", "1mb")] == ["1024", "262144", "1048576", "1048576"]
    with pytest.raises(ValueFault, match="from 1 KiB to 1 MiB"):
        read("2 MiB")


@given(st.text())
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for read in (seconds(0, 900), octets(1, 9), whole(1, 9), switch, one_of({"a": "A"}), words(20), json_object(99)):
        try:
            assert isinstance(read(text), str)
        except ValueFault as fault:
            assert len(str(fault)) < 300
        else:
            continue
    try:
        check_tags(read_tags(text))
    except ValueFault as fault:
        assert len(str(fault)) < 300


def test_a_switch_and_a_choice_take_any_case() -> None:
    assert [switch(text) for text in ("yes", "TRUE", "No", "off")] == ["true", "true", "false", "false"]
    assert one_of({"queue": "queue", "messageGroup": "messageGroup"})("messagegroup") == "messageGroup"
    with pytest.raises(ValueFault, match="is none of attributes, body"):
        one_of({"attributes": "MessageAttributes", "body": "MessageBody"})("head")


def test_an_access_policy_is_json_with_statements_that_allow_or_deny() -> None:
    read = access_policy(200, 2)
    assert read('{"Statement": [{"Effect": "Allow"}]}') == '{"Statement":[{"Effect":"Allow"}]}'
    for text, said in (
        ("{", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ("{}", "no list of statements"),
        ('{"Statement": [{"Effect": "allow"}]}', "statement 1: Effect is Allow or Deny"),
        ('{"Statement": [{"Effect": "Deny"}, {"Effect": "Deny"}, {"Effect": "Deny"}]}', "2 are allowed"),
        ('{"Statement": [{"Effect": "Allow", "Sid": "' + "x" * 200 + '"}]}', "200 are allowed"),
    ):
        with pytest.raises(ValueFault, match=said):
            read(text)


def test_json_is_the_same_however_it_is_written() -> None:
    assert same('{"a": 1}', '{ "a":1 }') and same("x", "x")
    assert not same('{"a": 1}', '{"a": 2}') and not same("30", "30 s") and not same("{", '{"a": 1}')


def test_tags_are_pairs_and_none_is_there_twice_or_awss_own() -> None:
    assert read_tags("team=shop, stage = test,") == {"team": "shop", "stage": "test"}
    assert read_tags("empty=") == {"empty": ""}
    for text, said in (
        ("team", "is no tag"), ("a=1, a=2", "is there twice"), ("aws:x=1", "AWS's own"), ("=x", "has no key"),
        ("a=" + "x" * 257, "values up to 256"), (",".join(f"k{n}=v" for n in range(51)), "50 are allowed"),
    ):  # fmt: skip
        with pytest.raises(ValueFault, match=said):
            read_tags(text)
