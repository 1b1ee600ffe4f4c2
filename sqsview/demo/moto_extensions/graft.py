"""Puts members into a class of moto's, in the one way that all extensions use."""

from __future__ import annotations


def graft(target: object, **members: object) -> None:
    """Set each of ``members`` on a class or module of moto's, in place of what has the name there."""
    for name, member in members.items():
        setattr(target, name, member)
