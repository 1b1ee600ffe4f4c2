"""A text that is passed on and never shown: its representation hides it, and it is taken out of what others say."""

from __future__ import annotations

import re
from typing import NoReturn

HIDDEN = "(hidden)"
"""What stands in place of a secret."""
_SHORTEST = 8
"""Characters from which a piece of a secret is recognised in somebody else's words."""
_BETWEEN = re.compile(r"(?:\\n|[\s\"',:{}\\])+")


class Secret:
    """A credential or device token. Nothing but `reveal` gives its text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep ``text``."""
        self._text = text

    def reveal(self) -> str:
        """Give the text, to be handed to the server and to nobody else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret{HIDDEN}"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written anywhere.

        Raises:
            TypeError: always.
        """
        raise TypeError("a secret is not stored")

    def taken_out_of(self, text: str) -> str:
        """Give ``text`` without the secret, and without any piece of it of 8 characters or more between separators."""
        pieces = {piece for piece in _BETWEEN.split(self._text) if len(piece) >= _SHORTEST}
        for piece in sorted({self._text.strip(), *pieces} - {""}, key=len, reverse=True):
            text = text.replace(piece, HIDDEN)
        return text
