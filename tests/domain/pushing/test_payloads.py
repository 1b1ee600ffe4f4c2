"""A push is written as each service takes it, within its limits, and shown before it is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.pushing import Platform, Push, PushFault, faults, outgoing, payload, payload_size, preview, push_of

FULL = push_of(
    {
        "title": "Order 12",
        "text": "is on its way",
        "badge": "3",
        "sound": "default",
        "data": "order=12, kind=sent",
        "collapse": "order-12",
        "ttl": "3600",
    }
)
ALL = tuple(Platform)


def built(push: Push, platform: Platform) -> Any:
    return json.loads(payload(push, platform))


def test_apns_has_alert_badge_and_sound_in_aps_and_the_data_beside_it() -> None:
    assert built(FULL, Platform.APNS) == {
        "aps": {"alert": {"title": "Order 12", "body": "is on its way"}, "badge": 3, "sound": "default"},
        "order": "12",
        "kind": "sent",
    }


def test_fcm_has_a_v1_message() -> None:
    assert built(FULL, Platform.FCM) == {
        "fcmV1Message": {
            "validate_only": False,
            "message": {
                "notification": {"title": "Order 12", "body": "is on its way"},
                "data": {"order": "12", "kind": "sent"},
                "android": {
                    "priority": "high",
                    "ttl": "3600s",
                    "collapse_key": "order-12",
                    "notification": {"sound": "default", "notification_count": 3},
                },
            },
        }
    }


def test_adm_has_all_in_its_data() -> None:
    assert built(FULL, Platform.ADM) == {
        "data": {
            "title": "Order 12",
            "message": "is on its way",
            "sound": "default",
            "badge": "3",
            "order": "12",
            "kind": "sent",
        },
        "consolidationKey": "order-12",
        "expiresAfter": 3600,
    }


def test_data_alone_is_a_push_in_the_background() -> None:
    silent = push_of({"data": '{"sync": "orders"}'})
    assert built(silent, Platform.APNS) == {"aps": {"content-available": 1}, "sync": "orders"}
    assert built(silent, Platform.FCM)["fcmV1Message"]["message"]["android"] == {"priority": "normal"}
    written = outgoing(silent, [Platform.APNS])
    assert written.attributes["AWS.SNS.MOBILE.APNS.PUSH_TYPE"].value == "background"
    assert written.attributes["AWS.SNS.MOBILE.APNS.PRIORITY"].value == "5"


def test_a_message_has_a_payload_as_text_for_each_platform_and_a_default() -> None:
    written = outgoing(FULL, ALL)
    found = json.loads(written.body)
    assert written.structure and found.pop("default") == "is on its way"
    assert {name: json.loads(text) for name, text in found.items()} == {
        platform.value: built(FULL, platform) for platform in ALL
    }


def test_what_apns_takes_as_headers_is_in_attributes() -> None:
    told = {name: each.value for name, each in outgoing(FULL, ALL).attributes.items()}
    assert told == {
        "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
        "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": "order-12",
        "AWS.SNS.MOBILE.APNS.TTL": "3600",
        "AWS.SNS.MOBILE.APNS_SANDBOX.TTL": "3600",
    }
    assert not outgoing(FULL, [Platform.FCM]).attributes


@pytest.mark.parametrize(
    ("fields", "platform", "words"),
    [
        ({}, Platform.APNS, "nothing to push"),
        ({"text": "x" * 4_096}, Platform.APNS, "APNs takes 4,096 bytes"),
        ({"text": "x" * 4_096}, Platform.FCM, "FCM takes 4,096 bytes"),
        ({"text": "x" * 6_144}, Platform.ADM, "ADM takes 6,144 bytes"),
        ({"text": "a", "ttl": "2419201"}, Platform.FCM, "four weeks"),
        ({"text": "a", "ttl": "0"}, Platform.ADM, "from 1 on"),
        ({"text": "a", "collapse": "x" * 65}, Platform.APNS, "at most 64 bytes"),
        ({"data": "aps=1"}, Platform.APNS, "aps is Apple's own"),
        ({"data": "google.id=1"}, Platform.FCM, "must not be called"),
        ({"data": '{"a": "\\ud800"}'}, Platform.FCM, "lone surrogate"),
    ],
)
def test_what_a_service_would_refuse_is_said_beforehand(fields: dict[str, str], platform: Platform, words: str) -> None:
    assert words in " ".join(faults(push_of(fields), platform))


@pytest.mark.parametrize("platform", ALL)
def test_a_push_of_just_the_limit_is_taken_and_a_byte_more_is_not(platform: Platform) -> None:
    empty = payload_size(Push(text="x"), platform) - 1
    room = platform.most_bytes - empty
    assert not list(faults(Push(text="x" * room), platform))
    assert list(faults(Push(text="x" * (room + 1)), platform))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"badge": "-1"}, "badge"),
        ({"badge": "²"}, "badge"),
        ({"ttl": "soon"}, "time to live"),
        ({"data": "order"}, "name=value"),
        ({"data": '{"order": 1}'}, "must be texts"),
        ({"data": '{"order'}, "no JSON yet"),
    ],
)
def test_what_cannot_be_read_is_said(fields: dict[str, str], words: str) -> None:
    with pytest.raises(PushFault, match=words):
        push_of(fields)


def test_a_preview_says_what_is_shown_and_how_large_it_is() -> None:
    lines = list(preview(FULL, ALL))
    size = len(payload(FULL, Platform.APNS))
    assert lines[0] == f"APNs: {size} of 4,096 bytes · Order 12 — is on its way · badge 3 · sound default"
    assert "ADM: " in " ".join(lines) and "the app decides what is shown" in " ".join(lines)
    assert "nothing is shown" in next(preview(push_of({"data": "a=1"}), [Platform.APNS]))


@given(st.text(max_size=50), st.text(max_size=50), st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_whatever_is_typed_the_payload_is_json_that_holds_it(title: str, text: str, data: dict[str, str]) -> None:
    push = Push(title, text, data=data)
    for platform in ALL:
        found = built(push, platform)
        assert isinstance(found, dict)
    assert built(push, Platform.ADM)["data"].items() >= data.items()
    assert json.loads(outgoing(push, ALL).body)["default"]
