"""The names of what can be wrong with how queues and topics are connected: a contract, for scripts go by them."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """One kind of finding."""

    # A subscription and the way to its endpoint.
    SUBSCRIPTION_DELETED = "subscription-deleted"
    SUBSCRIPTION_PENDING = "subscription-pending"
    SUBSCRIPTION_DUPLICATE = "subscription-duplicate"
    QUEUE_GONE = "queue-gone"
    FIFO_MIXED = "fifo-mixed"
    """A standard topic and a FIFO queue, or a FIFO topic and a protocol that it does not deliver by."""
    TOPIC_NOT_ADMITTED = "topic-not-admitted"
    TOPIC_DENIED = "topic-denied"
    """A statement of the queue policy denies it, so that no other can admit it."""
    AWS_MANAGED_KEY = "aws-managed-key"
    FILTER_NEVER_MATCHES = "filter-never-matches"
    FILTER_TOO_COMPLEX = "filter-too-complex"
    RAW_ATTRIBUTES = "raw-attributes"
    # The dead-letter queue of a subscription, to which SNS sends what it could not deliver.
    SUBSCRIPTION_DLQ_GONE = "subscription-dlq-gone"
    SUBSCRIPTION_DLQ_TYPE = "subscription-dlq-type"
    SUBSCRIPTION_DLQ_NOT_ADMITTED = "subscription-dlq-not-admitted"
    SUBSCRIPTION_DLQ_DENIED = "subscription-dlq-denied"
    SUBSCRIPTION_DLQ_KEY = "subscription-dlq-key"
    # The dead-letter queue of a queue.
    DLQ_GONE = "dlq-gone"
    DLQ_TYPE = "dlq-type"
    DLQ_REFUSES = "dlq-refuses"
    DLQ_ITSELF = "dlq-itself"
    DLQ_CIRCLE = "dlq-circle"
    DLQ_RETENTION = "dlq-retention"
    DLQ_NOT_EMPTY = "dlq-not-empty"
    DLQ_ORPHANED = "dlq-orphaned"
    # One queue or topic by itself.
    MAX_RECEIVE_COUNT_ONE = "max-receive-count-one"
    VISIBILITY_TIMEOUT_SHORT = "visibility-timeout-short"
    RETENTION_NEAR = "retention-near"
    TOPIC_UNHEARD = "topic-unheard"
    # What cannot be told, and why.
    ELSEWHERE = "elsewhere"
    """In another account or region."""
    NOT_LISTED = "not-listed"
    """Not among what was listed, which was not everything."""
    NOT_READ = "not-read"
    NOT_READ_YET = "not-read-yet"
    """Only while a dashboard still loads; the doctor does not tell it."""
    POLICY_UNCLEAR = "policy-unclear"
    KEY_UNCLEAR = "key-unclear"
    FILTER_UNCLEAR = "filter-unclear"
    PROTOCOL_UNCLEAR = "protocol-unclear"
    NOT_AN_ARN = "not-an-arn"
