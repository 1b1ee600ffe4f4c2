"""2,000 messages moved on ministack, against a bare aiobotocore loop with the same concurrency.

Both receive ten, send ten and delete ten at a time, eight times at once. The mover writes down every batch twice before
it goes on, on a real disk, and the bare loop does not: that is what the fifth is for.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from sqsview.operations.move_receiving import AT_ONCE
from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import run_module
from tests.support.engines import Engine, start_ministack

MESSAGES = 2_000
MANY = 100_000
ROUNDS = 5
HERE, THERE = "orders-dlq", "orders"


def measure() -> list[Bar]:
    """Run both in turn, each in a fresh process, to and fro."""
    ours: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    with start_ministack() as server:
        _fill(server)
        for _ in range(ROUNDS):
            ours.append(run_module("product_move", server.url, HERE, THERE))
            bare.append(run_module("bare_moves", server.url, THERE, HERE, str(AT_ONCE)))
    assert all(one["messages"] == MESSAGES for one in (*ours, *bare)), (ours, bare)
    move, loop = (median(one["seconds"] for one in runs) for runs in (ours, bare))
    figures = (
        f"{MESSAGES / move:,.0f} a second, bare {MESSAGES / loop:,.0f}; CPU "
        f"{median(one['cpu'] for one in ours):.2f} s, bare {median(one['cpu'] for one in bare):.2f} s; {ROUNDS} of each"
    )
    endless = run_module("endless_move", str(MANY))
    return [
        Bar("2,000 messages moved, against a bare loop", loop / move, 0.8, at_least=True, figures=figures),
        Bar(
            "memory that 80,000 more messages of a move of 100,000 take",
            endless["end"] - endless["warm"],
            2,
            unit="MiB",
            figures=f"{endless['end']:.0f} MiB in all; {MANY / endless['seconds']:,.0f} a second without a server; the "
            f"journal has {endless['journal'] / 1024:.0f} KiB",
        ),
    ]


def _fill(server: Engine) -> None:
    with server.client("sqs") as sqs, ThreadPoolExecutor(4) as pool:
        sqs.create_queue(QueueName=THERE)
        url = sqs.create_queue(QueueName=HERE)["QueueUrl"]

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
