"""The calls of CloudWatch, which cost money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqsview.aws import parse
from sqsview.aws.service import Service

_QUERIES = 500
"""Queries a call (GetMetricData, API reference)."""

_PERIOD = 60
"""Seconds: SQS publishes points of one minute."""

_WINDOW = timedelta(minutes=10)
"""A point comes a minute or two late; one that is older than this says nothing about now."""


class CloudWatch(Service):
    """Reads metrics."""

    async def get_metric_data(self, queue_names: Sequence[str]) -> Mapping[str, float]:
        """Read ApproximateAgeOfOldestMessage in seconds of up to 500 queues; absent where there is none.

        Raises:
            ValueError: there are more than 500 names.
        """
        if not queue_names:
            return {}
        if len(queue_names) > _QUERIES:
            raise ValueError(f"{len(queue_names)} queues in one GetMetricData, {_QUERIES} are admitted")
        client = await self.client("cloudwatch")
        names = {f"q{number}": name for number, name in enumerate(queue_names)}
        end = datetime.fromtimestamp(self._clock.epoch(), UTC)
        ages: dict[str, float] = {}
        async for page in self._calls.pages(
            "cloudwatch:GetMetricData",
            client.get_metric_data,
            {
                "MetricDataQueries": [_query(identity, name) for identity, name in names.items()],
                "StartTime": end - _WINDOW,
                "EndTime": end,
                "ScanBy": "TimestampDescending",
            },
            units=len(names),
        ):
            for identity, age in parse.newest_values(page).items():
                if identity in names:
                    ages.setdefault(names[identity], age)
        return ages


def _query(identity: str, name: str) -> Mapping[str, object]:
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": name}],
    }
    return {"Id": identity, "MetricStat": {"Metric": metric, "Period": _PERIOD, "Stat": "Maximum"}}
