"""What is pushed, as each push service takes it, and how large it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqsview.domain.message import Attribute, Outgoing, byte_length
from sqsview.domain.pushing.applications import PushFault
from sqsview.domain.pushing.platforms import Platform

MOST_SECONDS = 2_419_200
"""Four weeks: the longest time to live at FCM, and what SNS takes where nothing is said (SNS Developer Guide)."""
MOST_COLLAPSE = 64
"""Bytes of APNs' ``apns-collapse-id`` (Apple) and characters of ADM's ``consolidationKey`` (Amazon)."""
_OF_FCM = frozenset({"from", "message_type", "collapse_key", "notification"})
"""Keys that data at FCM must not have, nor any that begins with ``google.`` or ``gcm.`` (Firebase, "Message")."""
_MOBILE = "AWS.SNS.MOBILE"


@dataclass(frozen=True, slots=True)
class Push:
    """One notification before it is written for a push service; a push with data alone shows nothing by itself."""

    title: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    badge: int | None = None
    """The number on the app's icon; 0 takes it away."""
    sound: str = ""
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """For the app itself."""
    collapse: str = ""
    """A push with the same word takes the place of the one before."""
    seconds: int | None = None
    """How long the service keeps trying; None leaves it to the service."""

    @property
    def is_seen(self) -> bool:
        """Tell whether the device shows or sounds anything by itself."""
        return bool(self.title or self.text or self.sound) or self.badge is not None


def push_of(fields: Mapping[str, str]) -> Push:
    """Read what was typed: ``title``, ``text``, ``badge``, ``sound``, ``data``, ``collapse`` and ``ttl``.

    Raises:
        PushFault: one of them cannot be read.
    """
    return Push(
        fields.get("title", ""),
        fields.get("text", ""),
        _number(fields.get("badge", ""), "the badge is a number from 0 on"),
        fields.get("sound", "").strip(),
        data_of(fields.get("data", "")),
        fields.get("collapse", "").strip(),
        _number(fields.get("ttl", ""), f"the time to live is a number of seconds, 0 to {MOST_SECONDS:,}"),
    )


def data_of(typed: str) -> Mapping[str, str]:
    """Read ``order=12, kind=paid``, or a JSON object of texts.

    Raises:
        PushFault: it is neither.
    """
    stripped = typed.strip()
    if stripped.startswith("{"):
        try:
            found: Any = json.loads(stripped)
        except (ValueError, RecursionError):
            raise PushFault("the data is no JSON yet") from None
        if not all(isinstance(value, str) for value in found.values()):
            raise PushFault("the values of the data must be texts: that is all that FCM and ADM take")
        return MappingProxyType(dict(found))
    pairs = [part.partition("=") for part in stripped.split(",") if part.strip()]
    if any(not sign or not name.strip() for name, sign, _ in pairs):
        raise PushFault("the data is name=value, name=value, or a JSON object of texts")
    return MappingProxyType({name.strip(): value.strip() for name, _, value in pairs})


def payload(push: Push, platform: Platform) -> str:
    """Write a push as JSON for one service, in the form in which SNS passes it on."""
    build = {Platform.FCM: _fcm, Platform.ADM: _adm}.get(platform, _apns)
    return json.dumps(build(push), ensure_ascii=False, separators=(",", ":"))


def payload_size(push: Push, platform: Platform) -> int:
    """Count the bytes that the service limits: at APNs the whole payload, at FCM and ADM what the device gets."""
    if platform is Platform.FCM:
        message = _fcm(push)["fcmV1Message"]["message"]
        return _size({name: message[name] for name in ("notification", "data") if name in message})
    return _size(_adm(push)["data"]) if platform is Platform.ADM else byte_length(payload(push, platform))


def faults(push: Push, platform: Platform) -> Iterator[str]:
    """Give what this service would refuse, a line each; none of them quotes the push."""
    if not push.is_seen and not push.data:
        yield "there is nothing to push: give a text, a badge, a sound or data"
        return
    if not _is_sendable(payload(push, platform)):
        yield "there is half a character in it, a lone surrogate, which no service takes"
        return
    size = payload_size(push, platform)
    if size > platform.most_bytes:
        yield f"{platform.words} takes {platform.most_bytes:,} bytes, and this has {size:,}"
    if push.seconds is not None and push.seconds > MOST_SECONDS:
        yield f"the time to live is at most {MOST_SECONDS:,} s, which is four weeks"
    if push.seconds == 0 and platform is Platform.ADM:
        yield "ADM has no time to live of 0 s: it takes from 1 on"
    if byte_length(push.collapse) > MOST_COLLAPSE and platform is not Platform.FCM:
        yield f"the collapse word has at most {MOST_COLLAPSE} bytes at {platform.words}"
    if platform.is_apple and "aps" in push.data:
        yield "aps is Apple's own: data must not be called so"
    if platform is Platform.FCM and any(_is_fcms(name) for name in push.data):
        yield (
            "data at FCM must not be called from, notification, message_type or collapse_key, "
            "nor begin with google or gcm"
        )


def outgoing(push: Push, platforms: Sequence[Platform]) -> Outgoing:
    """Write a push for a device or topic: a payload for each service, and a text for whoever has none of them."""
    default = push.text or push.title or "push"
    body = {"default": default, **{platform.value: payload(push, platform) for platform in platforms}}
    return Outgoing(
        json.dumps(body, ensure_ascii=False), MappingProxyType(_attributes(push, platforms)), structure=True
    )


def _attributes(push: Push, platforms: Sequence[Platform]) -> dict[str, Attribute]:
    """Give what APNs takes as headers (SNS Developer Guide, "Mobile push message attributes")."""
    apple = [platform for platform in platforms if platform.is_apple]
    if not apple:
        return {}
    told = {f"{_MOBILE}.APNS.PUSH_TYPE": "alert" if push.is_seen else "background"}
    if not push.is_seen:
        told[f"{_MOBILE}.APNS.PRIORITY"] = "5"
    if push.collapse:
        told[f"{_MOBILE}.APNS.COLLAPSE_ID"] = push.collapse
    if push.seconds is not None:
        told |= {f"{_MOBILE}.{platform.value}.TTL": str(push.seconds) for platform in apple}
    return {name: Attribute("String", value) for name, value in told.items()}


def _apns(push: Push) -> dict[str, Any]:
    aps: dict[str, Any] = {}
    if push.title or push.text:
        aps["alert"] = _filled({"title": push.title, "body": push.text})
    if push.badge is not None:
        aps["badge"] = push.badge
    if push.sound:
        aps["sound"] = push.sound
    return {"aps": aps or {"content-available": 1}, **{name: push.data[name] for name in push.data if name != "aps"}}


def _fcm(push: Push) -> dict[str, Any]:
    android: dict[str, Any] = {"priority": "high" if push.is_seen else "normal"}
    if push.seconds is not None:
        android["ttl"] = f"{push.seconds}s"
    if push.collapse:
        android["collapse_key"] = push.collapse
    shown: dict[str, Any] = {"sound": push.sound} if push.sound else {}
    if push.badge is not None:
        shown["notification_count"] = push.badge
    if shown:
        android["notification"] = shown
    message: dict[str, Any] = {}
    if push.title or push.text:
        message["notification"] = _filled({"title": push.title, "body": push.text})
    if push.data:
        message["data"] = dict(push.data)
    return {"fcmV1Message": {"validate_only": False, "message": {**message, "android": android}}}


def _adm(push: Push) -> dict[str, Any]:
    """Put all into the data, for ADM knows nothing else: the app reads it and shows what it likes."""
    badge = "" if push.badge is None else str(push.badge)
    told = _filled({"title": push.title, "message": push.text, "sound": push.sound, "badge": badge})
    written: dict[str, Any] = {"data": {**told, **push.data}}
    if push.collapse:
        written["consolidationKey"] = push.collapse
    if push.seconds is not None:
        written["expiresAfter"] = push.seconds
    return written


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _size(found: object) -> int:
    return byte_length(json.dumps(found, ensure_ascii=False, separators=(",", ":")))


def _is_sendable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_fcms(name: str) -> bool:
    return name in _OF_FCM or name.startswith(("google", "gcm"))


def _number(typed: str, wrong: str) -> int | None:
    stripped = typed.strip()
    if not stripped:
        return None
    if not (stripped.isascii() and stripped.isdecimal() and len(stripped) < 10):
        raise PushFault(wrong)
    return int(stripped)
