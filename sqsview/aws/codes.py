"""Error codes of SQS, SNS, CloudWatch and STS, sorted by what they mean to a person.

An SQS error has two codes, the query API's (``AWS.SimpleQueueService.NonExistentQueue``) and the model's
shape (``QueueDoesNotExist``), and servers differ in which of them they send; either is enough to match.
"""

from __future__ import annotations

from botocore.exceptions import ClientError

_QUERY_PREFIX = "AWS.SimpleQueueService."

THROTTLED = frozenset(
    {
        "RequestThrottled",
        "RequestThrottledException",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequests",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "KMS.ThrottlingException",
        "KmsThrottled",
        "KMSThrottling",
        "KMSThrottlingException",
    }
)
"""Too many calls, of this program or of the account."""

GONE = frozenset(
    {
        "NonExistentQueue",
        "QueueDoesNotExist",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)
"""The thing does not exist."""

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "NotAuthorized",
        "UnauthorizedOperation",
        "InvalidSecurity",
        "KMS.AccessDeniedException",
        "KmsAccessDenied",
        "KMSAccessDenied",
    }
)
"""Not permitted; any other HTTP 403 is, too."""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
"""The session token has ended."""

UNKNOWN_KEYS = frozenset(
    {
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "UnrecognizedClientException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "IncompleteSignature",
        "NotSignedUp",
    }
)
"""The server does not know the access key; a region that is not enabled answers the same."""

NOT_ENABLED = frozenset({"OptInRequired"})
"""The region or the service is not enabled for the account."""

SIGNATURE = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "InvalidSignature"})
"""The signature is wrong: either the secret key, or the time."""

CLOCK = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
"""The signature's time is off."""

BUSY = frozenset({"OverLimit", "PurgeQueueInProgress"})
"""Sent with HTTP 403, and yet no matter of permission: the server's message says what it is."""

UNSUPPORTED = frozenset(
    {
        "InvalidAction",
        "UnknownOperationException",
        "UnknownOperation",
        "UnsupportedOperation",
        "NotImplemented",
    }
)
"""The server does not have this operation; AWS has all that sqsview uses."""

CREDENTIAL_CALLS = frozenset(
    {
        "AssumeRole",
        "AssumeRoleWithWebIdentity",
        "AssumeRoleWithSAML",
        "GetRoleCredentials",
        "CreateToken",
        "CreateOAuth2Token",
    }
)
"""Operations that botocore calls on its own to get credentials, within any other call."""


def codes_of(fault: ClientError) -> frozenset[str]:
    """Give all codes of an error, without the prefix of the SQS query API."""
    error = fault.response.get("Error", {})
    codes = (error.get("Code"), error.get("QueryErrorCode"), type(fault).__name__)
    return frozenset(str(code).removeprefix(_QUERY_PREFIX) for code in codes if code)


def status_of(fault: ClientError) -> int:
    """Give the HTTP status, 0 where there is none."""
    status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status if isinstance(status, int) else 0


def is_throttle(fault: Exception) -> bool:
    """Tell whether ``fault`` says that there were too many calls."""
    return isinstance(fault, ClientError) and (status_of(fault) == 429 or bool(codes_of(fault) & THROTTLED))
