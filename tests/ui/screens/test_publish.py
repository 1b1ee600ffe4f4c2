"""A message is written to a queue or topic, judged while it is typed, and sent."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import Denied, Rejected, ServerFault
from sqsview.ui.draft import AttributeDraft, Draft
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.publish import PublishScreen
from sqsview.ui.widgets.body_editor import LARGEST, LONGEST_LINE
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.support.things import queue_arn
from tests.ui.company import HERE, company, queues
from tests.ui.stage import staged
from tests.ui.writing import FIFO, QUEUE, TOPIC, Desk, company_account, writing


def rejected(text: str) -> Rejected:
    return Rejected(Problem(ProblemKind.FAILED, text))


# -- what is there ---------------------------------------------------------------------------------------------


async def test_p_opens_the_form_under_the_name_of_what_it_sends_to() -> None:
    async with writing() as desk:
        assert "╭─ Send to orders-billing " in desk.stage.text
        assert desk.focused == "body"
    async with writing(TOPIC) as desk:
        assert "╭─ Publish to orders " in desk.stage.text
        assert "╭─ who will get it " in desk.stage.text


@pytest.mark.parametrize(
    ("name", "there", "missing"),
    [
        (QUEUE, {"group", "delay", "times", "rate"}, {"deduplication", "subject", "structure", "trace"}),
        (FIFO, {"group", "deduplication", "times"}, {"delay", "subject", "structure", "trace"}),
        (TOPIC, {"subject", "structure", "times", "trace"}, {"group", "deduplication", "delay"}),
    ],
)
async def test_there_are_the_fields_that_the_destination_has(name: str, there: set[str], missing: set[str]) -> None:
    async with writing(name) as desk:
        for field in there:
            assert desk.screen.query(f"#{field}"), field
        for field in missing:
            assert not desk.screen.query(f"#{field}"), field


def _is_seen(desk: Desk) -> bool:
    focused = desk.stage.app.focused
    return focused is not None and bool(desk.screen.find_widget(focused).visible_region.area)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50), (60, 16)])
async def test_every_field_can_be_reached_by_tab_and_is_on_screen_then(size: tuple[int, int]) -> None:
    async with writing(TOPIC, size=size) as desk:
        await desk.stage.press("ctrl+n")
        seen = []
        for _ in range(12):
            focused = desk.stage.app.focused
            assert focused is not None
            await desk.stage.until(lambda: _is_seen(desk))
            seen.append(focused.id or next(iter(focused.classes & {"name", "type", "value"}), ""))
            await desk.stage.press("tab")
        wanted = {"body-area", "subject", "structure", "times", "rate", "trace", "name", "type", "value"}
        assert wanted <= set(seen), seen


async def test_the_keys_that_work_while_text_is_typed_are_named() -> None:
    async with writing(size=(200, 50)) as desk:
        for key in ("ctrl+s send", "ctrl+o editor", "ctrl+f format", "ctrl+t templates", "ctrl+n attribute"):
            assert key in desk.stage.keys
        assert "f1 all keys" in desk.stage.keys
        await desk.stage.press("f1")
        await desk.stage.sees("esc closes")
        assert "Indent the body" in desk.stage.text


# -- letters are letters ---------------------------------------------------------------------------------------


async def test_the_help_lists_no_key_that_only_types_text_here() -> None:
    async with writing() as desk:
        await desk.stage.press("f1")
        await desk.stage.sees("esc closes")
        for key, says in (("f1", "Show every key"), ("ctrl+q", "Leave sqsview"), ("↓", "Move down"), ("home", "Go to")):
            assert f"  {key} " in desk.stage.line(says)
        for both in ("? f1", "q ctrl+q", "j ↓", "g home"):
            assert both not in desk.stage.text
        await desk.stage.press("escape")
        await desk.stage.type("jq?")
        assert desk.body == "jq?"


async def test_keys_that_are_letters_are_typed() -> None:
    async with writing() as desk:
        await desk.stage.press(*"12345q", "slash", "colon", "question_mark", *"jkgGyb")
        assert desk.body == "12345q/:?jkgGyb"


async def test_what_is_typed_ahead_of_the_form_is_its_body() -> None:
    async with staged() as stage:
        account = company_account(stage)
        await stage.move_to(QUEUE)
        stage.type_ahead("p", *"quick", "ctrl+s")
        await stage.sees("sent to orders-billing")
        assert [kept.outgoing.body for kept in account.broker.queues[QUEUE]] == ["quick"]


async def test_keys_that_come_in_one_go_are_typed_where_they_belong() -> None:
    async with writing() as desk:
        desk.stage.type_ahead(
            *"abd", "backspace", *"c", "ctrl+n", *"tenant", "enter", "tab", *"acmf", "backspace", *"e",
            "shift+tab", "down", "up", "ctrl+s",
        )  # fmt: skip
        await desk.stage.sees("sent to orders-billing")
        (sent,) = desk.sent()
        assert sent == Outgoing("abc", {"tenant": Attribute("String", "acme")})


async def test_a_key_of_a_tab_goes_to_the_tab_once_the_form_was_left_in_the_same_go() -> None:
    async with writing() as desk:
        desk.stage.type_ahead(*"abc", "escape", "3")
        await desk.stage.sees("[3 Fan-out]")
        assert desk.stage.app.drafts[queue_arn(QUEUE)].body == "abc"


# -- what is said while it is typed ----------------------------------------------------------------------------


async def test_the_size_counts_attributes_against_the_limit_of_the_destination() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.stage.sees("5 bytes of 1,048,576")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("ab")
        await desk.go_to("body-area")
        await desk.stage.sees("13 bytes of 1,048,576")


async def test_where_the_json_breaks_is_said_in_a_small_window_too() -> None:
    async with writing(size=(80, 24)) as desk:
        await desk.paste('{"parcel": 7')
        await desk.stage.sees("line 1, column 13: expecting ',' delimiter")
        assert "12 bytes of 1,048,576" in desk.stage.text


async def test_in_a_tiny_window_the_count_of_those_who_get_it_stands_below_the_form() -> None:
    async with writing(TOPIC, size=(80, 16)) as desk:
        await desk.stage.type("x")
        await desk.stage.sees("0 of 4 will get it · 1 uncertain")


async def test_a_topic_without_a_limit_of_its_own_takes_256_kib() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("é")
        await desk.stage.sees("2 bytes of 262,144")


async def test_the_body_is_said_to_be_json_or_where_it_is_not() -> None:
    async with writing() as desk:
        await desk.paste('{"a": 1}')
        await desk.stage.sees("JSON ✓")
        await desk.stage.press("backspace")
        await desk.stage.sees("line 1, column 8: expecting ',' delimiter")
        await desk.stage.press("ctrl+a", "ctrl+k")
        await desk.stage.type("plain")
        await desk.stage.sees("not JSON")


async def test_the_json_is_checked_as_it_is_sent_and_a_fault_is_placed_as_it_is_typed() -> None:
    async with writing() as desk:
        await desk.paste('{"a":{{n}}}')
        await desk.stage.sees("JSON ✓")
        await desk.stage.press("ctrl+f")
        await desk.stage.sees("✗ the body is JSON only once its placeholders are filled in, so it stays as it is")
        await desk.stage.press("ctrl+a", "ctrl+k")
        await desk.paste('{"a":"{{uuid}}", "b" 1}')
        await desk.stage.sees("line 1, column 22: expecting ':' delimiter")


async def test_nothing_is_wrong_with_a_form_in_which_nothing_was_written() -> None:
    async with writing(FIFO) as desk:
        await desk.stage.type("x")
        await desk.stage.sees("✗ a FIFO queue needs a message group")
        await desk.stage.press("backspace")
        await desk.stage.loses("✗")
        assert "JSON" not in desk.stage.line("body")


async def test_what_aws_would_refuse_stands_at_its_field_as_it_is_typed() -> None:
    async with writing(FIFO) as desk:
        await desk.stage.type("x")
        await desk.stage.sees("✗ a FIFO queue needs a message group")
        lines = desk.stage.lines
        group = next(place for place, line in enumerate(lines) if "│ group" in line)
        assert "needs a message group" in lines[group + 1]
        await desk.fill("group", "g1")
        await desk.stage.loses("needs a message group")


async def test_a_delay_that_is_none_is_said_at_the_delay() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.fill("delay", "soon")
        await desk.stage.sees('"soon" is no number of seconds, such as 90')
        await desk.fill("delay", "\b")
        await desk.stage.press("ctrl+u")
        await desk.stage.type("901")
        await desk.stage.sees("the delay must be from 0 to 900 seconds")


async def test_a_content_based_queue_says_what_an_empty_deduplication_means() -> None:
    async with writing(FIFO) as desk:
        assert "empty: made from the body" in desk.stage.line("deduplication")
    plain = replace(company(), queues={
        each.key: replace(each, settings=replace(each.settings, content_based_deduplication=False))
        if each.name == FIFO and each.settings else each
        for each in queues()
    })  # fmt: skip
    async with writing(FIFO, of=plain) as desk:
        assert "needed" in desk.stage.line("deduplication")
        await desk.stage.type("x")
        await desk.fill("group", "g")
        await desk.stage.sees("this queue needs a deduplication id")


async def test_limits_that_are_learned_later_are_taken_in() -> None:
    unread = replace(company(), queues={
        each.key: replace(each, settings=None) if each.name == QUEUE else each for each in queues()
    })  # fmt: skip
    async with writing(of=unread) as desk:
        await desk.stage.type("x")
        await desk.stage.sees("1 byte of about 1,048,576")
        small = {
            each.key: replace(each, settings=replace(each.settings, maximum_message_size=1024))
            if each.name == QUEUE and each.settings else each
            for each in queues()
        }  # fmt: skip
        await desk.stage.put(replace(company(), queues=small))
        await desk.stage.sees("1 byte of 1,024")


# -- sending ---------------------------------------------------------------------------------------------------


async def test_ctrl_s_sends_and_tells_the_message_id() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to orders-billing  message id message-1")
        assert desk.sent() == [Outgoing("hello")]
        assert desk.focused == "body" and desk.body == "hello"
        assert desk.stage.feed.nudged[-1] == (queue_arn(QUEUE),)


async def test_the_draft_stays_so_that_it_can_be_sent_again() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("message-1")
        await desk.rested()
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("message-2")
        assert [sent.body for sent in desk.sent()] == ["hello", "hello"]


async def test_every_field_is_sent() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.fill("group", "tenant-7")
        await desk.fill("delay", "5")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("n")
        await desk.stage.press("tab", "down")
        await desk.stage.press("tab", *"42", "ctrl+n")
        await desk.stage.type("raw")
        await desk.stage.press("tab", "down", "down", "tab")
        await desk.paste("3q2+7w==")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("sent to")
        assert desk.sent() == [
            Outgoing(
                "hello",
                {"n": Attribute("Number", "42"), "raw": Attribute("Binary", b"\xde\xad\xbe\xef")},
                group="tenant-7",
                delay=5,
            )
        ]


async def test_a_topic_gets_subject_and_list_attributes_and_its_queues_are_read_again() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("hello")
        await desk.fill("subject", "Greetings")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("tags")
        await desk.stage.press("tab", "up", "tab")
        await desk.paste('["a", 1]')
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to orders")
        assert desk.published == [
            Outgoing("hello", {"tags": Attribute("String.Array", '["a", 1]')}, subject="Greetings")
        ]
        assert set(desk.stage.feed.nudged[-1]) == {
            queue_arn(f"orders-{name}") for name in ("billing", "mail", "search")
        }


async def test_what_would_be_refused_is_not_sent_and_the_keys_go_to_its_field() -> None:
    async with writing(FIFO) as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✗ not sent: a FIFO queue needs a message group")
        assert desk.focused == "group"
        assert desk.account.count("send_message") == 0
        await desk.stage.type("g1")
        await desk.stage.loses("not sent")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to orders-shipping.fifo")
        assert desk.sent(FIFO) == [Outgoing("x", group="g1")]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("The request must contain the parameter MessageGroupId.", "group"),
        ("Value 950 for parameter DelaySeconds is invalid.", "delay"),
        ("The message contains characters outside the allowed set.", "body"),
    ],
)
async def test_what_the_server_refuses_stands_at_its_field_in_its_words(said: str, field: str) -> None:
    async with writing() as desk:
        desk.account.fail_once("send_message", rejected(said))
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees(f"✗ not sent: {said}")
        rows = [place for place, line in enumerate(desk.stage.lines) if f"✗ {said}" in line]
        if field == "body":
            assert rows, desk.stage.text
        else:
            caption = next(place for place, line in enumerate(desk.stage.lines) if f"│ {field}" in line)
            assert caption + 1 in rows, desk.stage.text
        assert desk.body == "x"
        await desk.stage.type("y")
        await desk.stage.loses(said)


async def test_an_error_that_is_about_no_field_is_one_line_and_nothing_is_lost() -> None:
    async with writing() as desk:
        denied = Denied(Problem(ProblemKind.DENIED, "denied: sqs:SendMessage", "allow it on this queue"))
        desk.account.fail_once("send_message", denied)
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✗ not sent: denied: sqs:SendMessage · allow it on this queue")
        assert desk.body == "x" and desk.focused == "body"


async def test_an_answer_that_is_lost_is_not_called_a_refusal() -> None:
    async with writing() as desk:
        desk.account.fail_once("send_message", ServerFault(Problem(ProblemKind.NETWORK, "the connection broke")))
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("? it is not known whether it was sent: the connection broke")


async def test_without_a_connection_it_says_so() -> None:
    async with writing() as desk:
        desk.stage.feed.connection = None
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✗ not sent: not connected yet")


async def test_a_name_that_is_not_protected_is_sent_to_at_once() -> None:
    async with writing(of=company(context=replace(HERE, protected=("*-prod",)))) as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")


async def test_where_a_name_is_protected_it_has_to_be_typed() -> None:
    async with writing(of=company(context=replace(HERE, protected=("*-prod", "orders*")))) as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("what is sent cannot be taken back")
        await desk.stage.press("escape")
        assert not desk.sent() and desk.body == "x"
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("what is sent cannot be taken back")
        await desk.stage.type("y")
        await desk.stage.press("enter")
        await desk.stage.sees("type the name")
        assert not desk.sent()
        await desk.stage.press("backspace")
        await desk.stage.type(QUEUE)
        await desk.stage.press("enter")
        await desk.stage.sees("✓ sent to")


# -- nothing typed is lost -------------------------------------------------------------------------------------


async def test_escape_keeps_the_draft_and_says_so() -> None:
    async with writing(FIFO) as desk:
        await desk.stage.type("half a")
        await desk.fill("group", "g")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("name")
        await desk.stage.press("escape")
        assert "kept as a draft for orders-shipping.fifo" in desk.stage.toasts
        await desk.open(FIFO)
        await desk.stage.sees("the draft that was left here")
        assert desk.body == "half a"
        assert desk.form.draft.group == "g" and desk.form.draft.attributes[0].name == "name"


async def test_the_cursor_is_where_it_was_left() -> None:
    async with writing() as desk:
        await desk.paste("one\ntwo\nthree")
        await desk.stage.press("up", "home", "right")
        await desk.stage.press("escape")
        await desk.open(QUEUE)
        assert desk.form.body.cursor == (1, 1)


async def test_each_destination_has_a_draft_of_its_own() -> None:
    async with writing() as desk:
        await desk.stage.type("for billing")
        await desk.stage.press("escape")
        await desk.open("orders-mail")
        assert desk.body == ""
        await desk.stage.press("escape")
        assert desk.stage.toasts == ["kept as a draft for orders-billing"]


async def test_a_form_in_which_nothing_was_written_is_left_without_a_word() -> None:
    async with writing() as desk:
        await desk.stage.press("escape")
        assert desk.stage.toasts == [] and desk.stage.app.drafts == {}


async def test_another_size_of_the_window_changes_no_field() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("hello")
        await desk.fill("subject", "Greetings")
        before = desk.form.draft
        for size in ((80, 24), (40, 10), (200, 50), (120, 40)):
            await desk.stage.pilot.resize_terminal(*size)
            await desk.stage.pilot.pause()
            assert desk.form.draft == before
        await desk.stage.press("!")
        assert desk.form.draft.subject == "Greetings!"


async def test_a_change_of_region_keeps_the_draft() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.stage.until(lambda: queue_arn(QUEUE) in desk.stage.app.drafts)
        desk.stage.app.change_target(region="us-east-1")
        await desk.stage.until(lambda: not isinstance(desk.stage.app.screen, PublishScreen))
        assert desk.stage.app.drafts[queue_arn(QUEUE)].body == "hello"


async def test_the_last_message_that_was_sent_is_there_again() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        await desk.fill("delay", "3")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        await desk.stage.press("escape")
        assert desk.stage.toasts == []
        await desk.open(QUEUE)
        await desk.stage.sees("the last one that was sent here")
        assert desk.body == "hello" and desk.form.draft.delay == "3"


async def test_a_message_that_was_seen_is_there_to_be_sent_again() -> None:
    async with staged() as stage:
        company_account(stage)
        seen = Outgoing("seen", {"b": Attribute("Binary.png", b"\x00\x01")}, group="g")
        target = Subject(queue_arn(QUEUE), QUEUE, "queue", queue_arn(QUEUE), f"https://sqs.example/{QUEUE}")
        stage.app.open_publish(target, seen)
        await stage.sees("the message as it was seen")
        screen = stage.app.screen
        assert isinstance(screen, PublishScreen)
        outgoing, faults = screen.form.draft.read(screen.form.destination)
        assert outgoing == seen and not faults


async def test_a_queue_that_is_no_longer_known_can_be_written_to() -> None:
    async with staged() as stage:
        account = company_account(stage)
        account.add_queue("unlisted")
        target = Subject(queue_arn("unlisted"), "unlisted", "queue", queue_arn("unlisted"), "https://sqs.example/u")
        stage.app.open_publish(target)
        await stage.sees("Send to unlisted")
        await stage.type("x")
        await stage.press("ctrl+s")
        await stage.sees("✓ sent to unlisted")


async def test_in_read_only_mode_there_is_no_form() -> None:
    async with staged(company(context=replace(HERE, read_only=True))) as stage:
        await stage.move_to(QUEUE)
        assert "publish" not in stage.keys
        await stage.press("p")
        assert not isinstance(stage.app.screen, PublishScreen)
        assert any("read-only" in toast for toast in stage.toasts)


# -- the body --------------------------------------------------------------------------------------------------


async def test_format_indents_json_and_undo_takes_it_back() -> None:
    async with writing() as desk:
        await desk.paste('{"a":[1,2.50],"b":{}}')
        await desk.stage.press("ctrl+f")
        assert desk.body == '{\n  "a": [\n    1,\n    2.50\n  ],\n  "b": {}\n}'
        await desk.stage.press("ctrl+z")
        assert desk.body == '{"a":[1,2.50],"b":{}}'


async def test_what_is_not_json_is_not_formatted_and_it_says_where() -> None:
    async with writing() as desk:
        await desk.paste('{"a":')
        await desk.stage.press("ctrl+f")
        assert desk.body == '{"a":'
        await desk.stage.sees("✗ the body is not JSON: expecting value at line 1, column 6")


async def test_where_there_is_no_terminal_for_an_editor_it_says_so() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+o")
        await desk.stage.sees("✗ an editor needs a terminal of its own")
        assert desk.body == "x"
        await desk.stage.type("y")
        await desk.stage.loses("✗ an editor")


async def test_a_large_body_is_shown_but_not_edited_here() -> None:
    large = '{"a": "' + "x" * 1_048_000 + '"}'
    async with writing() as desk:
        await desk.paste(large)
        await desk.stage.sees("ctrl+o edits it")
        assert "1,048,009 bytes" in desk.stage.text
        assert desk.body == large
        await desk.stage.sees("JSON ✓")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.sent()[0].body == large


async def test_a_body_whose_line_ends_the_editor_would_change_stays_as_it_is() -> None:
    body = "one\r\ntwo\nthree\u2028four"
    async with staged() as stage:
        company_account(stage)
        target = Subject(queue_arn(QUEUE), QUEUE, "queue", queue_arn(QUEUE), f"https://sqs.example/{QUEUE}")
        stage.app.open_publish(target, Outgoing(body))
        await stage.sees("which the editor here would change")
        screen = stage.app.screen
        assert isinstance(screen, PublishScreen) and screen.form.draft.body == body


async def test_as_much_as_the_editor_takes_is_edited_here() -> None:
    async with writing() as desk:
        lines = "\n".join(["x" * LONGEST_LINE] * (LARGEST // (LONGEST_LINE + 1)))
        await desk.paste(lines)
        await desk.stage.type("y")
        assert desk.body == f"{lines}y" and not desk.form.body.held


async def test_a_line_that_would_make_every_key_slow_is_only_shown_until_it_is_indented() -> None:
    body = json.dumps(["x" * 40] * 200)
    async with writing() as desk:
        await desk.paste(body)
        await desk.stage.sees("a line too long for the editor here · ctrl+o edits it · ctrl+f indents JSON")
        await desk.stage.press(*"qx")
        await desk.stage.sees("this body is only shown here: ctrl+o edits it")
        assert desk.body == body
        await desk.stage.press("ctrl+f")
        assert not desk.form.body.held and json.loads(desk.body) == json.loads(body)


# -- hostile text ----------------------------------------------------------------------------------------------


async def test_hostile_text_is_text_in_every_field_and_in_what_is_wrong_with_it() -> None:
    async with writing(TOPIC, size=(100, 40)) as desk:
        for text in HOSTILE.values():
            attributes = (AttributeDraft(text, "String", text), AttributeDraft("a", text, text))
            written = Draft(text, attributes=attributes, subject=text, delay=text, times=text, rate=text)
            await desk.form.load(written)
            assert desk.form.draft == written
            await desk.screen.action_send()
            await desk.stage.pilot.pause()
            assert_harmless(strips(desk.stage.app), 100)


async def test_what_a_hostile_server_says_is_text() -> None:
    async with writing(TOPIC, size=(100, 40)) as desk:
        await desk.stage.type("x")
        for text in ("".join(HOSTILE.values()), HOSTILE["closing tag"], HOSTILE["long and wide"]):
            desk.account.fail_once("publish", rejected(f"Invalid parameter: Subject {text}"))
            await desk.stage.press("ctrl+s")
            await desk.stage.sees("not sent: Invalid parameter")
            assert_harmless(strips(desk.stage.app), 100)


async def test_a_hostile_name_is_text() -> None:
    async with staged(size=(100, 30)) as stage:
        company_account(stage)
        for text in (
            "".join(HOSTILE.values()),
            HOSTILE["closing tag"],
            HOSTILE["clear screen"],
            HOSTILE["click markup"],
        ):
            target = Subject(queue_arn(text), text, "queue", queue_arn(text), "https://sqs.example/u")
            stage.app.open_publish(target, Outgoing("x"))
            await stage.sees("ctrl+s send")
            assert_harmless(strips(stage.app), 100)
            await stage.press("y", "escape")
            await stage.until(lambda: any("kept as a draft" in toast for toast in stage.toasts))
            assert_harmless(strips(stage.app), 100)
            stage.app.clear_notifications()
