"""Names that a person has to repeat on the command line before anything is done to them."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.domain.snapshot import Context
from sqsview.errors import SqsviewError


def refuse_unconfirmed(context: Context, name: str, confirmed: str | None, *, others: Sequence[str] = ()) -> None:
    """Refuse where a protected name is concerned and ``name`` was not repeated, or where another one was.

    Args:
        context: which names are protected.
        name: the queue that the command is about, and that is to be repeated.
        confirmed: what was given with ``--confirm``.
        others: names of the other queues that are changed.

    Raises:
        SqsviewError: with what to type.
    """
    if confirmed is not None:
        if confirmed != name:
            raise SqsviewError(f"nothing is done: --confirm says {confirmed}, and the queue is {name}")
        return
    for each in (name, *others):
        if context.protects(each):
            raise SqsviewError(f"{each} is protected, and this cannot be taken back: go on with --confirm {name}")
