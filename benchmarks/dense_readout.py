"""Memory and time of the dense soft-argmax, against building the cost volume.

    python benchmarks/dense_readout.py

A pair of 128 x 128 grids with 384 channels: the volume alone takes 128^4 floats, 1.07 GB. Each arm
runs in a process of its own and reports how far its peak memory rose above its inputs. Floor of the
time: 4 N^2 D operations (two products) over the measured peak of a float32 product.
Target: less than 300 MB, and the same answer to 1e-4.
"""

import resource
import subprocess
import sys
import time

SIDE, CHANNELS, TEMPERATURE = 128, 384, 0.05
PROGRAM = """
import torch
from benchmarks.dense_readout import run_arm
run_arm({arm!r})
"""


def run_arm(arm: str) -> None:
    """Run one arm; print the rise of peak memory in MB, the seconds and a checksum."""
    import torch
    from torch.nn import functional as F

    from semimatch_cli.matching.correlation import (
        cost_volume,
        dense_soft_argmax,
        read_soft_argmax,
    )

    draw = torch.Generator().manual_seed(0)
    source, target = (
        F.normalize(torch.randn(CHANNELS, SIDE, SIDE, generator=draw), dim=0) for _ in range(2)
    )
    valid = torch.ones(SIDE, SIDE, dtype=torch.bool)
    with torch.inference_mode():
        queries = source.flatten(1).T
        dense_soft_argmax(queries[:64], target[:, :8, :8], valid[:8, :8], TEMPERATURE)  # warms up
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        if arm == "attention":
            answer = dense_soft_argmax(queries, target, valid, TEMPERATURE)
        else:
            cost = cost_volume(queries, target, valid)
            answer = read_soft_argmax(cost, SIDE, TEMPERATURE)
        seconds = time.perf_counter() - began
    rise = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    samples = answer.reshape(-1)[:: SIDE * SIDE // 8].tolist()
    print(f"{rise:.0f} {seconds:.3f} {' '.join(f'{value:.5f}' for value in samples)}")


def peak_gflops() -> float:
    """Measure the peak of a float32 product on this machine."""
    import torch

    a = torch.randn(2048, 2048)
    a @ a
    began = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * 2048**3 / (time.perf_counter() - began) / 1e9


def main() -> None:
    """Print both arms, the difference of their answers and the floor."""
    answers = {}
    for arm in ("attention", "volume"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(arm=arm)],
            check=True,
            capture_output=True,
            text=True,
        )
        rise, seconds, *samples = map(float, done.stdout.split())
        answers[arm] = samples
        print(f"{arm}: {rise:.0f} MB extra, {seconds:.2f} s")
    apart = max(abs(a - b) for a, b in zip(*answers.values(), strict=True))
    print(f"largest difference at sampled cells: {apart:.1e} (target 1e-4)")
    floor = 4 * SIDE**4 * CHANNELS / peak_gflops() / 1e9
    print(f"floor of the time: {floor:.2f} s")


if __name__ == "__main__":
    main()
