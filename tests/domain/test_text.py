"""Untrusted text becomes printable: nothing that a terminal obeys gets through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.text import CONTROL, printable, printable_lines, shortened

HOSTILE = st.text(
    st.characters()
    | st.characters(max_codepoint=0xA0)
    | st.characters(categories=["Cf", "Cs", "Zl", "Zp", "Cc"])
    | st.sampled_from("\x1b\x9b\u202e\u2066\u200b\ufeff\U000e0041\udc9b"),
    max_size=60,
)


@given(HOSTILE)
def test_no_control_character_survives(text: str) -> None:
    assert CONTROL.search(printable(text)) is None


@given(HOSTILE)
def test_nothing_that_reorders_or_hides_survives(text: str) -> None:
    """Bidirectional and zero-width characters make a name look like another."""
    shown = printable(text)
    assert not {unicodedata.bidirectional(each) for each in shown} & {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }
    assert not set("\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\U000e0041") & set(shown)
    assert not any(0xD800 <= ord(each) < 0xE000 for each in shown), "a lone surrogate cannot be written at all"
    shown.encode()


@given(HOSTILE)
def test_printable_text_stays_as_it_is_when_cleaned_again(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_not_touched(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\r\nb\tc", "a␍␊b␉c"),
        ("\x9b2J", "<U+009B>2J"),
        ("\x7f", "␡"),
        ("abc\u202egpj", "abc<U+202E>gpj"),
        ("thin\u202fspace", "thin space"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("grüße 漢字 🚚", "grüße 漢字 🚚"),
    ],
)
def test_marks_say_what_was_there(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(HOSTILE)
def test_lines_are_split_and_each_is_safe(text: str) -> None:
    lines = printable_lines(text)
    assert all(CONTROL.search(line) is None for line in lines)
    assert len(lines) == text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


def test_tabs_align_in_lines() -> None:
    assert printable_lines('{\n\t"a": 1\r\n}') == ["{", '    "a": 1', "}"]


@given(st.text(max_size=40), st.integers(-3, 50))
def test_shortened_text_is_never_wider_than_asked(text: str, width: int) -> None:
    cut = shortened(text, width)
    assert len(cut) <= max(width, 0)
    if len(text) <= width:
        assert cut == text
    elif width > 0:
        assert len(cut) == width
        assert "…" in cut


def test_shortened_text_keeps_both_ends() -> None:
    assert shortened("orders-billing-eu-west-1-dlq", 11) == "order…1-dlq"
