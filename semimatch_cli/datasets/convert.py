"""Convert: write any set of pairs in another layout, photos and all, into a folder of its own.

What each layout cannot hold, and so is lost in it (the truth of every pixel is lost in all):

    pairs   nothing else: `pairs.json`, photos and masks
    spair   what errors are held against, which is the box there; a set without splits becomes its
            test split, and pairs get new ids unless they have SPair-71k's
    coco    which photos are paired; ids of keypoints (their order in the category remains); masks,
            attributes, splits
    csv     as coco, and boxes; keypoints are told apart by their names alone

Pairs are drawn anew by the rule of `datasets.photo` when coco or csv is read again.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from semimatch_cli.datasets import coco, keypoints_csv, pairs_file, reading, spair_writer
from semimatch_cli.datasets.copying import copy_files
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, Point
from semimatch_cli.errors import ArgumentError, DatasetError, InputError


@dataclass(frozen=True)
class Converted:
    """What was written.

    Args:
        photos: Number of photos.
        pairs: Number of pairs that the layout tells; 0 where it tells none.
    """

    photos: int
    pairs: int


def convert(pair_set: PairSet, folder: Path, layout: str) -> Converted:
    """Write a set into a folder that does not exist yet, or is empty.

    Everything is written beside it and renamed at the end: nothing partial is left behind.

    Args:
        pair_set: What to write.
        folder: Where to.
        layout: A key of `LAYOUTS`.

    Raises:
        ArgumentError: There is no such layout.
        DatasetError: A photo is missing, the set has no keypoints, or the layout cannot tell two
            of them apart.
        InputError: The folder is not empty.
    """
    if layout not in LAYOUTS:
        hint = f"choose one of {', '.join(LAYOUTS)}"
        raise ArgumentError(f"unknown layout {layout!r}", hint=hint)
    if not any(pair.keypoint_ids for pair in pair_set.pairs):
        why = "its truth is dense, which no layout to write can hold"
        raise DatasetError(f"{pair_set.name} has no keypoints to write", why=why)
    folder = folder.resolve()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        hint = "name a folder that does not exist yet"
        raise InputError(f"cannot write {folder}", why="something lies there", hint=hint)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    try:
        partial.mkdir()
        told = LAYOUTS[layout](pair_set, partial)
        with suppress(FileNotFoundError):
            folder.rmdir()
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    photos = {path for pair in pair_set.pairs for path in (pair.source, pair.target)}
    return Converted(len(photos), told)


def annotated_photos(pairs: Iterable[Pair]) -> list[AnnotatedPhoto]:
    """Return every photo of the pairs with all the keypoints that they tell of it."""
    photos: dict[tuple[Path, str], AnnotatedPhoto] = {}
    for pair in pairs:
        for photo in _sides(pair):
            key = (photo.path, photo.category)
            known = photos.get(key, photo)
            photos[key] = replace(
                known,
                keypoints={**known.keypoints, **photo.keypoints},
                names={**known.names, **photo.names},
            )
    return list(photos.values())


def _sides(pair: Pair) -> tuple[AnnotatedPhoto, AnnotatedPhoto]:
    named = zip(pair.keypoint_ids, pair.keypoint_names, strict=True)
    names = {key: name for key, name in named if name}
    return (
        AnnotatedPhoto(
            path=pair.source,
            category=pair.category,
            size=pair.source_size,
            keypoints=_shown(pair.keypoint_ids, pair.source_keypoints),
            names=names,
            box=pair.source_box,
            mask=pair.source_mask,
        ),
        AnnotatedPhoto(
            path=pair.target,
            category=pair.category,
            size=pair.target_size,
            keypoints=_shown(pair.keypoint_ids, pair.target_keypoints),
            names=names,
            box=pair.target_box,
            mask=pair.target_mask,
        ),
    )


def _shown(ids: Sequence[str], points: reading.Points) -> dict[str, Point]:
    rows = zip(ids, points.tolist(), strict=True)
    return {key: (x, y) for key, (x, y) in rows if np.isfinite([x, y]).all()}


def _write_pairs(pair_set: PairSet, folder: Path) -> int:
    pairs = pair_set.pairs
    photos = copy_files((path for p in pairs for path in (p.source, p.target)), folder / "images")
    masks = copy_files(
        (path for p in pairs for path in (p.source_mask, p.target_mask)), folder / "masks"
    )
    places = {path: f"images/{name}" for path, name in photos.items()}
    places |= {path: f"masks/{name}" for path, name in masks.items()}
    pairs_file.write(folder / pairs_file.FILE_NAME, pairs, places)
    return len(pairs)


def _write_coco(pair_set: PairSet, folder: Path) -> int:
    photos = annotated_photos(pair_set.pairs)
    places = copy_files((photo.path for photo in photos), folder / "images")
    coco.write(folder / coco.FILE_NAME, photos, places)
    return 0


def _write_csv(pair_set: PairSet, folder: Path) -> int:
    photos = annotated_photos(pair_set.pairs)
    for category, keys in coco.keypoints_of(photos).items():
        if len(set(keys.values())) < len(keys):
            raise DatasetError(
                f"cannot write {category} to keypoints.csv",
                why="two of its keypoints have the same name",
                hint="choose another layout: pairs, spair or coco",
            )
    names = copy_files((photo.path for photo in photos), folder / "images")
    places = {path: f"images/{name}" for path, name in names.items()}
    keypoints_csv.write(folder / keypoints_csv.FILE_NAME, photos, places)
    return 0


def _write_spair(pair_set: PairSet, folder: Path) -> int:
    spair_writer.write(folder, pair_set, annotated_photos(pair_set.pairs))
    return len(pair_set)


LAYOUTS: dict[str, Callable[[PairSet, Path], int]] = {
    "pairs": _write_pairs,
    "spair": _write_spair,
    "coco": _write_coco,
    "csv": _write_csv,
}
