"""What all tests share: an environment without anyone's AWS settings, and the two real servers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import Engine, NoEngineError, start_ministack, start_moto
from tests.support.moto_with_tasks import start_moto_with_tasks

_scratch = tempfile.TemporaryDirectory(prefix="sqsview-tests-")
# Before anything imports botocore, which works out the directories of its token caches then.
os.environ["HOME"] = _scratch.name
for _name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(autouse=True)
def _no_aws_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test a home without AWS files, so that none depends on the machine or on another test."""
    home = tmp_path / "home"
    home.mkdir()
    for variable, name in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        path = home / name
        path.touch()
        monkeypatch.setenv(variable, str(path))


@pytest.fixture(scope="session")
def _moto_server() -> Iterator[Engine]:
    with start_moto() as engine:
        yield engine


@pytest.fixture(scope="session")
def _ministack_server() -> Iterator[Engine]:
    try:
        starting = start_ministack()
    except NoEngineError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))
    with starting as engine:
        yield engine


@pytest.fixture
def moto(_moto_server: Engine) -> Engine:
    """Give an empty moto."""
    _moto_server.reset()
    return _moto_server


@pytest.fixture
def ministack(_ministack_server: Engine) -> Engine:
    """Give an empty ministack."""
    _ministack_server.reset()
    return _ministack_server


@pytest.fixture(scope="session")
def _moto_server_with_tasks() -> Iterator[Engine]:
    with start_moto_with_tasks() as engine:
        yield engine


@pytest.fixture
def moto_with_tasks(_moto_server_with_tasks: Engine) -> Engine:
    """Give an empty moto that has message-move tasks, and tells which queue a dead letter came from."""
    _moto_server_with_tasks.reset()
    return _moto_server_with_tasks


@pytest.fixture(params=["moto", "ministack"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give each of the two servers in turn, empty."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Engine)
    return found
