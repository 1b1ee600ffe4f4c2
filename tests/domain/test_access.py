"""Whether a queue policy lets a topic's messages in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.access import Answer, admits
from tests.support.things import admitting, policy, queue_arn, topic_arn

QUEUE, TOPIC = queue_arn("billing"), topic_arn("orders")
YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL


def statement(**changes: Any) -> dict[str, Any]:
    """Give a statement that admits any topic, with changes; None takes an element away."""
    whole: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        **changes,
    }
    return {name: element for name, element in whole.items() if element is not None}


def answer(*statements: dict[str, Any], queue: str = QUEUE, topic: str = TOPIC) -> Answer:
    return admits(policy(*statements), queue, topic).answer


def when(operator: str, key: str, *values: Any) -> Answer:
    return answer(statement(Condition={operator: {key: list(values)}}))


def test_the_policy_that_aws_documents_admits_its_topic_and_no_other() -> None:
    documented = admitting("billing", "orders")
    assert admits(documented, QUEUE, TOPIC).answer is YES
    other = admits(documented, QUEUE, topic_arn("refunds"))
    assert other.answer is NO
    assert other.reason == "the queue policy does not admit this topic: it admits other topics"


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_queue_without_a_policy_admits_no_topic(nothing: str | None) -> None:
    assert admits(nothing, QUEUE, TOPIC).answer is NO


@pytest.mark.parametrize("broken", ["{", "[]", '{"Statement": ["x"]}', "[" * 100_000])
def test_a_policy_that_cannot_be_read_cannot_be_told_about(broken: str) -> None:
    assert admits(broken, QUEUE, TOPIC).answer is CANNOT_TELL


def test_one_statement_may_stand_without_a_list() -> None:
    assert admits(json.dumps({"Statement": statement()}), QUEUE, TOPIC).answer is YES


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", YES),
        ({"AWS": "*"}, YES),
        ({"AWS": ["123456789012", "*"]}, YES),
        ({"Service": "sns.amazonaws.com"}, YES),
        ({"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}, YES),
        ({"Service": "sns.eu-west-1.amazonaws.com"}, YES),
        ({"Service": "sns.eu-south-1.amazonaws.com"}, NO),
        ({"Service": "s3.amazonaws.com"}, NO),
        ({"AWS": "123456789012"}, NO),
        ({"AWS": "arn:aws:iam::123456789012:root"}, NO),
        ({"Federated": "example.com"}, NO),
        (None, NO),
        (["*"], NO),
        (5, NO),
    ],
)
def test_the_principal_must_stand_for_the_service(principal: Any, expected: Answer) -> None:
    """An account is not the service, not even the owner's: SNS calls in its own name."""
    assert answer(statement(Principal=principal)) is expected


def test_the_reason_says_that_sns_is_not_named() -> None:
    verdict = admits(policy(statement(Principal={"AWS": "123456789012"})), QUEUE, TOPIC)
    assert verdict.reason == "the queue policy does not admit this topic: it does not name sns.amazonaws.com"


def test_between_opt_in_regions_the_plain_name_of_the_service_may_not_be_enough() -> None:
    opt_in = queue_arn("billing", region="eu-south-1")
    at_home = topic_arn("orders", region="eu-south-1")
    plain = statement(Resource=opt_in)
    assert answer(plain, queue=opt_in) is CANNOT_TELL
    assert answer(plain, queue=opt_in, topic=at_home) is YES
    named = statement(Resource=opt_in, Principal={"Service": "sns.eu-south-1.amazonaws.com"})
    assert answer(named, queue=opt_in) is YES
    assert answer(statement(), topic=topic_arn("orders", region="us-east-1")) is YES


def test_the_service_has_the_same_name_in_other_partitions() -> None:
    queue = "arn:aws-cn:sqs:cn-north-1:123456789012:billing"
    topic = "arn:aws-cn:sns:cn-northwest-1:123456789012:orders"
    assert answer(statement(Resource=queue), queue=queue, topic=topic) is YES
    regional = statement(Resource=queue, Principal={"Service": "sns.amazonaws.com.cn"})
    assert answer(regional, queue=queue, topic=topic) is YES


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("SQS:SendMessage", YES),
        ("sqs:sendmessage", YES),
        ("sqs:*", YES),
        ("*", YES),
        ("sqs:Send*", YES),
        (["sqs:ReceiveMessage", "sqs:SendMessag?"], YES),
        ("sqs:ReceiveMessage", NO),
        ("sns:Publish", NO),
        ([], NO),
        (None, NO),
        (5, NO),
    ],
)
def test_the_action_must_be_about_sending(action: Any, expected: Answer) -> None:
    assert answer(statement(Action=action)) is expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (QUEUE, YES),
        ("*", YES),
        ("arn:aws:sqs:*:*:bill*", YES),
        ([queue_arn("other"), QUEUE], YES),
        (queue_arn("Billing"), NO),
        (queue_arn("other"), NO),
        ("arn:aws:sqs:eu-west-1:123456789012:${aws:PrincipalTag/team}", CANNOT_TELL),
        (None, CANNOT_TELL),
    ],
)
def test_the_resource_must_be_this_queue(resource: Any, expected: Answer) -> None:
    assert answer(statement(Resource=resource)) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Principal": None, "NotPrincipal": {"AWS": "123456789012"}}, YES),
        ({"Principal": None, "NotPrincipal": {"Service": "sns.amazonaws.com"}}, NO),
        ({"Action": None, "NotAction": "sqs:ReceiveMessage"}, YES),
        ({"Action": None, "NotAction": ["sqs:Send*"]}, NO),
        ({"Resource": None, "NotResource": queue_arn("other")}, YES),
        ({"Resource": None, "NotResource": "*"}, NO),
    ],
)
def test_elements_with_not_turn_the_answer_round(changes: dict[str, Any], expected: Answer) -> None:
    assert answer(statement(**changes)) is expected


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike", "StringLike", "ForAnyValue:ArnLike", "ArnLikeIfExists"])
def test_these_operators_know_wildcards(operator: str) -> None:
    assert when(operator, "aws:SourceArn", "arn:aws:sns:*:123456789012:ord*") is YES
    assert when(operator, "AWS:sourcearn", topic_arn("refunds"), TOPIC) is YES
    assert when(operator, "aws:SourceArn", topic_arn("refunds")) is NO


@pytest.mark.parametrize("operator", ["StringEquals", "ForAllValues:StringEquals", "StringEqualsIfExists"])
def test_equal_strings_know_no_wildcards(operator: str) -> None:
    """A frequent mistake: the star stands for itself."""
    assert when(operator, "aws:SourceArn", TOPIC) is YES
    assert when(operator, "aws:SourceArn", "arn:aws:sns:*:*:orders") is NO


def test_a_wildcard_in_an_arn_does_not_reach_over_a_colon() -> None:
    assert when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:orders:x") is NO
    assert when("ArnLike", "aws:SourceArn", "arn:aws:sns:*") is CANNOT_TELL, "AWS does not say how it reads that"
    assert when("StringLike", "aws:SourceArn", "arn:aws:sns:*") is YES


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aws:SourceAccount", "123456789012", YES),
        ("StringEquals", "aws:SourceAccount", 123456789012, YES),
        ("StringEquals", "aws:SourceAccount", "210987654321", NO),
        ("StringNotEquals", "aws:SourceAccount", "210987654321", YES),
        ("StringEqualsIgnoreCase", "aws:SourceArn", TOPIC.upper(), YES),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:orders", NO),
        ("StringNotLike", "aws:SourceArn", "*refunds", YES),
        ("Bool", "aws:SecureTransport", "true", YES),
        ("Bool", "aws:SecureTransport", True, YES),
        ("Bool", "aws:SecureTransport", "false", NO),
        ("Null", "aws:SourceArn", "false", YES),
        ("Null", "aws:SourceArn", "true", NO),
        ("StringEquals", "aws:PrincipalOrgID", "o-1", CANNOT_TELL),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", CANNOT_TELL),
        ("StringEquals", "aws:SourceArn", "${aws:PrincipalTag/topic}", CANNOT_TELL),
        ("ArnEquals", "aws:SourceArn", "${aws:PrincipalTag/topic}", CANNOT_TELL),
        ("NumericEquals", "aws:SourceAccount", "123456789012", CANNOT_TELL),
        ("StringEquals", "aws:SourceAccount", ["nested"], NO),
    ],
)
def test_conditions(operator: str, key: str, value: Any, expected: Answer) -> None:
    assert when(operator, key, value) is expected


def test_all_conditions_must_hold() -> None:
    both = {"ArnLike": {"aws:SourceArn": "arn:*:*:*:*:*"}, "StringEquals": {"aws:SourceAccount": "1"}}
    assert answer(statement(Condition=both)) is NO
    unknown_and_false = {"StringEquals": {"aws:SourceVpce": "v", "aws:SourceAccount": "1"}}
    assert answer(statement(Condition=unknown_and_false)) is NO, "one that fails decides"


@pytest.mark.parametrize("condition", [5, [], {"StringEquals": 5}])
def test_a_condition_that_is_none_cannot_be_told_about(condition: Any) -> None:
    assert answer(statement(Condition=condition)) is CANNOT_TELL


def test_an_explicit_deny_wins() -> None:
    verdict = admits(policy(statement(), statement(Effect="Deny", Sid="NoSns")), QUEUE, TOPIC)
    assert verdict.answer is NO
    assert verdict.reason == "the queue policy denies it (statement NoSns)"


def test_a_deny_that_is_about_something_else_does_no_harm() -> None:
    """The statement that asks for TLS is in many policies; SNS delivers over TLS."""
    tls = statement(Effect="Deny", Principal="*", Action="sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert answer(tls, statement()) is YES
    assert answer(statement(Effect="Deny", Action="sqs:DeleteQueue"), statement()) is YES


def test_a_deny_that_depends_on_what_only_aws_knows_is_not_guessed_at() -> None:
    perhaps = statement(Effect="Deny", Principal="*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    verdict = admits(policy(statement(), perhaps), QUEUE, TOPIC)
    assert verdict.answer is CANNOT_TELL
    assert "aws:SourceVpce" in verdict.reason
    assert answer(perhaps) is NO, "nothing admits it in the first place"


def test_one_statement_that_admits_is_enough() -> None:
    assert answer(statement(Resource=queue_arn("other")), statement(Condition={"X": {"y": "z"}}), statement()) is YES


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["*", QUEUE, TOPIC]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ELEMENTS = st.sampled_from(
    [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ]
)
CONDITIONS = st.dictionaries(
    st.sampled_from(["ArnLike", "StringEquals", "Bool", "Null", "ForAnyValue:StringLikeIfExists"]) | st.text(),
    st.dictionaries(st.sampled_from(["aws:SourceArn", "aws:X"]) | st.text(), JSON, max_size=2) | JSON,
    max_size=2,
)
STATEMENTS = st.dictionaries(ELEMENTS, JSON | st.sampled_from(["Allow", "Deny"]) | CONDITIONS, max_size=6)


@given(st.lists(STATEMENTS, max_size=4), st.text() | st.just(TOPIC))
def test_whatever_the_policy_there_is_an_answer_in_one_line(statements: list[dict[str, Any]], topic: str) -> None:
    verdict = admits(json.dumps({"Statement": statements}), QUEUE, topic)
    assert verdict.answer in Answer
    assert verdict.reason


@given(st.text())
def test_whatever_the_text_there_is_an_answer(text: str) -> None:
    assert admits(text, QUEUE, TOPIC).answer in (NO, CANNOT_TELL)


@given(st.lists(STATEMENTS, max_size=3))
def test_a_deny_for_everything_leaves_no_yes(statements: list[dict[str, Any]]) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    assert answer(*statements, deny) is NO
