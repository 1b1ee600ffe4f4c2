"""A file is read line by line; what cannot be sent is named by its line before anything is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Message
from sqsview.domain.message_json import as_line
from sqsview.domain.publishing import Destination, queue_destination
from sqsview.domain.publishing.characters import refused_character
from sqsview.domain.queue import QueueSettings
from sqsview.operations.import_file import LONGEST_LINE, BadLine, ImportFile, ImportRefused, Line
from tests.operations.transfers.conftest import Write
from tests.support.double import queue_arn, queue_ref


def destination(name: str = "events", limit: int = 1_048_576) -> Destination:
    return queue_destination(queue_ref(name), QueueSettings(queue_arn(name), maximum_message_size=limit))


def read(path: Path, queue: str = "events", *, group: str | None = None, limit: int = 1_048_576) -> list[Line]:
    with ImportFile(path, destination(queue, limit), group=group) as file:
        file.survey()
        return list(file.lines())


def refused(path: Path, queue: str = "events", *, group: str | None = None, limit: int = 1_048_576) -> str:
    with ImportFile(path, destination(queue, limit), group=group) as file, pytest.raises(BadLine) as fault:
        file.survey()
    return str(fault.value)


def test_messages_come_with_the_numbers_of_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"body": "a"}\r\n\n   \n{"body": "caf\xc3\xa9", "later": 1}')
    assert [(line.number, line.outgoing.body) for line in read(path)] == [(1, "a"), (4, "caf\u00e9")]


plain = st.text(min_size=1).filter(lambda body: refused_character(body) is None)


@given(body=plain, value=st.binary(min_size=1), group=st.none() | st.from_regex(r"[!-~]{1,128}", fullmatch=True))
def test_what_is_exported_is_read_again_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, body: str, value: bytes, group: str | None
) -> None:
    path = tmp_path_factory.mktemp("files") / "x.jsonl"
    system = {"AWSTraceHeader": "Root=1", **({"MessageGroupId": group} if group else {})}
    attributes = {"b": Attribute("Binary.x", value), "s": Attribute("String", body), "n": Attribute("Number", "1e3")}
    path.write_text(as_line(Message("id", body, "receipt", attributes, system), 3) + "\n")
    (line,) = read(path)
    outgoing = line.outgoing
    assert (outgoing.body, dict(outgoing.attributes), outgoing.group) == (body, attributes, group)
    assert outgoing.trace_header == "Root=1"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("nonsense", "line 2: is not JSON"),
        ("[1]", "line 2: a message must be a JSON object"),
        ('{"text": "a"}', 'line 2: a message needs a "body", which is text'),
        ('{"body": ""}', "line 2: the body is empty"),
        ('{"body": "a\\u0000"}', "line 2: the body holds U+0000 (NUL) at column 2, which is refused"),
        ('{"body": "\\ud800"}', "line 2: the body holds U+D800 (half of a surrogate pair) at column 1"),
        ('{"body": "a", "attributes": {"b": {"type": "Binary", "value": "?"}}}', "is binary, and its value is not"),
        ('{"body": "a", "attributes": {"n": {"type": "Number", "value": "x"}}}', '"x" is not a number'),
        ('{"body": "a", "group": "a b"}', "line 2: the group holds a blank"),
        ("[" * 100_000, "line 2: is nested too deeply"),
    ],
)
def test_a_line_that_cannot_be_sent_is_named(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"body": "a"}\n' + content + "\n")
    assert reason in refused(path)


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"body": "a"}\n{"body": "\xff"}\n')
    assert refused(path) == "line 2: is not UTF-8: byte 11 of it is wrong"


def test_a_line_that_is_longer_than_any_message_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with path.open("wb") as file:
        file.write(b'{"body": "a"}\n')
        file.truncate(LONGEST_LINE * 20)
    assert refused(path) == "line 2: it is longer than any message; an import reads JSON lines"


def test_a_message_that_is_too_large_for_the_queue_is_named(write: Write) -> None:
    path = write(["a" * 1_024, "b" * 1_025])
    assert refused(path, limit=1_024) == "line 2: 1,025 bytes, and events takes 1,024: 1 too many"


def test_eleven_attributes_are_too_many(write: Write) -> None:
    path = write(["a"], attributes={f"n{number}": {"type": "String", "value": "x"} for number in range(11)})
    assert "11 attributes, and a queue takes 10" in refused(path)


def test_a_fifo_queue_needs_a_group_which_can_be_given(write: Write) -> None:
    path = write(["a"])
    assert refused(path, "orders.fifo") == "line 1: a FIFO queue needs a message group"
    (line,) = read(path, "orders.fifo", group="g")
    assert line.outgoing.group == "g"


def test_a_message_keeps_its_own_group(write: Write) -> None:
    (line,) = read(write(["a"], group="mine"), "orders.fifo", group="g")
    assert line.outgoing.group == "mine"


def test_a_deduplication_id_is_no_fault_for_a_standard_queue(write: Write) -> None:
    assert len(read(write(["a"], deduplication="d"))) == 1


def test_a_survey_counts_and_knows_the_content(write: Write, tmp_path: Path) -> None:
    with ImportFile(write(["a", "b", "c"]), destination()) as file:
        survey = file.survey(first=3)
    assert (survey.lines, survey.messages, survey.skipped) == (3, 3, 2)
    with ImportFile(write(["a", "b", "c"], "other.jsonl"), destination()) as file:
        assert file.survey().digest == survey.digest
    with ImportFile(write(["a", "b", "d"], "other.jsonl"), destination()) as file:
        assert file.survey().digest != survey.digest


def test_lines_can_be_left_out_and_picked(write: Write) -> None:
    with ImportFile(write(range(1, 7)), destination()) as file:
        assert [line.number for line in file.lines(after=4)] == [5, 6]
        assert [line.number for line in file.lines(only=frozenset({2, 5}))] == [2, 5]
        assert file.line_after(4) == 5
        assert file.line_after(6) == 7


def test_a_file_that_is_written_while_it_is_read_is_noticed(write: Write) -> None:
    path = write(range(10))
    with ImportFile(path, destination()) as file:
        lines = file.lines()
        next(lines)
        with path.open("a") as more:
            more.write(json.dumps({"body": "late"}) + "\n")
        with pytest.raises(ImportRefused, match="was changed while it was imported"):
            next(lines)


def test_two_imports_of_one_file_do_not_run_at_once(write: Write) -> None:
    path = write(["a"])
    with (
        ImportFile(path, destination()),
        pytest.raises(ImportRefused, match="is being imported by another process"),
        ImportFile(path, destination()),
    ):
        pass
    assert len(read(path)) == 1


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, reason in (
        (tmp_path / "none", "No such file"),
        (tmp_path, "is no regular file"),
        (Path("a\0b"), "cannot be read"),
        (Path(os.devnull), "is no regular file"),
        (pipe, "is no regular file"),
    ):
        with pytest.raises(ImportRefused, match=reason), ImportFile(path, destination()):
            pass
