"""Whether the keys that a person chose exist, and whether each of them still does one thing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from string import punctuation

from textual.keys import KEY_ALIASES, KEY_NAME_REPLACEMENTS, Keys

from sqsview.ui.actions import View, for_view

_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})

_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
"""What a terminal sends for another key, such as ctrl+m for enter."""


def keymap_fault(keys: Mapping[str, str]) -> tuple[str, str] | None:
    """Give the first action whose keys cannot be as they are chosen, and why; None where all can.

    Args:
        keys: comma-separated keys by the id of their action; an id that no action has is passed over.
    """
    for action, chosen in keys.items():
        for key in _split(chosen):
            if not _exists(key):
                return action, f"there is no key {key!r}{_nearest(key)}"
    for view in View:
        fault = _clash(view, keys)
        if fault is not None:
            return fault
    return None


def _clash(view: View, keys: Mapping[str, str]) -> tuple[str, str] | None:
    taken: dict[str, str] = {}
    for action in for_view(view):
        for key in map(_canonical, _split(keys.get(action.id, action.keys))):
            other = taken.setdefault(key, action.id)
            if other != action.id and not keys.keys().isdisjoint({other, action.id}):
                culprit, owner = (action.id, other) if action.id in keys else (other, action.id)
                return culprit, f"{key} is the key of {owner!r} already"
    return None


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


def _exists(key: str) -> bool:
    if len(key) == 1:
        return key.isprintable()
    *modifiers, base = key.split("+")
    return _MODIFIERS.issuperset(modifiers) and (base in _named() or (len(base) == 1 and base.isprintable()))


def _named() -> set[str]:
    """Give the names of keys that are no characters, and of the characters that have a name in Textual."""
    names = {key.value for key in Keys if key.value.isalnum() and len(key.value) > 1}
    return names | {_name(character) for character in f"{punctuation} "}


def _canonical(key: str) -> str:
    spelt = _name(key) if len(key) == 1 and not key.isalnum() else key
    return _ALIASES.get(spelt, spelt)


def _name(character: str) -> str:
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _nearest(key: str) -> str:
    near = get_close_matches(key, _named(), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else "; a key is as in a, slash, f5, ctrl+r"
