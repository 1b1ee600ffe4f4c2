"""10,000 messages looked at on ministack, against a bare aiobotocore loop of receives with the same concurrency.

Both ask for all attributes, ten messages a receive. The bar is about the receives; the releases, which both make, are
in the figures. The time of either is mostly the server's, which goes through all of its messages for every receive.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from sqsview.operations.receiving import AT_ONCE
from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import run_module
from tests.support.engines import Engine, start_ministack

MESSAGES = 10_000
ROUNDS = 2
QUEUE = "orders"


def measure() -> list[Bar]:
    """Run both in turn, each in a fresh process."""
    ours: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    with start_ministack() as server:
        _fill(server)
        for _ in range(ROUNDS):
            ours.append(run_module("product_look", server.url, QUEUE, str(MESSAGES)))
            bare.append(run_module("bare_receives", server.url, QUEUE, str(MESSAGES), str(AT_ONCE)))
    assert all(one["messages"] == MESSAGES for one in (*ours, *bare)), (ours, bare)
    look, loop = (median(one["receives"] for one in runs) for runs in (ours, bare))
    whole = [median(one["receives"] + one["release"] for one in runs) for runs in (ours, bare)]
    figures = (
        f"{MESSAGES / look:,.0f} a second, bare {MESSAGES / loop:,.0f}; with the releases {whole[0]:.2f} s, "
        f"bare {whole[1]:.2f} s; {ROUNDS} of each"
    )
    return [
        Bar("a look at 10,000 messages, against a bare loop", loop / look, 0.8, at_least=True, figures=figures),
        Bar(
            "how late the loop is for a key during that look, 99 of 100 times",
            median(one["late99"] for one in ours) * 1e3,
            33,
            unit="ms",
            figures=f"at the worst {max(one['latest'] for one in ours) * 1e3:.0f} ms; CPU of the receives "
            f"{median(one['cpu'] for one in ours):.2f} s, bare {median(one['cpu'] for one in bare):.2f} s",
        ),
    ]


def _fill(server: Engine) -> None:
    with server.client("sqs") as sqs, ThreadPoolExecutor(4) as pool:
        url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]

        def send(first: int) -> None:
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": json.dumps({"type": "order", "id": number, "items": ["tea", "milk"], "total": 12.5}),
                    "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "order"}},
                }
                for number in range(first, first + 10)
            ]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)

        list(pool.map(send, range(0, MESSAGES, 10)))
