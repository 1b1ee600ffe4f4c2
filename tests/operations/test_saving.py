"""Lines go to a new file, all of them or none, and nobody else may read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqsview.operations.saving import NotSaved, save_lines


def test_lines_are_written_one_by_one_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    assert save_lines(path, ["{}", '{"a": "é"}']) == 3 + 12
    assert path.read_text(encoding="utf-8") == '{}\n{"a": "é"}\n'
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_nothing_is_written_over(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "there", tmp_path / "other"
    other.write_text("precious")
    if kind == "file":
        path.write_text("precious")
    elif kind == "link":
        path.symlink_to(other)
    else:
        path.mkdir()
    with pytest.raises(NotSaved, match="exists already: nothing was written over it"):
        save_lines(path, ["x"])
    assert other.read_text() == "precious"


def test_what_the_system_refuses_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotSaved, match="^there is no folder " + re.escape(str(tmp_path / "no")) + "$"):
        save_lines(tmp_path / "no" / "x", [])
    with pytest.raises(NotSaved, match="File name too long"):
        save_lines(tmp_path / ("x" * 300), [])
    with pytest.raises(NotSaved, match="null"):
        save_lines(tmp_path / "a\0b", [])
    (tmp_path / "plain").write_text("")
    with pytest.raises(NotSaved, match="Not a directory"):
        save_lines(tmp_path / "plain" / "x", [])


def test_a_file_that_could_not_be_finished_is_taken_away(tmp_path: Path) -> None:
    def lines() -> Iterator[str]:
        yield "first"
        raise OSError(28, "No space left on device")

    path = tmp_path / "x"
    with pytest.raises(NotSaved, match="No space left on device; nothing is left of it"):
        save_lines(path, lines())
    assert not path.exists()


def test_a_lone_surrogate_is_written_as_an_escape(tmp_path: Path) -> None:
    path = tmp_path / "x"
    save_lines(path, ["a\ud800b"])
    assert path.read_bytes() == b"a\\ud800b\n"
