"""Who will get it: 200 subscriptions judged anew at each key in the editor of a message."""

from __future__ import annotations

import json
import random
import time

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.recipients import Recipients
from sqsview.domain.topic import Subscription
from tests.benchmarks.bar import Bar, percentile
from tests.support.things import HERE, admitting, queue, queue_arn, subscription, topic, topology

SUBSCRIPTIONS = 200
KEYS = 300
FRAME = 0.016
BODY_BYTES = 2048
_WARM_UP = 20


def measure() -> list[Bar]:
    """Type into a body of 2 KiB; each key is a new message."""
    recipients, messages = _recipients(), _messages()
    for outgoing in messages[:_WARM_UP]:
        recipients.judge(outgoing)
    seconds = []
    answers: dict[str, int] = {}
    cpu = time.process_time()
    for outgoing in messages[_WARM_UP:]:
        started = time.perf_counter()
        judged = recipients.judge(outgoing)
        seconds.append(time.perf_counter() - started)
        for each in judged:
            answers[each.answer.value] = answers.get(each.answer.value, 0) + 1
    cpu = (time.process_time() - cpu) / KEYS
    median, slow = percentile(seconds, 0.5), percentile(seconds, 0.95)
    shares = ", ".join(f"{count / KEYS:.0f} {answer}" for answer, count in sorted(answers.items()))
    figures = (
        f"p50 {median * 1000:.1f} ms, p95 {slow * 1000:.1f} ms, {cpu * 1000:.1f} ms of CPU a key, {KEYS} keys, "
        f"frame {FRAME * 1000:.0f} ms; {shares}"
    )
    return [Bar("who will get it of 200 subscriptions, p95 against one frame", slow / FRAME, 1, figures=figures)]


def _recipients() -> Recipients:
    drawn = random.Random(1)
    names = [f"queue-{number:03d}" for number in range(SUBSCRIPTIONS)]
    queues = [queue(name, policy=admitting(name, "orders")) for name in names]
    orders = topic("orders", *(_subscription(name, drawn) for name in names))
    return Recipients(orders, topology(queues, [orders]), HERE)


def _subscription(name: str, drawn: random.Random) -> Subscription:
    """Draw a policy of one to four keys; half of them are about the body."""
    body = drawn.random() < 0.5
    conditions = {
        "type": drawn.sample(["order", "refund", "invoice", "return"], 2),
        "tenant": [drawn.choice([{"prefix": "ac"}, {"suffix": "me"}, {"anything-but": ["umbrella", "initech"]}])],
        "total": [{"numeric": [">=", drawn.randrange(500)]}, {"numeric": [">", -5, "<", drawn.randrange(100)]}],
        "host": [{"cidr": f"10.0.{drawn.randrange(4)}.0/22"}, {"wildcard": f"*.{drawn.randrange(9)}.*"}],
        "beta": [{"exists": drawn.random() < 0.5}],
    }
    policy = {key: conditions[key] for key in drawn.sample(list(conditions), drawn.randrange(1, 5))}
    if drawn.random() < 0.3:
        policy = {"$or": [policy, {"type": ["order"], "beta": [{"exists": False}]}]}
    wanted = {"detail": policy, "items": {"sku": [{"prefix": f"SKU-{drawn.randrange(3)}"}]}} if body else policy
    scope = "MessageBody" if body else "MessageAttributes"
    return subscription("orders", queue_arn(name), filter_policy=json.dumps(wanted), filter_scope=scope)


def _messages() -> list[Outgoing]:
    detail = {"type": "order", "tenant": "acme", "total": 129.0, "host": "10.0.1.7"}
    items = [{"sku": f"SKU-{number:04d}", "amount": number, "note": "as ordered"} for number in range(22)]
    attributes = {
        "type": Attribute("String", "order"),
        "tenant": Attribute("String.Array", json.dumps(["acme", "globex"])),
        "total": Attribute("Number", "129"),
        "host": Attribute("String", "10.0.1.7"),
    }
    found = []
    for key in range(_WARM_UP + KEYS):
        text = json.dumps({"detail": detail, "items": items, "typed": ""})
        typed = "x" * (BODY_BYTES - len(text) - key % 10)
        found.append(Outgoing(json.dumps({"detail": detail, "items": items, "typed": typed}), attributes))
    return found
