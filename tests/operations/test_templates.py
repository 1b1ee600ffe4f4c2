"""Messages that are kept come back as they were, and a broken file loses nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import DestinationKind
from sqsview.operations.templates import (
    LONGEST_WAIT,
    MOST_LAST,
    MOST_TEMPLATES,
    Last,
    Template,
    Templates,
    TemplatesError,
)

QUEUE, TOPIC = DestinationKind.QUEUE, DestinationKind.TOPIC
FULL = Outgoing(
    '{"a": "\ud800 ✓"}',
    {"text": Attribute("String", "é"), "bytes": Attribute("Binary.png", bytes(range(256)))},
    group="g",
    deduplication="d",
    delay=0,
    subject="s",
    structure=True,
    trace_header="Root=1",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sqsview" / "templates.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kept", [True, False])
def test_a_message_comes_back_as_it_was(path: Path, *, kept: bool) -> None:
    templates = Templates(path if kept else None)
    templates.save("order", QUEUE, FULL)
    templates.remember("arn:a", FULL)
    again = Templates(path) if kept else templates
    assert again.pick("order") == Template("order", QUEUE, FULL)
    assert again.last("arn:a") == Last(FULL)
    assert again.last("arn:b") is None


def test_templates_are_listed_by_name_for_what_they_were_made_for(path: Path) -> None:
    templates = Templates(path)
    for name, kind in (("b", TOPIC), ("a", QUEUE), ("c", QUEUE)):
        templates.save(name, kind, Outgoing(name))
    assert [template.name for template in templates.list()] == ["a", "b", "c"]
    assert [template.name for template in templates.list(QUEUE)] == ["a", "c"]


def test_saving_under_the_same_name_replaces_and_says_so(path: Path) -> None:
    templates = Templates(path)
    assert templates.save("a", QUEUE, Outgoing("one")) is False
    assert templates.save(" a ", TOPIC, Outgoing("two")) is True
    assert templates.pick("a") == Template("a", TOPIC, Outgoing("two"))


def test_deleting(path: Path) -> None:
    templates = Templates(path)
    templates.save("a", QUEUE, Outgoing("one"))
    templates.save("b", QUEUE, Outgoing("two"))
    templates.delete("b")
    templates.delete("b")
    assert [template.name for template in Templates(path).list()] == ["a"]
    with pytest.raises(TemplatesError, match="there is no template b"):
        templates.pick("b")


def test_how_often_and_how_fast_the_last_was_sent_is_kept(path: Path) -> None:
    Templates(path).remember("arn:a", FULL, "1,000", "20")
    assert Templates(path).last("arn:a") == Last(FULL, "1,000", "20")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x1b[2J", "x" * 81])
def test_names_that_cannot_be_are_refused(path: Path, name: str) -> None:
    with pytest.raises(TemplatesError):
        Templates(path).save(name, QUEUE, Outgoing("x"))
    assert not path.exists()


def test_only_the_owner_can_read_them(path: Path) -> None:
    before = os.umask(0)
    try:
        Templates(path).remember("arn:a", Outgoing("secret"))
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert [mode(each) for each in path.parent.iterdir()] == [0o600] * len(list(path.parent.iterdir()))


def test_nothing_is_left_beside_the_file_but_its_lock(path: Path) -> None:
    templates = Templates(path)
    for number in range(5):
        templates.remember(f"arn:{number}", Outgoing("x"))
    assert sorted(each.name for each in path.parent.iterdir()) == ["templates.json", "templates.json.lock"]


def test_reading_makes_no_file(path: Path) -> None:
    templates = Templates(path)
    assert (templates.list(), templates.last("arn:a"), templates.problem) == ((), None, "")
    assert not path.parent.exists()


def test_another_process_is_seen_and_not_overwritten(path: Path) -> None:
    ours, theirs = Templates(path), Templates(path)
    ours.save("ours", QUEUE, Outgoing("1"))
    theirs.save("theirs", QUEUE, Outgoing("2"))
    ours.remember("arn:a", Outgoing("3"))
    assert [template.name for template in ours.list()] == ["ours", "theirs"]
    assert theirs.last("arn:a") == Last(Outgoing("3"))


def test_processes_that_write_at_once_lose_nothing(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from sqsview.operations.templates import Templates\n"
        "from sqsview.domain.message import Outgoing; from sqsview.domain.publishing import DestinationKind\n"
        "templates = Templates(Path(sys.argv[1]))\n"
        "for n in range(20): templates.save(f'{sys.argv[2]}-{n}', DestinationKind.QUEUE, Outgoing('x'))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), str(number)]) for number in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert len(Templates(path).list()) == 80


def test_the_destinations_that_were_used_longest_ago_are_forgotten(path: Path) -> None:
    templates = Templates(path)
    for number in range(MOST_LAST):
        templates.remember(f"arn:{number}", Outgoing(str(number)))
    templates.remember("arn:0", Outgoing("again"))
    templates.remember("arn:new", Outgoing("new"))
    assert templates.last("arn:0") == Last(Outgoing("again"))
    assert templates.last("arn:1") is None
    assert templates.last("arn:2") == Last(Outgoing("2"))


def test_large_last_messages_push_out_older_ones_but_never_the_last(path: Path) -> None:
    templates = Templates(path)
    for number in range(4):
        templates.remember(f"arn:{number}", Outgoing("x" * 1_000_000))
    assert [templates.last(f"arn:{number}") is not None for number in range(4)] == [False, False, True, True]
    assert path.stat().st_size < 3_000_000


def test_there_is_an_end_to_templates() -> None:
    templates = Templates(None)
    for number in range(MOST_TEMPLATES):
        templates.save(f"{number}", QUEUE, Outgoing("x"))
    with pytest.raises(TemplatesError, match="500 templates already"):
        templates.save("one more", QUEUE, Outgoing("x"))
    templates.save("7", QUEUE, Outgoing("y"))


# -- a file that is not as it should be


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"version": 1}', b'{"templates": [], "last": {}}', b"[" * 100_000],
)
def test_a_broken_file_hinders_nobody_and_is_kept_aside_by_the_next_change(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    templates = Templates(path)
    assert (templates.list(), templates.last("arn:a")) == ((), None)
    assert templates.problem.startswith(f"{path} is broken: it ")
    assert path.read_bytes() == content, "reading changes nothing"
    templates.save("a", QUEUE, Outgoing("x"))
    aside = path.with_name("templates.json.broken")
    assert aside.read_bytes() == content
    assert templates.problem.endswith(f"; it is kept as {aside}")
    assert [template.name for template in templates.list()] == ["a"]


def test_a_second_broken_file_is_not_put_over_the_first(path: Path) -> None:
    path.parent.mkdir(parents=True)
    for content in (b"one", b"two"):
        path.write_bytes(content)
        Templates(path).remember("arn:a", Outgoing("x"))
    assert path.with_name("templates.json.broken").read_bytes() == b"one"
    assert path.with_name("templates.json.broken-2").read_bytes() == b"two"


def test_a_file_of_another_version_is_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True)
    content = json.dumps({"version": 2, "templates": {}, "last": {}})
    path.write_text(content)
    templates = Templates(path)
    assert templates.list() == ()
    assert "is of another version of sqsview" in templates.problem
    with pytest.raises(TemplatesError, match="another version"):
        templates.remember("arn:a", Outgoing("x"))
    assert path.read_text() == content


def test_a_single_entry_that_is_no_message_is_left_out_and_kept(path: Path) -> None:
    templates = Templates(path)
    templates.save("good", QUEUE, Outgoing("x"))
    document = json.loads(path.read_text())
    document["templates"]["bad"] = {"for": "queue", "message": {"body": 7}}
    document["templates"]["odd"] = {"for": "pigeon", "message": {"body": "x"}}
    document["last"]["arn:a"] = {"body": "x", "delay": "soon"}
    path.write_text(json.dumps(document))
    assert [template.name for template in templates.list()] == ["good"]
    assert templates.last("arn:a") is None
    templates.save("more", QUEUE, Outgoing("x"))
    assert set(json.loads(path.read_text())["templates"]) == {"good", "bad", "odd", "more"}


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    templates = Templates(tmp_path / "file" / "templates.json")
    assert templates.list() == ()
    with pytest.raises(TemplatesError, match=r"templates\.json cannot be written: (File exists|Not a directory)"):
        templates.remember("arn:a", Outgoing("x"))


def test_a_file_that_cannot_be_read_is_one_line_and_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "templates.json"
    path.mkdir()
    templates = Templates(path)
    assert templates.list() == ()
    assert templates.problem == f"{path} cannot be read: Is a directory"
    with pytest.raises(TemplatesError, match="Is a directory"):
        templates.save("a", QUEUE, Outgoing("x"))
    assert path.is_dir()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Outgoing,
        st.text(),
        st.dictionaries(
            st.text(max_size=5),
            st.builds(Attribute, st.sampled_from(["String", "Number.x", "String.Array"]), st.text(max_size=5))
            | st.builds(Attribute, st.sampled_from(["Binary", "Binary.x"]), st.binary(max_size=5)),
            max_size=3,
        ),
        group=st.none() | st.text(max_size=5),
        deduplication=st.none() | st.text(max_size=5),
        delay=st.none() | st.integers(0, 900),
        subject=st.none() | st.text(max_size=5),
        structure=st.booleans(),
    )
)
def test_any_message_survives(tmp_path: Path, outgoing: Outgoing) -> None:
    Templates(tmp_path / "t.json").remember("arn:a", outgoing)
    assert Templates(tmp_path / "t.json").last("arn:a") == Last(outgoing)


def test_another_one_that_holds_the_file_is_waited_for_and_not_for_ever(path: Path) -> None:
    import fcntl

    Templates(path).save("a", QUEUE, Outgoing("x"))
    waited: list[float] = []
    with path.with_name("templates.json.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TemplatesError, match="is held by another sqsview: try again"):
            Templates(path, waited.append).save("b", QUEUE, Outgoing("y"))
        assert sum(waited) == pytest.approx(LONGEST_WAIT)
        patient = Templates(path, lambda _: fcntl.flock(lock, fcntl.LOCK_UN))
        patient.save("b", QUEUE, Outgoing("y"))
    assert [each.name for each in Templates(path).list()] == ["a", "b"]
