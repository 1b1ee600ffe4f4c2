"""What a person does with the dialogs of what changes things."""

from __future__ import annotations

from sqsview.ui.screens.form_dialog import FormScreen
from tests.ui.stage import Stage


async def dialog(stage: Stage, key: str) -> FormScreen:
    """Press a key and wait for its dialog, and for what that says at first."""
    await stage.press(key)
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
    screen = form(stage)
    await stage.until(lambda: screen.judged)
    await stage.pilot.pause()
    return screen


def form(stage: Stage) -> FormScreen:
    """Give the dialog that is open."""
    screen = stage.app.screen
    assert isinstance(screen, FormScreen), screen
    return screen


async def agree(stage: Stage) -> None:
    """Agree, once that counts, and wait until all that was begun is over."""
    screen = form(stage)
    await stage.until(lambda: screen.ready)
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.app.screen is not screen)
    await stage.until(lambda: bool(stage.app.operations.all) and not stage.app.operations.running)


async def fill(stage: Stage, text: str) -> None:
    """Type into the field that has the focus, and wait until what would come of it is said."""
    await stage.type(text)
    screen = form(stage)
    await stage.until(lambda: screen.judged)
