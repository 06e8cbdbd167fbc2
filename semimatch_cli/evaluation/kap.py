"""KAP, keypoint average precision: does the confidence tell right answers from all the others?

PCK asks only about keypoints that the target shows; a matcher that is as sure of what is not there
is not found out. Here keypoints the target does not show are negatives.

Every asked keypoint is one detection with its confidence: a true positive if right at alpha, a
false positive if wrong or if there is nothing to find. Recall counts every visible keypoint, so one
that was not found is a miss too. The average precision is the sum over confidences, highest first,
of precision times the gain in recall, without interpolation; equal confidences are taken at once,
and one that is not finite counts as 0.

Source: Mariotti et al., CVPR 2024, arXiv 2312.13216, and `pck_spair_pascal_sphere.py` of
VICO-UoE/SphericalMaps. There each visible keypoint gives two detections, the best similarity within
the radius (positive) and beyond it (negative), and their table is the mean over categories. A
matcher gives one answer, so the runner-up of a keypoint that was found (a negative there) and the
best place near one that was missed (a positive there) are not known here: the number answers the
same question and is not theirs.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.evaluation.pck import by_alpha, confidences, mean_over_categories, right
from semimatch_cli.evaluation.records import PairRecord

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Kap:
    """Keypoint average precision at A alphas, NaN where no keypoint is visible.

    Args:
        alphas: A shares of the threshold.
        per_point: (A,) over all keypoints together.
        mean_over_categories: (A,) mean over categories, each over its own keypoints.
    """

    alphas: tuple[float, ...]
    per_point: Floats
    mean_over_categories: Floats

    def to_dict(self) -> dict[str, Any]:
        """Return both as {alpha: precision}."""
        return {
            "per_point": by_alpha(self.alphas, self.per_point),
            "mean_over_categories": by_alpha(self.alphas, self.mean_over_categories),
        }


def kap(records: Sequence[PairRecord], alphas: Sequence[float]) -> Kap:
    """Measure keypoint average precision.

    Args:
        records: The answers; pairs without a visible keypoint take part with their negatives.
        alphas: A shares of the threshold.
    """
    groups: dict[str, list[PairRecord]] = defaultdict(list)
    for record in records:
        groups[record.category].append(record)
    per_category = {name: _precisions(group, alphas) for name, group in sorted(groups.items())}
    return Kap(
        alphas=tuple(alphas),
        per_point=_precisions(records, alphas),
        mean_over_categories=mean_over_categories(per_category, len(alphas)),
    )


def average_precision(scores: Floats, positive: Bools, total: int) -> float:
    """Return the average precision of M detections.

    Args:
        scores: (M,) confidence, finite.
        positive: (M,) whether each is a true positive.
        total: How many there are to be found; NaN is returned for 0.
    """
    if total == 0:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(positive[order])
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True)[: len(order)])
    precision = hits[last] / (last + 1)
    return float(np.sum(precision * np.diff(hits[last], prepend=0)) / total)


def _precisions(records: Sequence[PairRecord], alphas: Sequence[float]) -> Floats:
    total = int(sum(record.visible.sum() for record in records))
    if total == 0:
        return np.full(len(alphas), np.nan)
    scores = np.concatenate([confidences(record) for record in records])
    positive = np.concatenate([right(record, alphas) for record in records], axis=1)
    return np.array([average_precision(scores, row, total) for row in positive], dtype=np.float64)
