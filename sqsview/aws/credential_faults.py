"""Faults of credentials, profiles and regions, each with the command that mends it."""

from __future__ import annotations

from botocore import exceptions as boto

from sqsview.aws import codes
from sqsview.aws.situation import Situation
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import SessionError

_TEST_KEYS = "this server takes any keys: export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"


def credential_fault(fault: Exception, situation: Situation) -> SessionError | None:
    """Say what is wrong with the configuration, or give None where ``fault`` is not of that sort."""
    region = _region_fault(fault, situation)
    if region is not None:
        return region
    found = _login_fault(fault, situation) or _file_fault(fault, situation)
    return None if found is None else _credentials(*found)


def configuration_fault(fault: Exception, situation: Situation) -> SessionError:
    """Say that the AWS configuration is not valid: botocore has an error of its own for each odd value."""
    remedy = "mend ~/.aws/config, or the AWS_… variable of that name"
    return _credentials(f"the AWS configuration is not valid{_named(situation)}: {fault}", remedy)


def unreadable_credentials(situation: Situation, *, of_process: bool) -> SessionError:
    """Say that the credentials came in a form that nobody can read.

    Args:
        situation: who called whom.
        of_process: whether the profile has a ``credential_process``.
    """
    if not of_process:
        return _credentials(
            f"the credentials{_named(situation)} cannot be read", situation.command("aws configure list")
        )
    text = f"credential_process{_named(situation)} does not print the JSON that is expected"
    return _credentials(text, "run the profile's credential_process by hand")


def keys_fault(found: frozenset[str], message: str, situation: Situation, *, operation: str) -> SessionError | None:
    """Say what a server has against our keys, or give None where the keys are not the matter.

    Args:
        found: the codes of the server's error.
        message: its words.
        situation: who called whom.
        operation: the operation that failed, which may be one that botocore calls to get credentials.
    """
    if found & codes.NOT_ENABLED:
        return SessionError(
            Problem(ProblemKind.REGION, f"{situation.region} is not enabled for this account", _enable(situation))
        )
    if found & codes.EXPIRED:
        return _credentials("the session token has expired", _renewal(situation))
    if found & codes.UNKNOWN_KEYS:
        text = "the server does not know these keys"
        if situation.opt_in_region:
            return _credentials(f"{text}; or {situation.region} is not enabled for this account", _enable(situation))
        return _credentials(text, _renewal(situation))
    if operation in codes.CREDENTIAL_CALLS:
        named = f"profile {situation.profile}" if situation.profile else "the profile"
        return _credentials(f"{operation} failed: {message}", f"check the role that {named} names")
    return None


def _credentials(text: str, remedy: str) -> SessionError:
    return SessionError(Problem(ProblemKind.CREDENTIALS, text, remedy))


def _enable(situation: Situation) -> str:
    return f"aws account enable-region --region-name {situation.region}, or choose another --region"


def _renewal(situation: Situation) -> str:
    if situation.method == "sso" or situation.sso_profile:
        return situation.sso_login
    if situation.method == "login":
        return situation.command("aws login")
    if situation.method in ("env", "explicit"):
        return "export fresh AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and start again"
    if situation.endpoint:
        return "give the keys that this server was set up with"
    return f"renew the keys: {situation.command('aws configure')}"


def _region_fault(fault: Exception, situation: Situation) -> SessionError | None:
    if isinstance(fault, boto.NoRegionError):
        return SessionError(Problem(ProblemKind.REGION, "no region is set", "give --region NAME, or set AWS_REGION"))
    if isinstance(fault, boto.InvalidRegionError | boto.UnknownRegionError | boto.UnknownEndpointError):
        return SessionError(
            Problem(ProblemKind.REGION, f"{situation.region!r} is not a region", "give --region as in eu-west-1")
        )
    if isinstance(fault, boto.EndpointProviderError | boto.EndpointVariantError):
        return SessionError(
            Problem(ProblemKind.REGION, f"no endpoint for {situation.region}: {fault}", "check --region")
        )
    return None


def _login_fault(fault: Exception, situation: Situation) -> tuple[str, str] | None:
    if isinstance(fault, boto.UnauthorizedSSOTokenError | boto.TokenRetrievalError):
        return "the SSO session has expired", situation.sso_login
    if isinstance(fault, boto.SSOError):
        return "there is no SSO session yet", situation.sso_login
    if isinstance(fault, boto.LoginInsufficientPermissions):
        return "this login may not renew itself: signin:CreateOAuth2Token is missing", situation.command("aws login")
    if isinstance(fault, boto.LoginError):
        return "there is no valid login session", situation.command("aws login")
    if isinstance(fault, boto.MissingDependencyException):
        return "a login_session profile needs the AWS common runtime", "pip install 'botocore[crt]'"
    if isinstance(fault, boto.RefreshWithMFAUnsupportedError):
        return (
            "the MFA session has ended",
            f"{situation.command('aws sts get-caller-identity')} (asks for a code), then try again",
        )
    return None


def _file_fault(fault: Exception, situation: Situation) -> tuple[str, str] | None:
    named = _named(situation)
    if isinstance(fault, boto.NoCredentialsError | boto.NoAuthTokenError):
        if situation.endpoint and not situation.profile:
            return f"no credentials found{named}", _TEST_KEYS
        return f"no credentials found{named}", f"{situation.command('aws configure')}, or give --profile NAME"
    if isinstance(fault, boto.PartialCredentialsError):
        missing = fault.kwargs.get("cred_var", "a key")
        return f"half of the credentials: {missing} is missing ({fault.kwargs.get('provider')})", (
            "set both keys, or neither"
        )
    if isinstance(fault, boto.ProfileNotFound):
        return f"there is no profile {fault.kwargs.get('profile')!r}", "aws configure list-profiles"
    if isinstance(fault, boto.CredentialRetrievalError):
        reason = str(fault.kwargs.get("error_msg", "")).strip()
        reason = f": {reason}" if reason else ""
        provider = fault.kwargs.get("provider", "")
        if provider == "custom-process":
            return (
                f"credential_process failed{named}{reason}",
                "run the profile's credential_process by hand",
            )
        return f"no credentials from {provider}{named}{reason}", situation.command("aws configure list")
    if isinstance(fault, boto.MetadataRetrievalError | boto.InvalidIMDSEndpointError):
        return f"the machine's own credentials cannot be read: {fault}", "check the instance or task role"
    if isinstance(fault, OSError) and isinstance(fault.filename, str) and not isinstance(fault, boto.BotoCoreError):
        return (
            f"{fault.filename!r}, which the AWS configuration{named} names, cannot be used: {fault.strerror}",
            "check web_identity_token_file, credential_process and ca_bundle in ~/.aws/config and the AWS_… variables",
        )
    if isinstance(
        fault,
        boto.InvalidConfigError | boto.ConfigParseError | boto.ConfigNotFound | boto.UnknownCredentialError,
    ):
        return f"the AWS configuration is not valid{named}: {fault}", "mend ~/.aws/config"
    return None


def _named(situation: Situation) -> str:
    return f" for profile {situation.profile}" if situation.profile else ""
