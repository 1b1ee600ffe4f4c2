"""A shell for the tests of single commands."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from tests.support.engines import ENGINES_VARIABLE
from tests.support.shell import Shell, shell_in


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return shell_in(tmp_path / "home").with_keys()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try a command on one of the two servers, always the same, but where a test is marked ``both_engines``.

    What the operations claim about either is shown by their own tests; here each run is a program of its own, and takes
    seconds. ``SQSVIEW_ENGINES=both`` runs all of them.
    """
    if os.environ.get(ENGINES_VARIABLE) == "both":
        return
    here = Path(__file__).parent
    left_out = [item for item in items if here in item.path.parents and _has_another_turn(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _has_another_turn(item: pytest.Item) -> bool:
    """Tell whether a test is left out on the server that it would be run on."""
    if not isinstance(item, pytest.Function) or item.get_closest_marker("both_engines") is not None:
        return False
    engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
    wanted = ("moto", "ministack")[zlib.crc32(item.originalname.encode()) % 2]
    return engine is not None and engine != wanted
