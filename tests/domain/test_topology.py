"""Who feeds whom, told from the settings alone."""

from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.queue import Queue, QueueSettings
from sqsview.domain.topic import PENDING_LITERAL, TopicSettings
from sqsview.domain.topology import OrphanKind, Topology
from tests.support.things import queue, queue_arn, queue_ref, subscription, topic, topology


def test_a_dead_letter_queue_is_known_from_both_ends() -> None:
    dead = queue("orders-dlq")
    first = queue("orders", dead_letter_target=dead.arn)
    second = queue("refunds", dead_letter_target=dead.arn)
    joints = topology([dead, first, second])
    assert joints.dead_letter_queue_of(first) is dead
    assert joints.dead_letter_sources(dead) == (first, second)
    assert joints.is_dead_letter_queue(dead)
    assert not joints.is_dead_letter_queue(first)
    assert joints.dead_letter_queue_of(dead) is None


def test_a_queue_is_fed_by_every_topic_it_is_subscribed_to() -> None:
    billing = queue("billing")
    one = topic("orders", subscription("orders", billing.arn), subscription("orders", "x@example.com", "email"))
    other = topic("refunds", subscription("refunds", billing.arn, arn=PENDING_LITERAL, unread=True))
    joints = topology([billing], [one, other])
    assert [each.name for each, _ in joints.feeds(billing)] == ["orders", "refunds"]
    assert joints.feeds(billing)[0][1] is one.subscriptions[0]


def test_an_address_that_looks_like_a_queue_feeds_none() -> None:
    """Only the sqs protocol delivers to a queue."""
    billing = queue("billing")
    assert topology([billing], [topic("t", subscription("t", billing.arn, "https"))]).feeds(billing) == ()


def test_what_sns_cannot_deliver_makes_a_dead_letter_queue_too() -> None:
    lost = queue("undelivered")
    source = topic("orders", subscription("orders", "https://example.com", "https", dead_letter_target=lost.arn))
    joints = topology([lost], [source])
    assert joints.failed_deliveries(lost) == ((source, source.subscriptions[0]),)
    assert joints.is_dead_letter_queue(lost)
    assert joints.dead_letter_sources(lost) == ()


def test_listed_and_reported_arns_lead_to_the_same_queue() -> None:
    """Some servers report another region or account than the one that was asked."""
    reported = "arn:aws:sqs:elasticmq:000000000000:orders-dlq"
    dead = Queue(queue_ref("orders-dlq"), settings=QueueSettings(reported))
    by_report = queue("a", dead_letter_target=reported)
    by_listing = queue("b", dead_letter_target=queue_arn("orders-dlq"))
    feeding = topic("orders", subscription("orders", reported))
    joints = topology([dead, by_report, by_listing], [feeding])
    assert joints.queue_by_arn(reported) is joints.queue_by_arn(queue_arn("orders-dlq")) is dead
    assert set(joints.dead_letter_sources(dead)) == {by_report, by_listing}
    assert [each.name for each, _ in joints.feeds(dead)] == ["orders"]


def test_a_topic_without_subscriptions_is_an_orphan() -> None:
    quiet = topic("quiet")
    heard = topic("heard", subscription("heard", "x@example.com", "email"))
    (orphan,) = topology([], [quiet, heard]).orphans()
    assert (orphan.kind, orphan.thing) == (OrphanKind.UNHEARD_TOPIC, quiet)


def test_a_topic_is_no_orphan_while_the_server_counts_subscriptions() -> None:
    """The listing of subscriptions may be denied, or older than the topic's own figures."""
    assert topology([], [topic("t", settings=TopicSettings(confirmed=2))]).orphans() == ()


def test_a_queue_that_nothing_feeds_is_said_to_be_so_and_no_more() -> None:
    (orphan,) = topology([queue("jobs")]).orphans()
    assert orphan.kind is OrphanKind.UNFED_QUEUE
    assert orphan.words == "no topic or queue feeds it: producers write to it directly, or nobody"


def test_a_dead_letter_queue_is_no_orphan() -> None:
    dead = queue("jobs-dlq")
    assert [orphan.thing.name for orphan in topology([dead, queue("jobs", dead_letter_target=dead.arn)]).orphans()] == [
        "jobs"
    ]


def test_a_redrive_target_that_is_not_there_is_only_reported_where_all_were_listed() -> None:
    lost = queue("jobs", dead_letter_target=queue_arn("gone-dlq"))
    kinds = [orphan.kind for orphan in topology([lost]).orphans()]
    assert OrphanKind.LOST_REDRIVE in kinds
    kinds = [orphan.kind for orphan in topology([lost], complete=False).orphans()]
    assert OrphanKind.LOST_REDRIVE not in kinds


def test_nothing_is_an_orphan_by_a_listing_that_is_not_complete() -> None:
    """While loading, and where topics or subscriptions may not be listed, all would seem to hang loose."""
    queues, topics = {queue_arn("jobs"): queue("jobs")}, {topic("t").key: topic("t")}
    assert Topology.build(queues, topics, all_subscriptions=False).orphans() == ()
    (orphan,) = Topology.build(queues, topics, complete=False).orphans()
    assert orphan.kind is OrphanKind.UNHEARD_TOPIC


def test_unread_queues_join_nothing_and_break_nothing() -> None:
    unread = queue("jobs", unread=True)
    joints = topology([unread])
    assert joints.dead_letter_queue_of(unread) is None
    assert joints.queue_by_arn(unread.key) is unread
    assert Topology().feeds(unread) == ()


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.sampled_from("abcdefghxy"), max_size=8))
def test_both_directions_of_redrive_tell_the_same(targets: dict[str, str | None]) -> None:
    queues = [
        queue(name, dead_letter_target=None if target is None else queue_arn(target))
        for name, target in targets.items()
    ]
    joints = topology(queues)
    forward = {(each.name, dead.name) for each in queues if (dead := joints.dead_letter_queue_of(each)) is not None}
    backward = {(source.name, each.name) for each in queues for source in joints.dead_letter_sources(each)}
    assert forward == backward == {(name, to) for name, to in targets.items() if to in targets}
