"""How fast photos are encoded, against the plain float32 forward of transformers.

    python benchmarks/encode.py [--rounds 15] [--threads 2]

Both arms have the same random weights and answer the same maps. They take turns within one run and
medians are compared, so that whatever else the machine does falls on both. The floor is what the
operations alone would take at the fastest float32 product measured in the same run.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from semimatch_cli.matching.backbones.dinov2 import DinoV2, DinoV2Config
from semimatch_cli.matching.backbones.resnet import ResNet, ResNetConfig
from semimatch_cli.matching.precision import inference_precision

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Contest:
    """Two ways to the same map, and how much faster the second has to be."""

    name: str
    plain: Callable[[], Tensor]
    ours: Callable[[], Tensor]
    target: float


def main() -> None:
    """Measure, and print one row per network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    transformers.utils.logging.disable_progress_bar()
    peak = measure_peak()
    print(f"{options.threads} threads, torch {torch.__version__}, peak {peak / 1e9:.0f} GFLOP/s")
    print("ms: median (best); floor: operations / peak; error: largest, relative to the output's")
    print(f"{'':<18}{'transformers':>15}{'ours':>15}{'floor':>7}{'faster':>8}{'target':>8}  error")
    for contest in (resnet_contest(256), resnet_contest(512), vit_contest()):
        print(row(contest, options.rounds, peak))


def row(contest: Contest, rounds: int, peak: float) -> str:
    """Run one contest and lay its numbers out."""
    expected, found = contest.plain(), contest.ours()
    error = float((found - expected).abs().max() / expected.abs().max())
    floor = count_operations(contest.plain) / peak
    plain, ours = take_turns(contest.plain, contest.ours, rounds)
    faster = statistics.median(plain) / statistics.median(ours)
    return (
        f"{contest.name:<18}{spread(plain):>15}{spread(ours):>15}{floor * 1e3:7.0f}"
        f"{faster:7.2f}x{contest.target:7.1f}x  {error:.0e}"
    )


def spread(seconds: list[float]) -> str:
    """Return the median and the best, in milliseconds."""
    return f"{statistics.median(seconds) * 1e3:.0f} ({min(seconds) * 1e3:.0f})"


def take_turns(
    first: Callable[[], Tensor], second: Callable[[], Tensor], rounds: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of each call, the two arms alternating."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for arm, kept in zip((first, second), times, strict=True):
            start = time.perf_counter()
            arm()
            kept.append(time.perf_counter() - start)
    return times


def count_operations(forward: Callable[[], Tensor]) -> float:
    """Count the multiplications and additions of a forward, both products of attention included."""
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        forward()
    return float(counter.get_total_flops())


def measure_peak() -> float:
    """Return the most float32 operations per second of a large product or convolution."""
    square = torch.randn(2048, 2048)
    image = torch.randn(1, 256, 64, 64).to(memory_format=torch.channels_last)
    kernel = torch.randn(256, 256, 3, 3).to(memory_format=torch.channels_last)
    candidates: list[Callable[[], Tensor]] = [
        lambda: square @ square,
        lambda: F.conv2d(image, kernel, padding=1),
    ]
    rates = []
    for candidate in candidates:
        with inference_precision(CPU):
            operations = count_operations(candidate)
            best = min(min(times) for times in take_turns(candidate, candidate, rounds=10))
        rates.append(operations / best)
    return max(rates)


def vit_contest() -> Contest:
    """DINOv2 small with patches of 14 pixels, at the 518 pixels it was trained with."""
    config = DinoV2Config.named("small")
    settings = transformers.Dinov2Config(
        hidden_size=config.width,
        num_hidden_layers=config.depth,
        num_attention_heads=config.heads,
        image_size=config.patch * config.grid,
        patch_size=config.patch,
        layerscale_value=0.3,
    )
    plain, ours = transformers.Dinov2Model(settings).eval(), DinoV2(config).eval()
    with tempfile.TemporaryDirectory() as folder:
        plain.save_pretrained(folder)
        state = load_file(Path(folder) / "model.safetensors")
    ours.load_state_dict(DinoV2.prepare_state(state), strict=True)
    images = torch.randn(1, 3, 518, 518)

    def run_plain() -> Tensor:
        with torch.inference_mode():
            tokens = plain(images).last_hidden_state[:, 1:]
        return tokens.transpose(1, 2).unflatten(2, (37, 37))

    return Contest("ViT-S/14 518 px", run_plain, lambda: encode(ours, images), target=1.5)


def resnet_contest(side: int) -> Contest:
    """ResNet-101 up to its last bottleneck."""
    settings = transformers.ResNetConfig(depths=[3, 4, 23, 3])
    plain = transformers.ResNetModel(settings).eval()
    network = ResNet(ResNetConfig(levels=(33,))).eval()
    # Both list their tensors in the order of use, but transformers puts the shortcut first.
    names = sorted(network.state_dict(), key=_shortcut_first)
    theirs = plain.state_dict().values()
    network.load_state_dict(dict(zip(names, theirs, strict=True)), strict=True)
    ours = network.for_inference()
    images = torch.randn(1, 3, side, side)

    def run_plain() -> Tensor:
        with torch.inference_mode():
            return plain(images).last_hidden_state

    return Contest(
        f"ResNet-101 {side} px", run_plain, lambda: F.relu(encode(ours, images)), target=1.1
    )


def _shortcut_first(name: str) -> tuple[str, int, bool]:
    if not name.startswith("layer"):
        return "", 0, True
    stage, block = name.split(".")[:2]
    return stage, int(block), "downsample" not in name


def encode(network: nn.Module, images: Tensor) -> Tensor:
    """Return the last map, computed as the matcher computes it."""
    with inference_precision(CPU):
        return network(images)[-1]


if __name__ == "__main__":
    main()
