"""Subscriptions that wait for their confirmation, topics that count them, credentials that stay secret.

moto confirms every subscription at once, leaves the topic's counters at 0, and returns the private keys of
push applications (SNS API reference, Subscribe, ConfirmSubscription, GetTopicAttributes,
CreatePlatformApplication).
"""

from __future__ import annotations

import hashlib
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sns.exceptions import SNSInvalidParameter, SNSNotFoundError
from moto.sns.models import PlatformApplication, SNSBackend, Subscription
from moto.sns.responses import SNSResponse

from sqsview.demo.moto_extensions.graft import graft
from sqsview.domain.push import SECRET_ATTRIBUTES

_CONFIRMED_BY_PERSON = frozenset({"email", "email-json", "http", "https"})
_LITERAL = "PendingConfirmation"


def pending(subscription: Subscription) -> bool:
    """Tell whether a subscription still waits for its confirmation."""
    return bool(subscription.attributes.get("PendingConfirmation"))


def confirm(subscription: Subscription) -> None:
    """Mark a subscription as confirmed."""
    subscription.attributes["PendingConfirmation"] = False


def confirmation_token(subscription_arn: str) -> str:
    """Give the token that the confirmation mail of this subscription would carry."""
    return hashlib.sha512(subscription_arn.encode()).hexdigest()


def _entry(subscription: Subscription) -> dict[str, str]:
    return {
        "SubscriptionArn": _LITERAL if pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def _list(response: SNSResponse) -> ActionResult:
    found, token = response.backend.list_subscriptions(next_token=response._get_param("NextToken"))
    return ActionResult({"Subscriptions": [_entry(one) for one in found], "NextToken": token})


def _list_by_topic(response: SNSResponse) -> ActionResult:
    found, token = response.backend.list_subscriptions_by_topic(
        response._get_param("TopicArn"), next_token=response._get_param("NextToken")
    )
    return ActionResult({"Subscriptions": [_entry(one) for one in found], "NextToken": token})


def _confirm(response: SNSResponse) -> ActionResult:
    topic_arn, token = response._get_param("TopicArn"), response._get_param("Token")
    if topic_arn not in response.backend.topics:
        raise SNSNotFoundError("Topic does not exist")
    for subscription in response.backend.subscriptions.values():
        if subscription.topic.arn == topic_arn and confirmation_token(subscription.arn) == token:
            confirm(subscription)
            return ActionResult({"SubscriptionArn": subscription.arn})
    raise SNSInvalidParameter("Invalid parameter: Token")


def install() -> None:
    """Put pending subscriptions, counters and discretion into moto."""
    make_subscription = SNSBackend.subscribe
    subscribe = SNSResponse.subscribe
    unsubscribe = SNSResponse.unsubscribe
    topic_attributes = SNSResponse.get_topic_attributes
    make_application = SNSBackend.create_platform_application

    def _make(backend: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        known = len(backend.subscriptions)
        subscription = make_subscription(backend, topic_arn, endpoint, protocol)
        if len(backend.subscriptions) > known and protocol in _CONFIRMED_BY_PERSON:
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        return subscription

    def _subscribe(response: SNSResponse) -> ActionResult:
        answer = subscribe(response)
        arn = answer.result["SubscriptionArn"]  # type: ignore[index]
        if pending(response.backend.subscriptions[arn]) and not response._get_param("ReturnSubscriptionArn"):
            return ActionResult({"SubscriptionArn": "pending confirmation"})
        return answer

    def _unsubscribe(response: SNSResponse) -> ActionResult:
        arn = response._get_param("SubscriptionArn")
        if arn.count(":") < 6:
            raise SNSInvalidParameter(
                "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, "
                f"not {arn.count(':') + 1}"
            )
        subscription = response.backend.subscriptions.get(arn)
        if subscription is not None:
            subscription.topic.subscriptions_deleted += 1
            unsubscribe(response)
        return EmptyResult()

    def _topic_attributes(response: SNSResponse) -> ActionResult:
        topic = response.backend.get_topic(response._get_param("TopicArn"))
        states = [pending(one) for one in response.backend._get_topic_subscriptions(topic)]
        topic.subscriptions_pending = sum(states)
        topic.subscriptions_confimed = len(states) - sum(states)  # moto's own spelling
        return topic_attributes(response)

    def _make_application(
        backend: SNSBackend, name: str, platform: str, attributes: dict[str, Any]
    ) -> PlatformApplication:
        shown = {key: value for key, value in attributes.items() if key not in SECRET_ATTRIBUTES}
        return make_application(backend, name, platform, {"Enabled": "true", **shown})

    graft(SNSBackend, subscribe=_make, create_platform_application=_make_application)
    graft(
        SNSResponse,
        subscribe=_subscribe,
        unsubscribe=_unsubscribe,
        get_topic_attributes=_topic_attributes,
        list_subscriptions=_list,
        list_subscriptions_by_topic=_list_by_topic,
        confirm_subscription=_confirm,
    )
