"""The queues tab: what is shown of each queue, and a cursor, marks and filter that follow the queue itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.queue import Counts
from sqsview.domain.snapshot import Context
from sqsview.ui import queue_columns
from tests.support import shown
from tests.ui import company
from tests.ui.company import LONG_NAME, moving, read_queue, snapshot, steady, with_queue, without
from tests.ui.stage import staged
from tests.ui.still_feed import NOW


async def test_queues_come_with_the_fullest_first_and_unknown_counts_last() -> None:
    async with staged() as stage:
        assert stage.names[:4] == ["orders-billing", "orders-shipping.fifo", "orders-mail", "orders-billing-dlq"]
        assert stage.names[-2:] == ["nightly-batch", "orders-audit"]
        assert "15 of 15" in stage.status and "by visible ↓" in stage.status
        assert "counts are approximate" in stage.status


async def test_a_row_has_counts_change_trend_and_where_dead_letters_go() -> None:
    async with staged() as stage:
        row = stage.line("orders-shipping.fifo").split()
        assert row[1:6] == ["fifo", "4,102", "90", "0", "−60"]
        assert set(row[6]) <= set("▁▂▃▄▅▆▇█") and row[7:] == ["orders-ship-dlq.fifo"]


async def test_a_dead_letter_queue_says_of_how_many_and_stands_out_by_more_than_colour() -> None:
    async with staged() as stage:
        full, empty = stage.line("● orders-billing-dlq"), stage.line("orders-ship-dlq.fifo  DLQ")
        assert "DLQ of 1" in full and "57 dead letters" in full
        assert "DLQ of 1" in empty and "●" not in empty
        assert "DLQ of 2" in stage.line("● payments-dlq")
        assert "DLQ sns" in stage.line("undelivered")


async def test_a_queue_tells_when_its_dead_letter_queue_holds_something() -> None:
    async with staged(size=(140, 40)) as stage:
        assert "orders-billing-dlq ● 57" in stage.line("▌    orders-billing")
        assert "●" not in stage.line("orders-mail-dlq ").replace("● ", "", 0)


async def test_what_is_not_known_is_never_a_zero() -> None:
    async with staged() as stage:
        assert stage.line("nightly-batch").split()[2:5] == ["…", "…", "…"]
        assert stage.line("orders-audit").split()[3:6] == ["–", "–", "–"]
        partly = read_queue("orders-mail", (0, 0, 0), steady(0))
        await stage.put(with_queue(stage.app.snapshot, replace(partly, counts=Counts(None, 3, None))))
        assert stage.line("   orders-mail  ").split()[2:5] == ["–", "3", "–"]


async def test_denied_and_gone_queues_are_a_mark_and_a_reason_in_their_own_rows() -> None:
    async with staged(size=(140, 40)) as stage:
        denied, gone = stage.line("orders-audit"), stage.line("legacy-import")
        assert "! orders-audit" in denied and "denied: sqs:GetQueueAttributes" in denied
        assert "! legacy-import" in gone and "no longer exists" in gone and "44" in gone and "5 min" in gone
        assert "!" not in stage.line("orders-mail ")


async def test_old_figures_carry_their_age_and_look_old() -> None:
    async with staged() as stage:
        stage.clock.passed = 65.0
        await stage.until(lambda: "1 min" in stage.line("orders-mail "))
        await stage.put(company.failing(company.company()))
        await stage.until(lambda: bool(shown.style_of(stage.app, "980").italic))


async def test_words_and_chart_are_about_the_queue_under_the_cursor() -> None:
    async with staged() as stage:
        assert "╭─ orders-billing ⣿ visible  ⠒ in flight" in stage.text
        for words in (
            "growing 340 a minute: consumers fall behind",
            "fed by   orders  topic, filter: type is",
            "keeps 4 days · hides 30 s · up to 1 MiB",
            "12.4k ┤",
            "14:42",
        ):
            assert words in stage.text
        await stage.move_to("orders-shipping.fifo")
        assert "empty in about 68 min" in stage.text and "╭─ orders-shipping.fifo" in stage.text
        await stage.move_to("payments-dlq")
        assert "fed by   payments-eu  its dead letters" in stage.text
        assert "         payments-us  its dead letters" in stage.text
        await stage.move_to("orders-audit")
        assert "denied: sqs:GetQueueAttributes" in stage.text and "allow it on this queue" in stage.text
        assert "no readings yet" in stage.text
        await stage.move_to("nightly-batch")
        assert "not read yet" in stage.text


async def test_the_oldest_message_is_told_where_cloudwatch_is_on() -> None:
    old = replace(read_queue("orders", (3, 0, 0), steady(3)), oldest_age=1_320.0, oldest_age_at=NOW - 60)
    async with staged(snapshot([old])) as stage:
        await stage.sees("oldest message 22 min (CloudWatch, 1 min")


async def test_the_oldest_column_is_there_only_where_some_age_was_read() -> None:
    async with staged(size=(160, 40)) as stage:
        assert "OLDEST" not in stage.lines[3]
        old = replace(read_queue("orders-mail", (980, 0, 0), steady(980)), oldest_age=1_320.0, oldest_age_at=NOW)
        await stage.put(with_queue(stage.app.snapshot, old))
        await stage.sees("OLDEST")
        assert "22 min" in stage.line("orders-mail ")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("billing", {"orders-billing", "orders-billing-dlq"}),
        ("BILLING !dlq", {"orders-billing"}),
        ("fifo", {"orders-shipping.fifo", "orders-ship-dlq.fifo"}),
        ("is:dlq non-empty", {"orders-billing-dlq", "payments-dlq"}),
        ("!non-empty orders- !dlq", {"orders-search", "orders-audit"}),
        ("problem", {"legacy-import", "orders-audit"}),
        ("moving !dlq orders", {"orders-billing", "orders-shipping.fifo", "orders-mail"}),
        ("! fifo ship", set()),
    ],
)
async def test_a_filter_shows_the_rows_that_match_all_its_words(typed: str, names: set[str]) -> None:
    async with staged() as stage:
        await stage.filter(typed)
        assert set(stage.names) == names
        assert f"/ {typed}" in stage.status and f"{len(names)} of 15" in stage.status


async def test_the_filter_works_while_it_is_typed_and_enter_keeps_it() -> None:
    async with staged() as stage:
        await stage.press("slash")
        await stage.type("ma")
        assert stage.names == ["orders-mail", "orders-mail-dlq"]
        await stage.press("backspace")
        assert len(stage.names) > 2
        await stage.type("ail")
        await stage.press("enter", "j")
        assert stage.cursor == "orders-mail-dlq", "the keys are the table's again"


async def test_esc_clears_the_filter_also_once_it_holds() -> None:
    async with staged() as stage:
        await stage.press("slash")
        await stage.type("mail")
        await stage.press("escape")
        assert len(stage.names) == 15 and "/ mail" not in stage.status
        await stage.filter("mail")
        await stage.press("escape")
        assert len(stage.names) == 15 and "/ mail" not in stage.status


async def test_a_filter_that_nothing_passes_says_so_and_how_to_get_out() -> None:
    async with staged() as stage:
        await stage.filter("zzz")
        assert stage.names == []
        assert "0 of 15" in stage.status
        await stage.sees("zzz")
        assert "esc" in stage.text.lower(), stage.text


async def test_s_sorts_by_the_next_column_and_capital_s_reverses() -> None:
    async with staged(size=(160, 40)) as stage:
        titles = {column.id: column.title.strip() for column in queue_columns.COLUMNS}
        order = list(titles)
        start = order.index("visible")
        for column in [*order[start + 1 :], *order[: start + 1]]:
            await stage.press("s")
            arrow = "↓" if column in queue_columns.DESCENDING_FIRST else "↑"
            assert f"by {titles[column].lower()} {arrow}" in stage.status
            assert f"↓{titles[column]}" in stage.lines[3] or f"{titles[column]}{arrow}" in stage.lines[3]
        top = stage.names[0]
        await stage.press("S")
        assert "by visible ↑" in stage.status
        assert stage.names[0] != top and stage.names[-2:] == ["nightly-batch", "orders-audit"]


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("QUEUE", "legacy-import"),
        ("KIND", "orders-ship-dlq.fifo"),
        ("IN FLIGHT", "orders-billing"),
        ("DELAYED", "orders-mail"),
        ("Δ/MIN", "orders-billing"),
        ("TREND", "orders-billing"),
        ("DEAD LETTERS", "orders-billing"),
        ("AGE", "legacy-import"),
    ],
)
async def test_a_click_on_a_title_sorts_by_it_and_another_one_reverses(title: str, first: str) -> None:
    async with staged(size=(160, 40)) as stage:
        x = stage.lines[3].index(title) + 1
        await stage.pilot.click(stage.table, offset=(x, 0))
        await stage.until(lambda: f"by {title.lower()} " in stage.status)
        assert stage.names[0] == first
        await stage.pilot.click(stage.table, offset=(x, 0))
        await stage.until(lambda: stage.names[0] != first)


async def test_the_cursor_stays_on_its_queue_through_sort_filter_arrival_and_removal() -> None:
    async with staged() as stage:
        await stage.move_to("payments-eu")
        await stage.press("s", "s", "S")
        assert stage.cursor == "payments-eu"
        await stage.filter("payments")
        assert stage.cursor == "payments-eu"
        await stage.press("escape")
        assert stage.cursor == "payments-eu"
        await stage.put(with_queue(stage.app.snapshot, read_queue("a-new-one", (99_999, 0, 0), steady(99_999))))
        assert stage.cursor == "payments-eu" and "a-new-one" in stage.names
        await stage.put(without(stage.app.snapshot, "orders-billing", "a-new-one", "reports"))
        assert stage.cursor == "payments-eu"
        overtaken = read_queue("payments-eu", (500_000, 0, 0), moving(500_000, 9_000))
        await stage.put(with_queue(stage.app.snapshot, overtaken))
        assert stage.cursor == "payments-eu"
        assert stage.feed.selected[-1] == overtaken.key


async def test_a_cursor_whose_queue_went_stands_on_what_took_its_place() -> None:
    async with staged() as stage:
        await stage.move_to("orders-mail")
        following = stage.names[3]
        await stage.put(without(stage.app.snapshot, "orders-mail"))
        assert stage.cursor == following
        assert stage.screen.subject() is not None


async def test_while_the_first_counts_come_in_an_untouched_cursor_stays_at_the_top() -> None:
    from sqsview.domain.snapshot import Connection

    names = ("a", "b", "c")
    first = [read_queue(name, (place, 0, 0), steady(place)) for place, name in enumerate(names)]
    async with staged(snapshot(first, connection=Connection.LOADING)) as stage:
        assert stage.cursor == "c"
        risen = with_queue(stage.app.snapshot, read_queue("a", (50, 0, 0), steady(50)))
        await stage.put(risen)
        assert stage.cursor == "a"
        await stage.press("j")
        await stage.put(with_queue(stage.app.snapshot, read_queue("b", (70, 0, 0), steady(70))))
        assert stage.cursor == "c"


async def test_space_marks_a_row_and_goes_on_to_the_next_and_star_marks_all_shown() -> None:
    async with staged() as stage:
        await stage.press("space", "space")
        assert stage.cursor == stage.names[2]
        assert "✓" in stage.line("orders-billing ") and "✓" in stage.line("orders-shipping.fifo")
        assert "2 marked" in stage.status
        await stage.press("g", "space")
        assert "1 marked" in stage.status
        await stage.press("escape")
        assert "marked" not in stage.status
        await stage.filter("mail")
        await stage.press("asterisk")
        assert "2 marked" in stage.status
        await stage.press("asterisk")
        assert "marked" not in stage.status


async def test_marks_stay_on_their_queues_behind_a_filter_and_through_a_sort() -> None:
    async with staged() as stage:
        await stage.move_to("reports")
        await stage.press("space", "s")
        assert "✓" in stage.line("reports ")
        await stage.filter("orders")
        assert "1 marked" in stage.status
        await stage.press("escape")
        assert "✓" in stage.line("reports ")


async def test_y_copies_the_arn_under_the_cursor_or_of_everything_marked() -> None:
    async with staged() as stage:
        await stage.press("y")
        billing = "arn:aws:sqs:eu-west-1:123456789012:orders-billing"
        assert stage.app.clipboard == billing
        assert stage.toasts[-1] == f"copied {billing}"
        await stage.filter("payments-")
        await stage.press("asterisk", "y")
        copied = stage.app.clipboard.splitlines()
        assert {arn.rpartition(":")[2] for arn in copied} == {"payments-eu", "payments-us", "payments-dlq"}
        assert "copied 3 ARNs" in stage.toasts


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "https://eu-west-1.console.aws.amazon.com/sqs/"),
        ("aws-cn", "cn-north-1", "https://console.amazonaws.cn/sqs/"),
        ("aws-us-gov", "us-gov-west-1", "https://console.amazonaws-us-gov.com/sqs/"),
    ],
)
async def test_b_copies_the_console_page_of_the_right_partition(partition: str, region: str, host: str) -> None:
    queue = read_queue("orders", (1, 0, 0), steady(1))
    arn = f"arn:{partition}:sqs:{region}:123456789012:orders"
    assert queue.settings is not None
    there = replace(queue, ref=replace(queue.ref, arn=arn), settings=replace(queue.settings, arn=arn))
    context = Context("shop", "123456789012", region, partition=partition)
    async with staged(snapshot([there], context=context)) as stage:
        await stage.press("b")
        assert stage.app.clipboard.startswith(host) and f"region={region}" in stage.app.clipboard
        assert stage.app.clipboard in stage.toasts


async def test_b_says_that_a_server_of_ones_own_has_no_console() -> None:
    context = replace(company.HERE, endpoint="http://127.0.0.1:4566")
    async with staged(company.company(context=context)) as stage:
        await stage.press("b")
        assert stage.app.clipboard == ""
        assert "is not AWS" in stage.toasts[-1]


async def test_the_feed_is_told_what_is_on_screen_from_the_top_and_what_is_under_the_cursor() -> None:
    async with staged(size=(120, 24)) as stage:
        keys = [row.key for row in stage.table_screen().shown]
        high = stage.table.size.height - 1
        assert high < len(keys)
        await stage.until(lambda: stage.feed.watched[-1] == tuple(keys[:high]))
        assert stage.feed.selected[-1] == keys[0]
        await stage.press("G")
        await stage.until(lambda: stage.feed.watched[-1] == tuple(keys[-high:]))
        assert stage.feed.selected[-1] == keys[-1]
        await stage.filter("mail")
        assert [key.rpartition(":")[2] for key in stage.feed.watched[-1]] == ["orders-mail", "orders-mail-dlq"]


async def test_the_mouse_selects_opens_and_scrolls() -> None:
    async with staged(size=(120, 24)) as stage:
        await stage.pilot.click(stage.table, offset=(20, 3))
        await stage.until(lambda: stage.cursor == stage.names[2])
        before = stage.lines[4:8]
        await stage.pilot._post_mouse_events([_scroll()], stage.table, offset=(20, 3))
        await stage.until(lambda: stage.lines[4:8] != before)
        assert stage.cursor == stage.names[2], "the wheel moves the view, not the cursor"
        await stage.pilot.click(stage.table, offset=(20, 3), times=2)
        await stage.sees("in words · r raw JSON")


def _scroll() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_a_name_as_long_as_sqs_allows_is_whole_where_there_is_room() -> None:
    long = read_queue(LONG_NAME, (1, 0, 0), steady(1))
    async with staged(with_queue(company.company(), long), size=(200, 50)) as stage:
        assert LONG_NAME in stage.text
    async with staged(with_queue(company.company(), long), size=(80, 24)) as stage:
        await stage.filter("worker")
        row = stage.line("…")
        assert LONG_NAME[:10] in row and LONG_NAME[-10:] in row, "both ends of a cut name are legible"
        assert " 1 " in row


async def test_the_cells_are_not_made_for_rows_that_are_not_on_screen() -> None:
    many = [read_queue(f"queue-{number:04}", (number, 0, 0), steady(0)) for number in range(500)]
    async with staged(snapshot(many), size=(120, 24)) as stage:
        assert len(stage.table_screen().shown) == 500
        assert stage.names[0] == "queue-0499"
        await stage.press("G")
        assert stage.cursor == "queue-0000" and "queue-0000" in stage.text


async def test_a_topic_that_cannot_deliver_is_named_as_the_reason_not_as_a_feed() -> None:
    async with staged() as stage:
        await stage.move_to("orders-search")
        await stage.sees("✗ orders cannot deliver:")
        assert "fed by   orders " not in stage.text


async def test_a_filter_that_hides_the_row_under_the_cursor_puts_it_on_the_first_that_matches() -> None:
    async with staged() as stage:
        await stage.press("G")
        await stage.filter("mail")
        assert stage.cursor == stage.names[0]


async def test_a_filter_that_leaves_the_row_under_the_cursor_leaves_the_cursor_there() -> None:
    async with staged() as stage:
        await stage.move_to("orders-mail-dlq")
        await stage.filter("orders-mail")
        assert stage.names[0] != "orders-mail-dlq" and stage.cursor == "orders-mail-dlq"
