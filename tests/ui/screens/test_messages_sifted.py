"""Messages that were seen: found by words and expressions, grouped, marked, copied, saved, sent again."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from pathlib import Path

import pytest
from textual import events

from sqsview.domain.message_json import from_line
from sqsview.ui.message_saving import told
from sqsview.ui.screens.publish import PublishScreen
from tests.support import shown
from tests.ui.seen import ATTRIBUTES, DEAD, LIVE, Server, look, messages, order, orders, rested, serve, watching
from tests.ui.stage import Stage


@pytest.fixture
def server() -> Server:
    made = serve()
    made.put(DEAD, *orders(20), receives=5, attributes=ATTRIBUTES)
    return made


async def search(stage: Stage, text: str) -> None:
    await stage.press("slash")
    await stage.type(text)
    await stage.press("enter")
    await rested(stage)


async def paste(stage: Stage, text: str) -> None:
    stage.app.post_message(events.Paste(text))
    await stage.pilot.pause()


async def group(stage: Stage, text: str) -> None:
    await stage.press("t")
    await stage.pilot.pause()
    await stage.type(text)
    await stage.press("enter")
    await rested(stage)


def rows(stage: Stage) -> list[str]:
    """Give what the list shows, without the viewer beside or below it."""
    return [line.split("│")[0].split("╭")[0].rstrip() for line in stage.lines[4:]]


# -- the list


async def test_a_row_says_age_receives_and_what_matters_and_the_wide_list_also_the_size(server: Server) -> None:
    async with watching(server, size=(200, 50)) as stage:
        await look(stage)
        assert "3 m   134 B  6         order 10001 card_declined total 12.5" in stage.line("order 10001 card")
        assert stage.line("WHAT MATTERS").split()[:4] == ["AGE↑", "SIZE", "RECEIVES", "WHAT"]


async def test_dead_letters_of_several_queues_say_which_each_came_from(server: Server) -> None:
    server.put("payments-dlq", order(1), order(2))
    for place, kept in enumerate(server.kept("payments-dlq")):
        kept.source = f"arn:aws:sqs:eu-west-1:123456789012:payments-{'eu' if place else 'us'}"
    async with watching(server, size=(200, 50)) as stage:
        await look(stage, "payments-dlq")
        assert "dead letters of payments-eu, payments-us" in stage.text
        assert "payments-us" in stage.line("order 10001 card")
        assert "payments-eu" in stage.line("order 10002 card")


async def test_rows_are_sorted_by_each_column_and_reversed(server: Server) -> None:
    async with watching(server, size=(200, 50)) as stage:
        await look(stage)
        assert stage.names[0] == "message-1"
        await stage.press("S")
        assert stage.names[0] == "message-20" and "by age ↓" in stage.text
        await stage.press("s")
        assert "by size ↓" in stage.text
        await stage.press("s", "s")
        assert "by what matters ↑" in stage.text


async def test_thousands_of_messages_scroll_and_stay_one_row_each(server: Server) -> None:
    server.put("payments-dlq", *orders(3_000))
    async with watching(server) as stage:
        await look(stage, "payments-dlq")
        await stage.press("V")
        await stage.pilot.pause()
        await stage.type("3000")
        await stage.press("enter")
        await stage.until(lambda: len(messages(stage).shown) == 3_000)
        await rested(stage)
        await stage.press("G")
        await stage.sees("order 13000")
        await stage.press("pageup", "g")
        assert stage.cursor == "message-21"


# -- list and message


async def test_enter_gives_the_message_all_the_room_and_the_keys_and_esc_takes_it_back(server: Server) -> None:
    async with watching(server, size=(80, 24)) as stage:
        await look(stage)
        await stage.press("enter")
        assert "WHAT MATTERS" not in stage.text and '"type": "order"' in stage.text
        await stage.press("G")
        assert "message id" in stage.text and '"type": "order"' not in stage.text
        await stage.press("escape")
        assert "WHAT MATTERS" in stage.text and stage.table.has_focus


async def test_tab_moves_the_keys_between_list_and_message(server: Server) -> None:
    async with watching(server, size=(80, 24)) as stage:
        await look(stage)
        await stage.press("tab")
        assert messages(stage).viewer.has_focus
        await stage.press("j")
        assert stage.cursor == "message-1"
        await stage.press("tab", "j")
        assert stage.table.has_focus and stage.cursor == "message-2"


async def test_steps_of_decoding_are_undone_one_by_one_and_raw_is_one_key_away(server: Server) -> None:
    packed = b64encode(gzip.compress(json.dumps(order(7)).encode())).decode()
    server.put("payments-dlq", packed)
    async with watching(server) as stage:
        await look(stage, "payments-dlq", shows="base64 › gzip › JSON")
        await stage.press("u")
        await stage.loses("gzip › JSON")
        await stage.press("r")
        await stage.sees(packed[:40])
        await stage.press("r")
        await stage.sees("base64 › gzip › JSON")


# -- search


async def test_words_find_messages_in_the_body_in_ids_and_in_attributes(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await search(stage, "SCHEMA")
        assert "/ SCHEMA" in stage.text and "4 of 20" in stage.text
        assert all("schema" in line for line in rows(stage)[1:5])
        await stage.press("escape")
        await stage.sees("20 shown")
        await search(stage, "message-20")
        assert stage.names == ["message-20"]
        await stage.press("escape")
        await search(stage, "acme !card_declined")
        assert len(stage.names) == 8


async def test_a_found_word_is_marked_in_the_message_and_n_goes_on(server: Server) -> None:
    server.put("payments-dlq", {"note": "needle", "more": ["hay"] * 60 + ["needle"]})
    async with watching(server) as stage:
        await look(stage, "payments-dlq")
        await search(stage, "needle")
        await stage.sees("1 of 2")
        assert shown.style_of(stage.app, "needle").reverse or any(
            segment.style is not None and segment.style.reverse and "needle" in segment.text
            for strip in shown.strips(stage.app)
            for segment in strip
        )
        await stage.press("n")
        await stage.sees("2 of 2")
        await stage.press("N")
        await stage.sees("1 of 2")


async def test_an_expression_finds_by_the_decoded_body_attributes_and_figures(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await search(stage, "=error.code=='timeout' && total > `100`")
        assert "3 of 20" in stage.text
        await stage.press("escape")
        await search(stage, "=attribute('tenant') == 'acme' && receives() >= `6`")
        assert "20 of 20" in stage.text
        await stage.press("escape")
        await search(stage, "=id() == 'message-3'")
        assert stage.names == ["message-3"]


async def test_a_wrong_expression_is_said_at_the_field_and_the_list_keeps_what_it_showed(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await stage.press("slash")
        await stage.type("=error.code == 'schema'")
        await stage.sees("4 of 20")
        await stage.type(" &&")
        await stage.sees("! the expression is not complete")
        await stage.sees("listed is still what matches “=error.code == 'schema'”")
        assert len(stage.names) == 4
        await stage.type(" total > 100")
        await stage.sees("! the number 100 at character 35 goes in backticks: `100`")
        await stage.press("escape")
        await stage.loses("! the number")
        assert len(stage.names) == 20


async def test_a_wrong_expression_after_no_other_leaves_nothing_out_and_says_so(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await stage.press("slash")
        await paste(stage, "=foo(")
        await stage.sees("! the expression is not complete: foo( … · nothing is left out yet")
        await stage.press("enter")
        await rested(stage)
        assert "nothing is left out yet" in stage.text and len(stage.names) == 20


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_search_that_finds_nothing_says_so_in_the_list_whether_it_is_grouped_or_not(
    server: Server, size: tuple[int, int]
) -> None:
    async with watching(server, size=size) as stage:
        await look(stage)
        await search(stage, "nowhere")
        assert any("no message matches “nowhere” · esc clears" in line for line in rows(stage))
        await stage.press("escape")
        await group(stage, "error.code")
        await search(stage, "=id() == 'x'")
        assert any("no message matches “=id() == 'x'” · esc clears" in line for line in rows(stage))
        await stage.press("escape")
        await stage.loses("no message matches")


async def test_what_an_expression_may_not_have_meant_and_where_it_failed_is_said(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await search(stage, '=error.code == "schema"')
        await stage.sees("a text goes in single quotes: 'schema'")
        assert "no message matches" in stage.text
        await stage.press("escape")
        await search(stage, "=length(total) > `1`")
        await stage.sees("! not evaluated on 20 of 20: length() takes")


async def test_messages_that_come_later_are_searched_too(server: Server) -> None:
    server.put(DEAD, *orders(20))
    async with watching(server) as stage:
        await look(stage, shows="25 of about 40")
        await search(stage, "schema")
        before = len(stage.names)
        await stage.press("v")
        await stage.sees("40 of about 40")
        await rested(stage)
        assert len(stage.names) > before
        assert f"{len(stage.names)} of 40" in stage.text


# -- groups


async def test_groups_by_a_value_count_the_largest_first_and_unfold(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await group(stage, "error.code")
        assert "grouped by error.code: 12 card_declined · 4 schema · 4 timeout" in stage.text
        assert rows(stage)[2].strip() == "▾ 12  card_declined"
        assert [line.strip() for line in rows(stage) if "▸" in line] == ["▸  4  schema", "▸  4  timeout"]
        await stage.press("G")
        assert '"code": "timeout"' in stage.text, "the first of a group is shown for it"
        await stage.press("right")
        assert "▾  4  timeout" in stage.text
        await stage.press("enter")
        assert "▸  4  timeout" in stage.text
        await stage.press("g", "j", "enter", "escape")
        assert "grouped" in stage.text, "esc first takes back the size"
        await stage.press("escape")
        await stage.loses("grouped by")
        assert "20 shown" in stage.text


async def test_grouping_without_an_expression_is_by_shape_and_a_wrong_one_stays_to_be_mended(server: Server) -> None:
    server.put(DEAD, "plain words", [1, 2])
    async with watching(server) as stage:
        await look(stage)
        await stage.press("t")
        await stage.type("error.")
        await stage.press("enter")
        await stage.sees("! the expression is not complete")
        await stage.press(*["backspace"] * 6, "enter")
        await rested(stage)
        assert "grouped by shape: 20 {error{code, try}, id, total, type} · " in stage.text
        assert "1 text" in stage.text


async def test_groups_and_search_go_together_and_the_last_expression_is_offered_again(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await group(stage, "error.code")
        await search(stage, "!card_declined")
        await stage.sees("grouped by error.code: 4 schema · 4 timeout")
        await stage.press("t")
        await stage.pilot.pause()
        await stage.sees("Group ")
        assert "error.code" in stage.line("│   error.code") or "error.code" in stage.text
        await stage.press("escape")


# -- marks


async def test_marks_are_of_one_of_all_or_of_the_group_under_the_cursor(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await stage.press("space", "space")
        assert "2 marked" in stage.text and stage.table.marks == {"message-1", "message-2"}
        await stage.press("asterisk")
        assert "20 marked" in stage.text
        await stage.press("asterisk")
        assert "marked" not in stage.text
        await group(stage, "error.code")
        await stage.press("G", "asterisk")
        assert "4 marked" in stage.text
        await stage.press("space")
        assert "marked" not in stage.text


# -- copies


async def test_body_message_and_id_are_copied_and_it_is_said_which(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await stage.press("y")
        assert json.loads(stage.app.clipboard) == orders(1)[0]
        assert stage.toasts[-1].startswith("copied the raw body: ")
        await stage.press("Y")
        document = json.loads(stage.app.clipboard)
        assert document["id"] == "message-1" and document["attributes"]["tenant"] == {"type": "String", "value": "acme"}
        await stage.press("i")
        assert stage.app.clipboard == "message-1"


# -- files


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_all_that_is_shown_is_saved_as_lines_that_can_be_sent_again(server: Server, _here: Path) -> None:
    async with watching(server) as stage:
        await look(stage)
        await search(stage, "schema")
        await stage.press("e")
        await stage.sees("Save all 4 that are shown")
        await stage.press("enter")
        await stage.until(lambda: bool(stage.toasts))
        path = _here / f"{DEAD}-20250615-151200.jsonl"
        assert stage.toasts[-1] == f"saved 4 messages to {told(path)}"
        lines = path.read_text().splitlines()
        assert len(lines) == 4 and path.stat().st_mode & 0o777 == 0o600
        again = from_line(lines[0])
        assert json.loads(again.body)["error"]["code"] == "schema" and again.attributes == ATTRIBUTES


async def test_marks_come_first_and_a_file_is_never_overwritten(server: Server, _here: Path) -> None:
    (_here / "mine.jsonl").write_text("precious")
    async with watching(server) as stage:
        await look(stage)
        await stage.press("space", "e")
        await stage.sees("Save the marked one")
        await stage.type("mine.jsonl")
        await stage.press("enter")
        await stage.sees("! mine.jsonl exists already: nothing was written over it")
        await stage.press(*["backspace"] * len("mine.jsonl"))
        await stage.type("nowhere/x.jsonl")
        await stage.press("enter")
        await stage.sees("! there is no folder nowhere")
        await stage.press("escape")
        assert (_here / "mine.jsonl").read_text() == "precious"
        assert not (_here / "nowhere").exists()


# -- sent again


async def test_a_message_can_be_written_again_from_the_one_under_the_cursor(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage)
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, PublishScreen))
        await stage.sees("10001")
        assert len(server.held(DEAD)) == 20, "what is held stays held behind it"


async def test_keys_that_need_a_message_are_not_offered_without_one(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage, "orders-mail")
        for key in ("send again", "copy body", "export", "undo"):
            assert key not in stage.keys
        await stage.press("y", "Y", "i", "p", "u", "r", "n", "N", "t", "escape", "left", "right", "space", "enter")
        assert "the queue gave nothing" in stage.text
        await stage.press("e")
        assert stage.toasts[-1] == "there is no message to save"


async def test_a_message_of_a_mebibyte_does_not_hold_up_the_others(server: Server) -> None:
    server.put(LIVE, {"pad": "x" * 1_000_000}, *orders(3))
    async with watching(server) as stage:
        await look(stage, LIVE)
        await stage.sees("order 10001")
        await search(stage, "schema")
        assert len(stage.names) == 1
