"""The command palette: every action of the table that makes sense here, and a jump to any queue or topic."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from sqsview.domain.text import printable
from sqsview.ui import actions
from sqsview.ui.screens.dashboard_screen import DashboardScreen

if TYPE_CHECKING:
    from sqsview.ui.app import Dashboard

MOST_HITS = 50
"""Jumps that are offered at once; fuzzy matching of all 5,000 names would take 36 ms a keystroke."""
SUBSTRING_SURVIVORS = 200
LABELLED, NAMED = 2_000.0, 1_000.0
"""Scores of an action and a name that hold what was typed: above all that only hold its letters."""


class ActionProvider(Provider):
    """The actions of the screen that is shown, and the themes."""

    def _actions(self) -> Iterator[actions.Action]:
        screen = self.screen
        if isinstance(screen, DashboardScreen):
            for action in actions.for_view(screen.VIEW):
                if action.palette and (not action.needs_row or screen.subject() is not None):
                    yield action

    async def discover(self) -> Hits:
        """Offer every action before anything is typed."""
        keymap = cast("Dashboard", self.app).keymap
        for action in self._actions():
            keys = actions.key_name(keymap.get(action.id, action.keys))
            yield DiscoveryHit(
                f"{action.label}  {keys}",
                partial(run_action, self.screen, action.call),
                action.label,
                action.says,
            )

    async def search(self, query: str) -> Hits:
        """Offer the actions and themes that match."""
        matcher = self.matcher(query)
        for action in self._actions():
            named = query.lower() in action.label.lower()
            score = LABELLED if named else matcher.match(f"{action.label} {action.says}")
            if score > 0:
                yield Hit(
                    score, matcher.highlight(action.label), partial(run_action, self.screen, action.call),
                    action.label, action.says,
                )  # fmt: skip
        app = cast("Dashboard", self.app)
        for theme in app.available_themes:
            score = matcher.match(f"theme {theme}")
            if score > 0:
                yield Hit(score, matcher.highlight(f"theme {theme}"), partial(app.change_theme, theme))


class JumpProvider(Provider):
    """Every queue and topic, by any part of its name."""

    async def search(self, query: str) -> Hits:
        """Offer the queues and topics whose names hold ``query``; only then those that hold its letters."""
        app = cast("Dashboard", self.app)
        snapshot = app.snapshot
        wanted = query.lower()
        things = [("queue", queue.key, queue.name) for queue in snapshot.queues.values()]
        things += [("topic", topic.key, topic.name) for topic in snapshot.topics.values()]
        found = [thing for thing in things if wanted in thing[2].lower()]
        if not found:
            letters = set(wanted.replace(" ", ""))
            found = [thing for thing in things if letters <= set(thing[2].lower())][:SUBSTRING_SURVIVORS]
        matcher = self.matcher(query)
        found.sort(key=lambda thing: (not thing[2].lower().startswith(wanted), len(thing[2]), thing[2]))
        for place, (kind, key, name) in enumerate(found[:MOST_HITS]):
            score = NAMED - place if wanted in name.lower() else matcher.match(name)
            if score > 0:
                yield Hit(
                    score,
                    Text(printable(name)),
                    partial(app.jump, key),
                    printable(name),
                    f"go to this {kind}",
                )


async def run_action(screen: Screen[object], call: str) -> None:
    """Run an action as its key would."""
    await screen.run_action(call)


PROVIDERS = [ActionProvider, JumpProvider]
"""What the palette searches."""
