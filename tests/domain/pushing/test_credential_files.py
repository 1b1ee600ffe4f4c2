"""A credential file is told by what it is, in one line that quotes nothing of it."""

from __future__ import annotations

import json
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.pushing import FileKind, recognised
from tests.domain.pushing import made

USEFUL = [
    (made.signing_key, FileKind.SIGNING_KEY, "a signing key for APNs tokens (.p8)"),
    (made.certificate_file, FileKind.CERTIFICATE, "a certificate that ends 2025-08-30, without key"),
    (
        lambda: made.key_file() + made.certificate_file(),
        FileKind.CERTIFICATE,
        "a certificate that ends 2025-08-30, with its key",
    ),
    (made.key_file, FileKind.PRIVATE_KEY, "an RSA key, which belongs to a certificate and is no .p8 signing key"),
    (
        lambda: made.key_file(form=PrivateFormat.TraditionalOpenSSL),
        FileKind.PRIVATE_KEY,
        "an RSA key, which belongs to a certificate and is no .p8 signing key",
    ),
    (made.service_account, FileKind.SERVICE_ACCOUNT, "a service account of Google, for FCM"),
    (made.adm_client, FileKind.CLIENT, "the client id and client secret of an ADM app"),
]
USELESS = [
    (lambda: b" \n", "an empty file"),
    (lambda: b"x" * 70_000, "too large"),
    (made.archive, "a PKCS#12 archive"),
    (lambda: made.certificate_file(encoding=Encoding.DER), "a certificate in binary form"),
    (lambda: b"\x00\xff\x00", "a binary file of an unknown kind"),
    (lambda: b"\x30\x82", "a binary file of an unknown kind"),
    (lambda: made.key_file(encryption=made.PASSPHRASE), "behind a passphrase"),
    (made.public_key, "a public key"),
    (lambda: made.signing_key(ec.SECP384R1), "another curve"),
    (lambda: made.signing_key()[:120], "cut off"),
    (lambda: made.signing_key().replace(b"M", b"N", 1), "damaged"),
    (lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "damaged"),
    (lambda: b'{"project_info": {}, "client": []}', "google-services.json"),
    (lambda: b'{"installed": {"client_id": "x"}}', "OAuth client"),
    (lambda: b'{"type": "authorized_user", "refresh_token": "x"}', "a person's"),
    (lambda: b'{"type": "other"}', "neither a service account"),
    (lambda: b'{"type": "service_acc', "cut off"),
    (lambda: made.service_account(private_key=None, project_id=""), "without project_id and private_key"),
    (lambda: made.service_account(private_key="-----BEGIN"), "damaged"),
    (lambda: b'<?xml version="1.0"?><plist/>', "GoogleService-Info.plist"),
    (lambda: b"AAAAabcdefg:" + b"A" * 140, "legacy server key"),
    (lambda: b"hello", "no credential"),
]


@pytest.mark.parametrize(("make", "kind", "words"), USEFUL)
def test_what_a_service_takes_is_recognised(make: object, kind: FileKind, words: str) -> None:
    found = recognised(make())  # type: ignore[operator]
    assert (found.kind, found.words) == (kind, words)


@pytest.mark.parametrize(("make", "words"), USELESS)
def test_what_no_service_takes_is_named_with_what_to_do(make: object, words: str) -> None:
    found = recognised(make())  # type: ignore[operator]
    assert found.kind is FileKind.USELESS
    assert words in found.words


@pytest.mark.parametrize("make", [each[0] for each in [*USEFUL, *USELESS]])
def test_nothing_of_a_file_stands_in_what_is_said_of_it(make: object) -> None:
    content: bytes = make()  # type: ignore[operator]
    found = recognised(content)
    said = f"{found.words} {found!r} {found}"
    pieces = set(re.findall(r"[\w+/-]{12,}", content.decode("latin-1")))
    allowed = {"service_account"}  # the name of a kind, by which people know it
    assert not {piece for piece in pieces - allowed if piece in said}


def test_a_byte_order_mark_before_a_service_account_does_no_harm() -> None:
    assert recognised(b"\xef\xbb\xbf" + made.service_account()).kind is FileKind.SERVICE_ACCOUNT


def test_a_key_of_another_certificate_is_told() -> None:
    assert recognised(made.certificate_file() + made.key_file()).fits
    assert not recognised(made.certificate_file() + made.key_file(1)).fits


def test_a_certificate_without_apples_mark_is_told() -> None:
    assert recognised(made.certificate_file()).of_apple
    assert not recognised(made.certificate_file(of_apple=False)).of_apple


def test_the_secret_of_a_service_account_is_the_whole_document() -> None:
    found = recognised(made.service_account())
    assert found.key is not None and json.loads(found.key.reveal())["project_id"] == "shop-1234"


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: b"\x30\x82" + tail))
def test_whatever_a_file_holds_it_is_one_line(content: bytes) -> None:
    found = recognised(content)
    assert found.words and "\n" not in found.words


@given(st.binary(max_size=40), st.integers(0, 800))
def test_a_certificate_damaged_anywhere_is_told_or_read_and_nothing_worse(noise: bytes, at: int) -> None:
    whole = made.certificate_file(encoding=Encoding.DER)
    assert recognised(whole[:at] + noise + whole[at + len(noise) :]).words
