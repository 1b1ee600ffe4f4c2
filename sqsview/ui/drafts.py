"""What was written and not sent: nothing of it is lost when a form is left, nor when sqsview is."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqsview.operations.drafts import DraftsError
from sqsview.operations.kept_message import as_document
from sqsview.ui.draft import Draft

if TYPE_CHECKING:
    from sqsview.domain.message import Outgoing
    from sqsview.operations.drafts import KeptDrafts
    from sqsview.ui.widgets.cells import Line


def slot_of(key: str, given: Outgoing | None) -> str:
    """Name the place of a draft: the queue or topic it is for, and the message that it began with where there is one.

    A message that was seen and is sent again has a place of its own, so that it takes none from what was being written.
    """
    if given is None:
        return key
    told = json.dumps(as_document(given), sort_keys=True)
    return f"{key} {hashlib.sha256(told.encode()).hexdigest()[:16]}"


def slot_of_edit(queue_arn: str, message_id: str) -> str:
    """Name the place of a body that is edited to be sent on; no queue or topic is written to under this name."""
    return f"edit {queue_arn} {message_id}"


class Drafts(Mapping[str, Draft]):
    """The drafts of this run by their slot, and the files that the next run finds them in."""

    def __init__(self, kept: Callable[[], KeptDrafts]) -> None:
        """Prepare it; ``kept`` is called when a draft is first wanted or written."""
        self._kept = kept
        self._drafts: dict[str, Draft] = {}
        self._looked: set[str] = set()
        """Slots whose file was read, or is older than what is known here."""
        self._due: dict[str, None] = {}
        """Slots whose file is not yet as the draft is."""
        self._forms: dict[Callable[[], object], None] = {}
        self._writing = asyncio.Lock()
        self.problem = ""
        """One line on what could not be written last; empty while all is well."""

    def __getitem__(self, slot: str) -> Draft:
        return self._drafts[slot]

    def __iter__(self) -> Iterator[str]:
        return iter(self._drafts)

    def __len__(self) -> int:
        return len(self._drafts)

    async def find(self, slot: str) -> Draft | None:
        """Give the draft of a slot, also one of a run before; None where there is none."""
        if slot not in self._looked:
            document = await asyncio.to_thread(self._kept().read, slot)
            draft = None if document is None else Draft.from_document(document)
            if slot not in self._looked:
                self._looked.add(slot)
                if draft is not None:
                    self._drafts[slot] = draft
        return self._drafts.get(slot)

    def keep(self, slot: str, draft: Draft) -> None:
        """Keep a draft, in its file once `write` is called."""
        if self._drafts.get(slot) != draft:
            self._looked.add(slot)
            self._drafts[slot] = draft
            self._due[slot] = None

    def forget(self, slot: str, only: Draft | None = None) -> None:
        """Forget a draft; where ``only`` is given, only if it says the same as that."""
        found = self._drafts.get(slot)
        if found is not None and (only is None or found.same_as(only)):
            del self._drafts[slot]
            self._due[slot] = None

    # -- the files

    def before_writing(self, keep: Callable[[], object]) -> Callable[[], None]:
        """Have an open form asked to keep what stands in it; what this gives takes that back."""
        self._forms[keep] = None
        return lambda: self._forms.pop(keep, None)

    def gather(self) -> None:
        """Have all that stands in open forms."""
        for keep in list(self._forms):
            keep()

    @property
    def due(self) -> bool:
        """Tell whether something is not in its file yet."""
        return bool(self._due)

    @property
    def would_be_lost(self) -> tuple[str, ...]:
        """Give the slots of what the next run would not have."""
        return tuple(slot for slot in self._drafts if slot in self._due or not self._kept().lasting)

    async def write(self) -> None:
        """Bring the files up to date; what cannot be written stays due, and `problem` says why."""
        async with self._writing:
            due, self._due = self._due, {}
            self.problem = ""
            while due:
                slot, _ = due.popitem()
                draft = self._drafts.get(slot)
                try:
                    await asyncio.to_thread(self._write, slot, draft)
                except DraftsError as fault:
                    self._due[slot] = None
                    self.problem = str(fault)
                except asyncio.CancelledError:
                    self._due |= {slot: None, **due}
                    raise

    def _write(self, slot: str, draft: Draft | None) -> None:
        self._kept().write(slot, None if draft is None else draft.as_document())


@dataclass(slots=True, eq=False)
class Sending:
    """A message on its way: until it is answered, nothing else is sent to the same queue or topic."""

    draft: Draft
    """What stood in the form."""
    told: tuple[Line, ...] = ()
    """What became of it, once it has ended."""
    taken: bool = False
    """Whether the server took it, or some of them."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
