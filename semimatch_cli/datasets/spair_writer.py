"""Writing SPair-71k's layout: photos, masks, image and pair annotations, lists and names.

The reverse of `datasets.spair`, which reads all of it back. Attributes that SPair-71k does not
know go into one field of their own, `attributes`, which other readers pass over.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from semimatch_cli.datasets.copying import copy_file, free_name
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, id_order
from semimatch_cli.datasets.spair import ATTRIBUTES, SPLITS
from semimatch_cli.errors import DatasetError

_Names = Mapping[tuple[Path, str], str]


def write(folder: Path, pair_set: PairSet, photos: Sequence[AnnotatedPhoto]) -> None:
    """Write a set into a folder.

    Args:
        folder: An empty one.
        pair_set: The pairs; a set without one of SPair-71k's splits becomes the test split.
        photos: All photos of the pairs, with all their keypoints.

    Raises:
        DatasetError: A photo is missing, or a category cannot be the name of a folder.
    """
    split = pair_set.split if pair_set.split in SPLITS else "test"
    ids = _keypoint_ids(photos)
    names = _write_photos(folder, photos, ids)
    lines = _lines(pair_set.pairs, names)
    home = folder / "PairAnnotation" / split
    home.mkdir(parents=True)
    for number, (line, pair) in enumerate(zip(lines, pair_set.pairs, strict=True), 1):
        _write_json(home / f"{line}.json", _pair_annotation(number, line, pair, names))
    listing = folder / "Layout" / "large" / f"{split}.txt"
    listing.parent.mkdir(parents=True)
    listing.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _write_names(folder / "Layout", photos, ids)


def _keypoint_ids(photos: Sequence[AnnotatedPhoto]) -> dict[str, list[str]]:
    """Return {category: ids that any of its photos shows}, numbers in their order."""
    ids: dict[str, set[str]] = {}
    for photo in photos:
        ids.setdefault(photo.category, set()).update(photo.keypoints, photo.names)
    return {category: sorted(keys, key=id_order) for category, keys in ids.items()}


def _write_photos(
    folder: Path, photos: Sequence[AnnotatedPhoto], ids: Mapping[str, Sequence[str]]
) -> dict[tuple[Path, str], str]:
    """Write every photo, its mask and its annotation; return the photos' file names."""
    names: dict[tuple[Path, str], str] = {}
    taken: dict[str, set[str]] = {category: set() for category in ids}
    for category in ids:
        _make_folders(folder, category)
    for photo in photos:
        # the lists join the names of two photos by a dash
        wanted = photo.path.name.replace("-", "_").replace(":", "_")
        name = free_name(wanted, taken[photo.category])
        names[photo.path, photo.category] = name
        copy_file(photo.path, folder / "JPEGImages" / photo.category / name)
        if photo.mask:
            _write_mask(
                photo.mask, folder / "Segmentation" / photo.category / f"{Path(name).stem}.png"
            )
        annotation = _image_annotation(photo, name, ids[photo.category])
        _write_json(
            folder / "ImageAnnotation" / photo.category / f"{Path(name).stem}.json", annotation
        )
    return names


def _make_folders(folder: Path, category: str) -> None:
    if category in ("", ".", "..") or any(mark in category for mark in "/\\\0"):
        raise DatasetError(
            f"cannot write category {category!r} in SPair-71k's layout",
            why="it cannot be the name of a folder",
            hint="rename the category, or choose another layout",
        )
    for kind in ("JPEGImages", "ImageAnnotation", "Segmentation"):
        (folder / kind / category).mkdir(parents=True)


def _write_mask(mask: Path, path: Path) -> None:
    if mask.suffix.lower() == ".png":
        copy_file(mask, path)
        return
    with Image.open(mask) as image:
        image.save(path)


def _image_annotation(photo: AnnotatedPhoto, name: str, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "filename": name,
        "image_width": photo.size[0],
        "image_height": photo.size[1],
        "category": photo.category,
        "bndbox": photo.box,
        "kps": {key: photo.keypoints.get(key) for key in ids},
    }


def _lines(pairs: Sequence[Pair], names: _Names) -> list[str]:
    """Return the lines of the list: the ids as they are if all have the form of the layout."""
    ends = [
        f"{_stem(names, pair, pair.source)}-{_stem(names, pair, pair.target)}:{pair.category}"
        for pair in pairs
    ]
    if all(pair.id.partition("-")[2] == end for pair, end in zip(pairs, ends, strict=True)):
        return [pair.id for pair in pairs]
    return [f"{number:06d}-{end}" for number, end in enumerate(ends, 1)]


def _stem(names: _Names, pair: Pair, photo: Path) -> str:
    return Path(names[photo, pair.category]).stem


def _pair_annotation(number: int, line: str, pair: Pair, names: _Names) -> dict[str, Any]:
    shown = pair.visible
    known = {
        theirs: pair.attributes[ours]
        for ours, theirs in ATTRIBUTES.items()
        if ours in pair.attributes
    }
    other = {key: value for key, value in pair.attributes.items() if key not in ATTRIBUTES}
    return {
        "pair_id": number,
        "filename": line,
        "src_imname": names[pair.source, pair.category],
        "trg_imname": names[pair.target, pair.category],
        "src_imsize": [*pair.source_size, 3],
        "trg_imsize": [*pair.target_size, 3],
        "src_bndbox": pair.source_box,
        "trg_bndbox": pair.target_box,
        "category": pair.category,
        "src_kps": pair.source_keypoints[shown].tolist(),
        "trg_kps": pair.target_keypoints[shown].tolist(),
        "kps_ids": [
            key for key, is_shown in zip(pair.keypoint_ids, shown, strict=True) if is_shown
        ],
        **known,
        **({"attributes": other} if other else {}),
    }


def _write_names(
    layout: Path, photos: Sequence[AnnotatedPhoto], ids: Mapping[str, Sequence[str]]
) -> None:
    (layout / "categories.txt").write_text("".join(f"{name}\n" for name in ids), encoding="utf-8")
    names: dict[str, dict[str, str]] = {category: {} for category in ids}
    for photo in photos:
        names[photo.category].update(photo.names)
    if any(names.values()):
        table = {category: _in_order(named, ids[category]) for category, named in names.items()}
        _write_json(layout / "keypoints.json", table)


def _in_order(names: Mapping[str, str], ids: Sequence[str]) -> list[str] | dict[str, str]:
    """Return the names as the list that the layout has, if the ids count them from 0."""
    numbers = [str(number) for number in range(len(ids))]
    return [names.get(key, "") for key in ids] if list(ids) == numbers else dict(names)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
