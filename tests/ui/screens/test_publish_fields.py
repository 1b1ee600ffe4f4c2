"""Attributes, the body for each protocol, and the line that is told of a repeat."""

from __future__ import annotations

import json

from sqsview.domain.message import Attribute
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
        await desk.stage.sees("{{n}} {{uuid}} {{now}} are filled in for each")


async def test_placeholders_of_a_single_message_are_said_to_stay() -> None:
    async with writing() as desk:
        await desk.paste("{{n}}")
        await desk.stage.sees("! {{n}}: sent as it stands")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert desk.sent()[0].body == "{{n}}"
