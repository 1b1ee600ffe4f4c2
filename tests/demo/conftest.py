"""Servers of the demo for its tests: one in which time stands and nothing is changed, one that lives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sqsview.demo.process import Demo, start_demo
from tests.demo.clients import Clients, connect


@pytest.fixture(scope="session")
def still_demo() -> Iterator[Demo]:
    """Give a demo in which time stands; tests only read it."""
    with start_demo(seed=1, still=True) as demo:
        yield demo


@pytest.fixture(scope="session")
def still(still_demo: Demo) -> Iterator[Clients]:
    """Give clients of `still_demo`."""
    with connect(still_demo.endpoint_url) as clients:
        yield clients


@pytest.fixture(scope="session")
def live_demo() -> Iterator[Demo]:
    """Give a demo with its traffic; tests make queues and topics of their own in it."""
    with start_demo(seed=2) as demo:
        yield demo


@pytest.fixture(scope="session")
def live(live_demo: Demo) -> Iterator[Clients]:
    """Give clients of `live_demo`."""
    with connect(live_demo.endpoint_url) as clients:
        yield clients
