"""The table of actions is what the keys are."""

from collections import Counter

import pytest

from sqsview.ui import actions
from sqsview.ui.actions import ACTIONS, View

CONTRACT = {
    "1": "tab-queues", "2": "tab-topics", "3": "tab-fanout", "4": "tab-push", "5": "tab-activity",
    "question_mark": "help", "j": "down", "k": "up", "down": "down", "up": "up", "g": "first", "G": "last",
    "pageup": "page-up", "pagedown": "page-down", "slash": "filter", "enter": "open", "escape": "back",
    "d": "details", "colon": "command", "space": "mark", "s": "sort", "S": "reverse", "y": "copy", "b": "console",
    "ctrl+r": "refresh", "ctrl+p": "palette", "q": "quit", "asterisk": "mark-all",
}  # fmt: skip
"""The keys that tests and habits depend on."""


@pytest.mark.parametrize("key", CONTRACT)
def test_a_key_of_the_contract_does_what_it_says(key: str) -> None:
    bound = {action.id for action in ACTIONS if key in action.keys.split(",")}
    assert CONTRACT[key] in bound


@pytest.mark.parametrize("view", View)
def test_no_key_means_two_things_on_one_screen(view: View) -> None:
    keys = Counter(key for action in actions.for_view(view) for key in action.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_an_id_of_its_own_and_says_what_it_does() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.says.endswith(".") and action.label and action.views


def test_keys_are_written_as_a_person_writes_them() -> None:
    assert actions.key_name("slash") == "/"
    assert actions.key_names("j,down") == "j ↓"
