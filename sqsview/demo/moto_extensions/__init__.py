"""EXTENSIONS TO MOTO: everything in which the demo's server differs from moto is in this package.

What moto 5.2.5 lacks or does otherwise than AWS, and what would make it slow at ten thousand messages. It is
put into the running moto by `install`, in the server's process only; the installed package is not touched.
"""

from __future__ import annotations

from sqsview.demo.clock import ServerClock
from sqsview.demo.moto_extensions import delivery, moves, push, queues, redrive, subscriptions


def install(clock: ServerClock) -> None:
    """Extend the moto of this process; call it once, before the first request."""
    queues.install(clock)
    redrive.install()
    moves.install(clock)
    subscriptions.install()
    push.install()
    delivery.install(clock)
