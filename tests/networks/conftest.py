"""A practice network to test against. The kit itself is in tests/playground_kit.py."""

from collections.abc import Iterator

import pytest
from tests.playground_kit import Running, running


@pytest.fixture(scope="session")
def playground_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("playground")) as place:
        yield place


@pytest.fixture
def playground(playground_server: Running) -> Running:
    """Empty, without faults, and with simulated time standing still."""
    playground_server.reset()
    return playground_server
