"""The doctor finds each fault where it alone is planted, and nothing in a healthy world."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from sqsview.domain.doctor import ABOUT, Code, MakeQueue, SetQueue, Severity, Unsubscribe
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import DELETED_LITERAL, PENDING_LITERAL
from tests.domain.doctor.world import DAY, NOW, World, dead, healthy
from tests.support.things import admitting, policy, queue, queue_arn, subscription, topic, topic_arn

HOUR = 3_600.0
DENIED = Problem(ProblemKind.DENIED, "denied: sqs:GetQueueAttributes", "allow it")


def everybody() -> str:
    return policy({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


def named(service: str) -> str:
    return admitting("billing", "orders").replace("sns.amazonaws.com", service)


def denying() -> str:
    deny = {"Sid": "NoTopics", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    return json.dumps({"Statement": [*json.loads(admitting("billing", "orders"))["Statement"], deny]})


def maybe_denying(name: str) -> str:
    allow = json.loads(admitting(name, "orders"))["Statement"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}  # fmt: skip
    return json.dumps({"Statement": [*allow, deny]})


Plant = Callable[[World], World]


def circle(world: World) -> World:
    """Let two queues give up to each other, and to nobody else."""
    for name, other in (("first", "second"), ("second", "first")):
        made = queue(name, 0, dead_letter_target=queue_arn(other), max_receive_count=3, retention=DAY)
        world = world.with_queue(made)
    return world.set_queue("first", retention=2 * DAY).set_queue("second", retention=None)


PLANTED: dict[Code, tuple[Plant, str, str]] = {
    Code.SUBSCRIPTION_DELETED: (
        lambda world: world.subscribed("orders", subscription("orders", "+1", "sms", arn=DELETED_LITERAL)),
        "orders → +1",
        "the subscription is deleted",
    ),
    Code.SUBSCRIPTION_PENDING: (
        lambda world: world.subscribed(
            "orders",
            replace(
                subscription("orders", "new@example.com", "email", arn=PENDING_LITERAL, unread=True),
                first_seen_at=NOW - 2 * HOUR,
            ),
        ),
        "orders → new@example.com",
        "it waits to be confirmed for 2 h at least: 1 day 22 h are left at the most",
    ),
    Code.SUBSCRIPTION_DUPLICATE: (
        lambda world: world.subscribed(
            "orders", subscription("orders", "OPS@example.com", "email", arn=f"{topic_arn('orders')}:twin")
        ),
        "orders → OPS@example.com",
        "the same endpoint is subscribed as",
    ),
    Code.QUEUE_GONE: (
        lambda world: world.subscribed("orders", subscription("orders", queue_arn("legacy"))),
        "orders → legacy",
        "the queue does not exist",
    ),
    Code.FIFO_MIXED: (
        lambda world: world.subscribed("moves.fifo", subscription("moves.fifo", "ops@example.com", "email")),
        "moves.fifo → ops@example.com",
        "a FIFO topic does not deliver by email",
    ),
    Code.TOPIC_NOT_ADMITTED: (
        lambda world: world.set_queue("billing", policy=admitting("billing", "other")),
        "orders → billing",
        "the queue policy does not admit this topic: it admits other topics",
    ),
    Code.TOPIC_DENIED: (
        lambda world: world.set_queue("billing", policy=denying()),
        "orders → billing",
        "the queue policy denies it (statement NoTopics)",
    ),
    Code.AWS_MANAGED_KEY: (
        lambda world: world.set_queue("billing", kms_key="alias/aws/sqs"),
        "orders → billing",
        "the queue is encrypted with alias/aws/sqs, which SNS cannot use",
    ),
    Code.FILTER_NEVER_MATCHES: (
        lambda world: world.set_subscription("orders", "billing", filter_policy='{"order type": ["new"]}'),
        "orders → billing",
        "its filter policy lets nothing through: no message can have the attribute",
    ),
    Code.FILTER_TOO_COMPLEX: (
        lambda world: world.set_subscription(
            "orders", "billing", filter_policy=json.dumps({name: ["x"] for name in "abcdef"})
        ),
        "orders → billing",
        "its filter policy is beyond what AWS allows: Filter policy can not have more than 5 keys",
    ),
    Code.RAW_ATTRIBUTES: (
        lambda world: world.set_subscription("moves.fifo", "shipping.fifo", raw_delivery=True),
        "moves.fifo → shipping.fifo",
        "delivered raw, without a dead-letter queue: what has more than 10 attributes is dropped",
    ),
    Code.SUBSCRIPTION_DLQ_GONE: (
        lambda world: world.without_queue("undelivered"),
        "orders → billing",
        "the subscription's dead-letter queue undelivered does not exist",
    ),
    Code.SUBSCRIPTION_DLQ_TYPE: (
        lambda world: world.with_queue(
            dead("undelivered.fifo", policy=admitting("undelivered.fifo", "orders"))
        ).set_subscription("orders", "billing", dead_letter_target=queue_arn("undelivered.fifo")),
        "orders → billing",
        "the subscription's dead-letter queue undelivered.fifo is FIFO, the topic is standard",
    ),
    Code.SUBSCRIPTION_DLQ_NOT_ADMITTED: (
        lambda world: world.set_queue("undelivered", policy=None),
        "orders → billing",
        "the subscription's dead-letter queue undelivered: the queue has no policy",
    ),
    Code.SUBSCRIPTION_DLQ_DENIED: (
        lambda world: world.set_queue("undelivered", policy=denying().replace(":billing", ":undelivered")),
        "orders → billing",
        "the subscription's dead-letter queue undelivered: the queue policy denies it",
    ),
    Code.SUBSCRIPTION_DLQ_KEY: (
        lambda world: world.set_queue("undelivered", kms_key="alias/aws/sqs"),
        "orders → billing",
        "the subscription's dead-letter queue undelivered is encrypted with alias/aws/sqs",
    ),
    Code.DLQ_GONE: (
        lambda world: world.without_queue("billing-dlq"),
        "billing",
        "its dead-letter queue billing-dlq does not exist",
    ),
    Code.DLQ_TYPE: (
        lambda world: world.with_queue(dead("jobs-dlq.fifo")).set_queue(
            "jobs", dead_letter_target=queue_arn("jobs-dlq.fifo"), max_receive_count=5
        ),
        "jobs",
        "its dead-letter queue jobs-dlq.fifo is FIFO, the queue is standard",
    ),
    Code.DLQ_REFUSES: (
        lambda world: world.set_queue("billing-dlq", redrive_permission="denyAll"),
        "billing",
        "its dead-letter queue billing-dlq does not accept messages from this queue",
    ),
    Code.DLQ_ITSELF: (
        lambda world: world.seen_queue("jobs").set_queue(
            "jobs", dead_letter_target=queue_arn("jobs"), max_receive_count=5
        ),
        "jobs",
        "its redrive policy names the queue itself",
    ),
    Code.DLQ_CIRCLE: (circle, "first", "each gives up to the next: first → second → first"),
    Code.DLQ_RETENTION: (
        lambda world: world.set_queue("billing-dlq", retention=4 * DAY),
        "billing-dlq",
        "keeps messages 4 days, and billing 4 days",
    ),
    Code.DLQ_NOT_EMPTY: (
        lambda world: world.seen_queue("billing-dlq", (55, 2, 0)),
        "billing-dlq",
        "about 57 dead letters of billing",
    ),
    Code.DLQ_ORPHANED: (
        lambda world: world.with_queue(dead("legacy-import-dlq")).seen_queue("legacy-import-dlq", (340, 0, 0)),
        "legacy-import-dlq",
        "its name says that it is a dead-letter queue, and no queue or subscription names it; about 340 messages",
    ),
    Code.MAX_RECEIVE_COUNT_ONE: (
        lambda world: world.set_queue("billing", max_receive_count=1),
        "billing",
        "its redrive policy gives a message up after 1 receive",
    ),
    Code.RETENTION_NEAR: (
        lambda world: world.seen_queue("billing", (12, 0, 0), oldest_age=3.5 * DAY),
        "billing",
        "the oldest message is 3 days 12 h old (CloudWatch), and messages are kept 4 days",
    ),
    Code.TOPIC_UNHEARD: (lambda world: world.with_topic(topic("silent")), "silent", "no subscription is listed"),
    Code.ELSEWHERE: (
        lambda world: world.subscribed(
            "orders", subscription("orders", queue_arn("theirs", account="210987654321"))
        ),
        "orders → theirs",
        "the queue is in account 210987654321: it cannot be checked from here",
    ),
    Code.NOT_READ: (
        lambda world: world.unread_queue("jobs", DENIED),
        "jobs",
        "it could not be read: denied: sqs:GetQueueAttributes",
    ),
    Code.POLICY_UNCLEAR: (
        lambda world: world.set_queue("billing", policy=maybe_denying("billing")),
        "orders → billing",
        "the queue policy may deny it: it depends on aws:PrincipalOrgID",
    ),
    Code.KEY_UNCLEAR: (
        lambda world: world.set_queue("billing", kms_key="alias/shop"),
        "orders → billing",
        "whether the KMS key of the queue admits SNS cannot be seen here",
    ),
    Code.FILTER_UNCLEAR: (
        lambda world: world.set_subscription("orders", "billing", filter_policy='{"a": [{"soundex": "b"}]}'),
        "orders → billing",
        "its filter policy cannot be judged: Unrecognized match type soundex",
    ),
    Code.PROTOCOL_UNCLEAR: (
        lambda world: world.subscribed("moves.fifo", subscription("moves.fifo", "arn:aws:lambda:x:1:f", "lambda")),
        "moves.fifo → f",
        "whether a FIFO topic delivers by lambda is not known here",
    ),
    Code.NOT_AN_ARN: (
        lambda world: world.subscribed("orders", subscription("orders", "billing-queue")),
        "orders → billing-queue",
        "the queue has no proper ARN, so it cannot be looked for",
    ),
}  # fmt: skip
"""A fault for each code: how it is planted, what it is about, and how its evidence begins."""


def test_nothing_is_wrong_in_a_healthy_world() -> None:
    assert healthy().findings() == ()
    assert healthy().findings(None) == ()


@pytest.mark.parametrize("code", PLANTED, ids=lambda code: code.value)
def test_a_fault_that_alone_is_planted_is_all_that_is_found(code: Code) -> None:
    plant, thing, evidence = PLANTED[code]
    finding = plant(healthy()).only()
    assert (finding.code, finding.thing) == (code, thing)
    assert finding.evidence.startswith(evidence)
    assert finding.fix and finding.why


def test_every_code_is_explained_and_all_but_three_are_planted_here() -> None:
    """The three are of what is listed, of what is still being read, and of what consumers do."""
    assert ABOUT.keys() == set(Code)
    assert set(Code) - PLANTED.keys() == {Code.NOT_LISTED, Code.NOT_READ_YET, Code.VISIBILITY_TIMEOUT_SHORT}


# -- the variations of a fault


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (named("events.amazonaws.com"), "it does not name sns.amazonaws.com"),
        (named("sns.us-east-1.amazonaws.com"), "it does not name sns.amazonaws.com"),
        (admitting("billing", "orders").replace(":billing", ":bill"), "its resource is not this queue"),
        (admitting("billing", "orders").replace("SendMessage", "ReceiveMessage"), "it is not about sqs:SendMessage"),
    ],
)
def test_a_policy_that_does_not_admit_the_topic_says_what_is_wrong_with_it(written: str, reason: str) -> None:
    finding = healthy().set_queue("billing", policy=written).only()
    assert finding.code is Code.TOPIC_NOT_ADMITTED
    assert reason in finding.evidence


def test_a_queue_that_admits_everybody_admits_the_topic() -> None:
    assert healthy().set_queue("billing", policy=everybody()).findings() == ()


def test_in_an_opt_in_region_its_own_principal_is_as_good() -> None:
    def there(text: str) -> str:
        return text.replace("eu-west-1", "me-south-1")

    place = Context(account="123456789012", region="me-south-1")
    known = queue("billing", 0, policy=there(named("sns.me-south-1.amazonaws.com")), arn=there(queue_arn("billing")))
    known = replace(known, ref=replace(known.ref, arn=there(known.ref.arn)))
    way = subscription("orders", there(queue_arn("billing")))
    source = replace(topic("orders", way), arn=there(topic_arn("orders")))
    world = World({"billing": known}, {"orders": source}, place)
    assert world.findings() == ()
    wrong = world.set_queue("billing", policy=there(named("sns.af-south-1.amazonaws.com")))
    assert wrong.only().code is Code.TOPIC_NOT_ADMITTED


def test_a_pending_subscription_whose_two_days_are_over_has_to_be_made_again() -> None:
    waiting = replace(
        subscription("orders", "new@example.com", "email", arn=PENDING_LITERAL, unread=True),
        first_seen_at=NOW - 49 * HOUR,
    )
    finding = healthy().subscribed("orders", waiting).only()
    assert finding.evidence.endswith("its time is up")
    assert finding.fix == "subscribe it again"


def test_since_when_a_subscription_waits_is_not_guessed_where_it_was_not_watched() -> None:
    waiting = subscription("orders", "new@example.com", "email", arn=PENDING_LITERAL, unread=True)
    finding = healthy().subscribed("orders", waiting).only(None)
    assert finding.evidence == "it waits to be confirmed; SNS does not say since when"


def test_subscriptions_that_wait_are_no_duplicates() -> None:
    waiting = subscription("orders", "ops@example.com", "email", arn=PENDING_LITERAL, unread=True)
    assert healthy().subscribed("orders", waiting).only().code is Code.SUBSCRIPTION_PENDING


def test_of_duplicates_that_differ_none_is_to_be_deleted_without_a_decision() -> None:
    twin = subscription(
        "orders", "ops@example.com", "email", arn=f"{topic_arn('orders')}:twin", filter_policy='{"a": ["b"]}'
    )
    finding = healthy().subscribed("orders", twin).only()
    assert "set up differently" in finding.evidence
    assert finding.repair is None


def test_where_nothing_arrives_the_number_of_attributes_does_not_matter() -> None:
    gone = subscription("orders", queue_arn("legacy"), raw_delivery=True)
    assert healthy().subscribed("orders", gone).only().code is Code.QUEUE_GONE


def test_a_circle_is_told_once() -> None:
    world = circle(healthy())
    assert [each.code for each in world.findings()] == [Code.DLQ_CIRCLE]


def test_a_way_into_a_circle_is_no_circle() -> None:
    world = circle(healthy()).with_queue(
        queue("before", 0, dead_letter_target=queue_arn("first"), max_receive_count=3)
    )  # fmt: skip
    assert [each.thing for each in world.findings() if each.code is Code.DLQ_CIRCLE] == ["first"]


def test_a_fifo_dead_letter_counts_anew_so_that_equal_retention_is_no_fault() -> None:
    assert healthy().set_queue("shipping-dlq.fifo", retention=DAY).findings() == ()


def test_where_both_keep_messages_as_long_as_sqs_can_the_source_is_to_be_shortened() -> None:
    finding = healthy().set_queue("billing", retention=14 * DAY).only()
    assert finding.code is Code.DLQ_RETENTION
    assert finding.fix == "SQS keeps none for longer than 14 days: keep them shorter in billing"
    assert finding.repair is None


def test_a_queue_is_not_called_orphaned_while_one_that_may_name_it_could_not_be_read() -> None:
    world = healthy().with_queue(dead("old-dlq")).unread_queue("jobs", DENIED)
    assert [each.code for each in world.findings()] == [Code.NOT_READ]


def test_an_orphan_is_also_known_by_its_own_policy() -> None:
    world = healthy().with_queue(dead("attic", redrive_permission="byQueue", redrive_sources=(queue_arn("gone"),)))
    assert world.only().evidence == "its redrive allow policy names sources, and no queue or subscription names it"


def test_where_not_everything_was_listed_nothing_is_said_to_be_missing() -> None:
    world = replace(
        healthy().without_queue("billing-dlq").with_queue(dead("old-dlq")).with_topic(topic("silent")), complete=False
    )
    found = world.findings()
    assert {each.code for each in found} == {Code.NOT_LISTED}
    assert {each.thing for each in found} == {"queues", "topics", "billing"}


def test_what_is_still_being_read_is_not_told() -> None:
    unread = replace(healthy().queues["billing"], settings=None)
    assert healthy().with_queue(unread).set_queue("billing-dlq", redrive_permission=None).findings() == ()


def test_a_key_of_ones_own_gets_the_statement_that_its_policy_needs() -> None:
    finding = healthy().set_queue("billing", kms_key="alias/shop").only()
    (note,) = finding.notes
    said = json.loads(note.partition(": ")[2])
    assert said["Principal"] == {"Service": "sns.amazonaws.com"}
    assert said["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]


def test_of_a_dead_letter_queue_the_age_is_told_as_what_it_is() -> None:
    world = healthy().seen_queue("billing-dlq", oldest_age=13 * DAY)
    assert "that age counts from the move" in world.only().evidence


def test_the_worst_comes_first_and_those_of_one_kind_together() -> None:
    world = healthy()
    for code in (Code.TOPIC_UNHEARD, Code.DLQ_NOT_EMPTY, Code.TOPIC_NOT_ADMITTED, Code.DLQ_ORPHANED):
        world = PLANTED[code][0](world)
    found = world.findings()
    assert [each.severity for each in found] == [Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.INFO]
    assert len({each.key for each in found}) == len(found)


def test_a_finding_keeps_its_identity_while_its_evidence_changes() -> None:
    few, many = (
        healthy().seen_queue("billing-dlq", (1, 0, 0)).only(),
        healthy().seen_queue("billing-dlq", (9, 0, 0)).only(),
    )
    assert few.key == many.key
    assert few.evidence != many.evidence


# -- which call mends it

MENDED: dict[Code, type] = {
    Code.TOPIC_NOT_ADMITTED: SetQueue,
    Code.SUBSCRIPTION_DLQ_NOT_ADMITTED: SetQueue,
    Code.AWS_MANAGED_KEY: SetQueue,
    Code.SUBSCRIPTION_DLQ_KEY: SetQueue,
    Code.DLQ_REFUSES: SetQueue,
    Code.DLQ_RETENTION: SetQueue,
    Code.MAX_RECEIVE_COUNT_ONE: SetQueue,
    Code.RETENTION_NEAR: SetQueue,
    Code.DLQ_GONE: MakeQueue,
    Code.SUBSCRIPTION_DLQ_GONE: MakeQueue,
    Code.QUEUE_GONE: Unsubscribe,
    Code.SUBSCRIPTION_DUPLICATE: Unsubscribe,
}


@pytest.mark.parametrize("code", PLANTED, ids=lambda code: code.value)
def test_one_call_mends_what_one_call_can_mend_and_nothing_else_has_one(code: Code) -> None:
    finding = PLANTED[code][0](healthy()).only()
    assert type(finding.repair) is MENDED.get(code, type(None))
