"""Where a thing is found in the AWS console."""

from __future__ import annotations

import re
from urllib.parse import quote

from sqsview.domain.arn import Arn

_HOSTS = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""By partition; the consoles of other partitions are not public."""

_SQS_DOMAINS = {"aws-cn": "amazonaws.com.cn"}
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}")


def console_url(arn: str, *, url: str | None = None) -> str | None:
    """Give the console page of the queue, topic, subscription, push application or device with this ARN.

    ``url`` is the queue's URL, which the page of a queue is named by; without it, the one AWS would give.
    A device and a push application have no page that could be linked to: theirs is the list. None where the
    partition has no public console, and for anything that is not an ARN of SQS or SNS.
    """
    try:
        thing = Arn.parse(arn)
    except ValueError:
        return None
    # The region becomes a host name, so nothing but a region may get there.
    if thing.partition not in _HOSTS or not _REGION.fullmatch(thing.region):
        return None
    if thing.service == "sqs":
        domain = _SQS_DOMAINS.get(thing.partition, "amazonaws.com")
        page = url or f"https://sqs.{thing.region}.{domain}/{thing.account}/{thing.resource}"
        path = f"/queues/{quote(page, safe='', errors='replace')}"
    elif thing.service == "sns":
        path = _sns_path(thing)
    else:
        return None
    host = _HOSTS[thing.partition].format(region=thing.region)
    return f"https://{host}/{thing.service}/v3/home?region={thing.region}#{path}"


def _sns_path(thing: Arn) -> str:
    if thing.resource.startswith(("app/", "endpoint/")):
        return "/mobile/push-notifications/platform-applications"
    kind = "subscription" if ":" in thing.resource else "topic"
    return f"/{kind}/{quote(str(thing), safe=':', errors='replace')}"
