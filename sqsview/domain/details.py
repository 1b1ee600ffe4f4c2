"""Everything a server tells about one thing, for the details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqsview.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Details:
    """The raw attributes and tags of one queue, topic, subscription or push application."""

    key: str
    attributes: Mapping[str, str]
    """As the server gave them; empty where they could not be read."""
    tags: Mapping[str, str] | None
    """None where the thing has no tags or they could not be read."""
    problems: tuple[Problem, ...] = ()
    """What could not be read, and why."""
