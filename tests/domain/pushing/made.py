"""Credential files as Apple, Google and Amazon give them, made for the tests and good for nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

NOW = datetime(2025, 6, 1, tzinfo=UTC)
"""The moment at which the tests look at certificates."""
OPEN = NoEncryption()
PASSPHRASE = BestAvailableEncryption(b"tea")


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """Make a key of the kind that certificates have; another one for each number."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@cache
def signing_key(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> bytes:
    """Make a .p8 as Apple gives it."""
    key = ec.generate_private_key(curve())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, OPEN)


def key_file(
    number: int = 0,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption = OPEN,
) -> bytes:
    """Write the key of a certificate."""
    return rsa_key(number).private_bytes(Encoding.PEM, form, encryption)


@cache
def _certificate(days: int, of_apple: bool) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Apple Push Services: com.example.shop")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(rsa_key(0).public_key())
        .serial_number(4_711)
        .not_valid_before((NOW - timedelta(days=400)).replace(tzinfo=None))
        .not_valid_after((NOW + timedelta(days=days)).replace(tzinfo=None))
    )
    if of_apple:
        mark = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.840.113635.100.6.3.2"), b"\x05\x00")
        builder = builder.add_extension(mark, critical=False)
    return builder.sign(rsa_key(0), hashes.SHA256())


def certificate_file(days: int = 90, *, of_apple: bool = True, encoding: Encoding = Encoding.PEM) -> bytes:
    """Write a certificate that ends so many days after `NOW`."""
    return _certificate(days, of_apple).public_bytes(encoding)


def archive() -> bytes:
    """Write certificate and key as a keychain exports them."""
    return pkcs12.serialize_key_and_certificates(b"push", rsa_key(0), _certificate(90, True), None, PASSPHRASE)


def public_key() -> bytes:
    """Write the key that is no secret."""
    return rsa_key(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def service_account(**changes: object) -> bytes:
    """Write the key of a service account; None leaves a field out."""
    fields: dict[str, object] = {
        "type": "service_account",
        "project_id": "shop-1234",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": key_file().decode(),
        "client_email": "firebase-adminsdk@shop-1234.iam.gserviceaccount.com",
        "client_id": "123456789012345678901",
    }
    return json.dumps({name: value for name, value in (fields | changes).items() if value is not None}).encode()


def adm_client() -> bytes:
    """Write the client id and secret of an ADM app."""
    return json.dumps({"client_id": "amzn1.application-oa2-client.0123", "client_secret": "0f1e2d3c4b5a6978"}).encode()
