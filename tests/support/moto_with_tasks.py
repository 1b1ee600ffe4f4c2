"""A moto with message-move tasks and the sources of dead letters: the demo's extensions, without its company."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.engines import Engine, _free_port, _running


@contextmanager
def start_moto_with_tasks() -> Iterator[Engine]:
    """Run the server for the length of the block."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.support.moto_with_tasks", str(port)]
    with _running("moto", port, command, {}, "/moto-api/") as engine:
        yield engine


def main() -> None:
    """Serve on the port that the command line names."""
    import logging

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from sqsview.demo import moto_extensions
    from sqsview.demo.clock import RunningClock

    logging.getLogger("werkzeug").disabled = True
    moto_extensions.install(RunningClock())
    application = DomainDispatcherApplication(create_backend_app)
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
