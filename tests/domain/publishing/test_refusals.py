"""A refusal of the server stands at the field that it is about."""

from __future__ import annotations

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing import Field, attribute_in, field_of

SAID = [
    # AWS, from its documents and from reports
    ("The message contains characters outside the allowed set. (InvalidMessageContents)", Field.BODY),
    (
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes. "
        "(InvalidParameterValue)",
        Field.BODY,
    ),
    ("Invalid parameter: Message too long (InvalidParameter)", Field.BODY),
    ("Invalid parameter: Empty message (InvalidParameter)", Field.BODY),
    ("Batch requests cannot be longer than 1048576 bytes. You have sent 1 bytes. (BatchRequestTooLong)", Field.BODY),
    ("The request must contain the parameter MessageBody. (MissingParameter)", Field.BODY),
    ("Invalid parameter: Subject (InvalidParameter)", Field.SUBJECT),
    ("The request must contain the parameter MessageGroupId. (MissingParameter)", Field.GROUP),
    ("Invalid parameter: The MessageGroupId parameter is required for FIFO topics (InvalidParameter)", Field.GROUP),
    (
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly "
        "(InvalidParameterValue)",
        Field.DEDUPLICATION,
    ),
    (
        "Value 3 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for "
        "this queue type. (InvalidParameterValue)",
        Field.DELAY,
    ),
    (
        "Invalid parameter: Message Structure - No default entry in JSON message body (InvalidParameter)",
        Field.STRUCTURE,
    ),
    ("Invalid parameter: Message Structure - JSON message body failed to parse (InvalidParameter)", Field.STRUCTURE),
    (
        "Invalid parameter: Message Reason: Invalid parameter: MessageStructure (InvalidParameter)",
        Field.STRUCTURE,
    ),
    (
        "The message attribute 'n' has an invalid message attribute type, the set of supported type prefixes is "
        "Binary, Number, and String. (InvalidParameterValue)",
        Field.ATTRIBUTES,
    ),
    ("Number of message attributes [11] exceeds the allowed maximum [10]. (InvalidParameterValue)", Field.ATTRIBUTES),
    (
        "Can't cast the value of message (user) attribute 'n' to a number. (InvalidParameterValue)",
        Field.ATTRIBUTES,
    ),
    ("The parameter TopicArn is not valid (InvalidParameter)", None),
    ("something else went wrong", None),
]


@pytest.mark.parametrize(("text", "field"), SAID)
def test_the_words_of_a_refusal_tell_the_field(text: str, field: Field | None) -> None:
    assert field_of(Problem(ProblemKind.FAILED, text)) is field


@pytest.mark.parametrize("kind", [ProblemKind.DENIED, ProblemKind.NETWORK, ProblemKind.GONE, ProblemKind.THROTTLED])
def test_what_is_about_permission_or_the_way_is_about_no_field(kind: ProblemKind) -> None:
    assert field_of(Problem(kind, "not permitted to set the message attribute")) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Can't cast the value of message (user) attribute 'bad' to a number.", "bad"),
        ('Message attribute "bad" with value false must be of type String.', "bad"),
        ("The message attribute 'other' must contain a value.", None),
        ("Message attribute bad is reserved.", None),
        ("The queue 'bad' is not there.", None),
    ],
)
def test_the_attribute_that_a_refusal_quotes_is_known(text: str, name: str | None) -> None:
    assert attribute_in(Problem(ProblemKind.FAILED, text), ["good", "bad"]) == name
    assert attribute_in(Problem(ProblemKind.DENIED, text), ["good", "bad"]) is None
