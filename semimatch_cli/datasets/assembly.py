"""Assembling a set: which pairs can be measured at all, and what a reader should know of the rest.

Benchmarks hold a few pairs without a common keypoint, boxes without a size, keypoints without a
place in the source and points beyond the photo's edge. The first three cannot be measured and are
left out; the last stay as the benchmark has them. All are counted in the notes of the set.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.pair import Pair, PairSet, ThresholdBase
from semimatch_cli.datasets.reading import finite_rows
from semimatch_cli.errors import DatasetError


def assemble(
    name: str,
    split: str,
    pairs: Iterable[Pair],
    threshold: ThresholdBase,
    notes: Sequence[str] = (),
) -> PairSet:
    """Return the set of those pairs that can be measured.

    Args:
        name: Name of the data set.
        split: Its split.
        pairs: All pairs of its list.
        threshold: What errors are held against; a pair without it is left out.
        notes: What the loader has to say already.

    Raises:
        DatasetError: No pair is left, or two have the same id.
    """
    given = tuple(pairs)
    _check_ids(name, given)
    kept = tuple(_with_places(pair) for pair in given)
    lost = sum(len(pair.keypoint_ids) for pair in given) - sum(len(p.keypoint_ids) for p in kept)
    told = [*notes, *([f"left out for no place in the source: {lost:,} keypoints"] if lost else [])]
    for what, is_wrong in (
        ("no common keypoint", _shares_nothing),
        (f"a target {threshold} of zero size", lambda pair: _unmeasurable(pair, threshold)),
    ):
        wrong = [pair for pair in kept if is_wrong(pair)]
        kept = tuple(pair for pair in kept if not is_wrong(pair)) if wrong else kept
        told += _left_out(wrong, what)
    if not kept:
        why = "; ".join(told) or "its list is empty"
        raise DatasetError(f"{name}, split {split}: it holds no pair to measure", why=why)
    told += _beyond(kept)
    return PairSet(name, split, kept, threshold, tuple(told))


def box_or_extent(pairs: Iterable[Pair]) -> ThresholdBase:
    """Return "box" where every target has one, else the extent of its keypoints."""
    return "box" if all(pair.target_box is not None for pair in pairs) else "extent"


def is_outside(points: npt.NDArray[np.float64], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return (N,) which points lie beyond the edge of a photo; not for NaN or an unknown size.

    Args:
        points: (N, 2) xy pixels; an integer is a pixel's center.
        size: (width, height), or (0, 0) where unknown.
    """
    if size == (0, 0):
        return np.zeros(len(points), dtype=bool)
    beyond = (points < -0.5) | (points > np.array(size) + 0.5)  # PASCAL counts pixels from 1
    return np.asarray(beyond.any(axis=1))


def _check_ids(name: str, pairs: Sequence[Pair]) -> None:
    seen: set[str] = set()
    for number, pair in enumerate(pairs, 1):
        if pair.id in seen:
            why = f"pair {number} has the id {pair.id!r} of an earlier one"
            raise DatasetError(f"cannot tell the pairs of {name} apart", why=why)
        seen.add(pair.id)


def _with_places(pair: Pair) -> Pair:
    """Return the pair with the keypoints whose place in the source is known."""
    placed = finite_rows(pair.source_keypoints)
    if placed.all():
        return pair
    return replace(
        pair,
        source_keypoints=pair.source_keypoints[placed],
        target_keypoints=pair.target_keypoints[placed],
        keypoint_ids=tuple(itertools.compress(pair.keypoint_ids, placed)),
        keypoint_names=tuple(itertools.compress(pair.keypoint_names, placed)),
    )


def _shares_nothing(pair: Pair) -> bool:
    return pair.dense_truth is None and not pair.visible.any()


def _unmeasurable(pair: Pair, threshold: ThresholdBase) -> bool:
    if pair.dense_truth is not None and not pair.keypoint_ids:
        return False
    if threshold == "box":
        box = pair.target_box
        return box is None or not max(box[2] - box[0], box[3] - box[1]) > 0
    if threshold == "extent":
        shown = pair.target_keypoints[pair.visible]
        return not np.ptp(shown, axis=0).max() > 0
    return False


def _left_out(pairs: Sequence[Pair], why: str) -> list[str]:
    if not pairs:
        return []
    which = f"{pairs[0].id}" + (f" and {len(pairs) - 1:,} more" if len(pairs) > 1 else "")
    return [f"left out for {why}: {which}"]


def _beyond(pairs: Sequence[Pair]) -> list[str]:
    counts = [_count_beyond(pair) for pair in pairs]
    if not any(counts):
        return []
    return [
        f"{sum(counts):,} keypoints of {np.count_nonzero(counts):,} pairs lie outside the photo"
    ]


def _count_beyond(pair: Pair) -> int:
    source = is_outside(pair.source_keypoints, pair.source_size)
    return int(source.sum() + is_outside(pair.target_keypoints, pair.target_size).sum())
