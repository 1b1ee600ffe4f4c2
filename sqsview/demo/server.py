"""The demo's server: moto with its extensions, the company in it, on a free port of the loopback interface.

It is a process of its own and ends with the one that started it. It reads commands from standard input, one a
line, and answers each with one line of JSON; the end of its input is the end of the server.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue
from typing import IO, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from sqsview.demo import moto_extensions
from sqsview.demo.clock import RunningClock, StandingClock
from sqsview.demo.traffic import Traffic
from sqsview.demo.world import World

_PARENT_CHECKED_EVERY = 1.0
"""Seconds."""


class _QuietHandler(MotoRequestHandler):
    """Answers requests and writes no line about them."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Drop it."""


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sqsview.demo.server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--still", type=float, metavar="EPOCH", help="let time stand at this moment")
    return parser.parse_args(arguments)


def _private_streams() -> IO[str]:
    """Keep the way back to the parent for reports alone, and point what anything might print at nothing."""
    reports = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    return reports


def _report(reports: IO[str], **facts: Any) -> None:
    reports.write(json.dumps(facts) + "\n")
    reports.flush()


def _serve() -> BaseWSGIServer:
    logging.getLogger("werkzeug").disabled = True
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True, name="server").start()
    return server


def _end_with(parent: int) -> None:
    # The second line of defence: the pipe's end is inherited by whatever the parent forks without an exec.
    # It is not PR_SET_PDEATHSIG: that fires when the thread that started this one ends, and on Linux only.
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECKED_EVERY)
    os._exit(0)


def _listen(commands: SimpleQueue[str]) -> None:
    """Take in commands until the parent closes the pipe or is no more; then end, also during the start."""
    for line in sys.stdin:
        commands.put(line.strip())
    # Nothing in here is to be kept, and no thread is to be waited for.
    os._exit(0)


def _obey(commands: SimpleQueue[str], reports: IO[str], traffic: Traffic, clock: StandingClock | None) -> None:
    """Carry out one command after the other, for ever."""
    while True:
        line = commands.get()
        command, _, argument = line.partition(" ")
        if command == "advance" and clock is not None:
            for _ in range(int(argument)):
                clock.advance(1.0)
                traffic.step()
            _report(reports, advanced=int(argument))
        else:
            _report(reports, refused=line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the company, serve it, and end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options = _options(arguments)
    gc.disable()
    reports = _private_streams()
    commands: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True, name="parent").start()
    threading.Thread(target=_listen, args=(commands,), daemon=True, name="commands").start()
    started = time.perf_counter()
    standing = None if options.still is None else StandingClock(options.still)
    clock = standing or RunningClock()
    moto_extensions.install(clock)
    world = World(options.seed, clock)
    world.build()
    traffic = Traffic(world)
    traffic.prime()
    # What the company begins with stays; otherwise each full collection would stop all requests for 0.1 s.
    gc.freeze()
    gc.enable()
    built = time.perf_counter()
    server = _serve()
    _report(reports, endpoint_url=f"http://127.0.0.1:{server.port}", build_seconds=round(built - started, 3))
    os.dup2(1, 2)
    if standing is None:
        threading.Thread(target=traffic.run, args=(threading.Event(),), daemon=True, name="traffic").start()
    _obey(commands, reports, traffic, standing)


if __name__ == "__main__":
    main()
