"""What is kept from one run to the next, and where."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqsview.operations.audit import AuditLog
    from sqsview.operations.drafts import KeptDrafts
    from sqsview.operations.journal import Journal
    from sqsview.operations.ledger import Ledger
    from sqsview.operations.templates import Templates

_JOURNAL = "operations.sqlite3"


class State:
    """The state directory; nothing is opened before it is asked for."""

    def __init__(self, directory: Path | None = None) -> None:
        """Keep things in ``directory``; None keeps them in memory, and forgets them at the end."""
        self.directory = directory

    @cached_property
    def ledger(self) -> Ledger:
        """Every receive that sqsview caused."""
        from sqsview.operations.ledger import Ledger

        return Ledger(self._place("ledger.sqlite3"))

    @property
    def has_journal(self) -> bool:
        """Tell whether any run wrote a journal here; without loading what reads it."""
        place = self._place(_JOURNAL)
        return place is not None and place.exists()

    @cached_property
    def journal(self) -> Journal:
        """What operations are about to do, and did."""
        from sqsview.operations.journal import Journal

        return Journal(self._place(_JOURNAL))

    @cached_property
    def audit(self) -> AuditLog:
        """Who did what to which queue or topic."""
        from sqsview.operations.audit import AuditLog

        return AuditLog(self._place("audit.jsonl"))

    @cached_property
    def templates(self) -> Templates:
        """Messages that are kept to be sent again."""
        from sqsview.operations.templates import Templates

        return Templates(self._place("templates.json"))

    @cached_property
    def drafts(self) -> KeptDrafts:
        """Messages that were written and not sent."""
        from sqsview.operations.drafts import KeptDrafts

        return KeptDrafts(self._place("drafts"))

    def _place(self, name: str) -> Path | None:
        return self.directory / name if self.directory is not None else None
