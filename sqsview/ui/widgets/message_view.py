"""The viewer of one message: its body, decoded as far as one wants, and what there is to know beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.message import Message as Event
from textual.strip import Strip

from sqsview.domain.decoding import Decoding, Layer, Step, decode
from sqsview.domain.message import Message
from sqsview.domain.text import printable
from sqsview.ui.widgets.blocks import Block, Page
from sqsview.ui.widgets.body_lines import Unwanted, body_block, preview_block, words_block
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.message_words import about_lines, short_id
from sqsview.ui.widgets.page_search import PageSearch
from sqsview.ui.widgets.page_view import PageView

AT_ONCE = 16_384
"""Characters, or bytes, of a body that is made ready on the spot: up to 30 ms, were each of them a line's end."""
_EMPTY: Line = (Cell("no message", Tone.QUIET),)


class MessageView(PageView):
    """One message: its body at one layer of its decoding, then attributes and times in words.

    What is large is decoded and broken into lines in a thread. Meanwhile its beginning is shown, undecoded but for
    indents. The screen binds the keys; the name of the one for `step_back` goes into ``undo_key``.
    """

    DEFAULT_CSS = """
    MessageView {
        height: 1fr;
        background: $background;
        border: round $panel-lighten-2;
        border-title-color: $text;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
        padding: 0 1;
    }
    MessageView:focus {
        border: round $primary;
    }
    """
    FIRST_LINE: ClassVar[float] = 1 / 3
    """Where on the page a place is shown that was jumped to."""

    class Decoded(Event):
        """The message that is shown is decoded, and all of it is on the page."""

        def __init__(self, view: MessageView, message: Message, decoding: Decoding) -> None:
            super().__init__()
            self.view = view
            self.message = message
            self.decoding = decoding

        @property
        def control(self) -> MessageView:
            """The viewer."""
            return self.view

    def __init__(self, *, undo_key: str = "u", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.undo_key = undo_key
        self._message: Message | None = None
        self._decoding: Decoding | None = None
        self._layer = 0
        self._raw = False
        self._body: Block | None = None
        self._about: list[Line] = []
        self._page = Page([words_block([_EMPTY])])
        self._now = 0.0
        self._extra: Sequence[Line] = ()
        self._turn = 0
        self._search = PageSearch()

    # -- what is shown

    def show(self, message: Message | None, *, now_epoch: float, extra: Sequence[Line] = ()) -> None:
        """Show ``message`` with its times as of ``now_epoch``, in epoch seconds; ``extra`` lines stand at its end.

        The same message again only brings its words up to date: layer, place and hits stay. Another one begins at
        its top, raw where the one before was put to raw, else decoded as far as it goes.
        """
        before, self._message = self._message, message
        self._now, self._extra = now_epoch, extra
        if message is None:
            self._forget()
            self._turn_page(Page([words_block([_EMPTY])]))
        elif before is not None and before.key == message.key and before.body == message.body:
            self._write()
        else:
            self._forget()
            self.scroll_to(y=0, animate=False, force=True)
            self._decode(message)

    @property
    def message(self) -> Message | None:
        """The message that is shown."""
        return self._message

    @property
    def decoding(self) -> Decoding | None:
        """All layers of its body; None while they are being found."""
        return self._decoding

    @property
    def shown_layer(self) -> Layer | None:
        """The layer that is shown; None while they are being found."""
        return self._decoding.layers[self._layer] if self._decoding is not None else None

    def step_back(self) -> None:
        """Undo one step of decoding; from the raw body, go to where all steps lead."""
        if self._decoding is not None and len(self._decoding.layers) > 1:
            self._go_to((self._layer or len(self._decoding.layers)) - 1)

    def toggle_raw(self) -> None:
        """Show the raw body, or, where it is shown, what all steps of decoding lead to."""
        if self._decoding is not None and len(self._decoding.layers) > 1:
            self._go_to(0 if self._layer else len(self._decoding.layers) - 1)

    def _go_to(self, layer: int) -> None:
        self._layer = layer
        self._raw = layer == 0
        self.scroll_to(y=0, animate=False, force=True)
        self._lay_out()

    # -- decoding

    def _decode(self, message: Message) -> None:
        if len(message.body) <= AT_ONCE:
            decoding = decode(message.body, at_most=AT_ONCE)
            if not decoding.cut:
                self._decoded(decoding)
                self._lay_out()
                return
        self._in_a_thread(Layer(Step.RAW, message.body))

    def _decoded(self, decoding: Decoding) -> None:
        self._decoding = decoding
        self._layer = 0 if self._raw else len(decoding.layers) - 1

    def _lay_out(self) -> None:
        """Break the layer into lines: at once, or in a thread with its beginning on the page meanwhile."""
        layer = self.shown_layer
        assert layer is not None
        if len(layer.text or layer.data or "") > AT_ONCE:
            self._in_a_thread(layer)
        else:
            self._turn += 1
            self._ready(body_block(layer))

    def _in_a_thread(self, layer: Layer) -> None:
        self._turn += 1
        self._body = None
        self._turn_page(Page([preview_block(layer), words_block([(Cell("decoding…", Tone.QUIET),)])]))
        self._write_title()
        turn = self._turn
        self.call_after_refresh(self._start, turn)

    def _start(self, turn: int) -> None:
        if turn == self._turn:
            self.run_worker(self._make_ready(turn), group="decoding", exclusive=True, description="decoding")

    async def _make_ready(self, turn: int) -> None:
        """Decode and break into lines in a thread; drop the result where another message is shown by then."""
        message, decoding, at, width = self._message, self._decoding, self._layer, self._wrap_width
        if message is None:
            return
        body, raw = message.body, self._raw

        def work() -> tuple[Decoding, Block]:
            found = decoding or decode(body)
            layer = found.layers[at] if decoding is not None else found.raw if raw else found.deepest
            block = body_block(layer, lambda: turn == self._turn)
            block.measure(max(1, width))
            _ = block.texts.lowered  # so that the first key of a search has not to wait for it
            return found, block

        try:
            found, block = await asyncio.to_thread(work)
        except Unwanted:
            return
        if turn == self._turn:
            if decoding is None:
                self._decoded(found)
            self._ready(block)

    def _ready(self, body: Block) -> None:
        self._body = body
        self._about = []
        self._write()
        self._write_title()
        if self._message is not None and self._decoding is not None:
            self.post_message(self.Decoded(self, self._message, self._decoding))

    # -- the page

    def _write(self) -> None:
        """Put what is known on the page, where it differs from what is there."""
        if self._message is None or self._decoding is None or self._body is None:
            return
        about = about_lines(self._message, self._decoding, self._now, raw=self._layer == 0)
        about += self._extra
        if about == self._about:
            return
        self._about = about
        layer = self._decoding.layers[self._layer]
        noted: list[Line] = [(Cell(f"! {layer.note}", Tone.WARN),)] if layer.note else []
        self._turn_page(Page([words_block(noted), self._body, words_block(about)]))

    def _turn_page(self, page: Page) -> None:
        self._page = page
        self.break_lines()
        if self._search.text:
            self._search.look_again(page)
            self._write_title()

    def _forget(self) -> None:
        """Let go of what was decoded, and of the results that are still to come."""
        self._turn += 1
        self._decoding = self._body = None
        self._layer = 0
        self._about = []
        self._page = Page([])
        self._search.forget()
        self._write_title()

    def _write_title(self) -> None:
        if self._message is None:
            self.border_title = ""
            self.border_subtitle = ""
            return
        steps = "decoding…"
        if self._decoding is not None:
            passed = self._decoding.layers[1 : self._layer + 1]
            steps = " › ".join(layer.step.label for layer in passed) or "raw"
        self.border_title = Content(printable(f"{short_id(self._message.id)} ─ {steps}"))
        self.border_subtitle = Content(printable(" · ".join(filter(None, (self._search.words, self._undo())))))

    def _undo(self) -> str:
        """Say what `step_back` would do."""
        if self._decoding is None or len(self._decoding.layers) == 1:
            return ""
        if self._layer == 0:
            return f"{self.undo_key} decoded"
        if self._layer == 1:
            return f"{self.undo_key} raw"
        return f"{self.undo_key} undo {self._decoding.layers[self._layer].step.label}"

    def measure(self, width: int) -> int:
        """Break the lines to ``width`` terminal cells, at least 1, and count those on screen."""
        return self._page.measure(width)

    def line_at(self, y: int) -> Line:
        """Give what stands at one line on screen of all there are, counted from the top of the first."""
        found = self._page.part_at(y)
        return found[0] if found is not None else ()

    def on_unmount(self) -> None:
        """Give the memory back."""
        self._message = None
        self._forget()

    # -- search

    def find(self, text: str) -> int:
        """Mark all places of ``text`` on the page, whatever its case, go to the first and count them; none for ``""``.

        The text is looked for again in what is shown later, until another one is.
        """
        self._search.look(self._page, text)
        self._go_to_hit()
        return len(self._search)

    @property
    def found(self) -> int:
        """How many places of the text that was last looked for are on the page; 10,000 at most."""
        return len(self._search)

    def find_next(self) -> None:
        """Go to the next place, after the last to the first."""
        self._search.go_by(1)
        self._go_to_hit()

    def find_previous(self) -> None:
        """Go to the place before, before the first to the last."""
        self._search.go_by(-1)
        self._go_to_hit()

    def _go_to_hit(self) -> None:
        self._write_title()
        self.refresh()
        hit = self._search.here
        if hit is not None and self._wrap_width:
            y, top, height = self._page.y_of(hit), self.scroll_offset.y, self.size.height
            if not top <= y < top + height:
                self.scroll_to(y=y - int(height * self.FIRST_LINE), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """Render one line on screen, with what was found reversed."""
        strip = super().render_line(y)
        if len(self._search) and (found := self._page.part_at(self.scroll_offset.y + y)) is not None:
            line, place, hang = found
            strip = self._search.marked(strip, line, place, hang)
        return strip
