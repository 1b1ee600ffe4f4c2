"""How far this machine's clock is from the server's, by the server's words or by the date of its answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from botocore.exceptions import ClientError

TOLERATED = 240.0
"""Seconds: AWS admits 300 for some services and 900 for others, so less is never the cause."""

_STAMP = re.compile(r"\b\d{8}T\d{6}Z")


def skew_of(fault: ClientError, now: float) -> float | None:
    """Give the seconds that this machine is ahead of the server, negative when behind.

    The words are ``Signature expired: OURS is now earlier than LIMIT (THEIRS - 15 min.)``; without them the header
    Date tells. None where neither does, or where the difference is too small to be the cause of a refusal.
    """
    skew = _by_words(str(fault.response.get("Error", {}).get("Message", "")))
    if skew is None:
        headers = fault.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        skew = _by_date(str(headers.get("date", "")), now)
    return skew if skew is not None and abs(skew) > TOLERATED else None


def skew_text(skew: float) -> str:
    """Say how far the clock is off."""
    minutes = round(abs(skew) / 60)
    amount = f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
    return f"this machine's clock is {amount} {'ahead of' if skew > 0 else 'behind'} the server's"


def _by_words(message: str) -> float | None:
    stamps = _STAMP.findall(message)
    if len(stamps) < 2:
        return None
    try:
        ours, theirs = (datetime.strptime(stamps[place], "%Y%m%dT%H%M%SZ") for place in (0, -1))
    except ValueError:
        return None
    return (ours - theirs).total_seconds()


def _by_date(date: str, now: float) -> float | None:
    try:
        theirs = parsedate_to_datetime(date)
        # RFC 5322 has -0000 for a time whose zone is not known; of HTTP's dates it is UTC.
        return now - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
