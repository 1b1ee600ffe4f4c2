"""What a credential file is and is not, in one line that quotes nothing of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqsview.domain.pushing import der
from sqsview.domain.pushing.der import KeyKind, NotDerError
from sqsview.domain.secret import Secret

LARGEST = 64 * 1024
"""Bytes of a credential file, at most: a service account has 2.4 kB, a certificate with its chain 10."""

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s(.*?)-----END \1-----", re.DOTALL)
_LEGACY_FCM = re.compile(r"(?:AAAA[\w-]{7}:[\w-]{100,}|AIza[\w-]{35})")
_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")


class FileKind(Enum):
    """What a file can be of use as."""

    SIGNING_KEY = auto()
    """An APNs token key, .p8."""
    CERTIFICATE = auto()
    """A certificate, with or without its key."""
    PRIVATE_KEY = auto()
    """The key of a certificate, alone."""
    SERVICE_ACCOUNT = auto()
    """FCM's."""
    CLIENT = auto()
    """ADM's client id and secret."""
    USELESS = auto()


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """What was found in a file."""

    kind: FileKind
    words: str
    """What it is, in one line that begins with an article or says why it is of no use; nothing of it is quoted."""
    key: Secret | None = field(default=None, repr=False)
    """The private key, the whole service account, or the client secret."""
    certificate: Secret | None = field(default=None, repr=False)
    """The certificate, or the client id."""
    ends: datetime | None = None
    """When the certificate ends."""
    fits: bool = True
    """Whether key and certificate belong together, as far as that can be told."""
    of_apple: bool = True
    """Whether the certificate has Apple's mark of push certificates."""


def recognised(content: bytes) -> CredentialFile:
    """Tell what a file is."""
    if not content.strip():
        return _useless("an empty file")
    if len(content) > LARGEST:
        return _useless(f"a file of more than {LARGEST:,} bytes, which is too large for a credential")
    if content[:1] == b"\x30":
        return _binary(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _useless("a binary file of an unknown kind")
    stripped = text.strip()
    if stripped[:1] == "{":
        return _json(stripped)
    if "-----BEGIN" in text:
        return _pem(text)
    if stripped[:5] == "<?xml":
        return _useless(
            "an XML file, such as GoogleService-Info.plist, which is the app's own: FCM needs a service account's JSON"
        )
    if _LEGACY_FCM.fullmatch(stripped):
        return _useless("a legacy server key, which FCM takes no more since 2024: make a key for a service account")
    return _useless("a text that is no credential of APNs, FCM or ADM")


def _useless(words: str) -> CredentialFile:
    return CredentialFile(FileKind.USELESS, words)


def _binary(content: bytes) -> CredentialFile:
    if der.is_archive(content):
        return _useless("a PKCS#12 archive: take it apart with openssl pkcs12 -in FILE -out push.pem -nodes")
    try:
        der.certificate(content)
    except NotDerError:
        return _useless("a binary file of an unknown kind")
    return _useless(
        "a certificate in binary form: write it as PEM with openssl x509 -inform der -in FILE -out push.pem"
    )


def _pem(text: str) -> CredentialFile:
    blocks = [(found[1], found[0], found[2]) for found in _PEM.finditer(text)]
    labels = [label for label, _, _ in blocks]
    if "ENCRYPTED PRIVATE KEY" in labels or "Proc-Type: 4,ENCRYPTED" in text:
        return _useless("a key behind a passphrase, which SNS cannot open: write it without, with openssl pkcs8 -nodes")
    key = next((block for block in blocks if block[0] in _KEYS), None)
    certificate = next((block for block in blocks if block[0] == "CERTIFICATE"), None)
    if certificate is not None:
        return _with_certificate(certificate, key)
    if key is not None:
        return _key_alone(key)
    if "CERTIFICATE REQUEST" in labels:
        return _useless("a request for a certificate: Apple makes the certificate of it")
    if "PUBLIC KEY" in labels:
        return _useless("a public key: the private one is needed")
    return _useless("a PEM file that is cut off, or holds no key and no certificate")


def _with_certificate(block: tuple[str, str, str], key: tuple[str, str, str] | None) -> CredentialFile:
    try:
        body = _decoded(block[2])
        found = der.certificate(body)
    except NotDerError:
        return _useless("a certificate that is damaged")
    words = f"a certificate that ends {found.ends:%Y-%m-%d}, " + ("with its key" if key is not None else "without key")
    fits = key is None or _belongs(key, body)
    secret = None if key is None else Secret(key[1] + "\n")
    return CredentialFile(
        FileKind.CERTIFICATE, words, secret, Secret(block[1] + "\n"), found.ends, fits, found.of_apple_push
    )


def belong_together(certificate: CredentialFile, key: CredentialFile) -> bool:
    """Tell whether a key from a file of its own is a certificate's; also where that cannot be told."""
    if certificate.certificate is None or key.key is None:
        return True
    blocks = [(found[1], found[0], found[2]) for found in _PEM.finditer(key.key.reveal())]
    signed = _PEM.search(certificate.certificate.reveal())
    return not blocks or signed is None or _belongs(blocks[0], _decoded(signed[2]))


def _belongs(key: tuple[str, str, str], certificate: bytes) -> bool:
    try:
        modulus = der.modulus(_decoded(key[2]))
    except NotDerError:
        return False
    return modulus is None or modulus in certificate


def _key_alone(block: tuple[str, str, str]) -> CredentialFile:
    label, whole, body = block
    secret = Secret(whole + "\n")
    if label == "EC PRIVATE KEY":
        return _useless("an elliptic-curve key that is not PKCS#8: Apple's .p8 is needed as it was downloaded")
    try:
        decoded = _decoded(body)
        kind = KeyKind.RSA if label == "RSA PRIVATE KEY" else der.key_kind(decoded)
    except NotDerError:
        return _useless("a private key that is damaged")
    if kind is KeyKind.P256:
        return CredentialFile(FileKind.SIGNING_KEY, "a signing key for APNs tokens (.p8)", secret)
    if kind is KeyKind.RSA:
        return CredentialFile(
            FileKind.PRIVATE_KEY, "an RSA key, which belongs to a certificate and is no .p8 signing key", secret
        )
    return _useless(f"{kind.value}, which APNs does not take")


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        raise NotDerError("not base64") from None


def _json(text: str) -> CredentialFile:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return _useless("a file that begins like JSON and is none: it is cut off, or was changed")
    if found.get("type") == "service_account":
        return _service_account(found, text)
    if "project_info" in found and "client" in found:
        return _useless("google-services.json, which is the app's own: FCM needs a service account's key")
    if "installed" in found or "web" in found:
        return _useless("the secret of an OAuth client: FCM needs a service account's key")
    identity = next((found[name] for name in ("client_id", "clientId") if name in found), None)
    secret = next((found[name] for name in ("client_secret", "clientSecret") if name in found), None)
    if isinstance(identity, str) and isinstance(secret, str) and identity.strip() and secret.strip():
        return CredentialFile(
            FileKind.CLIENT, "the client id and client secret of an ADM app", Secret(secret), Secret(identity)
        )
    if found.get("type") in ("authorized_user", "external_account"):
        return _useless("a person's or a federated Google credential: FCM needs a service account's key")
    return _useless("JSON that is neither a service account (FCM) nor client_id with client_secret (ADM)")


def _service_account(found: dict[str, Any], text: str) -> CredentialFile:
    missing = [name for name in ("project_id", "client_email", "private_key") if not _is_text(found.get(name))]
    if missing:
        return _useless(f"a service account without {' and '.join(missing)}")
    block = _PEM.search(found["private_key"])
    try:
        sound = block is not None and der.key_kind(_decoded(block[2])) is KeyKind.RSA
    except NotDerError:
        sound = False
    if not sound:
        return _useless("a service account whose private_key is damaged")
    return CredentialFile(FileKind.SERVICE_ACCOUNT, "a service account of Google, for FCM", Secret(text))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
