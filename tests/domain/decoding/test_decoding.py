"""Decoding: what is around a body is taken off step by step, and nothing that was written is lost."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import MOST_NESTED, Decoding, Step, decode
from sqsview.domain.message import Attribute
from tests.support.bodies import (
    ORDER,
    POINTER,
    TOPIC,
    WRAPPINGS,
    base64_of,
    envelope,
    fifo_envelope,
    gzipped,
    lambda_event,
    url_safe,
)

WRITTEN = json.dumps(ORDER)
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(st.text(max_size=8), VALUES, max_size=4) | st.lists(VALUES, max_size=4)


def texts(decoding: Decoding) -> list[str | None]:
    return [layer.text for layer in decoding.layers]


# -- any wrapping, in any order


@given(DOCUMENTS, st.lists(st.sampled_from(sorted(WRAPPINGS)), max_size=6), st.booleans())
def test_any_document_comes_out_of_any_wrappings(document: Any, wrappings: list[str], ascii: bool) -> None:
    body = written = json.dumps(document, ensure_ascii=ascii)
    for name in wrappings:
        body = WRAPPINGS[name](body)
    decoding = decode(body)
    found = [layer for layer in decoding.layers if layer.is_json and layer.value == document]
    assert found
    assert found[0].text == written


@given(st.text() | st.text(alphabet='{}[]":,\\ntrue01eE+-. ') | st.text(alphabet="ABCabc012+/-_=\n"))
def test_any_text_is_the_first_layer_of_itself_and_never_raises(body: str) -> None:
    decoding = decode(body)
    assert decoding.raw.text == body
    assert decoding.raw.step is Step.RAW
    assert decoding.steps == tuple(layer.step for layer in decoding.layers[1:])
    _ = decoding.value, decoding.binary, decoding.notes


@given(st.binary(max_size=300), st.integers(0, 3))
def test_any_bytes_in_base64_or_behind_the_signs_of_gzip_never_raise(data: bytes, cut: int) -> None:
    for body in (base64_of(data), base64_of(b"\x1f\x8b\x08\x00" + data), base64_of(b"\x78\x9c" + data)):
        assert decode(body[: len(body) - cut]).raw.text == body[: len(body) - cut]


def test_the_steps_are_named_and_each_keeps_its_text() -> None:
    packed = gzipped(WRITTEN)
    decoding = decode(envelope(json.dumps(packed)))
    assert decoding.steps == ("sns", "json", "base64", "gzip", "json")
    assert texts(decoding)[1:] == [json.dumps(packed), json.dumps(packed), None, WRITTEN, WRITTEN]
    assert decoding.value == ORDER


def test_a_plain_text_has_no_steps_and_is_its_own_value() -> None:
    assert decode("hello").steps == ()
    assert decode("hello").value == "hello"


def test_there_is_an_end_to_the_steps() -> None:
    body = "x"
    for _ in range(12):
        body = json.dumps(body)
    assert len(decode(body).layers) < 20
    for _ in range(30):
        body = gzipped(body)
    assert len(decode(body).layers) < 20


# -- JSON


@pytest.mark.parametrize(
    "written",
    ['{"n": 1.10}', '{"n": 1e400}', '{"a": "\\u00e9\\ud800"}', '{"a": 1, "a": 2}', "[ 1 ,2]", '{"n": NaN}'],
)
def test_numbers_escapes_and_repeated_keys_stay_as_they_were_written(written: str) -> None:
    decoding = decode(written)
    assert decoding.steps == ("json",)
    assert decoding.deepest.text == written


def test_a_number_of_too_many_digits_is_searched_as_text() -> None:
    digits = "9" * 5_000
    decoding = decode(f'{{"n": {digits}, "m": 3}}')
    assert decoding.value == {"n": digits, "m": 3}
    assert decoding.notes == ("a number of 5,000 digits is searched as text",)


def test_what_python_writes_and_json_does_not_know_is_said() -> None:
    decoding = decode('{"n": NaN, "i": -Infinity}')
    assert decoding.value == {"n": "NaN", "i": "-Infinity"}
    assert decoding.notes == ("not strict JSON: -Infinity is not a number there",)
    assert decode('{"n": "NaN"}').notes == ()


def test_a_value_can_always_be_written_as_json_again() -> None:
    for body in ('{"n": 1e999, "m": NaN}', "[" * MOST_NESTED + "]" * MOST_NESTED, '{"n": %s}' % ("1" * 9_999)):
        json.dumps(decode(body).value, allow_nan=False)


def test_a_byte_order_mark_does_not_hide_json() -> None:
    assert decode("\ufeff" + WRITTEN).value == ORDER


@pytest.mark.parametrize("body", ["42", "true", "null", "-1.5", "NaN"])
def test_bare_words_and_numbers_are_not_called_json(body: str) -> None:
    assert decode(body).steps == ()
    assert decode(body).value == body


def test_what_begins_like_an_object_and_is_none_says_where_it_breaks() -> None:
    assert decode('{"a": 1,\n "b"}').notes == ("not JSON: Expecting ':' delimiter at line 2, column 5",)
    assert decode("[INFO] started").notes == ()


# -- JSON in strings


def test_strings_that_are_json_become_part_of_the_document() -> None:
    inner = json.dumps({"b": json.dumps([1, 2.50])})
    decoding = decode(json.dumps({"a": inner, "c": "{not", "[1]": "x"}))
    assert decoding.steps == ("json", "json in strings")
    assert decoding.value == {"a": {"b": [1, 2.5]}, "c": "{not", "[1]": "x"}
    assert decoding.deepest.text == '{"a": {"b": [1, 2.5]}, "c": "{not", "[1]": "x"}'


def test_unfolding_changes_nothing_but_the_strings() -> None:
    written = r'{ "n":1.10, "a": "{\"x\": 1e400, \"x\": \"\\u00e9\"}" , "q": "say \"[no]\"" }'
    deepest = decode(written).deepest
    assert deepest.text == r'{ "n":1.10, "a": {"x": 1e400, "x": "\u00e9"} , "q": "say \"[no]\"" }'


def test_keys_that_look_like_json_are_left_alone() -> None:
    assert decode('{"{}": 1}').steps == ("json",)


def test_what_would_be_nested_too_deeply_stays_in_its_string() -> None:
    inner = "[" * 60 + "]" * 60
    assert decode("[" * 60 + json.dumps(inner) + "]" * 60).steps == ("json",)


# -- SNS


def test_the_envelope_keeps_what_sns_said() -> None:
    attributes = {
        "tenant": {"Type": "String", "Value": "acme"},
        "trace": {"Type": "Binary", "Value": "AAEC"},
        "broken": {"Type": "Binary", "Value": "?"},
        "odd": 5,
    }
    found = decode(envelope(WRITTEN, Subject="An order", MessageAttributes=attributes)).envelope
    assert found is not None
    assert (found.kind, found.topic, found.subject) == ("Notification", TOPIC, "An order")
    assert (found.id, found.timestamp) == ("22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "2026-01-11T13:46:40.000Z")
    assert found.attributes == {
        "tenant": Attribute("String", "acme"),
        "trace": Attribute("Binary", b"\x00\x01\x02"),
        "broken": Attribute("Binary", "?"),
    }


def test_envelopes_of_fifo_topics_have_a_sequence_number_and_no_signature() -> None:
    decoding = decode(fifo_envelope(WRITTEN))
    assert decoding.steps == ("sns", "json")
    assert decoding.envelope is not None
    assert decoding.envelope.sequence == "10000000000000003000"


def test_the_only_record_of_an_event_for_lambda_is_an_envelope() -> None:
    assert decode(lambda_event(WRITTEN)).value == ORDER
    two = json.loads(lambda_event(WRITTEN))["Records"] * 2
    assert decode(json.dumps({"Records": two})).envelope is None


@pytest.mark.parametrize("kind", ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_confirmations_are_envelopes_too(kind: str) -> None:
    decoding = decode(envelope("You have chosen to subscribe", Type=kind, Token="t", SubscribeURL="https://x"))
    assert decoding.value == "You have chosen to subscribe"
    assert decoding.envelope is not None
    assert decoding.envelope.kind == kind


@pytest.mark.parametrize("missing", ["Type", "TopicArn", "Message"])
def test_without_type_topic_and_message_it_is_no_envelope(missing: str) -> None:
    document = json.loads(envelope("hello"))
    del document[missing]
    assert decode(json.dumps(document)).envelope is None


def test_an_envelope_in_an_envelope_is_opened_too() -> None:
    decoding = decode(envelope(envelope(WRITTEN, Subject="inner"), Subject="outer"))
    assert decoding.steps == ("sns", "sns", "json")
    assert decoding.envelope is not None
    assert decoding.envelope.subject == "outer"


# -- base64, gzip, zlib


@pytest.mark.parametrize(
    "word",
    ["test", "12345678", "internationalisation", "AAAAAAAAAAAAAAAA", "deadbeefdeadbeefdeadbeefdeadbeef", "orders-bill_",
     "billbillbillbill", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "OrderCreatedEventHandler", "order/10442/bill+x",
     "", " ", "===="],
)  # fmt: skip
def test_a_plain_word_is_not_taken_for_base64(word: str) -> None:
    assert decode(word).steps == ()


def test_words_of_a_dictionary_are_not_taken_for_base64() -> None:
    syllables = ["or", "der", "bill", "ing", "re", "fund", "ship", "ment", "cus", "tom", "er", "Pay", "ID", "42"]
    words = [a + b + c + d for a in syllables for b in syllables for c in syllables for d in syllables[:6]]
    assert [word for word in words if decode(word).steps] == []


def test_readable_text_in_base64_is_decoded() -> None:
    assert decode(base64_of("hello world, how are you")).value == "hello world, how are you"
    assert decode(url_safe("Ende gut, alles gut: ¿sí? ÿÿÿ")).value == "Ende gut, alles gut: ¿sí? ÿÿÿ"


def test_padding_may_be_missing_and_lines_may_be_broken() -> None:
    packed = gzipped(WRITTEN * 1)
    assert decode(packed.rstrip("=")).value == ORDER
    lines = "\r\n".join(packed[start : start + 76] for start in range(0, len(packed), 76))
    assert decode(lines + "\n").value == ORDER
    assert decode(lines.replace("\r\n", "\n\n  ")).value == ORDER
    assert decode(lines.replace("\r\n", "  \n")).steps == (), "blanks stand after a line end, not before"


def test_bytes_that_lead_nowhere_are_left_in_base64() -> None:
    assert decode(base64_of(bytes(range(256)))).steps == ()


def test_packed_bytes_that_are_no_text_are_binary() -> None:
    decoding = decode(gzipped(bytes(range(256))))
    assert decoding.steps == ("base64", "gzip")
    assert decoding.binary == bytes(range(256))
    assert decoding.value == gzipped(bytes(range(256)))


def test_broken_utf8_says_where_and_is_shown_all_the_same() -> None:
    decoding = decode(gzipped(b"hello world \xff and more"))
    assert decoding.notes == ("broken UTF-8 at byte 12",)
    assert decoding.value == "hello world \ufffd and more"


def test_data_that_do_not_end_are_shown_as_far_as_they_go() -> None:
    whole = gzip.compress(("hello world " * 5_000).encode())
    decoding = decode(base64_of(whole[:-20]))
    assert decoding.deepest.step is Step.GZIP
    assert str(decoding.value).startswith("hello world hello")
    assert decoding.notes == ("cut short: the packed data do not end",)


def test_all_members_of_a_gzip_file_are_unpacked() -> None:
    assert decode(base64_of(gzip.compress(b"hello ") + gzip.compress(b"world"))).value == "hello world"


def test_a_text_that_only_begins_like_zlib_is_text() -> None:
    assert decode(base64_of("x^2 + y^2 is what it says")).value == "x^2 + y^2 is what it says"


# -- the extended client's pointers


OLD_POINTER = '["com.amazon.sqs.javamessaging.MessageS3Pointer", {"s3BucketName": "large-bodies", "s3Key": "5f2c"}]'


@pytest.mark.parametrize("body", [POINTER, envelope(POINTER), OLD_POINTER])
def test_a_pointer_says_where_the_body_is(body: str) -> None:
    decoding = decode(body)
    assert decoding.steps[-1] == "s3 pointer"
    assert decoding.pointer is not None
    assert (decoding.pointer.bucket, decoding.pointer.key) == ("large-bodies", "5f2c")


def test_what_only_looks_like_a_pointer_is_json() -> None:
    assert decode('["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3Key": 1}]').pointer is None


# -- what is odd


def test_lone_surrogates_are_no_obstacle() -> None:
    assert decode("\ud800 abc").value == "\ud800 abc"
    assert decode('{"a": "\\ud800"}').value == {"a": "\ud800"}
    assert decode(envelope("\udfff")).value == "\udfff"
