"""Devices are registered, changed, switched, subscribed to topics, and deleted."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from sqsview.domain.arn import name_of
from sqsview.domain.changes import Subscribe
from sqsview.domain.push import PlatformApplication, PlatformEndpoint, masked
from sqsview.domain.pushing import Secret, platform_of, token_fault, user_data_fault
from sqsview.domain.pushing.changes import ChangeDevice, DeleteDevice, PushChange, RegisterDevice
from sqsview.domain.topic import Topic
from sqsview.errors import GatewayError
from sqsview.operations.push import PushWork
from sqsview.ui.pushing.begin import begin_push_change
from sqsview.ui.repair.changing import begin_changes
from sqsview.ui.repair.desk import Desk, typed_name, wrong_name
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

Changed = Callable[[str], None]
"""Called with the ARN of a device that was made, changed or deleted."""

AGAIN = "SNS disables a device whose token the push service no longer takes: without a new token it does so again."


class _OnDevices:
    """Something that is done to the devices of one application, from the dialog to the call."""

    def __init__(self, desk: Desk, application: PlatformApplication, changed: Changed) -> None:
        self._desk = desk
        self._application = application
        self._changed = changed
        self._protected = desk.protects([application.name])

    @property
    def _name(self) -> list[Asked]:
        return [typed_name(self._protected)] if self._protected else []

    def _unnamed(self, values: Values) -> str:
        return wrong_name(values, self._protected) if self._protected else ""

    def _go(self, kind: str, arn: str, change: PushChange) -> None:
        def ended(_work: PushWork) -> None:
            self._changed(arn)

        begin_push_change(self._desk, kind, f"device {name_of(arn)}", {arn}, change, ended)

    @property
    def _state(self) -> list[str]:
        off = self._application.enabled is False
        return [f"{self._application.name} is disabled: nothing is pushed to any of its devices."] if off else []


class RegisteringDevice(_OnDevices):
    """Registers a device, and puts right the one that has its token already."""

    def open(self) -> None:
        """Open the dialog."""
        asked = [
            Asked("token", "token", hint="the device's token, as the app got it", secret=True),
            Asked("user_data", "user data", hint="up to 2,048 bytes of your own, such as a customer's number"),
            *self._name,
        ]
        self._desk.ask(
            f"Register a device with {self._application.name}", asked, self._judge, "register", self._begin, grave=False
        )

    async def _judge(self, values: Values) -> Outlook:
        token, user_data = values["token"].strip(), values["user_data"]
        platform = platform_of(self._application.platform)
        wrong = token_fault(token, platform) or user_data_fault(user_data) or self._unnamed(values)
        lines = [*self._state, "", f"  {RegisterDevice(self._application.arn, Secret(token)).words}"]
        if token:
            lines.insert(0, f"The token has {len(token):,} characters and ends in {masked(token)}.")
        return Outlook(lines, wrong)

    def _begin(self, values: Values) -> None:
        token, user_data = Secret(values["token"].strip()), values["user_data"]
        arn = self._application.arn

        def ended(work: PushWork) -> None:
            if work.made:
                self._changed(work.made)
            elif work.conflict is not None:
                ResolvingDevice(self._desk, self._application, self._changed, work.conflict, user_data).open()

        change = RegisterDevice(arn, token, user_data)
        begin_push_change(self._desk, "register", f"a device with {self._application.name}", {arn}, change, ended)


class ResolvingDevice(_OnDevices):
    """Gives the device that has a token already the user data that it was to be registered with, and enables it."""

    def __init__(
        self, desk: Desk, application: PlatformApplication, changed: Changed, arn: str, user_data: str
    ) -> None:
        super().__init__(desk, application, changed)
        self._arn = arn
        self._user_data = user_data

    def open(self) -> None:
        """Open the dialog."""
        title = f"Change the device {name_of(self._arn)}"
        self._desk.ask(title, self._name, self._judge, "change", self._begin, grave=False)

    async def _judge(self, values: Values) -> Outlook:
        gateway = self._desk.gateway()
        if gateway is None:
            return Outlook([], "there is no connection")
        try:
            told = await gateway.get_endpoint_attributes(self._arn)
        except GatewayError as fault:
            return Outlook([], fault.problem.line)
        enabled, user_data = told.get("Enabled", "").lower() == "true", told.get("CustomUserData", "")
        lines = ["This device has the token already, with other attributes:", ""]
        lines += _difference("enabled", "yes" if enabled else "no", "yes")
        lines += _difference("user data", user_data, self._user_data)
        return Outlook([*lines, "", f"  {self._change.words}"], self._unnamed(values))

    @property
    def _change(self) -> ChangeDevice:
        return ChangeDevice(self._arn, enabled=True, user_data=self._user_data)

    def _begin(self, _values: Values) -> None:
        self._go("change", self._arn, self._change)


class ChangingDevice(_OnDevices):
    """Replaces the token or the user data of a device."""

    def __init__(
        self, desk: Desk, application: PlatformApplication, changed: Changed, device: PlatformEndpoint
    ) -> None:
        super().__init__(desk, application, changed)
        self._device = device

    def open(self) -> None:
        """Open the dialog."""
        asked = [
            Asked("token", "token", hint=f"empty keeps {self._device.masked_token}", secret=True),
            Asked("user_data", "user data", self._device.user_data),
            *self._name,
        ]
        title = f"Change the device {self._device.name}"
        self._desk.ask(title, asked, self._judge, "change", self._begin, grave=False)

    def _change(self, values: Values) -> ChangeDevice:
        token, user_data = values["token"].strip(), values["user_data"]
        new_token = Secret(token) if token and token != self._device.token else None
        enabled = True if new_token is not None and self._device.enabled is False else None
        new_data = user_data if user_data != self._device.user_data else None
        return ChangeDevice(self._device.arn, enabled, new_data, new_token)

    async def _judge(self, values: Values) -> Outlook:
        change, device = self._change(values), self._device
        if change.token is None and change.user_data is None:
            return Outlook(self._state, "nothing is different yet")
        token = change.token.reveal() if change.token is not None else device.token
        platform = platform_of(self._application.platform)
        wrong = token_fault(token, platform) if change.token is not None else ""
        lines = _difference("token", device.masked_token, masked(token)) if change.token is not None else []
        if change.user_data is not None:
            lines += _difference("user data", device.user_data, change.user_data)
        if change.enabled:
            lines += _difference("enabled", "no", "yes")
        wrong = wrong or user_data_fault(values["user_data"]) or self._unnamed(values)
        return Outlook([*self._state, *lines, "", f"  {change.words}"], wrong)

    def _begin(self, values: Values) -> None:
        self._go("change", self._device.arn, self._change(values))


class SwitchingDevice(_OnDevices):
    """Disables a device, or enables it again."""

    def __init__(
        self, desk: Desk, application: PlatformApplication, changed: Changed, device: PlatformEndpoint
    ) -> None:
        super().__init__(desk, application, changed)
        self._change = ChangeDevice(device.arn, enabled=device.enabled is False)
        self._device = device

    def open(self) -> None:
        """Open the dialog."""
        verb = "enable" if self._change.enabled else "disable"
        title = f"{verb.capitalize()} the device {self._device.name}"
        self._desk.ask(title, self._name, self._judge, verb, self._begin, grave=False)

    async def _judge(self, values: Values) -> Outlook:
        says = AGAIN if self._change.enabled else "Pushes to it are refused from then on."
        return Outlook([says, *self._state, "", f"  {self._change.words}"], self._unnamed(values))

    def _begin(self, _values: Values) -> None:
        self._go("enable" if self._change.enabled else "disable", self._device.arn, self._change)


class RemovingDevice(_OnDevices):
    """Deletes a device."""

    def __init__(
        self, desk: Desk, application: PlatformApplication, changed: Changed, device: PlatformEndpoint
    ) -> None:
        super().__init__(desk, application, changed)
        self._device = device

    def open(self) -> None:
        """Open the dialog."""
        self._desk.ask(f"Delete the device {self._device.name}", self._name, self._judge, "delete", self._begin)

    async def _judge(self, values: Values) -> Outlook:
        lines = ["The app has to register it again before anything is pushed to it."]
        if self._device.user_data:
            lines.append(f"Its user data is lost: {self._device.user_data}")
        count = len(subscribed_to(self._desk, self._device.arn))
        if count:
            lines.append("1 subscription stays, and leads nowhere." if count == 1 else
                         f"{count} subscriptions stay, and lead nowhere.")  # fmt: skip
        return Outlook([*lines, "", f"  {DeleteDevice(self._device.arn).words}"], self._unnamed(values))

    def _begin(self, _values: Values) -> None:
        self._go("delete", self._device.arn, DeleteDevice(self._device.arn))


class SubscribingDevice:
    """Subscribes a device to a topic."""

    def __init__(self, desk: Desk, device: PlatformEndpoint) -> None:
        self._desk = desk
        self._device = device

    def open(self) -> None:
        """Open the dialog."""
        asked = [Asked("topic", "topic", hint="the name of a topic in this region")]
        if self._desk.app.snapshot.context.protected:
            asked.append(Asked("name", "name", hint="the topic's name once more, where it is protected"))
        title = f"Subscribe the device {self._device.name}"
        self._desk.ask(title, asked, self._judge, "subscribe", self._begin, grave=False)

    def _topic(self, values: Values) -> Topic | None:
        typed = values["topic"].strip()
        return next((each for each in self._desk.app.snapshot.topics.values() if typed in (each.name, each.arn)), None)

    async def _judge(self, values: Values) -> Outlook:
        topics = subscribed_to(self._desk, self._device.arn)
        lines = [f"It is subscribed to {', '.join(sorted(topic.name for topic in topics))}."] if topics else []
        if self._device.enabled is False:
            lines.append("It is disabled: nothing reaches it until it is enabled.")
        typed, topic = values["topic"].strip(), self._topic(values)
        if topic is None:
            names = [each.name for each in self._desk.app.snapshot.topics.values()]
            near = get_close_matches(typed, names, 1)
            hint = f": did you mean {near[0]}?" if near else ""
            return Outlook(lines, f"there is no topic {typed} here{hint}" if typed else "name the topic")
        if topic.fifo:
            return Outlook(lines, f"{topic.name} is a FIFO topic, which delivers to queues alone")
        if topic in topics:
            return Outlook(lines, f"it is subscribed to {topic.name} already")
        wrong = wrong_name(values, topic.name) if self._desk.protects([topic.name]) else ""
        return Outlook([*lines, "", f"  {self._call(topic).words}"], wrong)

    def _call(self, topic: Topic) -> Subscribe:
        return Subscribe(topic.arn, "application", self._device.arn, {})

    def _begin(self, values: Values) -> None:
        topic = self._topic(values)
        if topic is not None:
            title = f"device {self._device.name} to {topic.name}"
            begin_changes(self._desk, "subscribe", title, {topic.arn}, [self._call(topic)])


def subscribed_to(desk: Desk, arn: str) -> list[Topic]:
    """Give the topics that are known to deliver to a device."""
    topics = desk.app.snapshot.topics.values()
    return [topic for topic in topics if any(each.ref.endpoint == arn for each in topic.subscriptions)]


def _difference(what: str, before: str, after: str) -> list[str]:
    return [] if before == after else [f"  {what}: {before or '(none)'} → {after or '(none)'}"]
