"""What a device is registered with, and what the refusal of one that is there already says."""

from __future__ import annotations

import re

from sqsview.domain.message import byte_length
from sqsview.domain.push import is_device
from sqsview.domain.pushing.platforms import Platform

MOST_USER_DATA = 2_048
"""Bytes of ``CustomUserData`` (SNS API reference, CreatePlatformEndpoint)."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){1,200}")
"""An APNs token: at most 400 hexadecimal digits (SNS's own refusal)."""
_CONFLICT = re.compile(r"Endpoint (arn:\S+) already exists with the same Token")
"""SNS has no other way to tell which device it is (SNS Developer Guide, "Create a platform endpoint")."""


def token_fault(token: str, platform: Platform | None) -> str:
    """Say why this is no device token, without quoting it; empty where it may be one."""
    if not token:
        return "give the device's token"
    if any(letter.isspace() or not letter.isprintable() for letter in token):
        return "a token has no blanks in it"
    if platform is not None and platform.is_apple and not _HEX.fullmatch(token):
        return "a token of APNs is hexadecimal, with at most 400 digits; not base64, and without angle brackets"
    return ""


def user_data_fault(text: str) -> str:
    """Say why this cannot be kept with a device; empty where it can."""
    size = byte_length(text)
    return f"the user data has {size:,} bytes, and SNS keeps {MOST_USER_DATA:,}" if size > MOST_USER_DATA else ""


def device_in_conflict(refusal: str) -> str | None:
    """Give the ARN of the device that has the token already, from the words of a refusal; None if it says none."""
    found = _CONFLICT.search(refusal)
    return found[1] if found and is_device(found[1]) else None
