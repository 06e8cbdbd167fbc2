"""Measure weights on folders of photos with a `pairs.json`: PCK of the target box.

    python -m tools.measure_tiny SHARED/data/dev --weights tiny

Protocol: source to target, original pixels, right if the error is at most alpha times the longer
side of the target's box, mean over pairs. Beside it, what needs no network: the same relative place
in the photo, and in the box (which uses the answer's own box).
"""

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from semimatch_cli.loading import load_matcher
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.matcher import Matcher

SETS = (
    ("animalpose_dev", 0.1),
    ("stanfordextra_sample", 0.1),
    ("flowweb_cars", 0.1),
    ("mlmorph_wings", 0.02),
)


def measure(matcher: Matcher, folder: Path, alpha: float) -> tuple[int, npt.NDArray[np.float64]]:
    """Return the number of pairs and the mean PCK of matcher, identity and box map."""
    features: dict[str, Features] = {}
    rows = []
    pairs = json.loads((folder / "pairs.json").read_text())
    for pair in pairs:
        for name in (pair["src"], pair["trg"]):
            if name not in features:
                features[name] = matcher.encode(folder / name)
        source, truth = np.array(pair["src_kps"]), np.array(pair["trg_kps"])
        size, other = np.array(pair["src_size"]), np.array(pair["trg_size"])
        inside = np.clip(source, 0, size - 1)  # some labels lie a pixel outside
        found = matcher.transfer(features[pair["src"]], features[pair["trg"]], inside)
        box, other_box = np.array(pair["src_bbox"], float), np.array(pair["trg_bbox"], float)
        scale = (other_box[2:] - other_box[:2]) / np.maximum(box[2:] - box[:2], 1)
        answers = (
            found.target_points,
            (source + 0.5) * other / size - 0.5,
            (source - box[:2]) * scale + other_box[:2],
        )
        reach = alpha * (other_box[2:] - other_box[:2]).max()
        rows.append([(np.linalg.norm(a - truth, axis=1) <= reach).mean() for a in answers])
    return len(pairs), np.mean(rows, axis=0)


def main() -> None:
    """Print one row per set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", default="tiny")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    matcher = load_matcher(arguments.weights, device="cpu")
    print(f"| set | pairs | alpha | {arguments.weights} | identity | box map |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, alpha in SETS:
        count, shares = measure(matcher, arguments.data / name, alpha)
        print(f"| {name} | {count} | {alpha} | " + " | ".join(f"{x:.3f}" for x in shares) + " |")


if __name__ == "__main__":
    main()
