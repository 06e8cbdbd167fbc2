"""AnnotatedPhoto: one photo and its keypoints, and how photos are put together to pairs.

Many layouts annotate photos and leave the pairs to the reader. The rule that draws them here: in
every category, ordered pairs of different photos come in an order drawn by the seed, at most forty
times the number of photos of them are looked at, and of those that share at least three visible
keypoints the first ten times the number of photos are taken. The seed of a category is mixed from
the seed and its name, so that another category changes nothing.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from semimatch_cli.datasets.pair import Box, Pair

PAIRS_PER_PHOTO = 10
LEAST_SHARED_KEYPOINTS = 3
_CANDIDATES_PER_PHOTO = 40
Point = tuple[float, float]


@dataclass(frozen=True)
class AnnotatedPhoto:
    """One object in one photo.

    Args:
        path: Its file.
        category: What it shows.
        size: (width, height) as displayed.
        keypoints: {id: (x, y)} of the visible ones, pixels.
        names: {id: name}, where known.
        box: x1, y1, x2, y2 of the object, where known.
        mask: File of the object's mask, where there is one.
    """

    path: Path
    category: str
    size: tuple[int, int]
    keypoints: Mapping[str, Point]
    names: Mapping[str, str] = field(default_factory=dict)
    box: Box | None = None
    mask: Path | None = None


def pair_of(number: int, source: AnnotatedPhoto, target: AnnotatedPhoto) -> Pair:
    """Return the pair of two photos: every keypoint of the source, NaN where the target has none.

    Args:
        number: Different for every pair of a set; begins its id, as in SPair-71k.
        source: The photo whose keypoints are looked up.
        target: The photo where they are found.
    """
    ids = tuple(source.keypoints)
    nowhere = (np.nan, np.nan)
    names = {**target.names, **source.names}
    return Pair(
        id=pair_id(number, source.path, target.path, source.category),
        source=source.path,
        target=target.path,
        source_keypoints=_points([source.keypoints[key] for key in ids]),
        target_keypoints=_points([target.keypoints.get(key, nowhere) for key in ids]),
        keypoint_ids=ids,
        keypoint_names=tuple(names.get(key, "") for key in ids),
        category=source.category,
        source_size=source.size,
        target_size=target.size,
        source_box=source.box,
        target_box=target.box,
        source_mask=source.mask,
        target_mask=target.mask,
    )


def pair_id(number: int, source: Path, target: Path, category: str) -> str:
    """Return an id in the form of SPair-71k: number-source-target:category."""
    return f"{number:06d}-{source.stem}-{target.stem}:{category}"


def id_order(key: str) -> tuple[bool, int, str]:
    """Return what sorts ids of keypoints: numbers by their value, then words."""
    return not key.isdecimal(), int(key) if key.isdecimal() else 0, key


def draw_pairs(photos: Sequence[AnnotatedPhoto], seed: int) -> tuple[Pair, ...]:
    """Return pairs within each category, by the rule at the top of this module.

    Args:
        photos: Of any categories; their order counts.
        seed: The same seed and photos give the same pairs.
    """
    categories = dict.fromkeys(photo.category for photo in photos)
    couples = (
        couple
        for category in categories
        for couple in _couples([p for p in photos if p.category == category], seed)
    )
    return tuple(pair_of(number, *couple) for number, couple in enumerate(couples, 1))


def _couples(
    photos: Sequence[AnnotatedPhoto], seed: int
) -> Iterator[tuple[AnnotatedPhoto, AnnotatedPhoto]]:
    count, found = len(photos), 0
    candidates = count * (count - 1)
    if not candidates:
        return
    chance = np.random.default_rng([zlib.crc32(photos[0].category.encode()), seed])
    looked_at = min(candidates, _CANDIDATES_PER_PHOTO * count)
    for candidate in chance.choice(candidates, size=looked_at, replace=False):
        first, second = divmod(int(candidate), count - 1)
        source, target = photos[first], photos[second + (second >= first)]
        if len(source.keypoints.keys() & target.keypoints.keys()) >= LEAST_SHARED_KEYPOINTS:
            yield source, target
            found += 1
        if found == PAIRS_PER_PHOTO * count:
            return


def _points(rows: Sequence[Point]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)
