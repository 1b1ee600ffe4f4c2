"""The topics, and the subscriptions of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from sqsview.domain import words
from sqsview.domain.arn import name_of
from sqsview.domain.filter_words import filter_in_words
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.domain.wiring import edge
from sqsview.ui import topic_columns
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen, about_page, titled, why_nothing
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView, json_lines


class TopicsScreen(TableScreen[Topic]):
    """The second tab."""

    VIEW = View.TOPICS
    TAB = View.TOPICS
    NOUN = "topics"
    ARRANGEMENT = Arrangement("name")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.TOPICS)

    columns = topic_columns.TOPIC_COLUMNS
    sort_keys = topic_columns.TOPIC_SORT_KEYS
    descending_first = frozenset({"confirmed", "pending", "deleted", "kind"})
    matcher = topic_columns.TOPIC_MATCHER

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the words about the topic under the cursor."""
        yield about_page()

    def rows(self, scene: Scene) -> Iterable[Topic]:
        """Give all topics."""
        return scene.snapshot.topics.values()

    def empty(self, scene: Scene) -> str:
        """Say why there is no topic."""
        return why_nothing(scene, "topics")

    def subject_of(self, row: Topic) -> Subject:
        """Name a topic."""
        return Subject(row.key, row.name, "topic", row.arn)

    def open_row(self, row: Topic) -> None:
        """Open the subscriptions of a topic."""
        self.app.push_screen(SubscriptionsScreen(row.arn))

    def action_new(self) -> None:
        """Make a topic."""
        if self.dashboard.desk.may("a new topic"):
            from sqsview.ui.repair.creating import NewTopic

            NewTopic(self.dashboard.desk).open()

    def action_push_topic(self) -> None:
        """Push to the devices that are subscribed to the topic under the cursor."""
        topic, desk = self.table.cursor_row, self.dashboard.desk
        if topic is None:
            self.dashboard.say("there is no topic under the cursor to push to", warning=True)
        elif desk.may("a push", topic.key):
            from sqsview.ui.pushing.sending import PushingToTopic

            PushingToTopic(desk, topic).open()

    def show_about(self, row: Topic | None, scene: Scene) -> None:
        """Say what is known of the topic under the cursor."""
        page = self.query_one("#about-page", LinesView)
        page.border_title = "" if row is None else titled(row.name)
        page.show([(Cell("no topic under the cursor", Tone.QUIET),)] if row is None else about_topic(row, scene))


def about_topic(topic: Topic, scene: Scene) -> list[Line]:
    """Say what is known of one topic, what is wrong first."""
    lines: list[Line] = []
    if topic.problem is not None:
        lines.append((Cell(topic.problem.text, Tone.BAD), Cell(f"  {topic.problem.remedy}", Tone.WARN)))
    if scene.snapshot.topics_problem is not None:
        lines.append((Cell(scene.snapshot.topics_problem.line, Tone.BAD),))
    for subscription in topic.subscriptions[:40]:
        one = edge(topic, subscription, scene.topology, scene.snapshot.context)
        line: list[Cell] = [
            Cell(
                "✗ " if one.fault and not one.delivers else "! " if one.fault else "→ ",
                Tone.BAD if one.fault else Tone.QUIET,
            ),
            Cell(subscription.name),
        ]
        settings = subscription.settings
        if one.fault is not None:
            line.append(Cell(f"  {one.fault.text}", Tone.WARN))
        elif settings is not None:
            line.append(Cell(f"  {filter_in_words(settings.filter_policy, settings.filter_scope)}", Tone.QUIET))
        lines.append(tuple(line))
    if topic_columns.unheard(topic, scene):
        lines.append((Cell("nothing is subscribed to it: what is published is dropped", Tone.WARN),))
    elif not topic.subscriptions:
        lines.append((Cell("its subscriptions are not listed yet", Tone.QUIET),))
    if topic.settings is not None:
        lines.append((Cell(" · ".join(words.topic_settings(topic.settings, fifo=topic.fifo)), Tone.QUIET),))
    return lines


class SubscriptionsScreen(TableScreen[Subscription]):
    """The subscriptions of one topic."""

    VIEW = View.SUBSCRIPTIONS
    TAB = View.TOPICS
    NOUN = "subscriptions"
    ARRANGEMENT = Arrangement("endpoint")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.SUBSCRIPTIONS)

    columns = topic_columns.SUBSCRIPTION_COLUMNS
    sort_keys = topic_columns.SUBSCRIPTION_SORT_KEYS
    matcher = topic_columns.SUBSCRIPTION_MATCHER

    def __init__(self, topic_arn: str) -> None:
        super().__init__()
        self.topic_arn = topic_arn

    @property
    def title_text(self) -> str:
        """What stands at the left of the filter line."""
        return f"{name_of(self.topic_arn)} › subscriptions"

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the words about the subscription under the cursor."""
        yield about_page()

    def rows(self, scene: Scene) -> Iterable[Subscription]:
        """Give the topic's subscriptions."""
        topic = scene.snapshot.topics.get(self.topic_arn)
        return () if topic is None else topic.subscriptions

    def empty(self, scene: Scene) -> str:
        """Say why there is no subscription."""
        topic = scene.snapshot.topics.get(self.topic_arn)
        if topic is None:
            return f"{name_of(self.topic_arn)} no longer exists · esc goes back"
        if topic_columns.unheard(topic, scene):
            return "nothing is subscribed to this topic: what is published is dropped"
        problem = scene.snapshot.topics_problem
        return "reading the subscriptions…" if problem is None else problem.line

    def subject_of(self, row: Subscription) -> Subject:
        """Name a subscription."""
        arn = row.ref.arn if row.ref.readable else None
        return Subject(row.key, f"{name_of(row.ref.topic_arn)} → {row.name}", "subscription", arn)

    def subject_of_kind(self, kinds: frozenset[str]) -> Subject | None:
        """Give the subscription, the topic, or the queue that is subscribed, whichever can be acted upon."""
        row = self.table.cursor_row
        if "subscription" in kinds:
            return super().subject_of_kind(kinds)
        if "topic" in kinds:
            return Subject(self.topic_arn, name_of(self.topic_arn), "topic", self.topic_arn)
        queue = self.dashboard.scene.topology.queue_by_arn(row.ref.endpoint) if row is not None else None
        if "queue" in kinds:
            return None if queue is None else Subject(queue.key, queue.name, "queue", queue.arn, queue.ref.url)
        return super().subject_of_kind(kinds)

    def open_row(self, row: Subscription) -> None:
        """Go to the queue that is subscribed, else show the details."""
        queue = self.dashboard.scene.topology.queue_by_arn(row.ref.endpoint)
        if queue is not None:
            self.dashboard.jump(queue.key)
        else:
            super().open_row(row)

    def action_new(self) -> None:
        """Subscribe something to the topic."""
        if self.dashboard.desk.may("a new subscription", self.topic_arn):
            from sqsview.ui.repair.creating import NewSubscription

            NewSubscription(self.dashboard.desk, self.topic_arn).open()

    def show_about(self, row: Subscription | None, scene: Scene) -> None:
        """Say what is known of the subscription under the cursor."""
        page = self.query_one("#about-page", LinesView)
        topic = scene.snapshot.topics.get(self.topic_arn)
        if row is None or topic is None:
            page.border_title = ""
            page.show([(Cell("no subscription under the cursor", Tone.QUIET),)])
            return
        page.border_title = titled(row.name)
        page.show(about_subscription(topic, row, scene))


def about_subscription(topic: Topic, subscription: Subscription, scene: Scene) -> list[Line]:
    """Say what one subscription gets and where it fails: in words, and the filter policy as it stands."""
    lines: list[Line] = []
    one = edge(topic, subscription, scene.topology, scene.snapshot.context)
    if subscription.problem is not None:
        lines.append((Cell(subscription.problem.line, Tone.BAD),))
    if one.fault is not None:
        lines.append((Cell(f"✗ {one.fault.text}", Tone.BAD),))
        if one.fault.remedy:
            lines.append((Cell(f"  {one.fault.remedy}", Tone.WARN),))
    elif one.uncertain is not None:
        lines.append((Cell(f"? {one.uncertain}", Tone.QUIET),))
    if subscription.status is SubscriptionStatus.PENDING and subscription.first_seen_at is not None:
        age = words.duration(scene.age(subscription.first_seen_at) or 0)
        lines.append((Cell(f"pending for at least {age}: seen so since then", Tone.QUIET),))
    ref, settings = subscription.ref, subscription.settings
    lines.append((Cell("to       ", Tone.QUIET), Cell(f"{ref.protocol} {ref.endpoint}")))
    if settings is None:
        if not ref.readable:
            text = f"SNS lists it as {ref.arn}: it has no ARN to ask with"
            lines.append((Cell(text, Tone.QUIET),))
        return lines
    gets = filter_in_words(settings.filter_policy, settings.filter_scope)
    scope = "the body" if settings.filter_scope == "MessageBody" else "message attributes"
    lines.append((Cell("gets     ", Tone.QUIET), Cell(gets)))
    if settings.filter_policy is not None:
        lines.append((Cell("matches  ", Tone.QUIET), Cell(f"on {scope} ({settings.filter_scope})")))
    raw = "raw: the body as it was published" if settings.raw_delivery else "wrapped in the SNS envelope"
    lines.append((Cell("arrives  ", Tone.QUIET), Cell(raw)))
    dead = settings.dead_letter_target
    failed = f"goes to {name_of(dead)}" if dead else "is lost: this subscription has no dead-letter queue"
    lines.append((Cell("what cannot be delivered ", Tone.QUIET), Cell(failed)))
    if settings.filter_policy is not None:
        lines.append((Cell("the filter policy as it stands", Tone.QUIET),))
        lines.extend(json_lines(settings.filter_policy))
    return lines
