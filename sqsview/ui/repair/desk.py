"""Where operations are begun from: one at a time for each thing, told of at the end, stopped before all is closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqsview.errors import GatewayError, LookRefused
from sqsview.operations.running import Operation, Operations, State, Telling, Work
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.form_dialog import Asked, FormScreen, Judge, Rehearse, Values

if TYPE_CHECKING:
    from sqsview.gateway import Gateway
    from sqsview.ui.app import Dashboard

NAME = "name"
"""The field for the name that has to be typed."""


class Desk:
    """Begins operations for one app, and keeps them."""

    def __init__(self, app: Dashboard) -> None:
        from sqsview.ui.repair.interrupted import Interruptions

        self.app = app
        self.operations = Operations(app.clock)
        self.interruptions = Interruptions(self)
        """What earlier runs did not bring to an end."""
        self._claimed: set[str] = set()
        """ARNs on which an operation is about to begin."""

    def gateway(self) -> Gateway | None:
        """Give the connection, or say why there is none."""
        try:
            return self.app.feed.gateway()
        except GatewayError as fault:
            self.app.say(fault.problem.line, warning=True)
            return None

    def may(self, verb: str, *things: str) -> bool:
        """Tell whether something may be begun on these ARNs now, and say why it may not."""
        if self.app.snapshot.context.read_only:
            self.app.say(f"read-only mode: {verb} is refused", warning=True)
            return False
        return self.is_free(*things) and not self.app.leaving

    def is_free(self, *things: str) -> bool:
        """Tell whether no operation is changing one of these ARNs, and say which is."""
        busy = self.operations.on(frozenset(things))
        if busy is not None:
            self.app.say(f"{busy.kind} {busy.title} is under way: tab 5 shows it, and stops it", warning=True)
        elif self._claimed & set(things):
            self.app.say("an operation is just beginning there: tab 5 shows it", warning=True)
        else:
            return True
        return False

    @property
    def busy(self) -> bool:
        """Tell whether an operation runs, or is about to begin."""
        return bool(self._claimed or self.operations.running)

    @contextmanager
    def claimed(self, things: Collection[str]) -> Iterator[bool]:
        """Keep these ARNs for an operation that is about to begin; gives whether they are free, or says why not."""
        free = self.is_free(*things)
        claim = set(things) if free else set()
        self._claimed |= claim
        try:
            yield free
        finally:
            self._claimed -= claim

    def protects(self, names: Collection[str]) -> str:
        """Give the first of these names that is protected; empty where none is."""
        context = self.app.snapshot.context
        return next((name for name in names if context.protects(name)), "")

    def ask(
        self,
        title: str,
        asked: Sequence[Asked],
        judge: Judge,
        agree: str,
        then: Callable[[Values], None],
        *,
        rehearse: Rehearse | None = None,
        grave: bool = True,
    ) -> None:
        """Open a dialog, and go on with what is agreed to."""

        def answered(values: Values | None) -> None:
            if values is not None:
                then(values)

        self.app.push_screen(FormScreen(title, asked, judge, agree, rehearse=rehearse, grave=grave), answered)

    def ask_to_receive(self, title: str, refusal: LookRefused, go: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Put to the person what receiving would cost others in the queue, and go on where that is agreed."""

        def answered(agreed: bool | None) -> None:
            if agreed:
                self.app.run_worker(go(), description=title)

        says = [refusal.allowance.line, "They are not held, so that they have to be received to be found."]
        self.app.push_screen(ConfirmScreen(title, says, "receive all the same", by_letter=False), answered)

    def begin(
        self,
        kind: str,
        title: str,
        things: Collection[str],
        work: Work,
        tell: Callable[[], Telling],
        ended: Callable[[Operation], None] = lambda operation: None,
    ) -> Operation:
        """Begin an operation, and tell in a line how it ended; whatever screen is shown then."""
        feed = self.app.feed

        def over(operation: Operation) -> None:
            take_back()
            feed.nudge(list(things))
            told = operation.told
            good = operation.state is State.DONE and not told.wrong
            self.app.say(f"{kind} {title}: {told.line}", warning=not good)
            ended(operation)

        async def close() -> None:
            self.operations.stop(operation)
            await self.operations.over(operation)

        take_back = feed.before_closing(close)
        operation = self.operations.begin(kind, title, frozenset(things), work, tell, over)
        # In a worker, so that a fault of our own ends the program with its one line, and is not lost.
        self.app.run_worker(self.operations.over(operation), name=kind, description=kind)
        self.app.say(f"{kind} {title} has begun: tab 5 shows it")
        return operation


def wrong_protected(desk: Desk, values: Values, name: str, others: Collection[str]) -> str:
    """Say what is missing where ``name``, or another queue that is changed, is protected; empty where nothing is."""
    protected = desk.protects([name, *others])
    wrong = wrong_name(values, name) if protected else ""
    return f"{protected} is protected: {wrong}" if wrong and protected != name else wrong


def asked_where_protected(desk: Desk, name: str) -> list[Asked]:
    """Give the field for the name, where any name is protected: a destination may turn out to be."""
    return [typed_name(name)] if desk.app.snapshot.context.protected else []


def typed_name(name: str) -> Asked:
    """Give the field in which ``name`` has to be typed."""
    return Asked(NAME, "name", hint=f"type {name}")


def wrong_name(values: Values, name: str) -> str:
    """Say what is missing until the name is typed; empty where it is."""
    typed = values.get(NAME, "").strip()
    if typed == name:
        return ""
    return f"type the name, {name}, to go on" if not typed else f"that is not {name}"


NOT_HELD = "They are not held: each is received again, and what somebody else took meanwhile is left alone."
"""Said of messages that are to be changed and were let go."""


def path_of(text: str) -> Path:
    """Give the path that was typed.

    Raises:
        OSError: it begins with the home of somebody who is not known here.
    """
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError as fault:
        raise FileNotFoundError(2, "whose home that is, is not known", text.strip()) from fault


def wrong_new_file(text: str) -> str:
    """Say why a file cannot be made at what was typed; empty where it can."""
    if not text.strip():
        return "name the file"
    try:
        path = path_of(text)
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
        with suppress(FileNotFoundError):
            path.lstat()
            return f"{path} is there already: name another file"
    except (OSError, ValueError) as fault:
        return _no_path(text, fault)
    return ""


def wrong_old_file(text: str) -> str:
    """Say why no file can be read at what was typed; empty where it can."""
    if not text.strip():
        return "name the file"
    try:
        path = path_of(text)
        return "" if path.is_file() else f"there is no file {path}"
    except (OSError, ValueError) as fault:
        return _no_path(text, fault)


def _no_path(text: str, fault: OSError | ValueError) -> str:
    """Say what the system says: the name may be too long, the folder closed, or somebody's home not known."""
    return f"{text.strip()[:80]}: {getattr(fault, 'strerror', None) or 'no path'}"
