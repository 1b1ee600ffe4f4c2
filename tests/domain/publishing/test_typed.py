"""Attributes as they are typed, in a shell and in a form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.message import Attribute
from sqsview.domain.publishing import parse_attribute, read_attribute, typed_value


def files(name: str) -> bytes:
    if name == "logo.png":
        return b"\x89PNG"
    raise ValueError(f"{name} cannot be read: No such file or directory")


@pytest.mark.parametrize(
    ("text", "name", "attribute"),
    [
        ("type=order", "type", Attribute("String", "order")),
        ("n:Number=12.5", "n", Attribute("Number", "12.5")),
        ("n:Number.int=3", "n", Attribute("Number.int", "3")),
        ("b:Binary=AAEC", "b", Attribute("Binary", b"\x00\x01\x02")),
        ("b:Binary=0x0001ff", "b", Attribute("Binary", b"\x00\x01\xff")),
        ("b:Binary=@logo.png", "b", Attribute("Binary", b"\x89PNG")),
        ('list:String.Array=["a", 1]', "list", Attribute("String.Array", '["a", 1]')),
        ("url=https://x/?a=b:c", "url", Attribute("String", "https://x/?a=b:c")),
        ("a=", "a", Attribute("String", "")),
        ("a=@logo.png", "a", Attribute("String", "@logo.png")),
    ],
)
def test_what_stands_on_the_command_line(text: str, name: str, attribute: Attribute) -> None:
    assert parse_attribute(text, topic=False, read_file=files) == (name, attribute)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("type", '"type" is no attribute: write NAME=VALUE or NAME:TYPE=VALUE'),
        ("=x", "an attribute needs a name"),
        (":Number=1", "an attribute needs a name"),
        ("a b=x", '"a b": its name holds a blank; letters, digits, - _ and . are allowed'),
        ("n:number=1", '"n": there is no type "number"; write Number'),
        ("n:=1", '"n": there is no type ""; there are String, Number, Binary'),
        ("b:Binary=é", '"b": "é" is not base64; hexadecimal stands behind 0x, a file behind @'),
        ("b:Binary=0xabc", '"b": "0xabc" is not hexadecimal: two digits a byte behind 0x'),
        ("b:Binary=@none", '"b": none cannot be read: No such file or directory'),
    ],
)
def test_what_is_wrong_is_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        parse_attribute(text, topic=False, read_file=files)
    assert str(caught.value) == said


def test_base64_may_be_pasted_over_several_lines() -> None:
    assert read_attribute("Binary", "AAEC\n AwQF\n").value == bytes(range(6))


def test_a_form_reads_no_files() -> None:
    with pytest.raises(ValueError, match="not base64"):
        read_attribute("Binary", "@/etc/passwd")


@given(st.binary())
def test_bytes_come_back_from_a_form_as_they_were(value: bytes) -> None:
    attribute = Attribute("Binary.x", value)
    assert read_attribute("Binary.x", typed_value(attribute)) == attribute


def test_base64_that_looks_like_hexadecimal_is_shown_as_hexadecimal() -> None:
    """It would be read as that: ``0x`` begins both."""
    value = bytes.fromhex("d31abc")
    assert typed_value(Attribute("Binary", value)) == "0xd31abc"
