"""COCO keypoints: `annotations.json` beside `images/`, one annotation per object.

A keypoint is taken as visible where its flag v is 2; v = 1 (labeled but hidden) and v = 0 count as
not visible. A box `[x, y, w, h]` becomes x, y, x + w, y + h. A photo with two objects of one
category cannot say which of them is meant, so these are left out and counted. Pairs are drawn by
the rule of `datasets.photo`.

Lin et al., Microsoft COCO, ECCV 2014; https://cocodataset.org/#format-data.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble, box_or_extent
from semimatch_cli.datasets.pair import PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, Point, draw_pairs, id_order
from semimatch_cli.files import written_whole

FILE_NAME = "annotations.json"
_VISIBLE = 2


def load(
    path: Path,
    split: str | None = None,
    *,
    name: str = "",
    seed: int = 0,
    skip_broken: bool = False,
) -> PairSet:
    """Read annotations and draw pairs of their photos.

    Args:
        path: The file, or the folder that holds `annotations.json`.
        split: None or "all": one file is one split.
        name: Name of the set; by default that of its folder.
        seed: Draws the pairs.
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: Another split is asked for.
        DatasetError: The file is missing or malformed; names the annotation.
    """
    reading.check_split(split, ["all"], "all")
    path = path / FILE_NAME if path.is_dir() else path
    readers, crowded = _readers(path, reading.read_json(path))
    photos, broken = reading.each(readers, skip_broken=skip_broken)
    pairs = draw_pairs(photos, seed)
    notes = [f"pairs drawn from {len(photos):,} photos with seed {seed}", *broken]
    if crowded:
        notes.append(
            f"left out for other objects of the category in the photo: {crowded:,} objects"
        )
    return assemble(name or path.resolve().parent.name, "all", pairs, box_or_extent(pairs), notes)


def _readers(path: Path, document: Any) -> tuple[list[Callable[[], AnnotatedPhoto]], int]:
    """Return readers of photos with one object of a category, and the number of other objects."""
    images, categories = reading.interpret(
        path,
        "images and categories",
        lambda: tuple(
            {row["id"]: row for row in document[key]} for key in ("images", "categories")
        ),
    )
    rows: list[dict[str, Any]] = reading.interpret(
        path, "annotations", lambda: list(document["annotations"])
    )
    objects = reading.interpret(
        path,
        "annotations",
        lambda: Counter((row["image_id"], row["category_id"]) for row in rows),
    )
    readers: list[Callable[[], AnnotatedPhoto]] = [
        partial(_photo, path, row, images, categories)
        for row in rows
        if objects[row["image_id"], row["category_id"]] == 1 and "keypoints" in row
    ]
    crowded = sum(count for count in objects.values() if count > 1)
    return readers, crowded


def _photo(
    path: Path,
    row: dict[str, Any],
    images: Mapping[Any, dict[str, Any]],
    categories: Mapping[Any, dict[str, Any]],
) -> AnnotatedPhoto:
    def meaning() -> AnnotatedPhoto:
        image, category = images[row["image_id"]], categories[row["category_id"]]
        names = {str(k): str(name) for k, name in enumerate(category.get("keypoints", ()))}
        box = row.get("bbox")
        return AnnotatedPhoto(
            path=path.parent / "images" / image["file_name"],
            category=str(category["name"]),
            size=reading.size_of((image["width"], image["height"])),
            keypoints=_keypoints(row["keypoints"]),
            names=names,
            box=reading.box_of((box[0], box[1], box[0] + box[2], box[1] + box[3])) if box else None,
        )

    return reading.interpret(path, f"annotation {row.get('id')}", meaning)


def _keypoints(numbers: Sequence[float]) -> dict[str, Point]:
    if len(numbers) % 3:
        raise ValueError(f"{len(numbers)} numbers in keypoints, expected x, y, v of each")
    triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    return {str(k): (float(x), float(y)) for k, (x, y, v) in enumerate(triples) if v == _VISIBLE}


def write(path: Path, photos: Sequence[AnnotatedPhoto], places: Mapping[Path, str]) -> None:
    """Write the keypoints and boxes of photos.

    Args:
        path: The file; nothing may lie there yet.
        photos: The photos; a keypoint's number in its category becomes its id.
        places: Where each photo lies, relative to `images/`.
    """
    keys = keypoints_of(photos)
    category_ids = {category: number for number, category in enumerate(keys, 1)}
    sizes = {photo.path: photo.size for photo in photos}
    image_ids = {path: number for number, path in enumerate(sizes, 1)}
    document = {
        "images": [
            {"id": image_ids[path], "file_name": places[path], "width": width, "height": height}
            for path, (width, height) in sizes.items()
        ],
        "annotations": [
            {
                "id": number,
                "image_id": image_ids[photo.path],
                "category_id": category_ids[photo.category],
                "iscrowd": 0,
                **_annotation(photo, list(keys[photo.category])),
            }
            for number, photo in enumerate(photos, 1)
        ],
        "categories": [
            {"id": number, "name": name, "keypoints": list(keys[name].values()), "skeleton": []}
            for name, number in category_ids.items()
        ],
    }
    with written_whole(path, force=False) as part:
        part.write_text(json.dumps(document) + "\n", encoding="utf-8")


def keypoints_of(photos: Sequence[AnnotatedPhoto]) -> dict[str, dict[str, str]]:
    """Return {category: {id: name}}, numbers in their order, the id where there is no name."""
    keys: dict[str, dict[str, str]] = {}
    for photo in photos:
        known = keys.setdefault(photo.category, {})
        known.update({key: photo.names.get(key) or key for key in photo.keypoints})
    return {
        category: {key: known[key] for key in sorted(known, key=id_order)}
        for category, known in keys.items()
    }


def _annotation(photo: AnnotatedPhoto, keys: Sequence[str]) -> dict[str, Any]:
    triples = [
        (*photo.keypoints[key], _VISIBLE) if key in photo.keypoints else (0, 0, 0) for key in keys
    ]
    box = photo.box
    sides = (box[2] - box[0], box[3] - box[1]) if box else (0.0, 0.0)
    return {
        "keypoints": [number for triple in triples for number in triple],
        "num_keypoints": len(photo.keypoints),
        **({"bbox": [box[0], box[1], *sides], "area": sides[0] * sides[1]} if box else {}),
    }
