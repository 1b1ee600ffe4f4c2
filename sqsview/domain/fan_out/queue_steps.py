"""The steps that make and set up the queues of a fan-out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqsview.domain.access import CANNOT_TELL, admits
from sqsview.domain.admission import AdmissionFault, admitting_policy
from sqsview.domain.arn import name_of
from sqsview.domain.fan_out.calls import AcceptDeadLetters, AdmitTopic, CreateQueue, SetQueueAttributes, TagQueue
from sqsview.domain.fan_out.description import (
    LONGEST_RETENTION,
    USUAL_RECEIVES,
    BranchPart,
    Description,
    QueuePart,
)
from sqsview.domain.fan_out.reading import NUMBERS
from sqsview.domain.fan_out.steps import Existing, Step, ThereQueue, key_note
from sqsview.domain.policy import one_line, statements
from sqsview.domain.queue import QueueSettings
from sqsview.domain.wiring import AWS_MANAGED_KEY
from sqsview.domain.words.figures import duration

MOST_ALLOWED = 10
"""Queues that a redrive allow policy can name (SQS API reference, SetQueueAttributes)."""
USUAL_RETENTION = 4 * 86_400
"""Seconds for which a new queue keeps messages (SQS API reference, CreateQueue)."""


class QueuePlanner:
    """Plans the queues of one description; gathers what stands in the way, and what there is to know."""

    def __init__(self, description: Description, existing: Existing) -> None:
        self._description = description
        self._existing = existing
        self._topic_arn = existing.place.topic(description.topic.name)
        self._topic_name = description.topic.name
        self.refusals: list[str] = []
        self.notes: list[str] = []
        self._accepted: dict[str, tuple[str, ...]] = {}
        """ARNs of the sources that a dead-letter queue's redrive allow policy has by then, by its name."""
        self._delivered = {branch.name for branch in description.branches} | {
            branch.undelivered for branch in description.branches if branch.undelivered is not None
        }
        """The names of the queues that SNS sends to."""

    def steps(self) -> list[Step]:
        """Give the steps of all queues, dead-letter queues first."""
        found: list[Step] = []
        for dead in self._description.dead_letter_queues:
            found += self._queue(_as_dead_letter_queue(dead, self._existing), None)
        # One that is a queue of the fan-out as well has to be there before its source.
        for branch in _targets_first(self._description.branches):
            found += self._accepting(branch)
            found += self._queue(branch.queue, branch)
        return found

    def _queue(self, part: QueuePart, branch: BranchPart | None) -> Iterator[Step]:
        there = self._existing.queues.get(part.name)
        key = part.kms_key or (there.settings.kms_key if there is not None else None)
        if key is not None and part.name in self._delivered:
            if key.endswith(AWS_MANAGED_KEY):
                self.refusals.append(
                    f"{part.name} is encrypted with {AWS_MANAGED_KEY}, which SNS cannot use: "
                    "give it a kms_key of your own"
                )
            else:
                self.notes.append(key_note(part.name, key))
        if branch is not None and self._description.topic.fifo and not part.fifo:
            self.notes.append(f"{part.name} is a standard queue on a FIFO topic: order and groups are lost in it")
        yield from self._made(part, branch) if there is None else self._changed(part, branch, there)

    def _made(self, part: QueuePart, branch: BranchPart | None) -> Iterator[Step]:
        """Make a queue with everything it has in one call."""
        arn = self._existing.place.queue(part.name)
        attributes = {"FifoQueue": "true"} if part.fifo else {}
        attributes |= _attributes(part)
        words = f"create the {'FIFO queue' if part.fifo else 'queue'} {part.name}"
        if part.retention is not None:
            words += f", which keeps messages {duration(part.retention)}"
        if branch is not None and branch.dead_letter_queue is not None:
            receives = branch.max_receive_count or USUAL_RECEIVES
            attributes["RedrivePolicy"] = self._redrive(branch.dead_letter_queue, receives)
            words += f", gives up to {branch.dead_letter_queue} after {_receives(receives)}"
            self._compare_retentions(part, None, branch.dead_letter_queue)
        if part.name in self._delivered:
            attributes["Policy"] = admitting_policy(None, arn, self._topic_arn)
            words += f", admits {self._topic_name}"
        yield Step(CreateQueue(arn, attributes, part.tags), words)

    def _changed(self, part: QueuePart, branch: BranchPart | None, there: ThereQueue) -> Iterator[Step]:
        settings, arn = there.settings, self._existing.place.queue(part.name)
        now = {name: _now(settings, name) for name in _attributes(part)}
        for name, value in _attributes(part).items():
            if now[name] != value:
                yield Step(
                    SetQueueAttributes(arn, {name: value}),
                    f"change {name} of {part.name}",
                    (now[name] or "not set", value),
                    _loss(name, now[name], value),
                )
        missing = {key: value for key, value in part.tags.items() if there.tags.get(key) != value}
        if missing:
            yield Step(TagQueue(arn, missing), f"tag {part.name}: {', '.join(missing)}")
        if branch is not None and branch.dead_letter_queue is not None:
            yield from self._redriven(branch, branch.dead_letter_queue, settings)
        if part.name in self._delivered:
            yield from self._admitted(part.name, settings)

    def _redriven(self, branch: BranchPart, dead: str, settings: QueueSettings) -> Iterator[Step]:
        target = self._existing.place.queue(dead)
        same = settings.dead_letter_target == target
        receives = branch.max_receive_count or (settings.max_receive_count if same else None) or USUAL_RECEIVES
        self._compare_retentions(branch.queue, settings, dead)
        if same and settings.max_receive_count == receives:
            return
        before = "no dead-letter queue"
        if settings.limited:
            before = f"{_short(settings.dead_letter_target)} after {_receives(settings.max_receive_count)}"
        yield Step(
            SetQueueAttributes(
                self._existing.place.queue(branch.name), {"RedrivePolicy": self._redrive(dead, receives)}
            ),
            f"change where {branch.name} gives up to",
            (before, f"{dead} after {_receives(receives)}"),
        )

    def _admitted(self, name: str, settings: QueueSettings) -> Iterator[Step]:
        """Merge a statement into the policy of a queue that is there, where it does not admit the topic."""
        arn = self._existing.place.queue(name)
        try:
            merged = admitting_policy(settings.policy, arn, self._topic_arn)
        except AdmissionFault as fault:
            verdict = admits(settings.policy, arn, self._topic_arn)
            if verdict.answer is CANNOT_TELL:
                self.notes.append(f"whether {name} admits {self._topic_name} cannot be told here: {verdict.reason}")
            else:
                self.refusals.append(f"{name} cannot be made to admit {self._topic_name}: {fault}")
            return
        if merged != settings.policy:
            *kept, added = statements(merged)
            stays = (
                f"{len(kept)} statement{' that stays' if len(kept) == 1 else 's that stay'}" if kept else "no policy"
            )
            yield Step(
                AdmitTopic(arn, self._topic_arn, merged),
                f"admit {self._topic_name} in the policy of {name}",
                (stays, f"one statement more: {one_line(added)}"),
            )

    def _accepting(self, branch: BranchPart) -> Iterator[Step]:
        """Add the queue to the redrive allow policy of its dead-letter queue, where that names its sources."""
        dead = branch.dead_letter_queue
        there = self._existing.queues.get(dead) if dead is not None else None
        if dead is None or there is None:
            return
        settings, source = there.settings, self._existing.place.queue(branch.name)
        if settings.redrive_permission == "denyAll":
            self.refusals.append(
                f"{dead} takes dead letters of no queue (denyAll), so {branch.name} cannot give up to it"
            )
            return
        sources = self._accepted.get(dead, settings.redrive_sources)
        if settings.redrive_permission != "byQueue" or source in sources:
            return
        try:
            merged = accepting_policy(sources, source)
        except ValueError as fault:
            self.refusals.append(f"{dead} {fault}, so {branch.name} cannot give up to it")
            return
        self._accepted[dead] = (*sources, source)
        before, after = (", ".join(map(name_of, arns)) or "nobody" for arns in (sources, self._accepted[dead]))
        yield Step(
            AcceptDeadLetters(self._existing.place.queue(dead), source, merged),
            f"let {dead} take dead letters of {branch.name}",
            (before, after),
        )

    def _redrive(self, dead: str, receives: int) -> str:
        return json.dumps({"deadLetterTargetArn": self._existing.place.queue(dead), "maxReceiveCount": receives})

    def _compare_retentions(self, part: QueuePart, settings: QueueSettings | None, dead: str) -> None:
        """Note a dead-letter queue that keeps messages no longer than its source does."""
        there = self._existing.queues.get(dead)
        if there is None:
            return
        described = {each.name: each.retention for each in self._description.dead_letter_queues}
        kept = described.get(dead) or there.settings.retention
        own = part.retention or (settings.retention if settings is not None else USUAL_RETENTION)
        if kept is not None and own is not None and kept <= own and not part.fifo:
            self.notes.append(
                f"{dead} keeps messages {duration(kept)}, {part.name} {duration(own)}: a dead letter is as old "
                "there as it was before, and may be gone at once"
            )


def accepting_policy(sources: Sequence[str], source_arn: str) -> str:
    """Give a redrive allow policy with one more source than the ARNs ``sources``.

    Raises:
        ValueError: there is no room for it.
    """
    if len(sources) >= MOST_ALLOWED:
        raise ValueError(f"names {MOST_ALLOWED} sources already, which are the most")
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [*sources, source_arn]})


def _targets_first(branches: tuple[BranchPart, ...]) -> list[BranchPart]:
    """Order the queues so that each comes after the one it gives up to; there are no circles."""
    by_name = {branch.name: branch for branch in branches}
    ordered: dict[str, BranchPart] = {}
    for branch in branches:
        chain = [branch]
        while (target := chain[-1].dead_letter_queue) is not None and target in by_name and target not in ordered:
            chain.append(by_name[target])
        for each in reversed(chain):
            ordered.setdefault(each.name, each)
    return list(ordered.values())


def _as_dead_letter_queue(part: QueuePart, existing: Existing) -> QueuePart:
    """Keep messages as long as SQS can in a new one, where nothing else is said."""
    if part.retention is not None or part.name in existing.queues:
        return part
    return replace(part, retention=LONGEST_RETENTION)


def _attributes(part: QueuePart) -> dict[str, str]:
    found = {name: str(value) for key, (name, *_) in NUMBERS.items() if (value := getattr(part, key)) is not None}
    if part.content_based_deduplication is not None:
        found["ContentBasedDeduplication"] = str(part.content_based_deduplication).lower()
    if part.kms_key is not None:
        found["KmsMasterKeyId"] = part.kms_key
    return found


def _now(settings: QueueSettings, name: str) -> str:
    """Give an attribute as it is set; empty where it is not."""
    if name == "ContentBasedDeduplication":
        return str(settings.content_based_deduplication).lower()
    if name == "KmsMasterKeyId":
        return settings.kms_key or ""
    field = next(key for key, (attribute, *_) in NUMBERS.items() if attribute == name)
    value = getattr(settings, field)
    return "" if value is None else str(value)


def _loss(name: str, before: str, after: str) -> str:
    if name == "MessageRetentionPeriod" and before.isdecimal() and int(after) < int(before):
        return f"messages older than {duration(int(after))} are deleted by it"
    return ""


def _receives(count: int | None) -> str:
    return "an unknown number of receives" if count is None else f"{count} receive{'' if count == 1 else 's'}"


def _short(arn: str | None) -> str:
    return "a queue that cannot be read" if arn is None else name_of(arn)
