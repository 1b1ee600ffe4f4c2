"""Whose queues the demo shows: constants that need neither moto nor botocore."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ACCOUNT = "123456789012"
"""The account of every ARN in the demo; moto's own default."""
REGION = "eu-west-1"

DEMO_CREDENTIALS: Mapping[str, str] = MappingProxyType(
    {
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_SESSION_TOKEN": "",
        "AWS_DEFAULT_REGION": REGION,
    }
)
"""Keys that open nothing but the demo, by the names of the environment variables.

Whoever opens the session gives them to it explicitly; the user's own profile is neither read nor changed.
"""
