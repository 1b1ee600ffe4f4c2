"""The way out: what is under way is told of and ended first, and what was written is kept or asked about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqsview.domain.arn import name_of

_NAMED = 3
"""Operations that are named."""

if TYPE_CHECKING:
    from sqsview.ui.app import Dashboard


def leave(app: Dashboard) -> None:
    """Leave; ask first where a message is being sent, an operation runs, or something written would be lost."""
    if app.sending:
        names = ", ".join(name_of(arn) for arn in app.sending)
        says = [
            f"A message is being sent to {names}: whether it was taken is told in a moment, where it was written.",
            "Who leaves now does not learn it, and may send it twice.",
        ]
        _ask(app, says, "leave", partial(_past_operations, app), by_letter=True)
    else:
        _past_operations(app)


def _past_operations(app: Dashboard) -> None:
    running = app.operations.running if app.has_changed_anything else ()
    if not running:
        app.unsent.leave()
        return
    says = [f"{each.kind} {each.title} is under way: {each.told.line}" for each in running[:_NAMED]]
    if len(running) > _NAMED:
        says.append(f"and {len(running) - _NAMED} more")
    says.append("Leaving stops what can be stopped: what was begun is finished, and what is held is released.")
    _ask(app, says, "stop and leave", lambda: app.run_worker(_stop_and_leave(app), name="leave", description="leave"))


async def _stop_and_leave(app: Dashboard) -> None:
    app.say("stopping…")
    await app.operations.stop_all()
    app.unsent.leave()


def _ask(app: Dashboard, says: list[str], agree: str, go: Callable[[], object], *, by_letter: bool = False) -> None:
    from sqsview.ui.screens.dialogs import ConfirmScreen

    def answered(agreed: bool | None) -> None:
        if agreed:
            go()

    app.push_screen(ConfirmScreen("Leave sqsview", says, agree, by_letter=by_letter), answered)
