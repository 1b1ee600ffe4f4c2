"""How many calls a second AWS admits for one API, and how many of them one dashboard may take."""

from __future__ import annotations

from collections.abc import Mapping

SHARE = 0.5
"""The part of each quota that one dashboard takes: they are shared by everyone in the account and region."""

_FIXED = {
    "sns:ListTopics": 30.0,
    "sns:ListSubscriptions": 30.0,
    "sns:ListEndpointsByPlatformApplication": 30.0,
    "sns:ListPlatformApplications": 15.0,
    "sns:ListTagsForResource": 10.0,
    "sns:TagResource": 10.0,
    "sns:UntagResource": 10.0,
    "sns:Subscribe": 100.0,
    "cloudwatch:GetMetricData": 50.0,
}
"""Calls a second, equal in all regions ("Amazon SNS endpoints and quotas", "CloudWatch service quotas").

SQS publishes no figure for its control plane, so there only the user's budget and the throttle hold.
"""

_BY_REGION = (
    "sns:GetTopicAttributes",
    "sns:GetSubscriptionAttributes",
    "sns:GetEndpointAttributes",
    "sns:CreateTopic",
    "sns:SetTopicAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:ConfirmSubscription",
    "sns:CreatePlatformApplication",
    "sns:SetPlatformApplicationAttributes",
    "sns:DeletePlatformApplication",
    "sns:CreatePlatformEndpoint",
    "sns:SetEndpointAttributes",
    "sns:DeleteEndpoint",
)
"""APIs whose quota depends on the region."""

_REGIONS = {
    "us-east-1": 3000.0,
    "us-west-2": 900.0,
    "eu-west-1": 900.0,
    "us-east-2": 150.0,
    "us-west-1": 150.0,
    "ap-south-1": 150.0,
    "ap-northeast-1": 150.0,
    "ap-northeast-2": 150.0,
    "ap-southeast-1": 150.0,
    "ap-southeast-2": 150.0,
    "eu-central-1": 150.0,
}

_OTHER_REGIONS = 30.0


def allowed_rates(region: str) -> Mapping[str, float]:
    """Give the calls a second that one dashboard may make, by API such as ``sns:ListTopics``.

    An API that is absent has no quota of its own.
    """
    regional = _REGIONS.get(region, _OTHER_REGIONS)
    quotas = _FIXED | dict.fromkeys(_BY_REGION, regional)
    return {api: quota * SHARE for api, quota in quotas.items()}
