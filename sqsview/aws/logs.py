"""Logging: nothing of it reaches the terminal, and what goes to a file holds no secrets and no messages."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

_FOREIGN = ("botocore", "aiobotocore", "boto3", "urllib3", "aiohttp", "asyncio", "concurrent")
"""Loggers of libraries: the last resort of `logging` would write their warnings over the screen."""

_OWN = "sqsview"

_SECRETS = re.compile(
    r"""(?ix)
    (?: \b (?: aws_?)? (?: secret_?(?:access_?)?key | session_?token | security-?token | access_?token
             | token_?code | client_?secret | refresh_?token | password | signature | authorization |
             credential )
        ["']? \s* [:=] \s* ["']? (?: aws4-hmac-sha256 \s+ .* | (?: bearer | basic ) \s+ \S+ | [^\s"',;&}]+ )
    )
    | \b (?: AKIA | ASIA ) [A-Z0-9]{12,}
    """
)


class _Redacting(logging.Formatter):
    """Writes one line for each record; an exception is its type and words, without a traceback.

    A traceback would be safe, too, but botocore's are long, and repeat the URL and the words at every level.
    """

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            message = f"{message} [{record.exc_info[0].__name__}: {record.exc_info[1]}]"
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {message}"
        return redacted(" ".join(line.split()))


def redacted(text: str) -> str:
    """Take keys, tokens, codes and signatures out of ``text``."""
    return _SECRETS.sub("(redacted)", text)


def keep_quiet() -> None:
    """Keep the logging of this program and of its libraries off the terminal."""
    for name in (*_FOREIGN, _OWN):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def log_to(path: Path, level: int = logging.DEBUG) -> logging.Handler:
    """Write our own lines from ``level`` up, and warnings of the libraries, to the end of ``path``.

    The file is made readable by its owner alone. Bodies of requests and answers are never logged: the
    libraries write those below the level of a warning only.

    Returns:
        The handler; closing it is the caller's part.

    Raises:
        OSError: the file cannot be written.
    """
    keep_quiet()
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_Redacting())
    for name in (*_FOREIGN, _OWN):
        logger = logging.getLogger(name)
        logger.setLevel(level if name == _OWN else logging.WARNING)
        logger.addHandler(handler)
    return handler
