"""The search on a page: where a text stands, which place was jumped to, and how both are marked."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from sqsview.ui.widgets.blocks import MOST_HITS, Hit, Hits, Page, hits_within
from sqsview.ui.widgets.cells import Line, width_of

_FOUND = Style(reverse=True)
_FOUND_HERE = Style(reverse=True, bold=True, underline=True)
"""The looks of what was found, and of the one of them that was jumped to: none by colour alone."""
_SHOWN = 20
"""Characters of the text that are repeated where it is not there."""


class PageSearch:
    """What is looked for, and where on the present page it is."""

    def __init__(self) -> None:
        self.text = ""
        """What is looked for; empty for nothing."""
        self._hits = Hits()
        self._at = 0

    def look(self, page: Page, text: str) -> None:
        """Look for another text, from the top."""
        self.text = text
        self._at = 0
        self.look_again(page)

    def look_again(self, page: Page) -> None:
        """Look for the same text on another page."""
        self._hits = page.find(self.text)
        self._at = min(self._at, max(0, len(self._hits) - 1))

    def forget(self) -> None:
        """Let go of the places; what is looked for stays."""
        self._hits = Hits()

    def go_by(self, places: int) -> None:
        """Go on to another place; after the last comes the first."""
        self._at = (self._at + places) % max(1, len(self._hits))

    def __len__(self) -> int:
        return len(self._hits)

    @property
    def here(self) -> Hit | None:
        """The place that was jumped to."""
        return self._hits[self._at] if self._hits else None

    @property
    def words(self) -> str:
        """Say which place of how many it is: ``3 of 12``; nothing where nothing is looked for."""
        if not self.text:
            return ""
        if not self._hits:
            return f"“{self.text[:_SHOWN]}” not found"
        more = "+" if len(self._hits) == MOST_HITS else ""
        return f"{self._at + 1:,} of {len(self._hits):,}{more}"

    def marked(self, strip: Strip, line: Line, place: Hit, hang: int) -> Strip:
        """Mark what was found in one line on screen, which shows ``place`` indented by ``hang`` cells."""
        text = "".join(cell.text for cell in line)
        for number in hits_within(self._hits, place):
            hit = self._hits[number]
            start = width_of(text[: hang + max(0, hit.start - place.start)])
            end = width_of(text[: hang + min(hit.end, place.end) - place.start])
            look = _FOUND_HERE if number == self._at else _FOUND
            strip = Strip.join([strip.crop(0, start), strip.crop(start, end).apply_style(look), strip.crop(end)])
        return strip
