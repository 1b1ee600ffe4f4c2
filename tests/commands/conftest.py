"""A shell for the tests of single commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shell import Shell, shell_in


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return shell_in(tmp_path / "home").with_keys()
