"""The exceptions of sqsview.

SqsviewError
├── UsageError            the command line is wrong                          exit 2
├── ConfigError           the configuration is wrong: file, key and value    exit 2
├── DemoError             the demo's server cannot be had                    exit 1
└── GatewayError          a call did not give what was asked; carries a Problem
    ├── SessionError      the whole connection is at fault (credentials, region, clock, network)
    ├── Denied            this call on this thing is not permitted
    ├── NotFound          the thing does not exist
    ├── Throttled         too many calls, after the retries
    ├── ServerFault       the server failed, or answered with something unreadable
    │   └── Unsupported   the server does not have this operation at all
    └── RefusedReadOnly   a call that is not on the list of reads, in read-only mode
"""

from __future__ import annotations

from sqsview.domain.problem import Problem, ProblemKind


class SqsviewError(Exception):
    """The base of all that sqsview raises on purpose; its text is one line for the person."""


class UsageError(SqsviewError):
    """The command line is wrong."""


class ConfigError(SqsviewError):
    """The configuration is wrong; the text names file, key and value."""


class DemoError(SqsviewError):
    """The demo's server cannot be had; the text says what to do."""


class GatewayError(SqsviewError):
    """A call did not give what was asked."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.line)
        self.problem = problem
        """What is wrong and what to do, ready to be shown."""


class SessionError(GatewayError):
    """Nothing works until something outside is mended: credentials, region, clock or network."""


class Denied(GatewayError):
    """This call on this thing is not permitted."""


class NotFound(GatewayError):
    """The thing does not exist."""


class Throttled(GatewayError):
    """Too many calls, also after the retries."""


class ServerFault(GatewayError):
    """The server failed, or answered with something that cannot be read."""


class Unsupported(ServerFault):
    """The server does not have this operation at all; AWS has all that sqsview uses."""


class RefusedReadOnly(GatewayError):
    """A call that is not on the list of reads, in read-only mode."""

    def __init__(self, operation: str, reason: str = "") -> None:
        text = f"{operation} is refused in read-only mode" + (f": {reason}" if reason else "")
        super().__init__(Problem(ProblemKind.DENIED, text, "start without --read-only"))
        self.operation = operation
