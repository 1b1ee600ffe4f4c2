"""One call about push, begun as an operation."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqsview.domain.pushing import PushFault
from sqsview.domain.pushing.changes import PushChange
from sqsview.domain.pushing.credential_files import CredentialFile
from sqsview.operations.push import PushWork, read_credential_file
from sqsview.operations.running import Operation
from sqsview.ui.repair.desk import Desk, path_of, wrong_old_file

Ended = Callable[[PushWork], None]


def begin_push_change(
    desk: Desk, kind: str, title: str, things: Collection[str], change: PushChange, ended: Ended
) -> None:
    """Begin one call.

    Args:
        desk: what begins it.
        kind: the deed in a word, such as ``delete``.
        title: what it acts upon.
        things: ARNs that it changes, of which none may be under way.
        change: the call.
        ended: called once it is over, however it ended.
    """
    gateway = desk.gateway()
    if gateway is None or not desk.is_free(*things):
        return
    work = PushWork(gateway, change, desk.app.state.audit, desk.app.clock)

    def over(_operation: Operation) -> None:
        ended(work)

    desk.begin(kind, title, things, work, lambda: work.told, over)


def relist(desk: Desk) -> Ended:
    """Give what has the applications listed again."""

    def ended(_work: PushWork) -> None:
        desk.app.feed.refresh()

    return ended


def credential_file(typed: str) -> CredentialFile | None:
    """Read the file that was typed; None where none is typed yet.

    Raises:
        PushFault: there is no such file, or it cannot be read.
    """
    if not typed.strip():
        return None
    if wrong := wrong_old_file(typed):
        raise PushFault(wrong)
    return read_credential_file(path_of(typed))
