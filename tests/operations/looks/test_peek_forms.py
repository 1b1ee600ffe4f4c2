"""A look as one JSON document, and as a table that no message can break."""

from __future__ import annotations

import json

from sqsview.domain.message import Attribute, Outgoing
from sqsview.operations.listing_forms import json_text
from sqsview.operations.look import ANYTHING
from sqsview.operations.peek_forms import look_as_json, look_as_text
from tests.operations.looks.conftest import Prepare, fill
from tests.support.double import Account
from tests.support.hostile import HOSTILE


async def test_the_document_has_the_queue_its_total_and_what_the_look_cost(account: Account, prepare: Prepare) -> None:
    fill(account, 3)
    look = await prepare()
    await look.gather(2)
    document = look_as_json(look)
    assert (document["queue"], document["approximate_total"], document["receives_caused"]) == ("orders", 3, 2)
    assert [one["looks_left"] for one in document["messages"]] == [1, 1]
    assert document["messages"][0]["decoded"] == {"steps": [], "value": "message 0"}


async def test_what_is_not_known_is_null(account: Account, prepare: Prepare) -> None:
    account.queues["orders"].hold(None, None, None)
    look = await prepare()
    await look.gather(1)
    assert look_as_json(look)["approximate_total"] is None
    assert "of an unknown number of messages" in look_as_text(look, account.clock.epoch())


async def test_a_document_is_ascii_whatever_is_in_a_body(account: Account, prepare: Prepare) -> None:
    bodies = ["a\ud800b", "caf\u00e9", "NaN", "1e999", "[" * 5_000, '{"n": ' + "9" * 5_000 + "}", *HOSTILE.values()]
    for body in bodies:
        account.broker.put("orders-dlq", Outgoing(body, {"b": Attribute("Binary", b"\xff")}))
    look = await prepare("orders-dlq")
    await look.gather(len(bodies))
    text = json_text(look_as_json(look))
    assert text.isascii()
    assert sorted(one["body"] for one in json.loads(text)["messages"]) == sorted(bodies)


async def test_a_table_has_the_columns_that_say_something(account: Account, prepare: Prepare) -> None:
    fill(account, 1, "orders-dlq")
    look = await prepare("orders-dlq")
    await look.gather(1)
    lines = look_as_text(look, account.clock.epoch() + 120).splitlines()
    assert lines[0] == "orders-dlq · 1 of about 1 messages · 1 receive caused"
    assert lines[2:] == ["  AGE  RECEIVES     SIZE  MESSAGE", "2 min         1  9 bytes  message 0"]


async def test_the_queue_that_gave_a_message_up_is_shown(account: Account, prepare: Prepare) -> None:
    fill(account, 1)
    account.broker.queues["orders"][0].receive_count = 3
    await (await prepare()).gather(1, ANYTHING)
    look = await prepare("orders-dlq")
    await look.gather(1)
    assert look_as_json(look)["messages"][0]["source"] == "orders"
    assert look_as_text(look, account.clock.epoch()).splitlines()[2].split() == [
        "AGE",
        "RECEIVES",
        "SIZE",
        "FROM",
        "MESSAGE",
    ]


async def test_no_message_can_break_the_table(account: Account, prepare: Prepare) -> None:
    for text in HOSTILE.values():
        account.broker.put("orders-dlq", Outgoing(text, group=text))
    look = await prepare("orders-dlq")
    await look.gather(len(HOSTILE))
    lines = look_as_text(look, account.clock.epoch()).rstrip("\n").split("\n")
    assert len(lines) == 3 + len(HOSTILE)
    assert all(line.isprintable() for line in lines)
