"""Train `tiny` from scratch: keypoints of animals and cars, rendered objects, warped photos.

Every photo of a step is encoded once and then matched against every other photo of its group, so
sixteen animals give 240 ordered pairs. A pair's loss is the cross-entropy between the softmax of
the costs over the target's cells and a Gaussian around the true point.

    python -m tools.train_tiny SHARED/data/train --rendered DIR --out runs/tiny --steps 6000

Deterministic by (seed, step): killed and started again it goes on from its last checkpoint.
"""

import argparse
import json
import logging
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semimatch_cli.matching.backbones.tiny import Tiny
from tools.photos import Family, Photo, read_coco, read_unlabeled
from tools.rendered import read_rendered
from tools.views import View, object_view, overlapping_views

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STRIDE = 8
log = logging.getLogger("train_tiny")


@dataclass(frozen=True)
class Config:
    """Every number of a run."""

    steps: int = 7000
    size: int = 128
    animals: int = 20
    cars: int = 4
    rendered: int = 6
    rendered_from: int = 1000
    warped: int = 10
    warped_points: int = 48
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: int = 200
    temperature: float = 0.05
    sigma_start: float = 2.0
    sigma_end: float = 0.7
    rendered_weight: float = 0.5
    warped_weight: float = 0.5
    foreground_weight: float = 0.1
    average: float = 0.999
    seed: int = 0


@dataclass(frozen=True)
class Data:
    """All photos in memory."""

    animals: Family
    cars: Family
    rendered: Family
    unlabeled: list[np.ndarray]


@dataclass(frozen=True)
class Group:
    """Photos whose points correspond: rows `start` to `start + count` of the batch."""

    start: int
    count: int
    points: Tensor  # (n, K, 2) xy pixels of the canvas
    visible: Tensor  # (n, K)
    weight: float


@dataclass(frozen=True)
class Batch:
    """One step's views."""

    images: Tensor  # (B, 3, S, S) normalised
    foreground: Tensor  # (B, h, w), NaN where unknown
    groups: list[Group]


def sample(data: Data, config: Config, step: int) -> Batch:
    """Draw the batch of a step; the same (seed, step) gives the same batch."""
    rng = np.random.default_rng((config.seed, step))
    views: list[View] = []
    spans: list[tuple[int, float]] = []

    def add(members: list[View], weight: float) -> None:
        views.extend(members)
        spans.append((len(members), weight))

    rendered = config.rendered if step >= config.rendered_from else 0
    for family, count, weight in (
        (data.animals, config.animals, 1.0),
        (data.cars, config.cars, 0.5),
        (data.rendered, rendered, config.rendered_weight),
    ):
        if count:
            across = family is data.animals and rng.random() < 0.5
            photos = _choose(family.train, count, rng, across=across)
            add([object_view(p, config.size, rng, family.mirrored) for p in photos], weight)
    for index in rng.integers(len(data.unlabeled), size=config.warped // 2):
        pair = overlapping_views(data.unlabeled[index], config.size, config.warped_points, rng)
        add(list(pair), config.warped_weight)
    return _collate(views, spans, rng)


def _choose(photos: list[Photo], count: int, rng: np.random.Generator, *, across: bool) -> list:
    """Draw photos of any category, or of the category of one drawn photo."""
    if not across:
        category = photos[rng.integers(len(photos))].category
        photos = [photo for photo in photos if photo.category == category]
    return [photos[i] for i in rng.choice(len(photos), count, replace=len(photos) < count)]


def _collate(views: list[View], spans: list[tuple[int, float]], rng: np.random.Generator) -> Batch:
    pixels = torch.from_numpy(np.stack([view.pixels for view in views]))
    images = recolor(pixels.permute(0, 3, 1, 2).float() / 255, rng)
    images = (images - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    groups, start = [], 0
    for count, weight in spans:
        members = views[start : start + count]
        points = torch.from_numpy(np.stack([view.points for view in members]))
        visible = torch.from_numpy(np.stack([view.visible for view in members]))
        groups.append(Group(start, count, points, visible, weight))
        start += count
    foreground = torch.from_numpy(np.stack([view.foreground for view in views]))
    return Batch(images.contiguous(memory_format=torch.channels_last), foreground, groups)


def recolor(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Change brightness, contrast, saturation and channel gains of (B, 3, H, W) in 0..1."""
    count = len(images)

    def draw(spread: float, shape: tuple[int, ...] = (count, 1, 1, 1)) -> Tensor:
        return torch.from_numpy(rng.uniform(-spread, spread, shape)).float()

    gray = images.mean(1, keepdim=True)
    saturation = 1 + draw(0.6)
    saturation[torch.from_numpy(rng.random(count)) < 0.1] = 0
    images = gray + (images - gray) * saturation
    images = images * (1 + draw(0.3)) * (1 + draw(0.12, (count, 3, 1, 1))) + draw(0.1)
    mean = images.mean((1, 2, 3), keepdim=True)
    return (mean + (images - mean) * (1 + draw(0.3))).clamp(0, 1)


def matching_loss(maps: Tensor, group: Group, *, temperature: float, sigma: float) -> Tensor:
    """Average the cross-entropy over all ordered pairs of a group and their common points.

    Args:
        maps: (n, D, h, w) unit descriptors of the group's photos.
        group: Its points.
        temperature: Divides the cosine costs.
        sigma: Width of the target Gaussian, in cells.
    """
    n, _, h, w = maps.shape
    size = torch.tensor([w, h]) * STRIDE
    grid = (group.points + 0.5) / size * 2 - 1
    queries = F.grid_sample(maps, grid[:, :, None], align_corners=False)[..., 0]  # (n, D, K)
    queries = F.normalize(queries, dim=1)
    costs = torch.einsum("mdk,nds->mnks", queries, maps.flatten(2)) / temperature
    wanted = _gaussians(group.points, h, w, sigma)  # (n, K, h w)
    entropy = costs.logsumexp(-1) - torch.einsum("mnks,nks->mnk", costs, wanted)
    pairs = group.visible[:, None] & group.visible[None, :]  # (source, target, K)
    pairs &= ~torch.eye(n, dtype=torch.bool)[:, :, None]
    return (entropy * pairs).sum() / pairs.sum().clamp(min=1)


def _gaussians(points: Tensor, h: int, w: int, sigma: float) -> Tensor:
    """Return a distribution over the cells around each point: (n, K, 2) pixels -> (n, K, h w)."""
    spread = 2 * (sigma * STRIDE) ** 2

    def along(at: Tensor, count: int) -> Tensor:
        cells = torch.arange(count) * STRIDE + (STRIDE - 1) / 2
        return torch.softmax(-((cells - at[..., None]) ** 2) / spread, -1)

    columns, rows = along(points[..., 0], w), along(points[..., 1], h)
    return (rows[..., :, None] * columns[..., None, :]).flatten(2)


def step_loss(network: Tiny, batch: Batch, config: Config, sigma: float) -> dict[str, Tensor]:
    """Return the named terms of one step's loss, weighted."""
    with torch.autocast("cpu", torch.bfloat16):
        maps, logits = network.describe(batch.images)
    maps = F.normalize(maps.float(), dim=1)
    terms: dict[str, Tensor] = {}
    warps = sum(group.count == 2 for group in batch.groups)
    for group, name in zip(batch.groups, _names(batch.groups), strict=True):
        part = maps[group.start : group.start + group.count]
        loss = matching_loss(part, group, temperature=config.temperature, sigma=sigma)
        share = 1 / warps if name == "warped" else 1.0
        terms[name] = terms.get(name, torch.zeros(())) + group.weight * share * loss
    known = ~batch.foreground.isnan()
    entropy = F.binary_cross_entropy_with_logits(logits.float()[known], batch.foreground[known])
    terms["foreground"] = config.foreground_weight * entropy
    return terms


def _names(groups: list[Group]) -> Iterator[str]:
    labeled = iter(("animals", "cars", "rendered"))
    for group in groups:
        yield "warped" if group.count == 2 else next(labeled)


@torch.no_grad()
def average_into(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights and statistics a little towards the network's."""
    for slow, fast in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - decay)
        else:
            slow.copy_(fast)


def train(data: Data, config: Config, out: Path) -> None:
    """Run to the last step, with a checkpoint every 250."""
    torch.manual_seed(config.seed)
    network = Tiny().to(memory_format=torch.channels_last)
    average = Tiny().to(memory_format=torch.channels_last)
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    checkpoint, start = out / "last.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        start = saved["step"]
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        ahead = [pool.submit(sample, data, config, start + i) for i in range(3)]
        for step in range(start, config.steps):
            batch = ahead.pop(0).result()
            ahead.append(pool.submit(sample, data, config, step + 3))
            progress = step / config.steps
            warm = min(1.0, (step + 1) / config.warmup)
            rate = (
                config.learning_rate * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)
            )
            for parameters in optimizer.param_groups:
                parameters["lr"] = rate
            sigma = config.sigma_start + (config.sigma_end - config.sigma_start) * min(
                1.0, 2 * progress
            )
            terms = step_loss(network, batch, config, sigma)
            optimizer.zero_grad(set_to_none=True)
            torch.stack(list(terms.values())).sum().backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            average_into(average, network, min(config.average, (step + 1) / (step + 10)))
            if (step + 1) % 50 == 0:
                row = {name: round(float(value.detach()), 4) for name, value in terms.items()}
                seconds = round(time.monotonic() - began)
                print(json.dumps({"step": step + 1, "seconds": seconds, **row}), flush=True)
            if (step + 1) % 250 == 0 or step + 1 == config.steps:
                torch.save(
                    {
                        "network": network.state_dict(),
                        "average": average.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "step": step + 1,
                        "config": asdict(config),
                    },
                    checkpoint.with_suffix(".tmp"),
                )
                checkpoint.with_suffix(".tmp").replace(checkpoint)


def main() -> None:
    """Read the command line, then the photos, then train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rendered", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/tiny"))
    parser.add_argument("--steps", type=int, default=Config.steps)
    parser.add_argument("--seed", type=int, default=Config.seed)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    data = Data(
        read_coco(arguments.data / "animals"),
        read_coco(arguments.data / "cars"),
        read_rendered(arguments.rendered),
        read_unlabeled(arguments.data),
    )
    train(data, Config(steps=arguments.steps, seed=arguments.seed), arguments.out)


if __name__ == "__main__":
    main()
