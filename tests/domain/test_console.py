"""Links into the AWS console, for the right partition and safely encoded."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.console import console_url
from tests.support.things import queue_arn, topic_arn

HOME = "https://eu-west-1.console.aws.amazon.com"


@pytest.mark.parametrize(
    ("arn", "url"),
    [
        (
            queue_arn("orders"),
            f"{HOME}/sqs/v3/home?region=eu-west-1#/queues/"
            "https%3A%2F%2Fsqs.eu-west-1.amazonaws.com%2F123456789012%2Forders",
        ),
        (topic_arn("orders"), f"{HOME}/sns/v3/home?region=eu-west-1#/topic/{topic_arn('orders')}"),
        (
            topic_arn("orders:0f-1e"),
            f"{HOME}/sns/v3/home?region=eu-west-1#/subscription/{topic_arn('orders:0f-1e')}",
        ),
        (
            topic_arn("app/APNS/shop"),
            f"{HOME}/sns/v3/home?region=eu-west-1#/mobile/push-notifications/platform-applications",
        ),
        (
            "arn:aws-cn:sqs:cn-north-1:123456789012:orders",
            "https://console.amazonaws.cn/sqs/v3/home?region=cn-north-1#/queues/"
            "https%3A%2F%2Fsqs.cn-north-1.amazonaws.com.cn%2F123456789012%2Forders",
        ),
        (
            "arn:aws-us-gov:sns:us-gov-west-1:123456789012:orders",
            "https://console.amazonaws-us-gov.com/sns/v3/home?region=us-gov-west-1"
            "#/topic/arn:aws-us-gov:sns:us-gov-west-1:123456789012:orders",
        ),
        ("arn:aws-iso:sqs:us-iso-east-1:123456789012:orders", None),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", None),
        ("arn:aws:sqs:elasticmq:000000000000:orders", None),
        ("orders", None),
    ],
)
def test_every_thing_has_its_page(arn: str, url: str | None) -> None:
    assert console_url(arn) == url


def test_a_queue_is_named_by_the_url_that_the_server_gave() -> None:
    url = console_url(queue_arn("orders"), url="https://eu-west-1.queue.amazonaws.com/123456789012/orders")
    assert url is not None
    assert unquote(url).endswith("#/queues/https://eu-west-1.queue.amazonaws.com/123456789012/orders")


@given(
    st.sampled_from(["aws", "aws-cn", "aws-us-gov"]),
    st.sampled_from(["sqs", "sns"]),
    st.text(),
    st.text(min_size=1),
)
def test_a_hostile_name_cannot_lead_elsewhere(partition: str, service: str, region: str, name: str) -> None:
    for where in (region, "eu-west-1"):
        url = console_url(f"arn:{partition}:{service}:{where}:1:{name}".encode("utf-8", "replace").decode())
        if url is None:
            continue
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert parts.hostname is not None
        assert parts.hostname.endswith(
            ("console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com")
        )
        assert url.isascii()
        assert url.isprintable()
        assert " " not in url
