"""A small network with fixed weights and a small set of photos, for tests of whole runs."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from semimatch_cli.datasets import pairs_file
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.matching.matcher import Matcher
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from semimatch_cli.weights.checkpoint import save_checkpoint

OPTIONS = {"widths": (8, 8, 16, 16), "blocks": (1, 1, 1), "descriptor": 12}
CONFIG = NetworkConfig("tiny", OPTIONS, long_side=64)
SIZE = (64, 48)
POINTS = np.array([[10.0, 12.0], [40.5, 30.0], [20.0, 41.0]])


def network() -> MatchingNetwork:
    """A network whose weights are the same in every process."""
    torch.manual_seed(0)
    return MatchingNetwork(CONFIG)


def matcher() -> Matcher:
    return Matcher(network(), "cpu")


def write_photos(folder: Path, count: int) -> list[Path]:
    """Write photos of colored blocks."""
    draw = np.random.default_rng(0)
    paths = [folder / f"{number:02}.png" for number in range(count)]
    for path in paths:
        blocks = draw.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(blocks).resize(SIZE, Image.Resampling.BICUBIC).save(path)
    return paths


def pair_of(source: Path, target: Path, category: str = "block") -> Pair:
    """A pair whose third keypoint the target does not show."""
    true = POINTS + np.array([2.0, 1.0])
    true[2] = np.nan
    return Pair(
        id=f"{category}-{source.stem}-{target.stem}",
        source=source,
        target=target,
        source_keypoints=POINTS,
        target_keypoints=true,
        keypoint_ids=("0", "1", "2"),
        keypoint_names=("a", "b", "c"),
        category=category,
        source_size=SIZE,
        target_size=SIZE,
        source_box=(5.0, 5.0, 45.0, 45.0),
        target_box=(7.0, 6.0, 47.0, 46.0),
    )


def write_weights(path: Path) -> Path:
    """Write the network as a file that a command can load."""
    save_checkpoint(network().state_dict(), path, CONFIG.to_dict())
    return path


def write_pairs_file(folder: Path, pair_set: PairSet) -> Path:
    """Write pairs.json beside the photos."""
    path = folder / "pairs.json"
    places = {photo: photo.name for pair in pair_set.pairs for photo in (pair.source, pair.target)}
    pairs_file.write(path, pair_set.pairs, places)
    return path


def every_pair(photos: list[Path]) -> PairSet:
    """All ordered pairs, in a shuffled order."""
    pairs = [pair_of(a, b) for a in photos for b in photos if a != b]
    order = np.random.default_rng(1).permutation(len(pairs))
    return PairSet("blocks", "test", tuple(pairs[row] for row in order), "box")
