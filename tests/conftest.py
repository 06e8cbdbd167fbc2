"""Settings that every test shares: one thread per process, a private configuration, no network."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

from pathlib import Path

import pytest

SHARED = Path(os.environ.get("SEMIMATCH_SHARED", "../shared"))
GOLDEN = Path(os.environ.get("SEMIMATCH_GOLDEN", SHARED / "golden"))


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own configuration folder, data folder and Hub cache."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("HF_HOME", str(home / "hub"))
    for name in ("HF_HUB_OFFLINE", "SEMIMATCH_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder of photos, or skip."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared folder is not here")
    return SHARED


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of golden values, or skip."""
    if not GOLDEN.is_dir():
        pytest.skip("the golden folder is not here")
    return GOLDEN
