"""Attributes, the body for each protocol, and the line that is told of a repeat."""

from __future__ import annotations

import json

from sqsview.domain.message import Attribute
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import Rejected
from sqsview.ui.draft import AttributeDraft, Draft
from tests.ui.writing import TOPIC, writing


async def test_an_attribute_is_added_and_taken_away_by_key() -> None:
    async with writing() as desk:
        await desk.stage.press("ctrl+n")
        await desk.stage.type("a")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("b")
        assert [each.name for each in desk.form.draft.attributes] == ["a", "b"]
        await desk.stage.press("f8")
        assert [each.name for each in desk.form.draft.attributes] == ["a"]
        await desk.stage.press("f8")
        assert desk.form.draft.attributes == () and desk.focused == "body"


async def test_the_keys_go_to_the_attribute_beside_the_one_that_is_taken_away() -> None:
    three = tuple(AttributeDraft(name, "String", "v") for name in ("first", "second", "third"))
    async with writing() as desk:
        await desk.form.load(Draft("b", attributes=three))
        desk.screen.set_focus(desk.form.attributes.rows[1].value_field)
        await desk.stage.press("f8", "x")
        assert [each.name for each in desk.form.draft.attributes] == ["first", "thirdx"]
        await desk.stage.press("f8", "x")
        assert [each.name for each in desk.form.draft.attributes] == ["firstx"]


async def test_away_from_the_attributes_nothing_is_taken_away() -> None:
    async with writing() as desk:
        await desk.stage.press("ctrl+n")
        await desk.stage.type("a")
        await desk.go_to("body-area")
        await desk.stage.press("f8")
        assert len(desk.form.draft.attributes) == 1
        await desk.stage.sees("✗ go to the attribute that is to go")


async def test_the_types_of_a_queue_turn_by_arrow() -> None:
    async with writing() as desk:
        await desk.stage.press("ctrl+n", "tab")
        seen = []
        for _ in range(4):
            seen.append(desk.form.draft.attributes[0].type)
            await desk.stage.press("down")
        assert seen == ["String", "Number", "Binary", "String"]
        await desk.stage.press("up")
        assert desk.form.draft.attributes[0].type == "String"


async def test_what_is_typed_into_the_type_takes_the_place_of_the_one_that_stands_there() -> None:
    async with writing() as desk:
        await desk.stage.press("ctrl+n", "tab")
        await desk.stage.type("Number.int")
        assert desk.form.draft.attributes[0].type == "Number.int"
        await desk.stage.press("tab", "shift+tab", "end")
        await desk.stage.type("eger")
        assert desk.form.draft.attributes[0].type == "Number.integer"


async def test_a_value_is_not_called_empty_before_it_could_have_been_written() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("kind")
        await desk.stage.press("tab", "tab")
        await desk.stage.until(lambda: desk.screen.judged)
        assert "its value is empty" not in desk.stage.text
        await desk.stage.press("tab")
        await desk.stage.sees('attribute "kind": its value is empty')


async def test_a_value_is_called_empty_once_the_attribute_was_left_or_the_message_is_sent() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("one")
        await desk.stage.press("ctrl+n")
        await desk.stage.sees('attribute "one": its value is empty')
        await desk.stage.type("two")
        await desk.stage.until(lambda: desk.screen.judged)
        assert 'attribute "two"' not in desk.stage.text
        await desk.stage.press("ctrl+s")
        await desk.stage.sees('attribute "two": its value is empty')
        assert not desk.sent()


async def test_a_label_of_ones_own_can_be_typed_behind_a_type() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("price")
        await desk.stage.press("tab", "down", "full_stop")
        await desk.stage.type("euro")
        await desk.stage.press("tab", *"12", "ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.sent()[0].attributes == {"price": Attribute("Number.euro", "12")}


async def test_what_is_wrong_with_an_attribute_stands_below_it() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("n")
        await desk.stage.press("tab", "down", "tab")
        await desk.stage.type("many")
        await desk.stage.sees('"many" is not a number')
        rows = desk.stage.lines
        at = next(place for place, line in enumerate(rows) if "many" in line)
        assert "is not a number" in rows[at + 1]


async def test_a_binary_that_is_not_base64_is_said_and_not_sent() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n")
        await desk.stage.type("b")
        await desk.stage.press("tab", "down", "down", "tab")
        assert "base64" in desk.stage.text
        await desk.stage.type("%%")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("is not base64")
        assert not desk.sent()


async def test_two_attributes_of_one_name_are_not_sent() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        for value in "12":
            await desk.stage.press("ctrl+n", *"same", "tab", "tab", value)
        await desk.stage.press("ctrl+s")
        await desk.stage.sees('attribute "same" is there 2 times: keep one')
        assert not desk.sent()


async def test_a_line_that_is_left_empty_is_no_attribute() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n", "ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.sent()[0].attributes == {}


async def test_a_value_without_a_name_is_not_lost_in_silence() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n", "tab", "tab", *"lost", "ctrl+s")
        await desk.stage.sees("an attribute needs a name")
        assert not desk.sent()


async def test_a_value_of_several_lines_is_pasted_whole() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        await desk.stage.press("ctrl+n", *"v", "tab", "tab")
        await desk.paste("one\ntwo")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.sent()[0].attributes["v"].value == "one\ntwo"


async def test_the_tick_of_the_structure_makes_a_body_for_each_protocol_of_the_topic() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("hello")
        await desk.go_to("structure")
        await desk.stage.press("space")
        assert json.loads(desk.body) == {"default": "hello", "sqs": "hello", "email": "hello"}
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.published[0].structure


async def test_taking_the_tick_away_gives_the_one_body_back() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("hello")
        await desk.go_to("structure")
        await desk.stage.press("space", "space")
        assert desk.body == "hello"


async def test_bodies_that_differ_by_protocol_stay_when_the_tick_is_taken_away() -> None:
    different = '{"default": "hello", "sms": "hi"}'
    async with writing(TOPIC) as desk:
        await desk.paste(different)
        await desk.go_to("structure")
        await desk.stage.press("space")
        assert desk.body == different
        await desk.stage.press("space")
        assert desk.body == different


async def test_a_structure_without_a_default_is_said_at_the_structure() -> None:
    async with writing(TOPIC) as desk:
        await desk.paste('{"default": "x"}')
        await desk.go_to("structure")
        await desk.stage.press("space")
        await desk.go_to("body-area")
        await desk.stage.press("ctrl+a", "ctrl+k")
        await desk.paste('{"sms": "x"}')
        await desk.stage.sees('"default" is missing')
        rows = desk.stage.lines
        at = next(place for place, line in enumerate(rows) if "│ structure" in line)
        assert "is missing" in rows[at + 1]


async def test_a_note_on_placeholders_stands_there_once_it_is_repeated() -> None:
    async with writing() as desk:
        await desk.stage.type("x")
        assert "{{uuid}}" not in desk.stage.text
        await desk.fill("times", "3")
        await desk.stage.sees("{{n}} {{uuid}} {{now}} are filled in")


async def test_placeholders_of_a_single_message_are_filled_in_and_it_says_so() -> None:
    async with writing() as desk:
        await desk.paste("{{n}} at {{now}}")
        await desk.stage.sees("{{n}} {{uuid}} {{now}} are filled in")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.sent()[0].body == "1 at 2025-06-15T15:12:00.000Z"
        assert desk.body == "{{n}} at {{now}}"


async def test_braces_of_another_language_are_no_mistake_in_a_single_message() -> None:
    async with writing() as desk:
        await desk.paste("{{name}}")
        await desk.fill("delay", "soon")
        await desk.stage.sees("is no number of seconds")
        assert "placeholder" not in desk.stage.text


async def test_what_is_wrong_with_one_of_two_of_a_name_stands_at_that_one() -> None:
    twice = (AttributeDraft("x", "Number", "2z"), AttributeDraft("x", "String", "fine"))
    async with writing() as desk:
        await desk.form.load(Draft("b", attributes=twice))
        await desk.stage.sees("is not a number")
        lines = desk.stage.lines
        first, second = (next(at for at, line in enumerate(lines) if text in line) for text in ("2z ", "fine"))
        assert first < next(at for at, line in enumerate(lines) if "is not a number" in line) < second
        assert desk.stage.text.count("is there 2 times") == 1
        assert "is there 2 times" in lines[second + 1]


async def test_line_ends_and_tabs_that_a_field_cannot_show_are_counted_below_it() -> None:
    async with writing() as desk:
        await desk.form.load(Draft("b", attributes=(AttributeDraft("v", "String", "one\ntwo\t\tthree"),)))
        await desk.stage.sees("holds 1 line end and 2 tabs, not shown here")


async def test_the_servers_refusal_of_an_attribute_stands_at_it_and_the_keys_go_there() -> None:
    said = "Can't cast the value of message (user) attribute 'bad' to a number."
    two = (AttributeDraft("good", "String", "1"), AttributeDraft("bad", "Number", "2"))
    async with writing() as desk:
        await desk.form.load(Draft("b", attributes=two))
        desk.account.fail_once("send_message", Rejected(Problem(ProblemKind.FAILED, said)))
        await desk.stage.press("ctrl+s")
        await desk.stage.sees(f"✗ not sent: {said}")
        lines = desk.stage.lines
        bad = next(at for at, line in enumerate(lines) if "bad " in line and "Number" in line)
        assert said in lines[bad + 1]
        await desk.stage.until(lambda: desk.stage.app.focused is desk.form.attributes.rows[1].value_field)
