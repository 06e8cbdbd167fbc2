"""Does the confidence mean something? Risk against coverage, and calibration.

Judged are the keypoints that the target shows; an answer is correct if it is right at alpha 0.1.
Confidences are taken as they are, cut to 0..1; one that is not finite counts as 0.

References: Geifman and El-Yaniv, NeurIPS 2017 (risk and coverage); Guo et al., ICML 2017 (expected
calibration error, 15 bins of equal width).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.evaluation.pck import confidences, plain, right
from semimatch_cli.evaluation.records import PairRecord

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
CORRECT_ALPHA = 0.1
BINS = 15
_TABLE = 20


@dataclass(frozen=True)
class RiskCoverage:
    """The share of wrong answers among those at or above each confidence.

    Args:
        coverage: (K,) share of all answers kept, rising to 1; one entry per distinct confidence.
        risk: (K,) share of wrong ones among them.
        area: Mean risk over the answers, each at the coverage that takes it in; NaN if there are
            none. A perfect order of the same answers has the least.
    """

    coverage: Floats
    risk: Floats
    area: float

    def at(self, coverage: float) -> float:
        """Return the risk of the fewest answers that make up this share; NaN if there are none."""
        if len(self.coverage) == 0:
            return float("nan")
        row = int(np.searchsorted(self.coverage, coverage - 1e-9))
        return float(self.risk[min(row, len(self.risk) - 1)])

    def to_dict(self) -> dict[str, Any]:
        """Return the risk at every twentieth of coverage."""
        steps = [(step + 1) / _TABLE for step in range(_TABLE)]
        return {
            "coverage": steps,
            "risk": [plain(self.at(step)) for step in steps],
            "area": plain(self.area),
        }


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers of like confidence.

    Args:
        low: Confidences above this (0 itself is in the first bin).
        high: Up to and with this.
        count: Answers in the bin.
        confidence: Their mean confidence, NaN where the bin is empty.
        accuracy: Share of correct ones, NaN where the bin is empty.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, None where the bin is empty."""
        shares = {name: plain(value) for name, value in asdict(self).items()}
        return {**shares, "count": self.count}


@dataclass(frozen=True)
class Calibration:
    """How far confidence is from the share of correct answers.

    Args:
        error: Expected calibration error, 0..1; NaN if there are no answers.
        bins: Bins of equal width from 0 to 1.
    """

    error: float
    bins: tuple[ReliabilityBin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "expected_calibration_error": plain(self.error),
            "bins": [row.to_dict() for row in self.bins],
        }


def judged_answers(records: Sequence[PairRecord]) -> tuple[Floats, Bools]:
    """Return confidences (M,) in 0..1 and which answers are correct (M,), of visible keypoints."""
    scores: list[Floats] = [np.zeros(0)]
    correct: list[Bools] = [np.zeros(0, dtype=np.bool_)]
    for record in records:
        visible = record.visible
        scores.append(np.clip(confidences(record)[visible], 0.0, 1.0))
        correct.append(right(record, [CORRECT_ALPHA])[0, visible])
    return np.concatenate(scores), np.concatenate(correct)


def risk_coverage(records: Sequence[PairRecord]) -> RiskCoverage:
    """Take answers in, the most confident first, and count the wrong ones; equal ones at once."""
    scores, correct = judged_answers(records)
    if len(scores) == 0:
        return RiskCoverage(np.zeros(0), np.zeros(0), float("nan"))
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    kept = last + 1
    risk = np.cumsum(~correct[order])[last] / kept
    area = float(np.sum(risk * np.diff(kept, prepend=0)) / len(scores))
    return RiskCoverage(kept / len(scores), risk, area)


def calibration(records: Sequence[PairRecord], bins: int = BINS) -> Calibration:
    """Sort answers into bins of confidence and compare it with the share of correct ones."""
    scores, correct = judged_answers(records)
    edges = np.linspace(0.0, 1.0, bins + 1)
    rows = np.clip(np.searchsorted(edges, scores, side="left") - 1, 0, bins - 1)
    table = tuple(
        ReliabilityBin(
            float(edges[row]),
            float(edges[row + 1]),
            int(np.count_nonzero(rows == row)),
            _mean(scores[rows == row]),
            _mean(correct[rows == row]),
        )
        for row in range(bins)
    )
    gaps = [row.count * abs(row.confidence - row.accuracy) for row in table if row.count]
    return Calibration(sum(gaps) / len(scores) if len(scores) else float("nan"), table)


def _mean(values: Floats | Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")
