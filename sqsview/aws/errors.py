"""The one place where what botocore and aiohttp raise becomes a `GatewayError` with a remedy."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from sqsview.aws import codes
from sqsview.aws.clock_skew import skew_of, skew_text
from sqsview.aws.connection_faults import connection_fault
from sqsview.aws.credential_faults import configuration_fault, credential_fault, keys_fault
from sqsview.aws.situation import Situation
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.text import shortened
from sqsview.errors import Denied, GatewayError, NotFound, Rejected, ServerFault, SessionError, Throttled, Unsupported

UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""What botocore's parsers raise, beside their own error, on an answer that is not what was asked for."""

FAULTS = (ClientError, BotoCoreError, ResponseParserError, OSError, TimeoutError, *UNREADABLE)
"""All that a call can raise because of the world outside."""

_LONGEST = 300
"""Characters of a server's own words that are shown."""

_PAGE = "a page in place of an answer"

_log = logging.getLogger(__name__)

_XML_MESSAGE = re.compile(r"<Message>(.*?)</Message>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"<!doctype|<html|<\?xml|<\w*(?:response|result|error)\b", re.IGNORECASE)


def translate(
    fault: Exception, situation: Situation, *, api: str = "", thing: str = "", now: float = 0.0
) -> GatewayError:
    """Say in our words what ``fault`` means and what to do about it.

    Args:
        fault: what was raised; an error of ours is given back as it is.
        situation: who called whom.
        api: the call, such as ``sqs:GetQueueAttributes``; empty while connecting.
        thing: the name of the queue, topic or subscription that was asked for.
        now: epoch seconds.
    """
    if isinstance(fault, GatewayError):
        return fault
    error = _sorted_out(fault, situation, api, now)
    problem = replace(error.problem, text=one_line(error.problem.text), at=now)
    if not isinstance(error, SessionError) and not problem.thing:
        problem = replace(problem, thing=thing or api)
    return type(error)(problem)


def unreadable(what: str, thing: str = "") -> ServerFault:
    """Give the error for an answer that came but cannot be understood."""
    return ServerFault(Problem(ProblemKind.FAILED, f"unreadable answer: {one_line(what)}", thing=thing))


def one_line(text: str) -> str:
    """Give a server's words as one line of bearable length, without markup."""
    return shortened(" ".join(text.split()), _LONGEST)


def _sorted_out(fault: Exception, situation: Situation, api: str, now: float) -> GatewayError:
    if isinstance(fault, ClientError):
        return _client_error(fault, situation, api, now)
    if isinstance(fault, ResponseParserError):
        return _not_what_was_asked(fault)
    if isinstance(fault, BotoCoreError | OSError | TimeoutError):
        found = credential_fault(fault, situation) or connection_fault(fault, situation)
        if found is not None:
            return found
        return ServerFault(Problem(ProblemKind.FAILED, str(fault))) if api else configuration_fault(fault, situation)
    if isinstance(fault, ValueError) and str(fault).startswith("Invalid endpoint"):
        return no_web_address(str(fault).partition(":")[2].strip())
    return _not_what_was_asked(fault)


def no_web_address(url: str) -> SessionError:
    """Give the error for an endpoint that nobody can call, wherever it was set."""
    return SessionError(
        Problem(
            ProblemKind.NETWORK,
            f"{url!r} is not a URL of a server",
            "give --endpoint-url, AWS_ENDPOINT_URL or endpoint_url in ~/.aws/config as http://HOST:PORT",
        )
    )


def _not_what_was_asked(fault: Exception) -> ServerFault:
    """Keep the parser's words, which are for programmers, for the log."""
    _log.info("unreadable: %s: %s", type(fault).__name__, fault)
    if _MARKUP.search(str(fault)):
        return unreadable(_PAGE)
    return ServerFault(Problem(ProblemKind.FAILED, "the answer is not what was asked for"))


def _client_error(fault: ClientError, situation: Situation, api: str, now: float) -> GatewayError:
    found = codes.codes_of(fault)
    status = codes.status_of(fault)
    message = _message(fault, status)
    if codes.is_throttle(fault):
        return Throttled(Problem(ProblemKind.THROTTLED, f"throttled: {message}", "lower --budget if it goes on"))
    if found & codes.SIGNATURE or found & codes.CLOCK:
        return _signature(fault, found, message, now, situation)
    session = keys_fault(found, message, situation, operation=fault.operation_name)
    if session is not None:
        return session
    if found & codes.GONE or (status == 404 and not found & codes.UNSUPPORTED):
        return NotFound(Problem(ProblemKind.GONE, f"does not exist: {message}"))
    if found & codes.DENIED or (status == 403 and not found & codes.BUSY):
        return Denied(Problem(ProblemKind.DENIED, f"not permitted: {message}", _permission_remedy(api)))
    if found & codes.UNSUPPORTED or status == 501:
        return Unsupported(Problem(ProblemKind.FAILED, f"this server does not have {api or fault.operation_name}"))
    refused = 400 <= status < 500 and status != HTTPStatus.REQUEST_TIMEOUT
    return (Rejected if refused else ServerFault)(Problem(ProblemKind.FAILED, message))


def _permission_remedy(api: str) -> str:
    if api == "sqs:ListQueues":
        return "name the queues with --queue NAME, or have sqs:ListQueues allowed"
    return f"have {api} allowed" if api else ""


def _signature(
    fault: ClientError, found: frozenset[str], message: str, now: float, situation: Situation
) -> GatewayError:
    skew = skew_of(fault, now)
    if found & codes.CLOCK or skew or re.search(r"expired|not yet current|too skewed", message, re.IGNORECASE):
        return SessionError(
            Problem(
                ProblemKind.CLOCK,
                skew_text(skew) if skew else f"this machine's clock is wrong, says the server: {message}",
                "set the clock, for example: sudo timedatectl set-ntp true",
            )
        )
    return SessionError(
        Problem(
            ProblemKind.CREDENTIALS,
            "the secret key does not match the access key",
            situation.command("aws configure"),
        )
    )


def _message(fault: ClientError, status: int) -> str:
    error = fault.response.get("Error", {})
    text = str(error.get("Message") or "")
    code = str(error.get("Code") or "")
    inner = _XML_MESSAGE.search(text)
    if inner:
        text = inner.group(1)
    text = _plain(text)
    if not text:
        return f"HTTP {status}" if code in ("", str(status)) else code
    if text.startswith("a page in place of"):
        return f"HTTP {status}, {text}"
    return text if code in ("", str(status)) or code in text else f"{text} ({code})"


def _plain(text: str) -> str:
    return _PAGE if _MARKUP.search(text) else text.strip()
