"""What is worth another attempt, and when: both kinds of throttle that botocore leaves, and what passes by itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from sqsview.aws.retry import ATTEMPTS, wait_before_retry
from tests.aws.client_errors import client_error


@pytest.mark.parametrize(
    "fault",
    [
        client_error("RequestThrottled"),
        client_error("Throttled", status=429),
        client_error("SomethingNew", status=429),
        client_error("Throttling"),
        client_error("ThrottlingException"),
        client_error("ThrottledException"),
        client_error("KMS.ThrottlingException"),
        client_error("InternalError", status=500),
        client_error("ServiceUnavailable", status=503),
        ConnectionClosedError(endpoint_url="http://x"),
        EndpointConnectionError(endpoint_url="http://x", error=ConnectionResetError()),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again_up_to_the_last_attempt(fault: Exception) -> None:
    waits = [wait_before_retry(fault, attempt, 1.0) for attempt in range(1, ATTEMPTS + 1)]
    assert waits[-1] is None
    delays = [wait for wait in waits if wait is not None]
    assert len(delays) == ATTEMPTS - 1
    assert all(later == 2 * sooner for sooner, later in pairwise(delays))


@pytest.mark.parametrize(
    "fault",
    [
        client_error("AccessDenied", status=403),
        client_error("ExpiredToken", status=403),
        client_error("QueueDoesNotExist"),
        client_error("OverLimit", status=403),
        client_error("InvalidParameterValue"),
        NoCredentialsError(),
        ReadTimeoutError(endpoint_url="http://x"),
        KeyError("junk"),
    ],
    ids=repr,
)
def test_what_stays_wrong_or_took_long_enough_is_not_tried_again(fault: Exception) -> None:
    assert wait_before_retry(fault, 1, 0.5) is None


def test_waits_are_spread_over_their_second_half() -> None:
    fault = client_error("RequestThrottled")
    assert wait_before_retry(fault, 1, 0.0) == 0.25
    assert wait_before_retry(fault, 1, 1.0) == 0.5


def test_a_throttle_is_given_more_time_than_a_failure() -> None:
    throttle = wait_before_retry(client_error("RequestThrottled"), 1, 0.5)
    failure = wait_before_retry(client_error("InternalError", status=500), 1, 0.5)
    assert throttle is not None
    assert failure is not None
    assert throttle > failure
