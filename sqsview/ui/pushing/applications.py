"""Push applications are made from credential files, given other ones, switched, and deleted."""

from __future__ import annotations

import asyncio
from pathlib import PurePath

from sqsview.domain.push import PlatformApplication
from sqsview.domain.pushing import FileKind, NewApplication, PushFault, Wanted, key_id_in, new_application, platform_of
from sqsview.domain.pushing.changes import (
    CreateApplication,
    DeleteApplication,
    PushChange,
    RenewCredentials,
    SwitchApplication,
)
from sqsview.ui.pushing.begin import begin_push_change, credential_file, relist
from sqsview.ui.repair.desk import Desk, typed_name, wrong_name
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

_KEPT_AWAY = "Nothing of the files is shown, logged or kept here, and SNS never gives it back."


def _is_apple(values: Values) -> bool:
    platform = platform_of(values.get("platform", ""))
    return platform is not None and platform.is_apple


def _has_signing_key(values: Values) -> bool:
    return _is_apple(values) and not _has_certificate(values)


def _has_certificate(values: Values) -> bool:
    """Tell by the file's name: fields come and go as one types, and reading it for that would be too much."""
    name = values.get("file", "").strip().lower()
    return _is_apple(values) and bool(name) and not name.endswith(".p8")


def _files(platform: str) -> list[Asked]:
    """Give the fields for the credentials; those of Apple's only where the platform is Apple's."""
    fixed = {"platform": platform} if platform else {}

    def shown(values: Values) -> Values:
        return {**values, **fixed}

    return [
        Asked("file", "file", hint=".p8 or .pem for APNs, a service account's .json for FCM, .json for ADM"),
        Asked(
            "key_file", "key file", hint="where the certificate's file has no key in it",
            only_if=lambda values: _has_certificate(shown(values)),
        ),
        Asked(
            "key_id", "key id", hint="10 characters; taken from AuthKey_….p8",
            only_if=lambda values: _has_signing_key(shown(values)),
        ),
        Asked(
            "team_id", "team id", hint="10 characters, of Apple's developer account",
            only_if=lambda values: _has_signing_key(shown(values)),
        ),
        Asked(
            "bundle_id", "bundle id", hint="the app's, such as com.example.shop",
            only_if=lambda values: _has_signing_key(shown(values)),
        ),
    ]  # fmt: skip


async def _read(values: Values, name: str, platform: str, now: float) -> NewApplication:
    """Check what was typed, with the files that it names.

    Raises:
        PushFault: it cannot be done like this.
    """
    path = values["file"]
    file = await asyncio.to_thread(credential_file, path)
    alone = file is not None and file.kind is FileKind.CERTIFICATE and file.key is None
    key_file = await asyncio.to_thread(credential_file, values["key_file"]) if alone else None
    key_id = values["key_id"].strip() or key_id_in(PurePath(path.strip()).name)
    wanted = Wanted(name, platform, file, key_file, key_id, values["team_id"], values["bundle_id"])
    return new_application(wanted, now)


class CreatingApplication:
    """Makes a push application, from the dialog to the call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._new: NewApplication | None = None

    def open(self) -> None:
        """Open the dialog."""
        asked = [
            Asked("name", "name", hint="letters, digits, _ - and ."),
            Asked("platform", "platform", hint="apns, apns_sandbox, fcm or adm"),
            *_files(""),
        ]
        self._desk.ask("New push application", asked, self._judge, "create", self._begin, grave=False)

    async def _judge(self, values: Values) -> Outlook:
        self._new = None
        try:
            new = await _read(values, values["name"], values["platform"], self._desk.app.clock.epoch())
        except PushFault as fault:
            return Outlook([_KEPT_AWAY], str(fault))
        ends = f":app/{new.platform.value}/{new.name}"
        if any(arn.endswith(ends) for arn in self._desk.app.snapshot.applications):
            return Outlook([_KEPT_AWAY], f"there is {new.name} for {new.platform.words} already")
        self._new = new
        return Outlook([*new.says, _KEPT_AWAY, "", f"  {CreateApplication(new).words}"])

    def _begin(self, _values: Values) -> None:
        new, self._new = self._new, None
        if new is not None:
            arns = {f"app/{new.platform.value}/{new.name}"}
            begin_push_change(self._desk, "create", new.name, arns, CreateApplication(new), relist(self._desk))


class OfApplication:
    """Something that is done to one application, from the dialog to the call."""

    def __init__(self, desk: Desk, application: PlatformApplication) -> None:
        self._desk = desk
        self._application = application
        self._protected = desk.protects([application.name])

    def open(self) -> None:
        """Open the dialog."""
        raise NotImplementedError

    @property
    def _name(self) -> list[Asked]:
        return [typed_name(self._protected)] if self._protected else []

    def _unnamed(self, values: Values) -> str:
        return wrong_name(values, self._protected) if self._protected else ""

    def _go(self, kind: str, change: PushChange) -> None:
        name, arn = self._application.name, self._application.arn
        begin_push_change(self._desk, kind, name, {arn}, change, relist(self._desk))


class RenewingCredentials(OfApplication):
    """Gives an application other credentials, as when its certificate is about to end."""

    _new: NewApplication | None = None

    def open(self) -> None:
        """Open the dialog."""
        asked = [*_files(self._application.platform), *self._name]
        title = f"New credentials for {self._application.name}"
        self._desk.ask(title, asked, self._judge, "replace", self._begin, grave=False)

    async def _judge(self, values: Values) -> Outlook:
        application, self._new = self._application, None
        says = ["They take the place of those that are there, which cannot be brought back.", _KEPT_AWAY]
        try:
            new = await _read(values, application.name, application.platform, self._desk.app.clock.epoch())
        except PushFault as fault:
            return Outlook(says, str(fault))
        self._new = new
        call = f"  {RenewCredentials(application.arn, new).words}"
        return Outlook([*new.says, *says, "", call], self._unnamed(values))

    def _begin(self, _values: Values) -> None:
        new, self._new = self._new, None
        if new is not None:
            self._go("renew", RenewCredentials(self._application.arn, new))


class SwitchingApplication(OfApplication):
    """Disables an application, or enables it again."""

    @property
    def _off(self) -> bool:
        return self._application.enabled is not False

    def open(self) -> None:
        """Open the dialog."""
        verb = "disable" if self._off else "enable"
        title = f"{verb.capitalize()} the application {self._application.name}"
        self._desk.ask(title, self._name, self._judge, verb, self._begin, grave=self._off)

    async def _judge(self, values: Values) -> Outlook:
        change = SwitchApplication(self._application.arn, enabled=not self._off)
        what = "refused from then on" if self._off else "taken again"
        return Outlook([f"Pushes to all of its devices are {what}.", "", f"  {change.words}"], self._unnamed(values))

    def _begin(self, _values: Values) -> None:
        change = SwitchApplication(self._application.arn, enabled=not self._off)
        self._go("disable" if self._off else "enable", change)


class RemovingApplication(OfApplication):
    """Deletes an application; its name is typed."""

    def open(self) -> None:
        """Open the dialog."""
        name = self._application.name
        title = f"Delete the application {name}"
        self._desk.ask(title, [typed_name(name)], self._judge, "delete", self._begin)

    async def _judge(self, values: Values) -> Outlook:
        application = self._application
        path = f"endpoint/{application.platform}/{application.name}/"
        topics = self._desk.app.snapshot.topics.values()
        subscribed = sum(path in each.ref.endpoint for topic in topics for each in topic.subscriptions)
        lines = ["It cannot be brought back, and all of its devices are deleted with it."]
        if subscribed:
            lines.append(f"{subscribed:,} subscriptions of its devices stay, and lead nowhere.")
        return Outlook(lines, wrong_name(values, application.name))

    def _begin(self, _values: Values) -> None:
        self._go("delete", DeleteApplication(self._application.arn))
