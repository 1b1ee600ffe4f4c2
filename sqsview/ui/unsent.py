"""What was written and not sent outlives the form, the run and its end; where it would not, leaving asks first."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer

    from sqsview.ui.app import Dashboard
    from sqsview.ui.drafts import Drafts

WRITTEN_AFTER = 1.0
"""Seconds after which what is typed is in a file, also while somebody goes on typing."""


class Unsent:
    """The drafts of one app, written off the loop. Nothing is loaded before a form is opened."""

    def __init__(self, app: Dashboard) -> None:
        self._app = app
        self._timer: Timer | None = None

    @cached_property
    def drafts(self) -> Drafts:
        """All of them."""
        from sqsview.ui.drafts import Drafts

        return Drafts(lambda: self._app.state.drafts)

    def _any(self) -> Drafts | None:
        return self.drafts if "drafts" in self.__dict__ else None

    def gather(self) -> None:
        """Have all that stands in open forms now."""
        drafts = self._any()
        if drafts is not None:
            drafts.gather()

    async def write(self) -> None:
        """Bring the files up to date."""
        drafts = self._any()
        if drafts is not None:
            await drafts.write()

    def write_soon(self) -> None:
        """Have the files brought up to date in a moment."""
        if self._timer is None and self.drafts.due:
            self._timer = self._app.set_timer(WRITTEN_AFTER, self._write)

    def _write(self) -> None:
        self._timer = None
        self._app.run_worker(self._write_and_tell(), name="drafts", description="drafts")

    async def _write_and_tell(self) -> None:
        before = self.drafts.problem
        await self.drafts.write()
        if self.drafts.problem not in ("", before):
            self._app.say(f"what is written here is kept in memory only: {self.drafts.problem}", warning=True)

    def leave(self) -> None:
        """Leave, once all that was written is where the next start finds it, or nobody wants it."""
        self.gather()
        drafts = self._any()
        if drafts is None or not drafts.would_be_lost:
            self._app.exit()
        elif not self._app.leaving:
            self._app.leaving = True  # keys behind the one that leaves open nothing meanwhile
            self._app.run_worker(self._leave(drafts), name="leave", description="leave")

    async def _leave(self, drafts: Drafts) -> None:
        await drafts.write()
        lost = drafts.would_be_lost
        if not lost:
            self._app.exit()
            return
        from sqsview.ui.screens.dialogs import ConfirmScreen

        self._app.leaving = False

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._app.exit()

        what = "one message that was" if len(lost) == 1 else f"{len(lost)} messages that were"
        says = [
            f"This loses {what} written and not sent.",
            drafts.problem or "Nothing is kept from one run to the next here.",
        ]
        self._app.push_screen(ConfirmScreen("Leave sqsview", says, "leave"), answered)
