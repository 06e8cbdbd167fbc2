"""A web server on loopback and a data folder of the test's own."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.datasets.file_server import FileServer, Site


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serve files from loopback."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer(Site()) as served:
        yield served


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make `SEMIMATCH_DATA` a folder that does not exist yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("SEMIMATCH_DATA", str(folder))
    return folder


@pytest.fixture
def dead_address() -> str:
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
