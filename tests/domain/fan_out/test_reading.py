"""A description is read, or refused in one line that names the key and the value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.fan_out import DescriptionFault, read_description
from sqsview.domain.filter_policy import ATTRIBUTES, BODY

WHOLE = """
[topic]
name = "orders"
display_name = "Orders"
tags = { team = "shop" }

[defaults]
dead_letter_queue = true
max_receive_count = 5

[[queues]]
name = "billing"
filter = { type = ["order", "refund"] }
visibility_timeout = 60

[[queues]]
name = "mail"
filter = '{"order": {"total": [{"numeric": [">=", 500]}]}}'
scope = "body"
raw = true
dead_letter_queue = "letters"
subscription_dead_letter_queue = "undelivered"

[[queues]]
name = "audit"
dead_letter_queue = false

[[dead_letter_queues]]
name = "letters"
retention = 3600
"""


def described(*lines: str, topic: str = "orders", queue: str = "billing") -> str:
    """Give a description of one queue with these lines more."""
    return f'[topic]\nname = "{topic}"\n[[queues]]\nname = "{queue}"\n' + "\n".join(lines)


def test_a_topic_with_its_queues_is_read() -> None:
    found = read_description(WHOLE)
    assert (found.topic.name, found.topic.display_name, found.topic.tags) == ("orders", "Orders", {"team": "shop"})
    billing, mail, audit = found.branches
    assert json.loads(billing.filter_policy or "") == {"type": ["order", "refund"]}
    assert (billing.scope, billing.raw, billing.queue.visibility_timeout) == (ATTRIBUTES, None, 60)
    assert (mail.scope, mail.raw, mail.undelivered) == (BODY, True, "undelivered")
    assert audit.filter_policy is None


def test_a_default_holds_for_every_queue_that_does_not_say_otherwise() -> None:
    billing, mail, audit = read_description(WHOLE).branches
    assert [each.dead_letter_queue for each in (billing, mail, audit)] == ["billing-dlq", "letters", None]
    assert [each.max_receive_count for each in (billing, mail, audit)] == [5, 5, None]


def test_dead_letter_queues_are_made_before_what_gives_up_to_them() -> None:
    assert read_description(WHOLE).queue_names == ("billing-dlq", "letters", "undelivered", "billing", "mail", "audit")
    assert [each.retention for each in read_description(WHOLE).dead_letter_queues] == [None, 3600, None]


def test_json_of_the_same_shape_is_the_same() -> None:
    as_json = json.dumps({"topic": {"name": "orders"}, "queues": [{"name": "billing", "filter": {"type": ["order"]}}]})
    assert read_description(as_json) == read_description(described('filter = { type = ["order"] }'))


def test_of_fifo_queues_the_dead_letter_queue_is_fifo() -> None:
    found = read_description(described("dead_letter_queue = true", topic="orders.fifo", queue="billing.fifo"))
    assert found.branches[0].dead_letter_queue == "billing-dlq.fifo"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "topic is missing"),
        ("[topic]\n", "topic: name is missing"),
        ('[topic]\nname = "orders"', "queues is missing"),
        ("[topic", "it is no TOML: "),
        ('{"topic": }', "it is no JSON: Expecting value at line 1, column 11"),
        ('{"topic": {"name": "a", "name": "b"}}', 'an object: "name" is there twice'),
        ('{"topic": NaN}', "it is no JSON: NaN"),
        (f'{{"topic": {"9" * 5000}}}', "too many digits"),
        ("topic = 3", "topic = 3: must be a table"),
        ('[topic]\nname="orders"\nqueues = "billing"', 'topic: there is no key "queues"; it can have name, '),
        ('queues = 3\n[topic]\nname="orders"', "queues = 3: must be tables"),
        (described("filtre = {}"), 'queue billing: there is no key "filtre"; did you mean filter?'),
        (described("colour = 1"), 'queue billing: there is no key "colour"; it can have name, filter, '),
        (described("visibility_timeout = 43201"), "queue billing: visibility_timeout = 43201: must be a whole number "
         "of seconds from 0 to 43,200"),
        (described("visibility_timeout = true"), "visibility_timeout = true: must be a whole number"),
        (described('retention = "4 days"'), 'queue billing: retention = "4 days": must be a whole number'),
        (described("delay = 1.5"), "delay = 1.5: must be"),
        (described('raw = "yes"'), 'queue billing: raw = "yes": must be true or false'),
        (described('scope = "MessageBody"'), 'scope = "MessageBody": must be "attributes" or "body"'),
        (described("dead_letter_queue = true\nmax_receive_count = 0"), "max_receive_count = 0: must be a whole number"),
        (described("max_receive_count = 5"), "queue billing: max_receive_count = 5: it needs a dead_letter_queue"),
        (described("dead_letter_queue = 3"), "dead_letter_queue = 3: must be a name, or true for NAME-dlq"),
        (described("tags = { team = 3 }"), "must be a table of texts"),
        (described("filter = 3"), "filter = 3: must be a table"),
        (described("filter = { day = 2025-01-01 }"), "queue billing: filter = …: must be what JSON can say"),
        (described("filter = { total = [inf] }"), "must be what JSON can say"),
        (described('filter = { type = "order" }'), '"type" must be an object or an array'),
        (described("filter = { a=[1], b=[1], c=[1], d=[1], e=[1], f=[1] }"), "can not have more than 5 keys"),
        (described('filter = { order = { type = ["a"] } }'), "nested"),
        (described('kms_key = "alias/aws/sqs"'), 'kms_key = "alias/aws/sqs": SNS cannot use it'),
        (described("content_based_deduplication = true"), "billing is not FIFO"),
        (described(queue="bil ling"), 'queue bil ling: name = "bil ling": must be up to 80 letters'),
        (described(queue="b" * 81), "must be up to 80 letters"),
        (described(queue="billing.fifo"), "queue billing.fifo: a standard topic does not deliver to a FIFO queue"),
        (described('dead_letter_queue = "d.fifo"'), "FIFO, and the queue is standard; both must be of one type"),
        (described('subscription_dead_letter_queue = "d"', topic="o.fifo"), "standard, and the topic is FIFO"),
        (described('dead_letter_queue = "billing"'), "its dead letters go in a circle: billing → billing"),
        (described('dead_letter_queue = "x"\n[[queues]]\nname = "x"\ndead_letter_queue = "billing"'),
         "its dead letters go in a circle: billing → x → billing"),
        (described('[[queues]]\nname = "billing"'), 'queues: "billing" is there twice'),
        (described('[[dead_letter_queues]]\nname = "x"'), "dead-letter queue x: nothing names it"),
        (described("[defaults]\nvisibility_timeout = -1"), "defaults: visibility_timeout = -1: must be"),
        (described('[defaults]\nname = "x"'), 'defaults: there is no key "name"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_with_key_and_value(text: str, said: str) -> None:
    with pytest.raises(DescriptionFault) as fault:
        read_description(text)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_standard_queue_may_be_on_a_fifo_topic() -> None:
    assert not read_description(described(topic="orders.fifo")).branches[0].queue.fifo


def test_more_filters_than_a_topic_can_have_are_refused() -> None:
    queues = "".join(f'[[queues]]\nname = "q{number}"\nfilter = {{ a = [1] }}\n' for number in range(201))
    with pytest.raises(DescriptionFault, match="201 have a filter, and a topic can have 200"):
        read_description(f'[topic]\nname = "orders"\n{queues}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["topic", "queues", "defaults", "name", "filter", "scope", "dead_letter_queue", "tags"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON | st.text(max_size=60))
def test_nothing_that_is_written_is_more_than_a_fault(document: object) -> None:
    text = document if isinstance(document, str) else json.dumps({"topic": {"name": "a"}, "queues": document})
    try:
        read_description(text)
    except DescriptionFault as fault:
        assert "\n" not in str(fault)
