"""A new push application, from what was typed and the files it names to the attributes that SNS takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqsview.domain.pushing.credential_files import CredentialFile, FileKind, belong_together
from sqsview.domain.pushing.platforms import Platform, platform_of
from sqsview.domain.secret import Secret

PRINCIPAL = "PlatformPrincipal"
CREDENTIAL = "PlatformCredential"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")
"""SNS API reference, CreatePlatformApplication."""
_TEN = re.compile(r"[A-Z0-9]{10}")
"""A key id or team id of Apple."""
_BUNDLE = re.compile(r"[A-Za-z0-9.-]{1,155}")
_KEY_FILE = re.compile(r"AuthKey_([A-Z0-9]{10})\.p8")
"""How Apple names the file of a signing key."""


class PushFault(ValueError):
    """Why something about push cannot be done as it was typed, in one line without any credential."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed of an application; the files are read already."""

    name: str
    platform: str
    file: CredentialFile | None
    """None where no file is named yet."""
    key_file: CredentialFile | None = None
    """The certificate's key, where it is in a file of its own."""
    key_id: str = ""
    team_id: str = ""
    bundle_id: str = ""


@dataclass(frozen=True, slots=True)
class NewApplication:
    """One CreatePlatformApplication."""

    name: str
    platform: Platform
    credentials: Mapping[str, Secret] = field(repr=False)
    """By the names of SNS."""
    attributes: Mapping[str, str]
    says: tuple[str, ...]
    """What it would be, and what to know beforehand, a line each."""


def key_id_in(file_name: str) -> str:
    """Give the key id that Apple writes into the name of a signing key's file; empty where there is none."""
    found = _KEY_FILE.fullmatch(file_name)
    return found[1] if found else ""


def new_application(wanted: Wanted, now: float) -> NewApplication:
    """Check all that can be checked without a call.

    Args:
        wanted: what was typed.
        now: epoch seconds, for certificates that have ended.

    Raises:
        PushFault: it cannot be created like this.
    """
    platform = platform_of(wanted.platform)
    if platform is None:
        raise PushFault("the platform is one of apns, apns_sandbox, fcm and adm")
    name = wanted.name.strip()
    if not name:
        raise PushFault("name the application")
    if not _NAME.fullmatch(name):
        raise PushFault("a name has up to 256 letters, digits, underscores, hyphens and periods")
    file = wanted.file
    if file is None:
        raise PushFault(f"name the file: {_NEEDED[platform]}")
    if platform.is_apple and file.kind is FileKind.SIGNING_KEY:
        return _with_token(name, platform, wanted, file)
    if platform.is_apple and file.kind is FileKind.CERTIFICATE:
        return _with_certificate(name, platform, wanted, file, now)
    if platform is Platform.FCM and file.kind is FileKind.SERVICE_ACCOUNT and file.key is not None:
        return NewApplication(name, platform, {CREDENTIAL: file.key}, {}, (f"The file is {file.words}.",))
    if platform is Platform.ADM and file.kind is FileKind.CLIENT and file.key and file.certificate:
        pair = {PRINCIPAL: file.certificate, CREDENTIAL: file.key}
        return NewApplication(name, platform, pair, {}, (f"The file holds {file.words}.",))
    raise PushFault(f"the file is {file.words}; {platform.words} needs {_NEEDED[platform]}")


_APPLE = "a .p8 signing key, or a certificate as PEM"
_NEEDED: Mapping[Platform, str] = {
    Platform.APNS: _APPLE,
    Platform.APNS_SANDBOX: _APPLE,
    Platform.FCM: "the JSON key of a service account",
    Platform.ADM: "JSON with client_id and client_secret",
}


def _with_token(name: str, platform: Platform, wanted: Wanted, file: CredentialFile) -> NewApplication:
    for value, form, words in (
        (wanted.key_id, _TEN, "the key id has 10 capital letters and digits, and stands in the name of Apple's file"),
        (
            wanted.team_id,
            _TEN,
            "the team id has 10 capital letters and digits, and stands in Apple's developer account",
        ),
        (wanted.bundle_id, _BUNDLE, "the bundle id is the app's, such as com.example.shop"),
    ):
        if not form.fullmatch(value.strip()):
            raise PushFault(words)
    if file.key is None:
        raise PushFault(f"the file is {file.words}, without its key")
    credentials = {PRINCIPAL: Secret(wanted.key_id.strip()), CREDENTIAL: file.key}
    attributes = {
        "ApplePlatformTeamID": wanted.team_id.strip(),
        "ApplePlatformBundleID": wanted.bundle_id.strip(),
    }
    return NewApplication(name, platform, credentials, attributes, (f"The file is {file.words}: it does not end.",))


def _with_certificate(
    name: str, platform: Platform, wanted: Wanted, file: CredentialFile, now: float
) -> NewApplication:
    key = file.key or (wanted.key_file.key if wanted.key_file is not None else None)
    if key is None and wanted.key_file is None:
        raise PushFault(f"the file is {file.words}: name the file of its key, too")
    if key is None or (file.key is None and wanted.key_file is not None and not _is_key(wanted.key_file)):
        raise PushFault(f"the key file is {wanted.key_file.words if wanted.key_file else 'missing'}")
    matches = file.fits if file.key is not None else belong_together(file, wanted.key_file or file)
    if not matches:
        raise PushFault("the key does not belong to the certificate")
    if file.certificate is None or file.ends is None:
        raise PushFault("the certificate cannot be read")
    if file.ends.timestamp() <= now:
        raise PushFault(f"the certificate ended on {file.ends:%Y-%m-%d}: make another one")
    days = int((file.ends.timestamp() - now) / 86_400)
    says = [f"The file is {file.words}, in {days:,} days; from then on no push is delivered."]
    if not file.of_apple:
        says.append("It has no mark of Apple's push certificates: APNs may refuse it.")
    return NewApplication(name, platform, {PRINCIPAL: file.certificate, CREDENTIAL: key}, {}, tuple(says))


def _is_key(file: CredentialFile) -> bool:
    return file.kind in (FileKind.PRIVATE_KEY, FileKind.SIGNING_KEY) or (
        file.kind is FileKind.CERTIFICATE and file.key is not None
    )
