"""The user's environment, read in this one place.

Nothing else in the package looks at environment variables or at the user's folders.
"""

import os
from pathlib import Path

_TRUE = {"1", "on", "true", "yes"}


def config_dir() -> Path:
    """Return the user's own folder: the weights table, the lock file (may not exist yet)."""
    import typer  # noqa: PLC0415  (only the edge needs it)

    return Path(typer.get_app_dir("semimatch"))


def offline_by_environment() -> bool:
    """Tell whether `HF_HUB_OFFLINE` forbids the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").strip().lower() in _TRUE
