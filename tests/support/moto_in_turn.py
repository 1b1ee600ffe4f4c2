"""moto as its own server program runs it, but answering one request at a time.

moto's server answers in threads and its backends know of none: two receives at once give one message to both, a
deletion brings back what another one deleted meanwhile, and a listing during a change is an internal error. All of
that would be moto's doing, not ours. Only while a receive waits for messages do the others get their turn.
"""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sqs.models import Queue
from werkzeug.serving import BaseWSGIServer, make_server

from sqsview.demo.moto_extensions.graft import graft

_PAUSE = 0.02
"""Seconds between two tries of a receive that waits: moto tries at once where messages are there but locked."""

_turn = threading.Lock()
_wait = Queue.wait_for_messages


def _wait_out_of_turn(queue: Queue, timeout: int) -> None:
    _turn.release()
    try:
        _wait(queue, timeout)
        time.sleep(_PAUSE)
    finally:
        _turn.acquire()


class _QuietHandler(MotoRequestHandler):
    """Answers requests and writes no line about them."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Drop it."""


class InTurn:
    """A WSGI application that hands one request after the other to moto."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, when it is this request's turn; a request that still arrives has none."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
        with _turn:
            return list(self._moto(environ, start_response))


def make_moto(port: int = 0) -> BaseWSGIServer:
    """Make a server on loopback; what is in it belongs to the process and outlives the server."""
    graft(Queue, wait_for_messages=_wait_out_of_turn)
    return make_server("127.0.0.1", port, InTurn(), threaded=True, request_handler=_QuietHandler)


if __name__ == "__main__":
    make_moto(int(sys.argv[1])).serve_forever()
