"""A secret is not told by accident, and a device's token is checked without quoting it."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.pushing import HIDDEN, Platform, Secret, device_in_conflict, token_fault, user_data_fault
from tests.domain.pushing import made

DEVICE = "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/shop/5e3e9847-3183-3f18-a7e8-671c3a57d4b3"


@given(st.text(min_size=9, max_size=40))
def test_no_way_of_writing_a_secret_shows_it(text: str) -> None:
    secret = Secret(text)
    for said in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert text not in said and HIDDEN in said
    assert secret.reveal() == text


def test_a_secret_is_not_stored_nor_copied() -> None:
    for store in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            store(Secret("tea"))


def test_a_secret_is_taken_out_of_what_a_server_says_whole_or_in_pieces() -> None:
    assert Secret("0123456789").taken_out_of("Invalid token: 0123456789") == f"Invalid token: {HIDDEN}"
    key = made.signing_key().decode()
    said = f"PlatformCredential {key!r} is wrong, see {key.splitlines()[1]}"
    assert key.splitlines()[1] not in Secret(key).taken_out_of(said)
    account = made.service_account().decode()
    assert "gserviceaccount" not in Secret(account).taken_out_of(
        "no firebase-adminsdk@shop-1234.iam.gserviceaccount.com"
    )


@pytest.mark.parametrize(
    ("token", "platform", "words"),
    [
        ("", None, "give the device's token"),
        ("abc def", None, "no blanks"),
        ("<0123>", Platform.APNS, "hexadecimal"),
        ("012", Platform.APNS_SANDBOX, "hexadecimal"),
        ("ab" * 201, Platform.APNS, "400 digits"),
        ("0aF1" * 16, Platform.APNS, ""),
        ("dQw4:APA91b-x_y", Platform.FCM, ""),
        ("anything", None, ""),
    ],
)
def test_a_token_is_checked(token: str, platform: Platform | None, words: str) -> None:
    said = token_fault(token, platform)
    assert words in said and bool(said) == bool(words)
    assert not token or token not in said


def test_user_data_has_a_limit_in_bytes() -> None:
    assert user_data_fault("é" * 1_024) == ""
    assert user_data_fault("é" * 1_025) == "the user data has 2,050 bytes, and SNS keeps 2,048"


def test_the_device_that_has_a_token_already_is_told_by_the_refusal() -> None:
    why = "already exists with the same Token, but different attributes."
    said = f"Invalid parameter: Token Reason: Endpoint {DEVICE} {why}"
    assert device_in_conflict(said) == DEVICE
    assert device_in_conflict("Invalid parameter: Token Reason: too long") is None
    assert device_in_conflict(said.replace("endpoint/", "app/")) is None
