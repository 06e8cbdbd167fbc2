"""Small data sets in the exact official layouts, made where a test wants them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from PIL import Image

SIZE = (60, 40)
BOX = [5, 4, 50, 30]
DOGS = {
    "dog_1": {"0": [10, 11], "1": [20, 21], "2": [30, 12], "3": None},
    "dog_2": {"0": [12, 13], "1": None, "2": [33.5, 14.25], "3": [44, 9]},
    "dog_3": {"0": None, "1": None, "2": None, "3": [7, 8]},
}


def write_photo(path: Path, size: tuple[int, int] = SIZE, **options: Any) -> None:
    """Write a plain photo in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (120, 140, 90)).save(path, **options)


def write_json(path: Path, content: Any) -> None:
    """Write JSON, and the folders on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def write_spair(root: Path, category: str = "dog", split: str = "test") -> Path:
    """Write SPair-71k with three photos and the pairs 1-2 and 2-1."""
    for name, keypoints in DOGS.items():
        write_photo(root / "JPEGImages" / category / f"{name}.jpg")
        annotation = {"filename": f"{name}.jpg", "kps": keypoints, "bndbox": BOX}
        write_json(root / "ImageAnnotation" / category / f"{name}.json", annotation)
    lines = []
    for number, (source, target) in enumerate((("dog_1", "dog_2"), ("dog_2", "dog_1")), 1):
        line = f"{number:06d}-{source}-{target}:{category}"
        write_spair_pair(root / "PairAnnotation" / split / f"{line}.json", line, source, target)
        lines.append(line)
    listing = root / "Layout" / "large" / f"{split}.txt"
    listing.parent.mkdir(parents=True, exist_ok=True)
    listing.write_text("\n".join(lines) + "\n")
    return root


def write_spair_pair(path: Path, line: str, source: str, target: str, **changed: Any) -> None:
    """Write one pair annotation of the photos above."""
    shared = [key for key in DOGS[source] if DOGS[source][key] and DOGS[target][key]]
    annotation = {
        "pair_id": 1,
        "filename": line,
        "src_imname": f"{source}.jpg",
        "trg_imname": f"{target}.jpg",
        "src_imsize": [*SIZE, 3],
        "trg_imsize": [*SIZE, 3],
        "src_bndbox": BOX,
        "trg_bndbox": BOX,
        "category": line.rpartition(":")[2],
        "src_pose": "Left",
        "trg_pose": "Left",
        "src_kps": [DOGS[source][key] for key in shared],
        "trg_kps": [DOGS[target][key] for key in shared],
        "kps_ids": shared,
        "mirror": 0,
        "viewpoint_variation": 2,
        "scale_variation": 1,
        "truncation": 3,
        "occlusion": 0,
    }
    write_json(path, annotation | changed)


def write_pf_pascal_photo(root: Path, category: str, name: str, points: Any) -> None:
    """Write a photo and its annotation; points: (K, 2), NaN where not visible."""
    folder = root / "PF-dataset-PASCAL"
    write_photo(folder / "JPEGImages" / f"{name}.jpg")
    mat = folder / "Annotations" / category / f"{name}.mat"
    mat.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(mat, {"kps": np.array(points, dtype=float), "bbox": [[1, 2, 50, 30]]})


def write_pf_willow_photo(root: Path, category: str, name: str, points: Any) -> None:
    """Write a photo and its annotation; points: (2, 10)."""
    path = root / "PF-dataset" / category / f"{name}.png"
    write_photo(path)
    scipy.io.savemat(path.with_suffix(".mat"), {"pts_coord": np.array(points, dtype=float)})


def write_flow(path: Path, flow: Any) -> None:
    """Write a Middlebury .flo file; flow: (H, W, 2)."""
    numbers = np.asarray(flow, dtype="<f4")
    sides = np.array([numbers.shape[1], numbers.shape[0]], dtype="<i4")
    path.write_bytes(np.float32(202021.25).tobytes() + sides.tobytes() + numbers.tobytes())


def write_tss_item(root: Path, name: str = "JODS/car_01_02", flip: str = "0") -> Path:
    """Write an item: image1 is 6 x 4, image2 5 x 3; flow1 is (1, 0), flow2 (-1, 0.5)."""
    item = root / name
    for number, (width, height) in ((1, (6, 4)), (2, (5, 3))):
        write_photo(item / f"image{number}.png", (width, height))
        mask = np.zeros((height, width), dtype=np.uint8)
        mask[1:, 1:4] = 255 if number == 1 else 1
        Image.fromarray(mask).save(item / f"mask{number}.png")
    write_flow(item / "flow1.flo", np.tile([1.0, 0.0], (4, 6, 1)))
    flow = np.tile([-1.0, 0.5], (3, 5, 1))
    flow[2, 2] = 1e10
    write_flow(item / "flow2.flo", flow)
    (item / "flip_gt.txt").write_text(flip)
    return item


def write_pairs(folder: Path, *changes: Mapping[str, Any]) -> Path:
    """Write pairs.json with a pair for each change of its fields (None leaves a field out)."""
    for name in ("a.jpg", "b.jpg"):
        write_photo(folder / "images" / name)
    rows = []
    for change in changes or ({},):
        row = {
            "src": "images/a.jpg",
            "trg": "images/b.jpg",
            "category": "cat",
            "kps_ids": [0, 2],
            "src_kps": [[10.0, 11.0], [20.0, 21.0]],
            "trg_kps": [[12.0, 13.0], [22.0, 23.0]],
            "src_bbox": BOX,
            "trg_bbox": BOX,
            "src_size": list(SIZE),
            "trg_size": list(SIZE),
        } | change
        rows.append({key: value for key, value in row.items() if value is not None})
    write_json(folder / "pairs.json", rows)
    return folder


def write_coco(
    folder: Path, annotations: Sequence[Mapping[str, Any]] = (), photos: int = 3
) -> Path:
    """Write COCO keypoints: one cat with four visible keypoints in each photo, or others."""
    for number in range(1, photos + 1):
        write_photo(folder / "images" / f"{number}.jpg")
    content = {
        "images": [
            {"id": n, "file_name": f"{n}.jpg", "width": SIZE[0], "height": SIZE[1]}
            for n in range(1, photos + 1)
        ],
        "annotations": list(annotations) or [coco_object(n) for n in range(1, photos + 1)],
        "categories": [{"id": 7, "name": "cat", "keypoints": ["nose", "eye", "ear", "tail"]}],
    }
    write_json(folder / "annotations.json", content)
    return folder


def coco_object(number: int, flags: Sequence[int] = (2, 2, 2, 2)) -> dict[str, Any]:
    """Return an object in photo `number` with the given visibility flags."""
    places = ((1 + number, 2), (10, 3 + number), (20, 5), (30, 7))
    triples = [(*place, flag) for place, flag in zip(places, flags, strict=True)]
    return {
        "id": number,
        "image_id": number,
        "category_id": 7,
        "bbox": [5, 4, 30, 20],
        "keypoints": [value for triple in triples for value in triple],
    }
