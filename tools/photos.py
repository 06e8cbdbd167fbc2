"""The photos that `tiny` is trained on, decoded once, each with its named points and its object."""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

UNLABELED = (
    "caltech101",
    "pacs_photo",
    "clothing_cc0",
    "imagenet_1k_sample",
    "birds_cub2010",
    "raccoons",
)
VALIDATION_SHARE = 10  # one animal photo in ten is held back, by a hash of its name


@dataclass(frozen=True)
class Photo:
    """One object of one photo.

    Args:
        pixels: (H, W, 3) uint8.
        points: (K, 2) xy pixels; K is fixed within a family.
        visible: (K,) which of them are annotated.
        boxes: (M, 4) x1, y1, x2, y2 of every annotated object; the first is this one.
        category: Photos of one category hold the same points.
        mask: (H, W) bool where the object's outline is known exactly.
    """

    pixels: npt.NDArray[np.uint8]
    points: npt.NDArray[np.float32]
    visible: npt.NDArray[np.bool_]
    boxes: npt.NDArray[np.float32]
    category: str
    mask: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Family:
    """Photos that share a list of keypoints, and what a mirror does to that list.

    Args:
        train: Photos to learn from.
        validation: Photos held back.
        mirrored: (K,) index of each keypoint's left/right counterpart, itself where it has none;
            None where a mirrored photo is no valid photo of the family.
    """

    train: list[Photo]
    validation: list[Photo]
    mirrored: npt.NDArray[np.int64] | None


def read_coco(folder: Path) -> Family:
    """Read `annotations.json` + `images/`: one `Photo` per annotated object."""
    table = json.loads((folder / "annotations.json").read_text())
    names = table["categories"][0]["keypoints"]
    categories = {row["id"]: row["name"] for row in table["categories"]}
    files = {row["id"]: row["file_name"] for row in table["images"]}
    by_photo: dict[int, list[dict]] = {}
    for row in table["annotations"]:
        by_photo.setdefault(row["image_id"], []).append(row)
    family = Family([], [], np.array([names.index(_mirror(name)) for name in names]))
    for photo_id, rows in by_photo.items():
        pixels = _decode(folder / "images" / files[photo_id])
        held_back = zlib.crc32(files[photo_id].encode()) % VALIDATION_SHARE == 0
        for row in rows:
            photo = _photo(pixels, row, rows, categories[row["category_id"]])
            (family.validation if held_back else family.train).append(photo)
    return family


def read_unlabeled(root: Path) -> list[npt.NDArray[np.uint8]]:
    """Decode every photo of the folders without keypoints."""
    return [_decode(path) for name in UNLABELED for path in sorted((root / name).glob("*.jp*g"))]


def _photo(pixels: npt.NDArray[np.uint8], row: dict, rows: list[dict], category: str) -> Photo:
    keypoints = np.asarray(row["keypoints"], np.float32).reshape(-1, 3)
    ordered = [row, *(other for other in rows if other is not row)]
    boxes = np.asarray([other["bbox"] for other in ordered], np.float32)
    boxes[:, 2:] += boxes[:, :2]
    return Photo(pixels, keypoints[:, :2], keypoints[:, 2] > 0, boxes, category)


def _mirror(name: str) -> str:
    swapped = name.replace("left", "\0").replace("right", "left")
    return swapped.replace("\0", "right")


def _decode(path: Path) -> npt.NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
