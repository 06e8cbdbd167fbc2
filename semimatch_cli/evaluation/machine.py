"""What a number was computed on, in a few words; nothing that names its owner."""

import os
import platform
from pathlib import Path


def machine_rows() -> list[tuple[str, str]]:
    """Return names and values: this package, its libraries, the processor, the accelerator."""
    import numpy
    import torch

    from semimatch_cli import __version__

    rows = [
        ("semimatch", __version__),
        ("python", f"{platform.python_version()}, {platform.system()} {platform.machine()}"),
        ("libraries", f"torch {torch.__version__}, numpy {numpy.__version__}"),
        ("processor", f"{_processor()}, {os.cpu_count()} cores seen"),
    ]
    if torch.cuda.is_available():
        rows.append(("accelerator", torch.cuda.get_device_name()))
    return rows


def _processor() -> str:
    """Return the model's name, as Linux tells it, or what Python knows."""
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
