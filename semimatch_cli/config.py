"""The user's environment, read in this one place.

Nothing else in the package looks at environment variables or at the user's folders.
"""

import os
from pathlib import Path

_TRUE = {"1", "on", "true", "yes"}


def config_dir() -> Path:
    """Return the user's own folder: the weights table, the lock file (may not exist yet)."""
    import typer

    return Path(typer.get_app_dir("semimatch"))


def offline_by_environment() -> bool:
    """Tell whether `HF_HUB_OFFLINE` forbids the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").strip().lower() in _TRUE


def hub_endpoint() -> str:
    """Return the address of the Hub, without a slash at its end (`HF_ENDPOINT`)."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def hub_cache() -> Path:
    """Return the Hub's own cache folder, found as its client finds it (may not exist yet)."""
    explicit = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or f"{caches}/huggingface"
    return Path(os.path.expandvars(explicit or f"{home}/hub")).expanduser()


def data_dir() -> Path:
    """Return the folder that holds the data sets, each in a folder of its own name.

    `SEMIMATCH_DATA`, else `semimatch` in the user's data folder. What `semimatch data get` brings
    lies in `spair/SPair-71k/`, `pf-pascal/PF-dataset-PASCAL/` (lists beside that folder),
    `pf-willow/PF-dataset/` (its list beside it) and `tss/`. It may not exist yet.
    """
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    explicit = os.environ.get("SEMIMATCH_DATA") or f"{data}/semimatch"
    return Path(os.path.expandvars(explicit)).expanduser()


def process_rank() -> tuple[int, int, int]:
    """Return rank, number of processes and rank on this machine, as `torchrun` tells them."""
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK")
    rank, count, local_rank = (os.environ.get(name, "") for name in names)
    if not (rank and count):
        return 0, 1, 0
    return int(rank), int(count), int(local_rank or rank)
