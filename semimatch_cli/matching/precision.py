"""How the core computes while it only looks: no gradients, float32 in full, its fastest kernels.

Torch multiplies float32 matrices on a CPU with one of two libraries, and leave to round to bfloat16
makes it take the other one (oneDNN). Most CPUs cannot round, so every bit is kept and the product
may be 1.7 times faster; those with hardware for bfloat16 (AMX) do drop 16 bits. So the CPU is
asked, when it matters.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Literal

import torch


@contextmanager
def inference_precision(device: torch.device) -> Iterator[None]:
    """Run a forward without gradients, in full float32 on a CPU whatever the caller has set.

    The setting holds for CPU products of the whole process and is restored at the end; on other
    devices the caller's own is left alone.
    """
    with torch.inference_mode():
        if device.type != "cpu":
            yield
            return
        with _cpu_products("bf16" if _leave_to_round_is_harmless() else "ieee"):
            yield


@contextmanager
def _cpu_products(precision: Literal["ieee", "bf16"]) -> Iterator[None]:
    if not hasattr(torch.backends.mkldnn, "matmul"):  # torch before 2.9
        with _all_products("highest" if precision == "ieee" else "medium"):
            yield
        return
    setting = torch.backends.mkldnn.matmul
    before = setting.fp32_precision
    setting.fp32_precision = precision
    try:
        yield
    finally:
        setting.fp32_precision = before


@contextmanager
def _all_products(precision: Literal["highest", "medium"]) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@cache
def _leave_to_round_is_harmless() -> bool:
    """Tell whether this CPU keeps the last bit of a float32 although it may round to bfloat16."""
    cpu = torch.device("cpu")
    fine = torch.full((256, 256), 1 + 2.0**-23, dtype=torch.float32, device=cpu)
    with _cpu_products("bf16"):
        product = fine @ torch.eye(256, dtype=torch.float32, device=cpu)
    return torch.equal(product, fine)
