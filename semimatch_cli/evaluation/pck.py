"""PCK, the share of keypoints found close enough, and what is measured beside it.

Everything is a pure function of records. An answer is right at alpha if it lies within alpha times
the pair's threshold of its true point (`<=`); an answer that is not finite is wrong. Only keypoints
that the target shows are judged, and pairs without any are left out of every mean and counted.

References: Yang and Ramanan, TPAMI 2013 (PCK); Min et al., arXiv 1908.10543 (per image and per
point); Mariotti et al., CVPR 2024, arXiv 2312.13216 (PCK-dagger).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.evaluation.records import PairRecord

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rule = Callable[[PairRecord, Sequence[float]], Bools]
ATTRIBUTES = ("viewpoint", "scale", "truncation", "occlusion")


def right(record: PairRecord, alphas: Sequence[float]) -> Bools:
    """Tell which keypoints were found at each alpha.

    Returns:
        (A, N) bool; False where the target does not show the keypoint.
    """
    limits = np.asarray(alphas, dtype=np.float64) * record.threshold
    found: Bools = record.errors <= limits[:, None]
    return found


def right_and_nearest(record: PairRecord, alphas: Sequence[float]) -> Bools:
    """Tell which keypoints were found and told apart from the others: PCK-dagger.

    The answer must be right, and nearer to its own true point than to that of any other keypoint
    the target shows. Of two keypoints at one place neither can be.

    Returns:
        (A, N) bool.
    """
    distances = np.linalg.norm(record.found[:, None] - record.true[None], axis=2)
    distances[:, ~record.visible] = np.inf
    np.fill_diagonal(distances, np.inf)
    nearest: Bools = record.errors < distances.min(axis=1, initial=np.inf)
    return right(record, alphas) & nearest


@dataclass(frozen=True)
class Pck:
    """PCK of many pairs at A alphas; shares in 0..1, NaN where there was nothing to judge.

    Args:
        alphas: A shares of the threshold.
        per_image: (A,) mean over pairs of the share found in the pair.
        per_point: (A,) share found of all keypoints together.
        per_category: {category: (A,)} mean over the pairs of each category, in order of name.
        mean_over_categories: (A,) mean of those.
        pairs: Pairs that were judged.
        excluded: Pairs left out because the target shows none of the keypoints.
        points: Keypoints that were judged.
    """

    alphas: tuple[float, ...]
    per_image: Floats
    per_point: Floats
    per_category: Mapping[str, Floats]
    mean_over_categories: Floats
    pairs: int
    excluded: int
    points: int

    def to_dict(self) -> dict[str, Any]:
        """Return the four shares as {alpha: share}, None where there was nothing to judge."""
        return {
            "per_image": by_alpha(self.alphas, self.per_image),
            "per_point": by_alpha(self.alphas, self.per_point),
            "per_category": {
                category: by_alpha(self.alphas, shares)
                for category, shares in self.per_category.items()
            },
            "mean_over_categories": by_alpha(self.alphas, self.mean_over_categories),
        }


def by_alpha(alphas: Sequence[float], values: Iterable[float]) -> dict[str, float | None]:
    """Return {"0.1": value, ...}, rounded to six places; None for what is not finite."""
    return {format(alpha, "g"): plain(value) for alpha, value in zip(alphas, values, strict=True)}


def plain(value: float) -> float | None:
    """Return a number as files hold it: six places, None for what is not finite."""
    return round(float(value), 6) if np.isfinite(value) else None


def judged(records: Iterable[PairRecord]) -> list[PairRecord]:
    """Return the records whose target shows at least one keypoint."""
    return [record for record in records if record.visible.any()]


def confidences(record: PairRecord) -> Floats:
    """Return (N,) scores, 0 where they are not finite."""
    return np.where(np.isfinite(record.scores), record.scores, 0.0)


def pair_shares(
    records: Sequence[PairRecord], alphas: Sequence[float], rule: Rule = right
) -> Floats:
    """Return (A, P), the share of each pair's keypoints that were found, NaN for excluded pairs."""
    shares = np.full((len(alphas), len(records)), np.nan)
    for column, record in enumerate(records):
        visible = record.visible
        if visible.any():
            shares[:, column] = rule(record, alphas)[:, visible].mean(axis=1)
    return shares


def pck(records: Sequence[PairRecord], alphas: Sequence[float], rule: Rule = right) -> Pck:
    """Measure PCK in every usual mean.

    Args:
        records: The answers.
        alphas: A shares of the threshold.
        rule: `right` for PCK, `right_and_nearest` for PCK-dagger.
    """
    kept = judged(records)
    shares = pair_shares(kept, alphas, rule)
    points = np.array([record.visible.sum() for record in kept], dtype=np.float64)
    categories = np.array([record.category for record in kept], dtype=object)
    per_category = {
        category: _mean(shares[:, categories == category]) for category in sorted(set(categories))
    }
    return Pck(
        alphas=tuple(alphas),
        per_image=_mean(shares),
        per_point=_mean(shares, points),
        per_category=per_category,
        mean_over_categories=mean_over_categories(per_category, len(alphas)),
        pairs=len(kept),
        excluded=len(records) - len(kept),
        points=int(points.sum()),
    )


@dataclass(frozen=True)
class Group:
    """PCK of the pairs that have something in common.

    Args:
        pairs: How many were judged.
        per_image: (A,) mean over them.
    """

    pairs: int
    per_image: Floats


def by_attribute(
    records: Sequence[PairRecord], alphas: Sequence[float]
) -> dict[str, dict[str, Group]]:
    """Measure PCK for each value of viewpoint, scale, truncation and occlusion.

    In SPair-71k 0, 1, 2 are easy, medium, hard for viewpoint and scale; 0 to 3 are none, source,
    target, both for truncation and occlusion.

    Returns:
        {attribute: {value: group}} of those that judged pairs have, in order of value.
    """
    kept = judged(records)
    shares = pair_shares(kept, alphas)
    measured = {}
    for attribute in ATTRIBUTES:
        groups: dict[str, list[int]] = defaultdict(list)
        for column, record in enumerate(kept):
            if attribute in record.attributes:
                groups[str(record.attributes[attribute])].append(column)
        if groups:
            measured[attribute] = {
                value: Group(len(columns), _mean(shares[:, columns]))
                for value, columns in sorted(groups.items())
            }
    return measured


def mean_over_categories(per_category: Mapping[str, Floats], count: int) -> Floats:
    """Return the mean (count,) over the categories whose values (count,) are finite."""
    known = [values for values in per_category.values() if np.isfinite(values).all()]
    return _mean(np.array(known, dtype=np.float64).reshape(-1, count).T)


def _mean(shares: Floats, weights: Floats | None = None) -> Floats:
    """Return the mean (A,) over the columns of (A, P), NaN if there are none."""
    if shares.shape[1] == 0:
        return np.full(len(shares), np.nan)
    mean: Floats = np.average(shares, axis=1, weights=weights)
    return mean
