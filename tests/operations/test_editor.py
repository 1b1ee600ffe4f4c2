"""A text goes to the person's editor and comes back, or stays as it was."""

from __future__ import annotations

import shlex
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqsview.operations.editor import EditorError, find_editor, handed_over

Editor = Callable[[str], dict[str, str]]


def everywhere(name: str) -> str:
    return f"/usr/bin/{name}"


def nowhere(name: str) -> None:
    return None


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    """Give an environment whose editor runs this code on ``path``."""

    def make(code: str) -> dict[str, str]:
        script = tmp_path / "an editor.py"
        script.write_text(f"import sys, pathlib\npath = pathlib.Path(sys.argv[-1])\n{code}\n")
        return {"EDITOR": f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} --wait"}

    return make


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the directory for temporary files, which is the test's own."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    return directory


def edited(text: str, environ: dict[str, str]) -> str:
    with handed_over(text, environ) as hand_over:
        hand_over.run()
        return hand_over.read_back()


# -- which editor


def test_visual_comes_before_editor() -> None:
    assert find_editor({"VISUAL": "emacs", "EDITOR": "ed"}, everywhere) == ["emacs"]
    assert find_editor({"VISUAL": " ", "EDITOR": "ed"}, everywhere) == ["ed"]


def test_a_command_is_split_as_a_shell_does() -> None:
    assert find_editor({"EDITOR": "'/opt/my editor' --wait -n"}, everywhere) == ["/opt/my editor", "--wait", "-n"]


def test_without_variables_the_first_that_is_installed_is_taken() -> None:
    assert find_editor({}, everywhere) == ["vi"]
    assert find_editor({}, lambda name: "/bin/nano" if name == "nano" else None) == ["nano"]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "there is no editor: set VISUAL or EDITOR; none of vi, vim, nano is installed"),
        ({"EDITOR": "emcas -nw"}, "EDITOR=emcas -nw: there is no program emcas"),
        ({"VISUAL": "code '"}, "VISUAL=code ': a quote is not closed"),
        ({"VISUAL": "''"}, "VISUAL='': names no program"),
    ],
)
def test_an_editor_that_cannot_be_had_is_one_line(environ: dict[str, str], said: str) -> None:
    with pytest.raises(EditorError) as caught:
        find_editor(environ, nowhere)
    assert str(caught.value) == said


# -- there and back


def test_the_text_is_in_a_file_that_only_its_owner_can_read_and_that_is_gone_afterwards(editor: Editor) -> None:
    with handed_over('{"a": 1}', editor("pass")) as hand_over:
        path = hand_over.path
        assert path.read_bytes() == b'{"a": 1}'
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        (path.parent / ".body.json.swp").touch()
    assert not path.parent.exists()


@pytest.mark.parametrize(("text", "suffix"), [('{"a": 1}', ".json"), ("[1,", ".json"), ("hello", ".txt"), ("", ".txt")])
def test_the_suffix_tells_the_editor_what_it_is(editor: Editor, text: str, suffix: str) -> None:
    with handed_over(text, editor("pass")) as hand_over:
        assert hand_over.path.suffix == suffix


def test_what_was_edited_comes_back(editor: Editor) -> None:
    assert edited("one", editor("path.write_text(path.read_text() + ' two')")) == "one two"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text())
def test_a_text_that_was_not_edited_comes_back_as_it_was(text: str) -> None:
    with handed_over(text, {}, everywhere) as hand_over:
        assert hand_over.read_back() == text


def test_a_lone_surrogate_survives() -> None:
    with handed_over("a\ud800\r\nb", {}, everywhere) as hand_over:
        assert hand_over.read_back() == "a\ud800\r\nb"


@pytest.mark.parametrize(
    ("before", "written", "after"),
    [
        ("a", b"b\n", "b"),  # the editor's own
        ("a", b"b\n\n", "b\n"),
        ("a\n", b"b\n", "b\n"),
        ("a\n", b"b", "b"),
        ("a", b"b\r\n", "b"),
        ("", b"\n", ""),
        ("a", b"", ""),
    ],
)
def test_the_line_end_that_editors_put_at_the_end_is_left_out(before: str, written: bytes, after: str) -> None:
    with handed_over(before, {}, everywhere) as hand_over:
        hand_over.path.write_bytes(written)
        assert hand_over.read_back() == after


# -- what goes wrong


def test_an_editor_that_fails_changes_nothing(editor: Editor, temporary: Path) -> None:
    with pytest.raises(EditorError, match=r"ended with exit code 3; the text here is as it was$"):
        edited("one", editor("sys.exit(3)"))
    assert not list(temporary.iterdir())


def kept_in(fault: EditorError) -> Path:
    """Give where the error line says that what was written is."""
    _, _, place = str(fault).partition("what was written is kept in ")
    assert place, str(fault)
    return Path(place)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("path.write_text('an hour of work'); sys.exit(3)", b"an hour of work"),
        ("path.write_text('an hour of work'); import os; os.kill(os.getpid(), 9)", b"an hour of work"),
        ("path.write_bytes(b'caf\\xe9')", b"caf\xe9"),
        ("path.unlink(); path.touch(0o644); path.write_text('new'); sys.exit(1)", b"new"),
        ("path.write_text(''); sys.exit(1)", b""),
    ],
)
def test_what_was_written_by_an_editor_that_fails_is_kept_and_its_path_is_told(
    editor: Editor, code: str, written: bytes
) -> None:
    with pytest.raises(EditorError, match="the text here is as it was, and") as caught:
        edited("one", editor(code))
    path = kept_in(caught.value)
    assert path.read_bytes() == written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_copy_that_a_killed_editor_leaves_beside_the_file_is_kept(editor: Editor) -> None:
    with pytest.raises(EditorError, match="was ended by SIGKILL") as caught:
        edited("one", editor("(path.parent / '.body.txt.swp').write_text('typed'); import os; os.kill(os.getpid(), 9)"))
    assert (kept_in(caught.value) / ".body.txt.swp").read_text() == "typed"


def test_what_was_written_is_kept_where_nobody_waits_for_the_editor_any_more(editor: Editor) -> None:
    with pytest.raises(KeyboardInterrupt), handed_over("one", editor("pass")) as hand_over:
        hand_over.path.write_text("two")
        raise KeyboardInterrupt
    assert hand_over.path.read_text() == "two"


def test_a_file_that_an_editor_still_has_stays(editor: Editor, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    environ = editor(
        f"import time\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.01)\npath.write_text('two')"
    )
    with pytest.raises(KeyboardInterrupt), handed_over("one", environ) as hand_over:
        running = threading.Thread(target=hand_over.run)
        running.start()
        while not hand_over.running:
            time.sleep(0.01)
        raise KeyboardInterrupt
    go_on.touch()
    running.join()
    assert hand_over.path.read_text() == "two"


def test_an_editor_that_cannot_be_started_is_one_line(tmp_path: Path) -> None:
    program = tmp_path / "editor"
    program.write_text("no program")
    program.chmod(0o700)
    with pytest.raises(EditorError, match=r"editor cannot be started: Exec format error"):
        edited("one", {"EDITOR": str(program)})


def test_a_file_that_is_gone_is_one_line(editor: Editor) -> None:
    with pytest.raises(EditorError, match="the editor left no file: No such file or directory"):
        edited("one", editor("path.unlink()"))


def test_a_file_that_is_not_utf_8_is_one_line(editor: Editor) -> None:
    with pytest.raises(EditorError, match="not UTF-8"):
        edited("one", editor("path.write_bytes(b'\\xff')"))


def test_no_room_for_the_file_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(EditorError, match="the text cannot be put into a file"), handed_over("x", {}, everywhere):
        pass
