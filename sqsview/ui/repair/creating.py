"""New queues, topics and subscriptions: a form that says as it is typed what would be made, by which calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqsview.domain.arn import is_fifo, name_of
from sqsview.domain.changes import Change, CreateQueue, CreateTopic
from sqsview.domain.creating import queues, subscriptions, topics
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.values import Plan, Setting
from sqsview.domain.topic import Topic
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.ui.repair.changing import begin_changes
from sqsview.ui.repair.desk import Desk, asked_where_protected, wrong_protected
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

_REUSE = "kms_reuse"
"""Stands below the encryption, and only where that is by a key of KMS."""


class NewQueue:
    """Makes a queue, from the form to the call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self) -> None:
        """Open the form."""
        hints = queues.HINTS
        asked = [
            Asked(queues.NAME, "name", hint=hints[queues.NAME]),
            *_asked(each for each in queues.SIMPLE if each.name != _REUSE),
            Asked(queues.DEAD, "dead to", hint=hints[queues.DEAD]),
            Asked(queues.RECEIVES, "after", hint=f"{queues.USUAL_RECEIVES} · {hints[queues.RECEIVES]}"),
            Asked(queues.ENCRYPTION, "encrypted", hint=f"SSE-SQS · {hints[queues.ENCRYPTION]}"),
            *_asked(each for each in queues.SIMPLE if each.name == _REUSE),
            Asked(queues.TAGS, "tags", hint=hints[queues.TAGS]),
        ]
        self._desk.ask("New queue", asked, self._judge, "create", self._begin, grave=False)

    def _planned(self, values: Values) -> tuple[str, Plan]:
        name = values[queues.NAME].strip()
        return name, queues.queue_plan(_filled(values), self._place, name=name)

    @property
    def _place(self) -> Place:
        return Place(self._desk.app.snapshot)

    async def _judge(self, values: Values) -> Outlook:
        name, plan = self._planned(values)
        kind = "a FIFO queue" if is_fifo(name) else "a standard queue"
        lines = [f"{kind}; what is left empty is as SQS has it", *plan.notes]
        return _outlook(lines, [self._call(name, plan)], plan, queues.queue_name_fault(name, self._place))

    @staticmethod
    def _call(name: str, plan: Plan) -> CreateQueue:
        return CreateQueue(name, plan.attributes, plan.tags)

    def _begin(self, values: Values) -> None:
        name, plan = self._planned(values)
        begin_changes(self._desk, "create", name, [self._place.arn("sqs", name)], [self._call(name, plan)])


class NewTopic:
    """Makes a topic, from the form to the call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self) -> None:
        """Open the form."""
        asked = [
            Asked(topics.NAME, "name", hint=topics.HINTS[topics.NAME]),
            *_asked(topics.SETTINGS),
            Asked(topics.TAGS, "tags", hint=topics.HINTS[topics.TAGS]),
        ]
        self._desk.ask("New topic", asked, self._judge, "create", self._begin, grave=False)

    @staticmethod
    def _planned(values: Values) -> tuple[str, Plan]:
        name = values[topics.NAME].strip()
        return name, topics.topic_plan(_filled(values), name=name)

    async def _judge(self, values: Values) -> Outlook:
        name, plan = self._planned(values)
        kind = "a FIFO topic" if is_fifo(name) else "a standard topic"
        lines = [f"{kind}; what is left empty is as SNS has it", *plan.notes]
        wrong = topics.topic_name_fault(name, Place(self._desk.app.snapshot))
        return _outlook(lines, [CreateTopic(name, plan.attributes, plan.tags)], plan, wrong)

    def _begin(self, values: Values) -> None:
        name, plan = self._planned(values)
        arn = Place(self._desk.app.snapshot).arn("sns", name)
        begin_changes(self._desk, "create", name, [arn], [CreateTopic(name, plan.attributes, plan.tags)])


class NewSubscription:
    """Subscribes something to one topic, from the form to the calls."""

    def __init__(self, desk: Desk, topic_arn: str) -> None:
        self._desk = desk
        self._arn = topic_arn
        self._name = name_of(topic_arn)

    def open(self) -> None:
        """Open the form."""
        hints = subscriptions.HINTS
        scope, raw, role = subscriptions.SETTINGS
        asked = [
            Asked(subscriptions.PROTOCOL, "protocol", SQS_PROTOCOL, hint=", ".join(subscriptions.ENDPOINTS)),
            Asked(subscriptions.ENDPOINT, "endpoint", hint="a queue's name, a URL, an address, a number, an ARN"),
            Asked(subscriptions.POLICY, "filter", hint=hints[subscriptions.POLICY]),
            *_asked((scope, raw)),
            Asked(subscriptions.DEAD, "failures", hint=hints[subscriptions.DEAD]),
            Asked(
                subscriptions.ADMIT,
                "admit",
                hint=f"yes · {hints[subscriptions.ADMIT]}",
                only_if=_ONLY_IF[subscriptions.ADMIT],
            ),
            *_asked((role,)),
            *asked_where_protected(self._desk, self._name),
        ]
        title = f"Subscribe to {self._name}"
        self._desk.ask(title, asked, self._judge, "subscribe", self._begin, grave=False)

    def _planned(self, values: Values) -> subscriptions.SubscriptionPlan:
        snapshot = self._desk.app.snapshot
        topic = snapshot.topics.get(self._arn) or Topic(self._arn)
        return subscriptions.subscription_plan(_filled(values), topic, Place(snapshot))

    async def _judge(self, values: Values) -> Outlook:
        found = self._planned(values)
        protocol, endpoint = _protocol(values), values[subscriptions.ENDPOINT].strip()
        lines = list(found.plan.notes)
        if protocol in subscriptions.ENDPOINTS and not endpoint:
            lines.insert(0, f"{protocol}: {subscriptions.ENDPOINTS[protocol]}")
        names = [name_of(endpoint)] if protocol == SQS_PROTOCOL and endpoint else []
        protected = wrong_protected(self._desk, values, self._name, names)
        return _outlook(lines, found.changes, found.plan, "", protected)

    def _begin(self, values: Values) -> None:
        changes = self._planned(values).changes
        if not changes:
            self._desk.app.say("what is there has changed meanwhile, so that it cannot be done like this", warning=True)
            return
        queues_changed = [change.queue.arn for change in changes if hasattr(change, "queue")]
        begin_changes(self._desk, "subscribe", f"to {self._name}", [self._arn, *queues_changed], changes)


def _asked(settings: Iterable[Setting]) -> list[Asked]:
    """Give a field for each; those that only FIFO has are there once the name says that it is FIFO."""
    return [
        Asked(
            each.name,
            each.label,
            hint=f"{each.usual} · {each.hint}" if each.usual else each.hint,
            only_if=_is_fifo if each.fifo else _ONLY_IF.get(each.name),
        )
        for each in settings
    ]


def _is_fifo(values: Values) -> bool:
    return is_fifo(values.get(queues.NAME, "").strip())


def _protocol(values: Values) -> str:
    return values.get(subscriptions.PROTOCOL, "").strip().lower()


def _has_key(values: Values) -> bool:
    return values.get(queues.ENCRYPTION, "").strip().lower() not in ("", "sse-sqs", "none", "no")


_ONLY_IF: Mapping[str, Callable[[Values], bool]] = {
    _REUSE: _has_key,
    subscriptions.RAW: lambda values: _protocol(values) in subscriptions.RAW_PROTOCOLS,
    subscriptions.ROLE: lambda values: _protocol(values) == "firehose",
    subscriptions.ADMIT: lambda values: _protocol(values) == SQS_PROTOCOL,
}
"""When there is a field that not every protocol has."""


def _filled(values: Values) -> Mapping[str, str]:
    """Give what was typed; an empty field leaves it to the server."""
    return {name: text for name, text in values.items() if text.strip()}


def _outlook(lines: Sequence[str], changes: Sequence[Change], plan: Plan, *wrong: str) -> Outlook:
    """Say what would be made and how; a fault comes before what else is missing, such as a name."""
    first = next(filter(None, (*(each.line for each in plan.faults), *wrong)), "")
    calls = [] if plan.faults else [change.words for change in changes]
    count = f"{len(calls)} calls:" if len(calls) > 1 else "1 call:"
    return Outlook([*lines, *([count, *(f"  {each}" for each in calls)] if calls else [])], first)
