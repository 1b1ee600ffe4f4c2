"""What all screens share: the header above, the keys below, and a snapshot that comes in at one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from sqsview.ui import actions, commands
from sqsview.ui.actions import View
from sqsview.ui.scene import Scene, Totals
from sqsview.ui.widgets.command_bar import CommandBar
from sqsview.ui.widgets.header import StatusHeader
from sqsview.ui.widgets.key_bar import KeyBar
from sqsview.ui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from sqsview.ui.app import Dashboard

FIRST = frozenset(action.call for action in actions.ACTIONS if action.first)


_VERBS = {"settings": "change", "subscribe-device": "subscribe"}
"""What an action is called in a sentence, where that is another word than its id."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing that a key acts upon, captured when the key is pressed."""

    key: str
    """Names it in the snapshot and to the feed."""
    name: str
    """What a person calls it."""
    kind: str
    """``queue``, ``topic``, ``subscription``, ``application`` or ``endpoint``."""
    arn: str | None
    """None where it has none, as a pending subscription."""
    url: str | None = None
    """The queue's URL."""


class DashboardScreen(Screen[None]):
    """A screen with the header, the tabs and the key bar."""

    VIEW: ClassVar[View]
    TAB: View
    """The tab that this screen belongs to."""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]  # noqa: RUF012 - Textual types it so
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (20, "-short"), (32, "-tall")]  # noqa: RUF012 - Textual types it so

    @property
    def dashboard(self) -> Dashboard:
        """The app, with its own type."""
        return cast("Dashboard", self.app)

    @property
    def standing(self) -> bool:
        """Tell whether its widgets are there: not before they are mounted, nor while they are taken down."""
        return self.is_mounted and self.display

    def compose(self) -> ComposeResult:
        """Lay out header, body and key bar."""
        yield StatusHeader(self.TAB)
        yield from self.compose_body()
        yield KeyBar()
        yield CommandBar(commands.all_in_one_line())

    def compose_body(self) -> Iterable[Widget]:
        """Give what stands between header and key bar."""
        raise NotImplementedError

    _moves = 0
    """How often the account or region had changed when this screen was opened."""

    def on_mount(self) -> None:
        """Write the keys and give them to the body."""
        self._moves = self.dashboard.moves
        self.show_keys()
        self.focus_body()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        if self._moves != self.dashboard.moves and self in self.app.screen_stack[1:]:
            self.app.pop_screen()
            return
        self.dashboard.draw(self)
        self.resumed()

    def resumed(self) -> None:
        """Do what else is due once the screen shows what is known now."""

    def refreshed(self) -> None:
        """Read again what only this screen reads."""

    def show(self, scene: Scene, sums: Totals, *, moved: bool) -> None:
        """Draw a snapshot; ``moved`` is false where only time has passed since the last one."""
        self.query_one(StatusHeader).show(scene.snapshot, sums, scene.now)
        self.show_body(scene, moved=moved)

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Draw the part of a snapshot that this screen is about."""
        raise NotImplementedError

    def subject(self) -> Subject | None:
        """Give the thing under the cursor."""
        return None

    def subjects(self) -> list[Subject]:
        """Give what is marked, or else the thing under the cursor."""
        subject = self.subject()
        return [] if subject is None else [subject]

    def show_keys(self) -> None:
        """Write the keys that work here, now, into the key bar."""
        usable = sorted(
            (action for action in actions.for_view(self.VIEW) if action.bar and self._usable(action)),
            key=lambda action: action.bar,
        )
        self.query_one(KeyBar).show(
            [(actions.key_name(self.key_of(action)), action.label, action.call) for action in usable]
        )

    def key_of(self, action: actions.Action) -> str:
        """Give the key of an action that is written into the key bar, as Textual names it."""
        return self.dashboard.keymap.get(action.id, action.keys).split(",")[0].strip()

    def subject_of_kind(self, kinds: frozenset[str]) -> Subject | None:
        """Give the thing under the cursor that an action on these kinds acts upon; None where there is none."""
        subject = self.subject()
        return subject if subject is not None and (not kinds or subject.kind in kinds) else None

    def _usable(self, action: actions.Action) -> bool:
        context = self.dashboard.snapshot.context
        if context.read_only and (action.writes or (action.receives and not context.read_only_looks)):
            return False
        if not action.needs_row:
            return True
        subject = self.subject_of_kind(action.kinds)
        if subject is None or (subject.arn is None and action.needs_arn):
            return False
        return action.id != "redrive" or self.VIEW not in actions.QUEUE_LISTS or self._has_dead_letters(subject)

    def _has_dead_letters(self, subject: Subject) -> bool:
        topology = self.dashboard.scene.topology
        queue = topology.queue_by_arn(subject.key)
        return queue is not None and topology.is_dead_letter_queue(queue)

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        """Go to the tab that was clicked."""
        event.stop()
        self.dashboard.action_tab(event.tab)

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        """Do what was clicked in the key bar."""
        event.stop()
        await self.run_action(event.action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the slash and the colon to whoever is typing text."""
        return not self.typing if action in FIRST else super().check_action(action, parameters)

    @property
    def typing(self) -> bool:
        """Tell whether letters go into a field: then they are no keys."""
        return isinstance(self.focused, Input)

    def action_command_line(self) -> None:
        """Type a command."""
        self.query_one(CommandBar).open()

    def on_command_bar_entered(self, event: CommandBar.Entered) -> None:
        """Run the command, or say what is wrong with it."""
        event.stop()
        bar = self.query_one(CommandBar)
        found = commands.find(event.text)
        if isinstance(found, str):
            bar.refuse(found)
            return
        bar.close()
        command, argument = found
        command.run(self.dashboard, argument)

    def on_command_bar_completion_wanted(self, event: CommandBar.CompletionWanted) -> None:
        """Complete the word that was begun."""
        event.stop()
        word = commands.completed(event.text)
        if word is not None:
            self.query_one(CommandBar).fill(word)

    def on_command_bar_closed(self, event: CommandBar.Closed) -> None:
        """Give the keys back to the body."""
        event.stop()
        self.focus_body()

    def focus_body(self) -> None:
        """Give the keys to the body of the screen."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """Copy the ARNs of what is marked or under the cursor."""
        found = self.subjects()
        arns = [subject.arn for subject in found if subject.arn]
        if not arns:
            self.dashboard.say("nothing here has an ARN to copy", warning=True)
            return
        self.app.copy_to_clipboard("\n".join(arns))
        self.dashboard.say(f"copied {arns[0]}" if len(arns) == 1 else f"copied {len(arns)} ARNs")

    def action_console(self) -> None:
        """Show the console link of what is under the cursor, and copy it."""
        from sqsview.domain.console import console_url

        subject = self.subject()
        if subject is None:
            return
        context = self.dashboard.snapshot.context
        if context.endpoint is not None:
            self.dashboard.say(f"{context.endpoint} is not AWS: there is no console page", warning=True)
            return
        url = console_url(subject.arn, url=subject.url) if subject.arn else None
        if url is None:
            self.dashboard.say(f"the AWS console has no page for {subject.name}", warning=True)
            return
        self.app.copy_to_clipboard(url)
        self.dashboard.say(url, title="copied the console link")

    def action_details(self) -> None:
        """Open the details of what is under the cursor."""
        subject = self.subject()
        if subject is not None:
            self.dashboard.open_details(subject)

    def action_look(self) -> None:
        """Look into the messages of the queue under the cursor."""
        queue = self.subject_of_kind(actions.QUEUE)
        if queue is None:
            self.dashboard.say("there is no queue under the cursor to look into", warning=True)
        else:
            self.dashboard.open_messages(queue)

    async def action_publish(self) -> None:
        """Write a message to the queue or topic under the cursor."""
        target = self.subject_of_kind(actions.DESTINATION)
        if target is None:
            self.dashboard.say("there is no queue or topic under the cursor to send to", warning=True)
        else:
            opening = self.dashboard.open_publish(target)
            if opening is not None:
                await opening  # keys that follow at once are typed into the form

    async def action_try_filter(self) -> None:
        """Test a message against the filter policy of the subscription under the cursor."""
        subscription = self.subject_of_kind(actions.BY_ID["try-filter"].kinds)
        if subscription is None:
            self.dashboard.say("there is no subscription under the cursor whose filter could be tested", warning=True)
        else:
            opening = self.dashboard.open_filter(subscription)
            if opening is not None:
                await opening  # keys that follow at once are typed into the form

    def action_settings(self) -> None:
        """Change attributes, policies and tags of what is under the cursor."""
        thing = self.to_change("settings")
        if thing is not None:
            self.run_worker(self.dashboard.open_settings(thing), group="settings", exclusive=True)

    def action_redrive(self) -> None:
        """Redrive the dead-letter queue under the cursor."""
        queue = self.to_change("redrive")
        if queue is not None:
            from sqsview.ui.repair.redriving import Redrive

            Redrive(self.dashboard.desk, queue).open()

    def action_purge(self) -> None:
        """Delete everything in the queue under the cursor."""
        queue = self.to_change("purge")
        if queue is not None:
            from sqsview.ui.repair.emptying import Emptying

            Emptying(self.dashboard.desk, queue).open()

    def action_delete(self) -> None:
        """Delete the queue, topic or subscription under the cursor."""
        thing = self.to_change("delete")
        if thing is not None:
            from sqsview.ui.repair.emptying import Removing

            Removing(self.dashboard.desk, thing).open()

    def action_export(self) -> None:
        """Write every message of the queue under the cursor to a file."""
        queue = self.subject_of_kind(actions.QUEUE)
        context = self.dashboard.snapshot.context
        if queue is None:
            self.dashboard.say("there is no queue under the cursor to export", warning=True)
        elif context.read_only and not context.read_only_looks:
            self.dashboard.say("read-only mode: an export receives, which counts as looks", warning=True)
        elif self.dashboard.desk.is_free(queue.key) and not self.dashboard.leaving:
            from sqsview.ui.repair.transfer import Exporting

            Exporting(self.dashboard.desk, queue).open()

    def action_import(self) -> None:
        """Send every message of a file to the queue under the cursor."""
        queue = self.to_change("import")
        if queue is not None:
            from sqsview.ui.repair.transfer import Importing

            Importing(self.dashboard.desk, queue).open()

    def to_change(self, verb: str) -> Subject | None:
        """Give what is under the cursor, where ``verb`` may be done to it now; else say why it may not."""
        thing = self.subject_of_kind(actions.BY_ID[verb].kinds)
        if thing is None:
            self.dashboard.say(f"there is nothing under the cursor to {_VERBS.get(verb, verb)}", warning=True)
            return None
        return thing if self.dashboard.desk.may(_VERBS.get(verb, verb), thing.key) else None

    async def action_back(self) -> None:
        """Go back one step: from what was opened, or to the tab from which somebody jumped here."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        else:
            self.dashboard.go_back()
