"""Layout: the files of a rendered data set, in SPair-71k's own layout plus the dense truth.

    JPEGImages/<category>/<id>.jpg          the photo
    ImageAnnotation/<category>/<id>.json    box, every visible keypoint, view
    Segmentation/<category>/<id>.png        mask, the category's number where the object is seen
    canonical/<category>/<id>.npz           canonical (H, W, 3) float16, parts (H, W) uint8
    PairAnnotation/<split>/<line>.json      one pair: boxes, the keypoints visible in both
    Layout/large/<split>.txt                lines `number-source-target:category`
    Layout/categories.txt                   the categories, one per line
    Layout/keypoints.json, parts.json       names, {category: [...]}

SPair-71k: Min et al., 2019, https://cvlab.postech.ac.kr/research/SPair-71k.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from semimatch_cli.datasets.synthetic.render import Rendering

SPLITS = ("trn", "val", "test")
JPEG_QUALITY = 92


@dataclass(frozen=True)
class Photo:
    """What the pair lists need to know of a written photo.

    Args:
        name: Its id, also the name of its files.
        category: Its category.
        size: (width, height) in pixels.
        bbox: x1, y1, x2, y2 of the visible object.
        keypoints: {keypoint number: (x, y)} of the visible ones.
        azimuth: Degrees; 0 from the front, 90 from the object's own left.
        truncated: Whether the object reaches beyond the photo.
        occluded: Whether something stands in front of it.
    """

    name: str
    category: str
    size: tuple[int, int]
    bbox: tuple[int, int, int, int]
    keypoints: dict[int, tuple[float, float]]
    azimuth: float
    truncated: bool
    occluded: bool


def photo_of(rendering: Rendering, name: str) -> Photo:
    """Return the facts of a rendering under its id."""
    height, width = rendering.mask.shape
    return Photo(
        name=name,
        category=rendering.category,
        size=(width, height),
        bbox=rendering.bbox,
        keypoints={
            int(k): (round(float(x), 2), round(float(y), 2))
            for k, (x, y) in enumerate(rendering.keypoints)
            if rendering.visible[k]
        },
        azimuth=rendering.azimuth % 360.0,
        truncated=rendering.truncated,
        occluded=rendering.occluded,
    )


def write_photo(folder: Path, rendering: Rendering, name: str, category_id: int) -> Photo:
    """Write one photo's four files; its category's folders must exist."""
    photo = photo_of(rendering, name)
    home = {kind: folder / kind / photo.category for kind in PHOTO_FOLDERS}
    Image.fromarray(rendering.image).save(
        home["JPEGImages"] / f"{name}.jpg", quality=JPEG_QUALITY, subsampling=0
    )
    mask = Image.fromarray((rendering.mask * (category_id + 1)).astype(np.uint8), mode="P")
    mask.putpalette([0, 0, 0] + [224, 160, 48] * 255)
    mask.save(home["Segmentation"] / f"{name}.png", optimize=False)
    np.savez_compressed(
        home["canonical"] / f"{name}.npz",
        canonical=rendering.canonical.astype(np.float16),
        parts=rendering.parts,
    )
    annotation = _image_annotation(photo, category_id, len(rendering.names))
    _write_json(home["ImageAnnotation"] / f"{name}.json", annotation)
    return photo


PHOTO_FOLDERS = ("JPEGImages", "ImageAnnotation", "Segmentation", "canonical")


def make_folders(folder: Path, categories: Sequence[str]) -> None:
    """Create every folder of the layout."""
    for category in categories:
        for kind in PHOTO_FOLDERS:
            (folder / kind / category).mkdir(parents=True)
    for split in SPLITS:
        (folder / "PairAnnotation" / split).mkdir(parents=True)
    (folder / "Layout" / "large").mkdir(parents=True)


def write_names(
    folder: Path, keypoints: dict[str, tuple[str, ...]], parts: dict[str, tuple[str, ...]]
) -> None:
    """Write the names of categories, keypoints and parts."""
    lines = "".join(f"{category}\n" for category in keypoints)
    (folder / "Layout" / "categories.txt").write_text(lines, encoding="utf-8")
    _write_json(folder / "Layout" / "keypoints.json", keypoints)
    _write_json(folder / "Layout" / "parts.json", parts)


def write_pairs(
    folder: Path, split: str, pairs: Sequence[tuple[Photo, Photo]], categories: Sequence[str]
) -> None:
    """Write a split's list and one annotation for each of its pairs."""
    lines = []
    for number, (source, target) in enumerate(pairs, 1):
        line = f"{number:06d}-{source.name}-{target.name}:{source.category}"
        category_id = categories.index(source.category)
        annotation = _pair_annotation(line, number, (source, target), category_id)
        _write_json(folder / "PairAnnotation" / split / f"{line}.json", annotation)
        lines.append(f"{line}\n")
    listing = folder / "Layout" / "large" / f"{split}.txt"
    listing.write_text("".join(lines), encoding="utf-8")


def shared_keypoints(source: Photo, target: Photo) -> list[int]:
    """Return the numbers of the keypoints visible in both photos, in order."""
    return sorted(source.keypoints.keys() & target.keypoints.keys())


def _image_annotation(photo: Photo, category_id: int, count: int) -> dict[str, Any]:
    return {
        "filename": f"{photo.name}.jpg",
        "src_database": "semimatch data synth",
        "image_width": photo.size[0],
        "image_height": photo.size[1],
        "image_depth": 3,
        "category": photo.category,
        "category_id": category_id,
        "pose": _pose(photo.azimuth),
        "truncated": int(photo.truncated),
        "occluded": int(photo.occluded),
        "difficult": 0,
        "bndbox": list(photo.bbox),
        "kps": {str(k): photo.keypoints.get(k) for k in range(count)},
        "azimuth_id": round(photo.azimuth / 45.0) % 8,
        "azimuth": round(photo.azimuth, 2),
    }


def _pair_annotation(
    line: str, number: int, pair: tuple[Photo, Photo], category_id: int
) -> dict[str, Any]:
    source, target = pair
    shared = shared_keypoints(source, target)
    turn = abs((source.azimuth - target.azimuth + 180.0) % 360.0 - 180.0)
    zoom = max(_side(source) / _side(target), _side(target) / _side(source))
    return {
        "pair_id": number,
        "filename": line,
        "src_imname": f"{source.name}.jpg",
        "trg_imname": f"{target.name}.jpg",
        "src_imsize": [*source.size, 3],
        "trg_imsize": [*target.size, 3],
        "src_bndbox": list(source.bbox),
        "trg_bndbox": list(target.bbox),
        "category": source.category,
        "category_id": category_id,
        "src_pose": _pose(source.azimuth),
        "trg_pose": _pose(target.azimuth),
        "src_kps": [source.keypoints[k] for k in shared],
        "trg_kps": [target.keypoints[k] for k in shared],
        "kps_ids": [str(k) for k in shared],
        "mirror": int((source.azimuth > 180.0) != (target.azimuth > 180.0)),
        "viewpoint_variation": int(turn > 30.0) + int(turn > 60.0),
        "scale_variation": int(zoom > 1.25) + int(zoom > 1.6),
        "truncation": int(source.truncated) + 2 * int(target.truncated),
        "occlusion": int(source.occluded) + 2 * int(target.occluded),
    }


def _pose(azimuth: float) -> str:
    """Name the view as PASCAL does: seen from its left side an object faces left."""
    return ("Frontal", "Left", "Rear", "Right")[round(azimuth / 90.0) % 4]


def _side(photo: Photo) -> float:
    x1, y1, x2, y2 = photo.bbox
    return max(x2 - x1, y2 - y1, 1)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
