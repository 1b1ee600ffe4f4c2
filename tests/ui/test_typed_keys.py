"""Keys that type text are told from those that do something."""

from __future__ import annotations

import pytest

from sqsview.ui.typed_keys import types_text


@pytest.mark.parametrize(
    "key", ["j", "G", "1", "é", "question_mark", "slash", "colon", "asterisk", "space", "minus", "less_than_sign"]
)
def test_a_character_types_text_also_under_its_name(key: str) -> None:
    assert types_text(key)


@pytest.mark.parametrize(
    "key", ["f1", "ctrl+s", "shift+tab", "tab", "enter", "escape", "down", "home", "pageup", "backspace", "delete"]
)
def test_what_moves_or_does_something_types_none(key: str) -> None:
    assert not types_text(key)
