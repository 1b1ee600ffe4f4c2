"""Faults on the way to the server: names, sockets, TLS, proxies and time."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import ClientConnectorDNSError, ClientConnectorError
from botocore import exceptions as boto

from sqsview.aws.situation import Situation
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import GatewayError, ServerFault, SessionError


def unresolvable(fault: Exception) -> bool:
    """Tell whether the host's name could not be found."""
    return isinstance(fault, boto.EndpointConnectionError) and isinstance(_cause(fault), ClientConnectorDNSError)


def broken_off(fault: Exception) -> bool:
    """Tell whether a connection that stood was reset or closed before the whole answer was there."""
    if isinstance(fault, boto.ConnectionClosedError | boto.ResponseStreamingError | boto.IncompleteReadError):
        return True
    return isinstance(fault, boto.EndpointConnectionError) and not isinstance(_cause(fault), ClientConnectorError)


def connection_fault(fault: Exception, situation: Situation) -> GatewayError | None:
    """Say what is wrong with the connection, or give None where ``fault`` is not of that sort.

    A server that cannot be reached at all is the session's fault; one call that hangs or breaks off is its
    own.
    """
    where = _host(fault)
    if isinstance(fault, boto.SSLError):
        return _session(f"TLS with {where} failed: {_tls_reason(fault)}", _tls_remedy(fault))
    if isinstance(fault, boto.ProxyConnectionError):
        return _session(
            f"the proxy {fault.kwargs.get('proxy_url', '')} cannot be reached",
            "check HTTPS_PROXY and NO_PROXY",
        )
    if isinstance(fault, boto.InvalidProxiesConfigError):
        return _session("the proxy settings are not valid", "check HTTPS_PROXY and AWS_CA_BUNDLE")
    if isinstance(fault, boto.ConnectTimeoutError):
        return _session(f"{where} did not answer in time", "check the network, VPN or proxy")
    if unresolvable(fault):
        return _session(f"no address is known for {where}", _address_remedy(situation))
    if broken_off(fault):
        return _failed(f"the connection to {where} broke off")
    if isinstance(fault, boto.EndpointConnectionError):
        reason = getattr(_cause(fault), "os_error", None)
        refused = isinstance(reason, ConnectionRefusedError)
        text = f"{where} refuses the connection" if refused else f"{where} cannot be reached"
        return _session(text, "start the server, or check the endpoint" if situation.endpoint else "check the network")
    if isinstance(fault, boto.ReadTimeoutError | TimeoutError):
        return _failed(f"{where} took too long to answer")
    if isinstance(fault, boto.HTTPClientError):
        return _failed(f"{where} does not speak HTTP as expected")
    if isinstance(fault, OSError):
        return _failed(f"the connection failed: {fault.strerror or fault}".removesuffix(": "))
    return None


def _session(text: str, remedy: str) -> SessionError:
    return SessionError(Problem(ProblemKind.NETWORK, text, remedy))


def _failed(text: str) -> ServerFault:
    return ServerFault(Problem(ProblemKind.NETWORK, text))


def _cause(fault: Exception) -> object:
    return getattr(fault, "kwargs", {}).get("error")


def _host(fault: Exception) -> str:
    url = str(getattr(fault, "kwargs", {}).get("endpoint_url") or "")
    return urlsplit(url).netloc or "the server"


def _address_remedy(situation: Situation) -> str:
    if situation.endpoint:
        return "check --endpoint-url and AWS_ENDPOINT_URL"
    return f"check the network, and the name of the region: {situation.region}"


def _tls_reason(fault: boto.SSLError) -> str:
    cause = getattr(_cause(fault), "os_error", None) or getattr(_cause(fault), "certificate_error", None)
    reason = (
        getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or str(cause or "no secure connection")
    )
    return str(reason).replace("_", " ").lower()


def _tls_remedy(fault: boto.SSLError) -> str:
    if "certificate" in str(fault).lower():
        return "set AWS_CA_BUNDLE to the file with your network's certificate authority"
    return "check whether the server speaks https at all"
