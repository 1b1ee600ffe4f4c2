"""The exceptions of sqsview.

SqsviewError
├── UsageError            the command line is wrong                          exit 2
├── ConfigError           the configuration is wrong: file, key and value    exit 2
├── DemoError             the demo's server cannot be had                    exit 1
├── Interrupted           a signal ended the command; it is not told         exit 128 + signal
├── LookRefused           a look would take a message's last try             exit 1
├── LedgerError           the record of receives cannot be kept              exit 1
│   └── LedgerBusy        another process is writing it; it can be tried again
├── JournalError          what is about to be done cannot be written down     exit 1
├── Refused               a message was not sent: AWS refuses it, or would   exit 1
├── LostAnswer            a message was sent, and may have been taken        exit 1
└── GatewayError          a call did not give what was asked; carries a Problem
    ├── SessionError      the whole connection is at fault (credentials, region, clock, network)
    ├── Denied            this call on this thing is not permitted
    ├── NotFound          the thing does not exist
    ├── Throttled         too many calls, after the retries
    ├── ServerFault       the server failed, or answered with something unreadable
    │   ├── Rejected      the server understood the call and refuses it: nothing was done
    │   └── Unsupported   the server does not have this operation at all
    └── RefusedReadOnly   a call that is not on the list of reads, in read-only mode
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqsview.domain.problem import Problem, ProblemKind

if TYPE_CHECKING:
    from sqsview.domain.publishing.fields import Field
    from sqsview.domain.receive_budget import Allowance


class SqsviewError(Exception):
    """The base of all that sqsview raises on purpose; its text is one line for the person."""


class UsageError(SqsviewError):
    """The command line is wrong."""


class ConfigError(SqsviewError):
    """The configuration is wrong; the text names file, key and value."""


class JournalError(SqsviewError):
    """The journal or the audit log cannot be written, so that nothing is done; the text says what to do."""


class DemoError(SqsviewError):
    """The demo's server cannot be had; the text says what to do."""


class Refused(SqsviewError):
    """A message was not sent."""

    def __init__(self, problem: Problem, field: Field | None = None, attribute: str | None = None) -> None:
        super().__init__(problem.line)
        self.problem = problem
        """Why, ready to be shown."""
        self.field = field
        """The field it is about; None where it is about none, or that is not known."""
        self.attribute = attribute
        """The name of the attribute it is about, where it is about one."""


class LostAnswer(SqsviewError):
    """A message was sent and the answer lost, so it may have been taken; sending it again may make two."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"it may have been sent, but that is not known: {problem.line}")
        self.problem = problem
        """What happened to the answer."""


class Interrupted(SqsviewError):
    """A signal ended the command, which gave back what it held."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by signal {number}")
        self.exit_code = 128 + number
        """What a shell gives for a program that this signal ended."""


class LookRefused(SqsviewError):
    """A look would take the last try of a message, or move it, and nobody said that it may."""

    def __init__(self, text: str, allowance: Allowance) -> None:
        super().__init__(text)
        self.allowance = allowance
        """What the look would cost now, which is to be agreed to."""


class LedgerError(SqsviewError):
    """The record of the receives that were caused cannot be read or written; the text names the file.

    Without it no look is made, for nobody would know how many are left.
    """


class LedgerBusy(LedgerError):
    """Another process is writing the record; a moment later it can be written."""


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


class Rejected(ServerFault):
    """The server understood the call and refuses it (HTTP 4xx), so that nothing was done."""


class Unsupported(ServerFault):
    """The server does not have this operation at all; AWS has all that sqsview uses."""


class RefusedReadOnly(GatewayError):
    """A call that is not on the list of reads, in read-only mode."""

    def __init__(self, operation: str, reason: str = "") -> None:
        text = f"{operation} is refused in read-only mode" + (f": {reason}" if reason else "")
        super().__init__(Problem(ProblemKind.DENIED, text, "start without --read-only"))
        self.operation = operation
