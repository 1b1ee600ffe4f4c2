"""SNS quotas are shared with the whole account, so a dashboard takes half of each at most."""

from __future__ import annotations

import pytest

from sqsview.aws.quotas import allowed_rates


@pytest.mark.parametrize(
    ("region", "quota"),
    [
        ("us-east-1", 3000.0),
        ("eu-west-1", 900.0),
        ("eu-central-1", 150.0),
        ("sa-east-1", 30.0),
        ("xx-new-9", 30.0),
    ],
)
@pytest.mark.parametrize(
    "api",
    [
        "sns:GetTopicAttributes",
        "sns:GetSubscriptionAttributes",
        "sns:CreateTopic",
        "sns:SetTopicAttributes",
        "sns:SetSubscriptionAttributes",
    ],
)
def test_attributes_have_the_quota_of_their_region(api: str, region: str, quota: float) -> None:
    assert allowed_rates(region)[api] == quota / 2


@pytest.mark.parametrize(
    ("api", "quota"),
    [
        ("sns:ListTopics", 30.0),
        ("sns:ListSubscriptions", 30.0),
        ("sns:ListPlatformApplications", 15.0),
        ("sns:ListTagsForResource", 10.0),
        ("sns:TagResource", 10.0),
        ("sns:Subscribe", 100.0),
        ("cloudwatch:GetMetricData", 50.0),
    ],
)
def test_these_have_one_quota_everywhere(api: str, quota: float) -> None:
    assert {allowed_rates(region)[api] for region in ("us-east-1", "sa-east-1")} == {quota / 2}


def test_sqs_has_no_quota_but_the_budget() -> None:
    assert not any(api.startswith("sqs:") for api in allowed_rates("us-east-1"))
