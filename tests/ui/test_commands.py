"""The command line: what is typed is found, or what is wrong is said in one line."""

import pytest

from sqsview.ui.commands import completed, find


@pytest.mark.parametrize(
    ("typed", "name", "argument"),
    [
        ("queues", "queues", ""),
        (":topics", "topics", ""),
        ("  region   eu-west-1 ", "region", "eu-west-1"),
        ("profile my team", "profile", "my team"),
        ("q", "q", ""),
        ("quit", "q", ""),
        ("reg us-east-1", "region", "us-east-1"),
        ("fan", "fanout", ""),
    ],
)
def test_a_command_is_found_by_its_name_or_its_start(typed: str, name: str, argument: str) -> None:
    found = find(typed)
    assert not isinstance(found, str)
    assert (found[0].name, found[1]) == (name, argument)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "type a command"),
        ("topcis", "did you mean :topics?"),
        ("zzz", ":zzz is no command"),
        ("region", "needs a name"),
        ("queues now", "takes nothing after it"),
        ("re", ":region or :refresh"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(typed: str, says: str) -> None:
    found = find(typed)
    assert isinstance(found, str)
    assert says in found and "\n" not in found


def test_tab_completes_what_only_one_command_begins_with() -> None:
    assert completed(":pr") == "profile "
    assert completed("top") == "topics"
    assert completed("re") is None
