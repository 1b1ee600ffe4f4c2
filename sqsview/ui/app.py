"""The app: it wires keys and snapshots to screens, and leaves the work to others."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from sqsview.clock import Clock, SystemClock
from sqsview.domain.text import printable
from sqsview.operations.state import State
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.guard import GUARD
from sqsview.ui.opening import Opening
from sqsview.ui.unsent import Unsent
from sqsview.ui.ways import Ways

if TYPE_CHECKING:
    from textual.worker import Worker

    from sqsview.domain.snapshot import Snapshot
    from sqsview.live.feed import Feed
    from sqsview.operations.running import Operations
    from sqsview.ui.drafts import Drafts, Sending
    from sqsview.ui.repair.desk import Desk
    from sqsview.ui.scene import Scene, Totals
    from sqsview.ui.screens.dashboard_screen import DashboardScreen

FIRST_TAB = "sqsview.ui.screens.queues"
COLLECT = (10_000, 10, 50)
"""When the collector looks at young, older and all objects: at the usual 700, loading costs a pass every 3 ms, and a
full pass over 5,000 queues holds a key up by 0.1 s."""
SWITCH = 0.001
"""Seconds that a thread which imports may keep the loop waiting; at the usual 5 ms a key is felt."""
TOAST = 3.0
"""Seconds that a line in passing stays: it covers the corner where words about the row stand."""
TICK = 0.5
"""Seconds between two looks at the feed: at most two paints a second, however fast facts come in."""


@dataclass(frozen=True, slots=True)
class UiOptions:
    """What the configuration says about the interface."""

    theme: str | None = None
    """The name of a Textual theme."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by binding id, in place of the defaults."""


def _screen(module: str, name: str) -> Callable[[], Screen[Any]]:
    """Make a screen when it is first shown: the start does not pay for what is not on screen."""

    def make() -> Screen[Any]:
        screen: Screen[Any] = getattr(import_module(f"sqsview.ui.screens.{module}"), name)()
        return screen

    return make


class Dashboard(Ways):
    """The dashboard over one feed."""

    CSS_PATH = "app.tcss"
    TITLE = "sqsview"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(action for action in actions.ACTIONS if action.of_app)]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        View.QUEUES.value: _screen("queues", "QueuesScreen"),
        View.TOPICS.value: _screen("topics", "TopicsScreen"),
        View.FANOUT.value: _screen("fanout", "FanoutScreen"),
        View.PUSH.value: _screen("push", "PushScreen"),
        View.ACTIVITY.value: _screen("activity", "ActivityScreen"),
    }
    feed: Feed
    """What is read; there from the moment the first tab is."""

    def __init__(
        self,
        make_feed: Callable[[], Feed],
        options: UiOptions = UiOptions(),
        clock: Clock | None = None,
        state: State | None = None,
    ) -> None:
        """Prepare the app; ``make_feed`` is called after the first paint, in a thread where it has to import much."""
        super().__init__()
        self.state = state or State()
        """What is kept from one run to the next."""
        self._make_feed = make_feed
        self.clock = clock or SystemClock()
        self.keymap: Mapping[str, str] = options.keys
        """Keys by binding id, where the user changed them."""
        self._came_from: str | None = None
        self._loaded = False
        self.leaving = False
        """Whether the app is about to end."""
        self.moves = 0
        """Counts the changes of account or region: a screen about something of the one before has to go."""
        self.sending: dict[str, Sending] = {}
        """What is being sent now, by the ARN of the queue or topic it goes to."""
        self._theme_wanted = options.theme
        self._feeding: Worker[None] | None = None
        self.unsent: Unsent = Unsent(self)
        """Keeps what was written and not sent."""
        self._scene: Scene | None = None
        self._totals: Totals | None = None

    @cached_property
    def desk(self) -> Desk:
        """Begins what changes things."""
        from sqsview.ui.repair.desk import Desk

        return Desk(self)

    @property
    def has_changed_anything(self) -> bool:
        """Tell whether any operation was begun, or looked for in the journal; without loading what does so."""
        return "desk" in self.__dict__

    @property
    def operations(self) -> Operations:
        """What was done and is being done in this run."""
        return self.desk.operations

    @property
    def drafts(self) -> Drafts:
        """What was written and not sent."""
        return self.unsent.drafts

    @property
    def snapshot(self) -> Snapshot:
        """What the screens show now."""
        return self.scene.snapshot

    @property
    def scene(self) -> Scene:
        """The snapshot with its wiring and its time."""
        assert self._scene is not None  # set before the first screen is made
        return self._scene

    def compose(self) -> ComposeResult:
        """Lay out what is shown until the first tab is made."""
        yield Opening()

    def get_line_filters(self) -> list[LineFilter]:
        """Add the guard behind Textual's own filters: nothing that a terminal obeys gets past it."""
        return [*super().get_line_filters(), GUARD]

    @property
    def fault(self) -> BaseException | None:
        """The bug that ended the app, for the caller to report; None where it ended as it should."""
        fault = self._exception
        return getattr(fault, "error", fault)  # a worker's fault comes wrapped, without its own traceback

    def _fatal_error(self) -> None:
        # Textual would print a traceback with the values of local variables: bodies and secrets among them.
        self._close_messages_no_wait()

    async def run_async(self, **options: Any) -> Any:
        """Run until somebody leaves, and until all that is held has been given back."""
        try:
            return await super().run_async(**options)
        finally:
            if self._feeding is not None:
                if not self._feeding.is_cancelled:
                    self._feeding.cancel()
                await self.feed.ended()
            await self.unsent.write()

    def on_mount(self) -> None:
        """Start reading once the first frame is painted."""
        sys.setswitchinterval(SWITCH)
        if self._theme_wanted is not None:
            self.theme = self._theme_wanted
        self.set_keymap(dict(self.keymap))
        self._leave_on_signals()
        self.call_after_refresh(self._start)

    def _leave_on_signals(self) -> None:
        """Give the terminal back also where the program is told to end, or where its window is closed."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, partial(self.exit, return_code=128 + number))

    async def _start(self) -> None:
        if FIRST_TAB not in sys.modules:
            # In a thread, so that keys are not held up by an import of 0.1 s.
            await asyncio.to_thread(import_module, FIRST_TAB)
        self.feed = self._make_feed()
        # All that was loaded stays for good: without it, a full pass of the collector takes a third of the time.
        gc.freeze()
        gc.set_threshold(*COLLECT)
        self._look()
        self._feeding = self.run_worker(self.feed.run(), name="feed", description="feed", exit_on_error=True)
        await self.switch_mode(View.QUEUES.value)
        self.set_interval(TICK, self._tick)

    def _look(self) -> bool:
        """Take a new snapshot if anything moved since the last; tell whether it did."""
        from sqsview.domain.snapshot import Connection
        from sqsview.ui.scene import Scene, totals

        snapshot = self.feed.snapshot()
        moved = self._scene is None or snapshot is not self._scene.snapshot
        if self._scene is None or moved:
            topology = self.feed.topology()
            self._totals = totals(snapshot.queues.values(), topology)
            if not self._loaded and snapshot.health.connection is Connection.LIVE:
                self._loaded = True
                gc.freeze()  # the queues, too, are there to stay
                self._recall()
        else:
            topology = self._scene.topology
        self._scene = Scene(snapshot, topology, self.clock.monotonic(), self.clock.epoch())
        return moved

    def _recall(self) -> None:
        """Say what an earlier run was interrupted in, where there was one that changed anything."""
        if self.state.has_journal:
            self.run_worker(self.desk.interruptions.look(), name="journal", description="journal")

    def _tick(self) -> None:
        """Draw what is known now; the header's ages move in any case."""
        moved = self._look()
        screen = self._uppermost()
        if screen is not None and screen.standing:
            self._draw(screen, moved=moved)

    def draw(self, screen: DashboardScreen) -> None:
        """Draw the current snapshot on a screen that was not shown before."""
        self._draw(screen, moved=True)

    def _draw(self, screen: DashboardScreen, *, moved: bool) -> None:
        assert self._totals is not None  # made together with the scene
        screen.show(self.scene, self._totals, moved=moved)

    def _uppermost(self) -> DashboardScreen | None:
        """Give the screen that is shown, also behind a dialog; None while the first is being made."""
        if self._scene is None:
            return None
        from sqsview.ui.screens.dashboard_screen import DashboardScreen

        return next((each for each in reversed(self.screen_stack) if isinstance(each, DashboardScreen)), None)

    def on_app_focus(self) -> None:
        """Read at full pace again: the terminal is looked at."""
        if self._scene is not None:
            self.feed.focus(True)

    def on_app_blur(self) -> None:
        """Read less: the terminal is not looked at."""
        if self._scene is not None:
            self.feed.focus(False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy ``text``; a lone surrogate, which JSON can carry and a terminal cannot, becomes a question mark."""
        super().copy_to_clipboard(text.encode("utf-8", "replace").decode())

    def say(self, text: str, *, title: str = "", warning: bool = False) -> None:
        """Show one line in passing; the text may be anything."""
        self.notify(
            printable(text),
            title=printable(title),
            severity="warning" if warning else "information",
            timeout=TOAST,
            markup=False,
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the numbers to whoever is typing text, and to what stands in front of the tabs."""
        if action == "tab":
            screen = self._uppermost()
            return not self.screen.is_modal and (screen is None or not screen.typing)
        return super().check_action(action, parameters)

    def action_tab(self, tab: str) -> None:
        """Go to a tab, as it was left."""
        self._came_from = None
        if self._scene is not None and self.current_mode != tab:
            self.switch_mode(tab)

    def go_back(self) -> None:
        """Return to the tab from which somebody jumped here."""
        if self._came_from is not None:
            self.action_tab(self._came_from)

    def action_refresh_now(self) -> None:
        """Read again what is on screen, list again, or connect again."""
        if self._scene is not None:
            self.feed.refresh()
            screen = self._uppermost()
            if screen is not None:
                screen.refreshed()
            self.say("reading again")

    def action_help(self) -> None:
        """Open the help of the screen that is shown."""
        from sqsview.ui.screens.help import HelpScreen

        screen = self._uppermost()
        if screen is not None and screen is self.screen and not self.leaving:
            self.push_screen(HelpScreen(screen.VIEW, self.keymap))

    def action_command_palette(self) -> None:
        """Open the palette."""
        from textual.command import CommandPalette

        from sqsview.ui.palette import PROVIDERS

        if self._scene is not None and not CommandPalette.is_open(cast("App[object]", self)):
            self.push_screen(CommandPalette(providers=PROVIDERS, placeholder="a command, a queue or a topic"))

    def change_target(self, *, profile: str | None = None, region: str | None = None) -> None:
        """Look at another account or region; what was read of the old one is forgotten."""
        if self.snapshot.context.demo:
            self.say("the demo has one account and one region of its own", warning=True)
            return
        if self.has_changed_anything and self.desk.busy:
            self.say("an operation is under way: let it end, or stop it in tab 5", warning=True)
            return
        target = self.feed.target
        self.moves += 1
        self.unsent.gather()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.feed.switch(
            replace(
                target,
                profile=profile or target.profile,
                region=region or (None if profile else target.region),
            )
        )

    def change_theme(self, name: str) -> None:
        """Use another of Textual's themes."""
        if name in self.available_themes:
            self.theme = name
        else:
            near = get_close_matches(name, self.available_themes, 1)
            hint = f"did you mean {near[0]}?" if near else "the palette lists them: theme"
            self.say(f"there is no theme {name}; {hint}", warning=True)

    async def action_quit(self) -> None:
        """Leave, once nothing is under way any more and nothing that was written would be lost."""
        from sqsview.ui.leaving import leave

        leave(self)

    def exit(self, *arguments: Any, **named: Any) -> None:
        """Leave; keys that were typed behind the one that leaves open nothing any more."""
        self.leaving = True
        self.unsent.gather()
        super().exit(*arguments, **named)
