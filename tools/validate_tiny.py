"""Choose what training leaves open, on the animal photos held back from it.

    python -m tools.validate_tiny SHARED/data/train runs/tiny/last.pt

First the resolution and the read-out window: PCK@0.1 of the target's box over the same 300 pairs.
Then the score below which a part counts as absent: the one that best separates keypoints seen in
both photos and found within 0.1 from keypoints that the target does not show (balanced accuracy).
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from semimatch_cli.matching.features import Features
from semimatch_cli.matching.matcher import Matcher
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from tools.photos import Photo, read_coco

PAIRS = 300
Table = npt.NDArray[np.float64]


def draw_pairs(photos: list[Photo]) -> list[tuple[int, int]]:
    """Draw pairs of one category that share at least three keypoints."""
    rng = np.random.default_rng(0)
    pairs: list[tuple[int, int]] = []
    while len(pairs) < PAIRS:
        first, second = rng.choice(len(photos), 2, replace=False)
        source, target = photos[first], photos[second]
        if source.category == target.category and (source.visible & target.visible).sum() >= 3:
            pairs.append((int(first), int(second)))
    return pairs


def run(matcher: Matcher, photos: list[Photo], pairs: list[tuple[int, int]]) -> list[Table]:
    """Return for each pair a table of its source keypoints: seen in the target, right, score."""
    features: dict[int, Features] = {}
    tables = []
    for first, second in pairs:
        for index in (first, second):
            if index not in features:
                features[index] = matcher.encode(photos[index].pixels)
        source, target = photos[first], photos[second]
        height, width = source.pixels.shape[:2]
        asked = np.clip(source.points[source.visible], 0, (width - 1, height - 1))
        found = matcher.transfer(features[first], features[second], asked)
        seen = target.visible[source.visible]
        reach = 0.1 * (target.boxes[0, 2:] - target.boxes[0, :2]).max()
        error = np.linalg.norm(found.target_points - target.points[source.visible], axis=1)
        tables.append(np.stack((seen, seen & (error <= reach), found.scores), -1))
    return tables


def pck(tables: list[Table]) -> float:
    """Return the mean over pairs of the share of common keypoints that were found."""
    return float(np.mean([table[table[:, 0] > 0, 1].mean() for table in tables]))


def visible_score(tables: list[Table]) -> tuple[float, float]:
    """Return the best threshold and its balanced accuracy."""
    rows = np.concatenate(tables)
    right, absent = rows[rows[:, 1] > 0, 2], rows[rows[:, 0] == 0, 2]
    thresholds = np.linspace(0.01, 0.6, 60)
    accuracy = [((right >= t).mean() + (absent < t).mean()) / 2 for t in thresholds]
    best = int(np.argmax(accuracy))
    return float(thresholds[best]), float(accuracy[best])


def main() -> None:
    """Print one row per setting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("checkpoint", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    photos = read_coco(arguments.data / "animals").validation
    pairs = draw_pairs(photos)
    weights = torch.load(arguments.checkpoint, weights_only=True)["average"]
    for long_side in (160, 192, 224, 256, 288):
        for window in (1, 2, 3):
            network = MatchingNetwork(NetworkConfig("tiny", long_side=long_side, window=window))
            network.backbone.load_state_dict(weights)
            tables = run(Matcher(network, "cpu"), photos, pairs)
            threshold, accuracy = visible_score(tables)
            print(
                f"long_side {long_side} window {window}: PCK {pck(tables):.3f}, visible from "
                f"{threshold:.2f} (balanced accuracy {accuracy:.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
