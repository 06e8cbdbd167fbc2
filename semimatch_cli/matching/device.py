"""Which device to compute on: resolved once, at the edge."""

import torch

from semimatch_cli.errors import ArgumentError


def resolve_device(name: str) -> torch.device:
    """Turn "auto", "cpu", "cuda", "cuda:1" or "mps" into a device that this machine has.

    Raises:
        ArgumentError: No such device is known, or this machine lacks it.
    """
    available = ["cpu"]
    if torch.cuda.is_available():
        available = [f"cuda:{i}" for i in range(torch.cuda.device_count())] + available
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if name == "auto":
        return torch.device(available[0])
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in available:
        raise ArgumentError(
            f"device {name!r} cannot be used",
            why=f"this machine offers {', '.join(reversed(available))}",
            hint="leave --device out to take the fastest one",
        )
    return torch.device(wanted)
