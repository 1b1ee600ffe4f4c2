"""Facts as a person reads them."""

from sqsview.domain.words.attributes import attribute_in_words
from sqsview.domain.words.figures import (
    UNKNOWN,
    age,
    count,
    duration,
    money,
    per_minute,
    short_count,
    size,
)
from sqsview.domain.words.flow import flow_in_words
from sqsview.domain.words.policies import policy_in_words
from sqsview.domain.words.settings import (
    encryption_in_words,
    feed_in_words,
    queue_settings,
    topic_settings,
)

__all__ = [
    "UNKNOWN",
    "age",
    "attribute_in_words",
    "count",
    "duration",
    "encryption_in_words",
    "feed_in_words",
    "flow_in_words",
    "money",
    "per_minute",
    "policy_in_words",
    "queue_settings",
    "short_count",
    "size",
    "topic_settings",
]
