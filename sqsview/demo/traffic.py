"""What goes on in the company: who produces and consumes how much, one second at a time.

To be recognised on screen: orders-billing grows, orders-shipping.fifo and images-resize drain, orders-mail is
steady, analytics-ingest comes in waves, users-welcome and scheduler-reminders hold messages back, and
consumers fail on a few messages until these end in a dead-letter queue by receives of their own.
"""

from __future__ import annotations

import threading
import time
from random import Random

from sqsview.demo import company, letters
from sqsview.demo.actors import Consumer, Pace, Producer, Shift, at, holding, waves
from sqsview.demo.letters import Letter, Writer, faulty
from sqsview.demo.world import World, stream

_FAILING = frozenset(
    {company.BUSIEST, "orders-shipping.fifo", "payments-capture", "payments-webhooks", "mail-outbound"}
)
"""Queues whose consumers act on what the letters say; the others only file them."""


def sometimes_faulty(writer: Writer, one_in: int) -> Writer:
    """Write one letter in so many so that its consumer fails on it."""
    failing = faulty(writer)

    def write(rng: Random, serial: int) -> Letter:
        return failing(rng, serial) if serial % one_in == 0 else writer(rng, serial)

    return write


def _producers(world: World) -> list[Producer]:
    def make(target: str, writer: Writer, pace: Pace, delays: tuple[int, int] | None = None) -> Producer:
        return Producer(world, target, writer, pace, stream(world.seed, f"to {target}"), delays)

    return [
        make("orders", sometimes_faulty(letters.order, 240), waves(14.0, 16.0, 240)),
        make("orders-events.fifo", sometimes_faulty(letters.shipment, 400), at(1.2)),
        make("payments", sometimes_faulty(letters.payment, 150), waves(2.0, 4.0, 90)),
        make("inventory", letters.stock, at(2.0)),
        make("users", letters.user, at(0.4)),
        make("notifications", sometimes_faulty(letters.notification, 120), waves(0.5, 3.0, 150)),
        make("analytics", letters.clicks, waves(0.0, 9.0, 180)),
        make("audit", letters.audit, at(0.5)),
        make("queue:images-resize", letters.picture, at(0.3)),
        make("queue:scheduler-reminders", letters.reminder, at(0.3), delays=(60, 600)),
        make("queue:mail-bounces", letters.notification, at(0.05)),
    ]


def _consumers(world: World) -> list[Consumer]:
    billing = Shift(slow=7.6, fast=19.0, low=9_000, high=18_000, hurrying=False)
    shipping = Shift(slow=0.4, fast=2.2, low=400, high=4_500, hurrying=True)
    images = Shift(slow=0.1, fast=1.8, low=60, high=2_400, hurrying=True)
    paces: dict[str, tuple[Pace, float]] = {
        company.BUSIEST: (billing, 26.0),
        "orders-shipping.fifo": (shipping, 40.0),
        "orders-mail": (holding(0.8, 980), 25.0),
        "orders-audit": (at(20.0), 0.0),
        "orders-analytics": (holding(12.0, 64), 1.0),
        "orders-ledger.fifo": (holding(1.2, 12), 2.0),
        "payments-capture": (at(5.0), 4.0),
        "payments-fraud-check": (holding(1.0, 38), 10.0),
        "payments-webhooks": (holding(3.0, 215), 6.0),
        "inventory-stock": (waves(1.5, 2.5, 200), 3.0),
        "inventory-replenish": (at(1.0), 5.0),
        "search-index": (holding(2.0, 130), 1.0),
        "users-welcome": (at(1.0), 1.0),
        "users-crm-sync": (holding(0.4, 44), 15.0),
        "mail-outbound": (holding(0.9, 310), 12.0),
        "push-dispatch": (holding(0.45, 26), 2.0),
        "sms-outbound": (at(2.0), 3.0),
        "analytics-ingest": (at(4.5), 8.0),
        "audit-archive": (holding(0.5, 75), 4.0),
        "images-resize": (images, 90.0),
        "scheduler-reminders": (at(2.0), 1.0),
    }
    return [Consumer(world, queue, pace, hold, queue in _FAILING) for queue, (pace, hold) in paces.items()]


class Traffic:
    """All producers and consumers, in lockstep: the same world and number of steps give the same messages."""

    def __init__(self, world: World) -> None:
        self._actors: list[Producer | Consumer] = [*_producers(world), *_consumers(world)]
        self._elapsed = 0.0

    def prime(self) -> None:
        """Start as if all had long been at work: held back, in flight."""
        for actor in self._actors:
            actor.prime()

    def step(self) -> None:
        """Let one second pass in everything."""
        self._elapsed += 1.0
        for actor in self._actors:
            actor.step(self._elapsed)

    def run(self, stop: threading.Event) -> None:
        """Work in real time until ``stop``, each actor at its own moment of the second: no request waits."""
        due = time.monotonic()
        pause = 1.0 / len(self._actors)
        while not stop.is_set():
            self._elapsed += 1.0
            for actor in self._actors:
                actor.step(self._elapsed)
                due += pause
                # Where the machine was suspended or too busy, what was missed is left out.
                due = max(due, time.monotonic() - 1.0)
                stop.wait(max(0.0, due - time.monotonic()))
