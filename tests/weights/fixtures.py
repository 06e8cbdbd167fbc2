"""A Hub on loopback and a table that names one file of it, `toy`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from semimatch_cli.weights.registry import user_table
from tests.weights.hub_server import FILE, REPO, Hub, HubServer

TABLE = f"""
[weights.toy]
summary = "a toy"
repo = "{REPO}"
file = "{FILE}"
license = "MIT"
"""


@pytest.fixture
def hub(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Serve `toy` from loopback; the client and the user's own table point there."""
    user_table().parent.mkdir(parents=True, exist_ok=True)
    user_table().write_text(TABLE, encoding="utf-8")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with HubServer(Hub(save({"a": torch.arange(500.0)}))) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.endpoint)
        yield served
