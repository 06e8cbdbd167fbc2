"""Parts of a set: a few pairs for a quick look, a few dense truths beside keypoints."""

import os
from dataclasses import replace
from pathlib import Path

from semimatch_cli.datasets.pair import PairSet


def sample(pair_set: PairSet, limit: int) -> PairSet:
    """Return `limit` pairs spread evenly over the list, so that every category has its share."""
    count = len(pair_set)
    if limit >= count:
        return pair_set
    kept = tuple(pair_set.pairs[count * number // limit] for number in range(limit))
    return replace(pair_set, pairs=kept)


def with_few_dense(pair_set: PairSet, most: int) -> PairSet:
    """Return the set with at most `most` pairs whose dense truth is measured beside keypoints.

    A warp takes as long as some fifty transfers, and each pair brings thousands of its pixels.
    Pairs without keypoints keep their dense truth.
    """
    both = [pair.id for pair in pair_set.pairs if pair.dense_truth and pair.keypoint_ids]
    if len(both) <= most:
        return pair_set
    kept = {both[len(both) * number // most] for number in range(most)}
    dropped = set(both) - kept
    pairs = tuple(
        replace(pair, dense_truth=None) if pair.id in dropped else pair for pair in pair_set.pairs
    )
    note = f"dense truth measured for {len(kept):,} of {len(both):,} pairs, spread evenly"
    return replace(pair_set, pairs=pairs, notes=(*pair_set.notes, note))


def photo_root(pair_set: PairSet) -> Path:
    """Return the deepest folder that holds all photos of a set."""
    folders = {path.parent for pair in pair_set.pairs for path in (pair.source, pair.target)}
    return Path(os.path.commonpath(folders))
