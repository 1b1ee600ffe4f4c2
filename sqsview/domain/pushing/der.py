"""As much of DER, the binary form of keys and certificates, as tells what a file is (ITU-T X.690, RFC 5280, 5958)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_SEQUENCE, _INTEGER, _OCTETS, _IDENTIFIER = 0x30, 0x02, 0x04, 0x06
_UTC_TIME, _GENERAL_TIME, _VERSION = 0x17, 0x18, 0xA0
_RSA = bytes.fromhex("2a864886f70d010101")
"""1.2.840.113549.1.1.1, rsaEncryption."""
_EC = bytes.fromhex("2a8648ce3d0201")
"""1.2.840.10045.2.1, id-ecPublicKey."""
_P256 = bytes.fromhex("2a8648ce3d030107")
"""1.2.840.10045.3.1.7, prime256v1: the only curve of APNs tokens."""
_DATA = bytes.fromhex("2a864886f70d010701")
"""1.2.840.113549.1.7.1, the content of a PKCS#12 archive."""
_APPLE_PUSH = bytes.fromhex("2a864886f763640603")
"""1.2.840.113635.100.6.3, below which Apple numbers its push certificates."""


class NotDerError(ValueError):
    """The bytes are not what they were taken for; the text quotes none of them."""


class KeyKind(StrEnum):
    """What a private key is for."""

    P256 = "an elliptic-curve key on P-256"
    OTHER_CURVE = "an elliptic-curve key on another curve than P-256"
    RSA = "an RSA key"
    OTHER = "a key of an unknown kind"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What matters of a certificate."""

    ends: datetime
    """The moment from which it is no longer valid."""
    of_apple_push: bool
    """Whether it has a mark by which Apple tells push certificates."""


def key_kind(der: bytes) -> KeyKind:
    """Tell what kind of key a PKCS#8 document holds.

    Raises:
        NotDerError: it is no such document.
    """
    fields = list(_fields(_whole(der)))
    if len(fields) < 3 or fields[0][0] != _INTEGER or fields[1][0] != _SEQUENCE or fields[2][0] != _OCTETS:
        raise NotDerError("not a private key")
    identifiers = [content for tag, content in _fields(fields[1][1]) if tag == _IDENTIFIER]
    if not identifiers:
        raise NotDerError("not a private key")
    if identifiers[0] == _RSA:
        return KeyKind.RSA
    if identifiers[0] == _EC:
        return KeyKind.P256 if identifiers[1:] == [_P256] else KeyKind.OTHER_CURVE
    return KeyKind.OTHER


def modulus(der: bytes) -> bytes | None:
    """Give the modulus of an RSA key, PKCS#1 or PKCS#8; None for other keys and for what cannot be read."""
    try:
        fields = list(_fields(_whole(der)))
        if len(fields) > 2 and fields[2][0] == _OCTETS:
            fields = list(_fields(_whole(fields[2][1])))
    except NotDerError:
        return None
    return fields[1][1] if len(fields) > 2 and fields[1][0] == _INTEGER else None


def certificate(der: bytes) -> Certificate:
    """Read a certificate.

    Raises:
        NotDerError: it is none.
    """
    signed = list(_fields(_whole(der)))
    if len(signed) != 3 or signed[0][0] != _SEQUENCE:
        raise NotDerError("not a certificate")
    fields = [field for field in _fields(signed[0][1]) if field[0] != _VERSION]
    if len(fields) < 4 or fields[3][0] != _SEQUENCE:
        raise NotDerError("not a certificate")
    times = list(_fields(fields[3][1]))
    if len(times) != 2:
        raise NotDerError("not a certificate")
    return Certificate(_moment(*times[1]), _APPLE_PUSH in der)


def is_archive(der: bytes) -> bool:
    """Tell whether this is a PKCS#12 archive, as keychains export them."""
    try:
        fields = list(_fields(_whole(der)))
    except NotDerError:
        return False
    return len(fields) > 1 and fields[0] == (_INTEGER, b"\x03") and _DATA in fields[1][1]


def _moment(tag: int, content: bytes) -> datetime:
    form = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERAL_TIME: "%Y%m%d%H%M%SZ"}.get(tag, "")
    try:
        return datetime.strptime(content.decode("ascii"), form).replace(tzinfo=UTC)
    except ValueError:
        raise NotDerError("not a certificate") from None


def _whole(der: bytes) -> bytes:
    """Give the content of the one sequence that this is."""
    found = list(_fields(der))
    if len(found) != 1 or found[0][0] != _SEQUENCE:
        raise NotDerError("not one whole sequence")
    return found[0][1]


def _fields(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Give tag and content of each field that stands in ``der``."""
    at = 0
    while at < len(der):
        if at + 2 > len(der):
            raise NotDerError("it is cut off")
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or at + count > len(der):
                raise NotDerError("it is cut off")
            length, at = int.from_bytes(der[at : at + count], "big"), at + count
        if at + length > len(der):
            raise NotDerError("it is cut off")
        yield tag, der[at : at + length]
        at += length
