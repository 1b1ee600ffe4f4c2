"""A screen whose text can be handed to the person's own editor, and indented."""

from __future__ import annotations

import asyncio
import os

from textual.app import SuspendNotSupported

from sqsview.domain.json_text import formatted
from sqsview.operations.editor import EditorError, handed_over
from sqsview.ui.foreground import in_foreground
from sqsview.ui.judging import ASIDE
from sqsview.ui.screens.typed import TypedScreen
from sqsview.ui.widgets.body_editor import BodyEditor


class HandingScreen(TypedScreen):
    """What screens have in common that edit a text which is not sent as a message."""

    def __init__(self) -> None:
        super().__init__()
        self._handed = False
        """Whether a text is in the person's own editor."""

    def edited(self) -> BodyEditor:
        """Give the editor that is meant."""
        raise NotImplementedError

    async def action_format(self) -> None:
        """Indent the text."""
        await self._settled()
        editor = self.edited()
        aside = len(editor.text) > ASIDE
        text = await asyncio.to_thread(formatted, editor.text) if aside else formatted(editor.text)
        if text is None:
            self.dashboard.say("this is not JSON", warning=True)
        else:
            editor.replace(text)

    async def action_editor(self) -> None:
        """Edit the text in the person's own editor."""
        await self._settled()
        if not self._handed:
            self._handed = True
            self.run_worker(self._hand_over(self.edited()), name="editor", description="editor")

    async def _hand_over(self, editor: BodyEditor) -> None:
        try:
            with handed_over(editor.text, os.environ) as handed:
                await in_foreground(self.app, handed.run)
                text = handed.read_back()
            if text != editor.text:
                editor.replace(text)
        except EditorError as fault:
            self.dashboard.say(str(fault), warning=True)
        except SuspendNotSupported:
            self.dashboard.say("an editor needs a terminal of its own, and there is none here", warning=True)
        finally:
            self._handed = False
