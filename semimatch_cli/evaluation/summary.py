"""EvalResult: every number of a run, together with what it was measured on and how.

`summarize` computes it from records alone, so a saved file of predictions gives the same result as
the run that wrote it. `to_dict` is the JSON of `semimatch eval`: every key is always there, and
what could not be measured is null; shares are 0..1 and rounded to six places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from semimatch_cli.datasets.pair import ThresholdBase
from semimatch_cli.evaluation.confidence_quality import (
    CORRECT_ALPHA,
    Calibration,
    RiskCoverage,
    calibration,
    risk_coverage,
)
from semimatch_cli.evaluation.dense_score import DenseScore, dense_score
from semimatch_cli.evaluation.kap import Kap, kap
from semimatch_cli.evaluation.left_right import LeftRight, left_right_confusion
from semimatch_cli.evaluation.pck import (
    Group,
    Pck,
    by_alpha,
    by_attribute,
    pair_shares,
    pck,
    right_and_nearest,
)
from semimatch_cli.evaluation.protocols import Protocol, corrected, protocol_named
from semimatch_cli.evaluation.records import PairRecord, RunHeader
from semimatch_cli.evaluation.statistics import LEVEL, RESAMPLES, Interval, photo_interval

SCHEMA = "semimatch.eval/1"


@dataclass(frozen=True)
class EvalResult:
    """The numbers of one run of some weights over one data set.

    Args:
        header: What was run on what.
        protocol: How it was asked and judged.
        threshold: What the data set holds errors against; None where that is not known.
        pairs: Records there are; `header.pairs` less these could not be asked.
        pck: PCK in every mean.
        interval: 95 % interval of PCK per image, photos being drawn anew.
        seed: Seed of those draws.
        pck_dagger: PCK of answers that are also nearest to their own true point.
        pck_corrected: PCK with the true extent of the keypoints as threshold, where the protocol's
            own is too lenient; None elsewhere.
        kap: Average precision of the confidence.
        attributes: {attribute: {value: PCK per image}} of the attributes that pairs have.
        left_right: Answers on the wrong one of two sides.
        dense: Where the truth is dense.
        calibration: Confidence against the share of correct answers.
        risk: Wrong answers among the most confident.
    """

    header: RunHeader
    protocol: Protocol
    threshold: ThresholdBase | None
    pairs: int
    pck: Pck
    interval: Interval
    seed: int
    pck_dagger: Pck
    pck_corrected: Pck | None
    kap: Kap
    attributes: Mapping[str, Mapping[str, Group]]
    left_right: LeftRight
    dense: DenseScore | None
    calibration: Calibration
    risk: RiskCoverage

    @property
    def alphas(self) -> tuple[float, ...]:
        """What PCK was measured at."""
        return self.pck.alphas

    @property
    def excluded(self) -> int:
        """Pairs in no PCK, because the photo that answers shows none of the keypoints."""
        return self.pck.excluded

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON of the result."""
        return {
            "schema": SCHEMA,
            "dataset": self.header.dataset,
            "split": self.header.split,
            "protocol": self.protocol.to_dict(self.threshold),
            "weights": {"name": self.header.weights, "sha256": self.header.weights_sha256},
            "version": self.header.version,
            "limited": self.header.limited,
            "pairs": self.pairs,
            "pairs_missing": self.header.pairs - self.pairs,
            "pairs_sha256": self.header.pairs_sha256,
            "excluded": self.excluded,
            "keypoints": self.pck.points,
            "pck": self.pck.to_dict(),
            "interval": self._interval(),
            "pck_dagger": self.pck_dagger.to_dict(),
            "pck_corrected": self.pck_corrected.to_dict() if self.pck_corrected else None,
            "kap": self.kap.to_dict(),
            "by_attribute": self._by_attribute() or None,
            "left_right_confusion": self.left_right.to_dict()
            if self.left_right.keypoints
            else None,
            "dense": self.dense.to_dict() if self.dense else None,
            "calibration": {"correct_at": CORRECT_ALPHA, **self.calibration.to_dict()},
            "risk_coverage": {"correct_at": CORRECT_ALPHA, **self.risk.to_dict()},
        }

    def _interval(self) -> dict[str, Any]:
        low = by_alpha(self.alphas, self.interval.low)
        high = by_alpha(self.alphas, self.interval.high)
        return {
            "level": LEVEL,
            "over": "photos",
            "resamples": RESAMPLES,
            "seed": self.seed,
            "per_image": {
                alpha: None if end is None else [end, high[alpha]] for alpha, end in low.items()
            },
        }

    def _by_attribute(self) -> dict[str, Any]:
        return {
            attribute: {
                value: {
                    "pairs": group.pairs,
                    "per_image": by_alpha(self.alphas, group.per_image),
                }
                for value, group in groups.items()
            }
            for attribute, groups in self.attributes.items()
        }


def summarize(
    header: RunHeader,
    records: Sequence[PairRecord],
    *,
    alphas: Sequence[float] = (),
    threshold: ThresholdBase | None = None,
    seed: int = 0,
) -> EvalResult:
    """Compute every number of a run.

    Args:
        header: What was run on what.
        records: The answers.
        alphas: Shares of the threshold; the protocol's own where empty.
        threshold: What the data set holds errors against (`PairSet.threshold`), to be told beside
            the numbers.
        seed: Of the bootstrap.

    Raises:
        ArgumentError: The header names a protocol that there is not.
        InputError: Dense truth was counted at other alphas than the protocol's.
    """
    protocol = protocol_named(header.protocol)
    levels = tuple(alphas) or protocol.alphas
    is_lenient = protocol.padded_extent and threshold == "extent"
    return EvalResult(
        header=header,
        protocol=protocol,
        threshold=threshold,
        pairs=len(records),
        pck=pck(records, levels),
        interval=photo_interval(records, pair_shares(records, levels), seed=seed),
        seed=seed,
        pck_dagger=pck(records, levels, right_and_nearest),
        pck_corrected=pck(corrected(records), levels) if is_lenient else None,
        kap=kap(records, levels),
        attributes=by_attribute(records, levels),
        left_right=left_right_confusion(records),
        dense=dense_score(records, protocol.dense_alphas),
        calibration=calibration(records),
        risk=risk_coverage(records),
    )
