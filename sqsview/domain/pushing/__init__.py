"""Push applications, devices and notifications before anybody is asked: checks, payloads and previews."""

from sqsview.domain.pushing.applications import (
    CREDENTIAL,
    PRINCIPAL,
    NewApplication,
    PushFault,
    Wanted,
    key_id_in,
    new_application,
)
from sqsview.domain.pushing.credential_files import LARGEST, CredentialFile, FileKind, recognised
from sqsview.domain.pushing.devices import MOST_USER_DATA, device_in_conflict, token_fault, user_data_fault
from sqsview.domain.pushing.payloads import Push, faults, outgoing, payload, payload_size, push_of
from sqsview.domain.pushing.platforms import Platform, platform_of
from sqsview.domain.pushing.preview import preview, shown
from sqsview.domain.secret import HIDDEN, Secret

__all__ = [
    "CREDENTIAL",
    "HIDDEN",
    "LARGEST",
    "MOST_USER_DATA",
    "PRINCIPAL",
    "CredentialFile",
    "FileKind",
    "NewApplication",
    "Platform",
    "Push",
    "PushFault",
    "Secret",
    "Wanted",
    "device_in_conflict",
    "faults",
    "key_id_in",
    "new_application",
    "outgoing",
    "payload",
    "payload_size",
    "platform_of",
    "preview",
    "push_of",
    "recognised",
    "shown",
    "token_fault",
    "user_data_fault",
]
