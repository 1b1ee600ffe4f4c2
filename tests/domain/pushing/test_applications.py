"""What a new push application needs is checked before any call, and its credentials are never told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.pushing import (
    CREDENTIAL,
    PRINCIPAL,
    Platform,
    PushFault,
    Wanted,
    key_id_in,
    new_application,
    platform_of,
    recognised,
)
from tests.domain.pushing import made

NOW = made.NOW.timestamp()
TOKEN = Wanted("shop", "apns", recognised(made.signing_key()), None, "ABC123DEFG", "TEAM123456", "com.example.shop")


def test_a_signing_key_needs_key_team_and_bundle() -> None:
    found = new_application(TOKEN, NOW)
    assert found.platform is Platform.APNS
    assert found.credentials[PRINCIPAL].reveal() == "ABC123DEFG"
    assert "PRIVATE KEY" in found.credentials[CREDENTIAL].reveal()
    assert found.attributes == {"ApplePlatformTeamID": "TEAM123456", "ApplePlatformBundleID": "com.example.shop"}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (replace(TOKEN, platform="palm"), "one of apns"),
        (replace(TOKEN, name=" "), "name the application"),
        (replace(TOKEN, name="my shop"), "letters, digits"),
        (replace(TOKEN, file=None), "name the file: a .p8"),
        (replace(TOKEN, key_id="abc"), "key id"),
        (replace(TOKEN, team_id=""), "team id"),
        (replace(TOKEN, bundle_id="com example"), "bundle id"),
        (replace(TOKEN, platform="fcm"), "the file is a signing key for APNs tokens (.p8); FCM needs the JSON key"),
        (replace(TOKEN, platform="adm"), "ADM needs JSON with client_id"),
        (replace(TOKEN, file=recognised(made.service_account())), "APNs needs a .p8 signing key, or a certificate"),
        (replace(TOKEN, file=recognised(made.certificate_file())), "name the file of its key"),
        (replace(TOKEN, file=recognised(made.certificate_file(-1) + made.key_file())), "ended on 2025-05-31"),
        (replace(TOKEN, file=recognised(made.certificate_file() + made.key_file(1))), "does not belong"),
        (
            replace(TOKEN, file=recognised(made.certificate_file()), key_file=recognised(made.key_file(1))),
            "does not belong",
        ),
        (
            replace(TOKEN, file=recognised(made.certificate_file()), key_file=recognised(made.adm_client())),
            "the key file is the client id and client secret",
        ),
        (
            replace(TOKEN, file=recognised(made.certificate_file()), key_file=recognised(b"x")),
            "the key file is a text that is no credential",
        ),
    ],
)
def test_what_is_missing_is_said(wanted: Wanted, words: str) -> None:
    with pytest.raises(PushFault) as fault:
        new_application(wanted, NOW)
    assert words in str(fault.value)


def test_a_certificate_with_its_key_in_one_file_or_in_two_gives_the_same() -> None:
    together = Wanted("shop", "apns-sandbox", recognised(made.certificate_file() + made.key_file()))
    apart = replace(together, file=recognised(made.certificate_file()), key_file=recognised(made.key_file()))
    first, second = new_application(together, NOW), new_application(apart, NOW)
    assert first.platform is Platform.APNS_SANDBOX
    assert {name: secret.reveal() for name, secret in first.credentials.items()} == {
        name: secret.reveal() for name, secret in second.credentials.items()
    }
    assert "in 90 days" in first.says[0]


def test_a_certificate_that_is_not_apples_is_warned_about() -> None:
    file = recognised(made.certificate_file(of_apple=False) + made.key_file())
    assert "APNs may refuse it" in new_application(Wanted("shop", "apns", file), NOW).says[1]


def test_fcm_takes_a_service_account_and_adm_a_client() -> None:
    fcm = new_application(Wanted("shop", "fcm", recognised(made.service_account())), NOW)
    adm = new_application(Wanted("shop", "adm", recognised(made.adm_client())), NOW)
    assert (fcm.platform.value, list(fcm.credentials)) == ("GCM", [CREDENTIAL])
    assert {name: secret.reveal() for name, secret in adm.credentials.items()} == {
        PRINCIPAL: "amzn1.application-oa2-client.0123",
        CREDENTIAL: "0f1e2d3c4b5a6978",
    }


def test_no_credential_is_in_the_representation() -> None:
    assert "PRIVATE" not in repr(new_application(TOKEN, NOW)) + repr(TOKEN)


def test_the_key_id_is_taken_from_apples_file_name() -> None:
    assert key_id_in("AuthKey_ABC123DEFG.p8") == "ABC123DEFG"
    assert key_id_in("push.p8") == ""


def test_a_platform_is_known_by_the_names_of_people_and_of_arns() -> None:
    assert platform_of(" FCM ") is platform_of("GCM") is Platform.FCM
    assert platform_of("apns sandbox") is platform_of("APNS_SANDBOX") is Platform.APNS_SANDBOX
    assert platform_of("BAIDU") is None
