"""Keys that a person chose: each exists, and each does one thing on a screen."""

from __future__ import annotations

import pytest

from sqsview.ui.actions import ACTIONS
from sqsview.ui.keymap import keymap_fault


def test_the_keys_that_everybody_has_can_all_be_chosen() -> None:
    assert keymap_fault({action.id: action.keys for action in ACTIONS}) is None
    assert keymap_fault({}) is None


@pytest.mark.parametrize(
    "keys",
    ["f5,ctrl+r", "m", "M", "é", "/,f2", "alt+x", "ctrl+shift+f12", "f24", "plus", "+", "ctrl+backslash", " f6 "],
)
def test_a_key_is_a_character_or_has_a_name(keys: str) -> None:
    assert keymap_fault({"refresh": keys, "filter": "f3"}) is None


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("zzz", "there is no key 'zzz'; a key is as in a, slash, f5, ctrl+r"),
        ("pgdown", "there is no key 'pgdown'; did you mean pagedown?"),
        ("f25", "there is no key 'f25'; did you mean "),
        ("control+r", "there is no key 'control+r'; "),
        ("a,", "there is no key ''; "),
        ("", "there is no key ''; "),
        ("\x1b", "there is no key '\\x1b'; "),
    ],
)
def test_a_key_that_does_not_exist_is_said_with_what_comes_near(keys: str, said: str) -> None:
    fault = keymap_fault({"refresh": keys})
    assert fault is not None
    assert fault[0] == "refresh"
    assert fault[1].startswith(said)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"refresh": "s"}, ("refresh", "s is the key of 'sort' already")),
        ({"sort": "?"}, ("sort", "question_mark is the key of 'help' already")),
        ({"mark": "m", "sort": "m"}, ("sort", "m is the key of 'mark' already")),
        ({"sort": "ctrl+m"}, ("sort", "enter is the key of 'open' already")),
    ],
)
def test_two_actions_of_one_screen_cannot_share_a_key(keys: dict[str, str], said: tuple[str, str]) -> None:
    assert keymap_fault(keys) == said


def test_keys_can_be_swapped_and_shared_by_actions_that_never_meet() -> None:
    assert keymap_fault({"sort": "S", "reverse": "s"}) is None
    assert keymap_fault({"raw": "s"}) is None, "raw is of the details, and they have no order"
