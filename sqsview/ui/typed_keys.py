"""Which keys type text, so that they are no keys where text is written."""

from __future__ import annotations

from textual.keys import _character_to_key

_NAMED = frozenset(_character_to_key(chr(code)) for code in range(0x20, 0x7F))
"""The keys of ASCII as Textual spells them, such as ``question_mark``."""


def types_text(key: str) -> bool:
    """Tell whether a key, as Textual spells it, types a character: ``j`` and ``question_mark``, not ``f1``."""
    return len(key) == 1 or key in _NAMED
