"""Which messages go to a file, and which file that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqsview.domain.message import Message
from sqsview.operations.saving import NotSaved
from sqsview.ui.message_columns import MessageRow
from sqsview.ui.message_saving import WIDEST, chosen, default_path, file_of, told, write
from tests.ui.still_feed import EPOCH

ROWS = [MessageRow(Message(name, "{}", "receipt"), None, False) for name in "abc"]


def test_the_file_is_named_after_queue_and_moment_without_anything_odd() -> None:
    assert default_path("orders-dlq.fifo", EPOCH) == "orders-dlq.fifo-20250615-151200.jsonl"
    assert default_path("../a b\x1b[2J/名", EPOCH) == ".._a_b__2J__-20250615-151200.jsonl"


def test_the_home_directory_is_meant_by_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert file_of(" ~/x.jsonl ") == tmp_path / "x.jsonl"
    assert file_of("$HOME/x") == Path("$HOME/x")
    for wrong in ("", "  ", "~nobody-of-this-name/x"):
        with pytest.raises(NotSaved):
            file_of(wrong)


def test_it_is_told_with_its_folder_from_the_home_directory_on_and_not_too_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    (tmp_path / "me/dead").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "me/dead")
    assert told(Path("x.jsonl")) == "~/dead/x.jsonl"
    assert told(Path("/tmp/x\x1b[2J.jsonl")) == "/tmp/x␛[2J.jsonl"
    long = told(Path("/srv") / ("folder-" * 12) / "end.jsonl")
    assert len(long) == WIDEST and long.startswith("/srv/folder-") and "…" in long and long.endswith("/end.jsonl")


def test_marks_come_before_what_is_shown_also_those_behind_the_search() -> None:
    assert [message.id for message in chosen(ROWS, ROWS[:1], frozenset("bc"))[0]] == ["b", "c"]
    assert chosen(ROWS, ROWS[:1], frozenset("bc"))[1] == "the 2 marked"
    assert chosen(ROWS, ROWS, frozenset("a"))[1] == "the marked one"
    assert chosen(ROWS, ROWS, frozenset({"gone"})) == ([row.message for row in ROWS], "all 3 that are shown")
    assert chosen(ROWS, ROWS[:1], frozenset())[1] == "the one that is shown"


def test_messages_are_written_as_lines(tmp_path: Path) -> None:
    path = write(str(tmp_path / "x.jsonl"), [row.message for row in ROWS], 5)
    assert [line[:9] for line in path.read_text().splitlines()] == ['{"id": "a', '{"id": "b', '{"id": "c']
