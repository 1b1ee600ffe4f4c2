"""A move as the journal keeps it, so that another process can bring it to its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqsview.domain.queue import QueueRef
from sqsview.operations.journal import Interrupted
from sqsview.operations.move import Matches, Move, Resumption

_KINDS = ("move", "copy", "delete")


def detail_of(move: Move) -> str:
    """Write down what a move is asked to do, but for bodies."""
    document: dict[str, Any] = {
        "source": _ref(move.source),
        "destination": _ref(move.destination) if move.destination is not None else None,
        "sources": {arn: _ref(ref) for arn, ref in move.sources.items()},
        "ids": sorted(move.ids) if move.ids is not None else None,
        "filter": move.filter,
        "matches": move.matches is not None,
        "rate": move.rate,
        "start_small": move.start_small,
        "counter": move.counter,
        "group": move.group,
    }
    return json.dumps(document, separators=(",", ":"))


def resume(interrupted: Interrupted, *, matches: Callable[[str], Matches] | None = None) -> Move:
    """Give the move that brings an interrupted one to its end.

    What was confirmed is only deleted, never sent again. What was being sent stays where it is, unless the destination
    is a FIFO queue that surely swallows a second copy.

    Args:
        interrupted: of the journal; its kind is "move", "copy" or "delete".
        matches: makes of ``Move.filter`` what it stands for.

    Raises:
        ValueError: it is not known how to go on; the text says why.
    """
    if interrupted.kind not in _KINDS:
        raise ValueError(f"an interrupted {interrupted.kind} cannot be brought to its end here")
    try:
        document = json.loads(interrupted.detail)
        source, destination = _read(document["source"]), document["destination"]
        ids, words = document["ids"], str(document["filter"])
        sources = {str(arn): _read(ref) for arn, ref in document["sources"].items()}
        meant = None
        if interrupted.ended:  # only what was copied is left to be deleted; what else is there was not to go
            ids = interrupted.sure
        elif document["matches"]:
            if matches is None or not words:
                raise ValueError("it is not kept which messages were meant")
            meant = matches(words)
        rate = document["rate"]
        return Move(
            source,
            _read(destination) if destination is not None else None,
            sources=MappingProxyType(sources),
            ids=frozenset(map(str, ids)) if ids is not None else None,
            matches=meant,
            filter=words,
            edits=interrupted.edits if not interrupted.ended else MappingProxyType({}),
            keep=interrupted.kind == "copy",
            delete_only=interrupted.kind == "delete",
            rate=float(rate) if rate is not None else None,
            start_small=bool(document["start_small"]),
            counter=bool(document["counter"]),
            group=document["group"],
            resumes=Resumption(
                interrupted.op,
                interrupted.context,
                interrupted.started,
                frozenset(interrupted.sure),
                frozenset(interrupted.unsure),
                interrupted.doubt.repeatable,
            ),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError("what the journal says of it cannot be read") from fault


def _ref(ref: QueueRef) -> Mapping[str, str]:
    return {"arn": ref.arn, "url": ref.url, "name": ref.name}


def _read(given: Any) -> QueueRef:
    return QueueRef(str(given["arn"]), str(given["url"]), str(given["name"]))
