"""The rendered set as training photos: its named keypoints, and spots spread over the surface.

A spot is a place on the category's template. Where a photo shows it, it is one more point, so that
the dense truth of the rendered set teaches in the same way as keypoints do.
"""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.datasets.synthetic.truth import TOLERANCE
from tools.photos import Family, Photo

SPOTS = 40
_SPOT_PHOTOS = 12  # spots are drawn from the surfaces that so many photos show


def read_rendered(folder: Path) -> Family:
    """Read the training split of a set written by `semimatch data synth`."""
    photos: list[Photo] = []
    for category in (folder / "Layout/categories.txt").read_text().split():
        names = _training_names(folder, category)
        spots = _draw_spots(folder, category, names[:_SPOT_PHOTOS])
        photos += [_read(folder, category, name, spots) for name in names]
    return Family(photos, [], None)


def _training_names(folder: Path, category: str) -> list[str]:
    lines = (folder / "Layout/large/trn.txt").read_text().splitlines()
    pairs = [line.split(":")[0] for line in lines if line.endswith(f":{category}")]
    return sorted({name for pair in pairs for name in pair.split("-")[1:]})


def _surface(
    folder: Path, category: str, name: str
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return template positions (H, W, 3) and part numbers (H, W)."""
    with np.load(folder / "canonical" / category / f"{name}.npz") as maps:
        return maps["canonical"].astype(np.float32), maps["parts"]


def _draw_spots(
    folder: Path, category: str, names: list[str]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return template positions (S, 3) and part numbers (S,), larger parts having more."""
    surfaces = [_surface(folder, category, name) for name in names]
    positions = np.concatenate([canonical[parts > 0] for canonical, parts in surfaces])
    numbers = np.concatenate([parts[parts > 0] for _, parts in surfaces])
    chosen = np.random.default_rng(0).choice(len(numbers), SPOTS, replace=False)
    return positions[chosen], numbers[chosen]


def _read(
    folder: Path,
    category: str,
    name: str,
    spots: tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]],
) -> Photo:
    with Image.open(folder / "JPEGImages" / category / f"{name}.jpg") as image:
        pixels = np.asarray(image.convert("RGB"))
    annotation = json.loads((folder / "ImageAnnotation" / category / f"{name}.json").read_text())
    keypoints = [annotation["kps"][str(i)] for i in range(len(annotation["kps"]))]
    named = np.array([xy or (0, 0) for xy in keypoints], np.float32)
    canonical, parts = _surface(folder, category, name)
    found, seen = _find(canonical, parts, *spots)
    return Photo(
        pixels,
        np.concatenate((named, found)),
        np.concatenate(([xy is not None for xy in keypoints], seen)),
        np.asarray([annotation["bndbox"]], np.float32),
        category,
        parts > 0,
    )


def _find(
    canonical: npt.NDArray[np.float32],
    parts: npt.NDArray[np.uint8],
    positions: npt.NDArray[np.float32],
    numbers: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return where a photo shows each spot, (S, 2) xy pixels, and whether it does, (S,)."""
    xy = np.zeros((len(positions), 2), np.float32)
    seen = np.zeros(len(positions), bool)
    for row, (position, number) in enumerate(zip(positions, numbers, strict=True)):
        ys, xs = np.nonzero(parts == number)
        if not len(xs):
            continue
        distance = np.linalg.norm(canonical[ys, xs] - position, axis=1)
        best = int(distance.argmin())
        xy[row] = xs[best], ys[best]
        seen[row] = distance[best] <= TOLERANCE
    return xy, seen
