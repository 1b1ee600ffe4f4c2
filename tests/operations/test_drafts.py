"""What was written and not sent is there for the next run, readable by its owner only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sqsview.operations.drafts import MOST_DRAFTS, DraftsError, KeptDrafts
from sqsview.operations.state import State


def test_a_draft_comes_back_as_it_was_until_it_is_forgotten(tmp_path: Path) -> None:
    State(tmp_path / "state").drafts.write("arn:a", {"body": "é \ud800"})
    again = State(tmp_path / "state").drafts
    assert again.lasting and again.read("arn:a") == {"body": "é \ud800"} and again.read("arn:b") is None
    again.write("arn:a", None)
    again.write("arn:a", None)
    assert again.read("arn:a") is None


def test_without_a_directory_nothing_lasts() -> None:
    kept = State().drafts
    kept.write("arn:a", {"body": "x"})
    assert not kept.lasting and kept.read("arn:a") is None


def test_only_the_owner_can_read_them_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    directory = tmp_path / "drafts"
    for body in ("one", "two"):
        KeptDrafts(directory).write("arn:a", {"body": body})
    (file,) = directory.iterdir()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700 and stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"version": 2}', b'{"version": 1, "slot": "other"}'])
def test_a_file_that_is_none_of_ours_is_no_draft(tmp_path: Path, content: bytes) -> None:
    kept = KeptDrafts(tmp_path / "drafts")
    kept.write("arn:a", {"body": "x"})
    next((tmp_path / "drafts").iterdir()).write_bytes(content)
    assert kept.read("arn:a") is None


def test_those_written_longest_ago_are_forgotten(tmp_path: Path) -> None:
    kept = KeptDrafts(tmp_path / "drafts")
    for number in range(MOST_DRAFTS + 1):
        kept.write(f"arn:{number}", {"body": str(number)})
    assert len(list((tmp_path / "drafts").iterdir())) == MOST_DRAFTS
    assert kept.read(f"arn:{MOST_DRAFTS}") == {"body": str(MOST_DRAFTS)}


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DraftsError, match="cannot be written: "):
        KeptDrafts(tmp_path / "file" / "drafts").write("arn:a", {"body": "x"})
