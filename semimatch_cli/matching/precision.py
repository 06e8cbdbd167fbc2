"""How the core computes while it only looks: no gradients, float32 in full, its fastest kernels.

Torch multiplies float32 matrices with one of two libraries, and its setting "medium" picks the
other one (oneDNN). Where that keeps every bit it is up to 1.7 times faster; where the CPU has
hardware for bfloat16 products (AMX) it drops 16 bits. So the CPU is asked, when it matters.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch


@contextmanager
def inference_precision(device: torch.device) -> Iterator[None]:
    """Run a forward without gradients, in full float32 on a CPU whatever the caller has set.

    The setting holds for the whole process and is restored at the end; on other devices the
    caller's own is left alone.
    """
    with torch.inference_mode():
        if device.type != "cpu":
            yield
            return
        with _matmul_precision("medium" if _medium_is_exact() else "highest"):
            yield


@contextmanager
def _matmul_precision(precision: str) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@cache
def _medium_is_exact() -> bool:
    """Tell whether "medium" keeps the last bit of a float32 on this CPU."""
    finer_than_bfloat16 = torch.full((256, 256), 1 + 2.0**-23)
    with _matmul_precision("medium"):
        product = finer_than_bfloat16 @ torch.eye(256)
    return torch.equal(product, finer_than_bfloat16)
