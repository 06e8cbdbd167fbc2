"""compare: what got better and what got worse between two runs over the same pairs.

The PCK compared is the mean over pairs (per image), as in the tables. Whether its change is more
than chance is told by a paired bootstrap over photos: both runs are measured on the same resampled
photos, so what is hard about a photo cancels out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.pck import right
from semimatch_cli.evaluation.records import PairRecord, RunHeader
from semimatch_cli.evaluation.statistics import compare_runs

SCHEMA = "semimatch.comparison/1"
_SAME_PIXELS = 1e-3  # files hold four digits after the point
Run = tuple[RunHeader, Sequence[PairRecord]]


@dataclass(frozen=True)
class PairChange:
    """One pair in both runs.

    Args:
        pair: Its id.
        category: Its category.
        before: PCK in the first run, 0..1.
        after: PCK in the second run, 0..1.
        gained: Points that are right in the second run alone.
        lost: Points that are right in the first run alone.
    """

    pair: str
    category: str
    before: float
    after: float
    gained: int
    lost: int

    @property
    def change(self) -> float:
        """Difference of the two PCK, -1..1."""
        return self.after - self.before


@dataclass(frozen=True)
class CategoryChange:
    """One category in both runs: means over its pairs, 0..1."""

    category: str
    pairs: int
    before: float
    after: float

    @property
    def change(self) -> float:
        """Difference of the two PCK, -1..1."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """Two runs over the same pairs.

    Args:
        before: Header of the first run.
        after: Header of the second run.
        alpha: Share of the threshold length within which an answer is right.
        pck_before: Mean over pairs, 0..1.
        pck_after: The same in the second run.
        interval: 95 % interval of the change.
        p_value: Two-sided: how often photos drawn anew turn the change round.
        categories: From the largest loss to the largest gain.
        pairs: Likewise.
        excluded: Pairs without a visible keypoint.
    """

    before: RunHeader
    after: RunHeader
    alpha: float
    pck_before: float
    pck_after: float
    interval: tuple[float, float]
    p_value: float
    categories: tuple[CategoryChange, ...]
    pairs: tuple[PairChange, ...]
    excluded: int

    @property
    def change(self) -> float:
        """Difference of the two PCK, -1..1."""
        return self.pck_after - self.pck_before

    @property
    def gained(self) -> int:
        """Points that are right in the second run alone."""
        return sum(pair.gained for pair in self.pairs)

    @property
    def lost(self) -> int:
        """Points that are right in the first run alone."""
        return sum(pair.lost for pair in self.pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; shares are 0..1."""
        return {
            "schema": SCHEMA,
            "dataset": self.before.dataset,
            "split": self.before.split,
            "protocol": self.before.protocol,
            "alpha": self.alpha,
            "weights": [
                {"name": run.weights, "sha256": run.weights_sha256}
                for run in (self.before, self.after)
            ],
            "limited": self.before.limited,
            "pairs": len(self.pairs),
            "excluded": self.excluded,
            "pck": {"before": self.pck_before, "after": self.pck_after, "change": self.change},
            "interval": list(self.interval),
            "p_value": self.p_value,
            "points": {"gained": self.gained, "lost": self.lost},
            "per_category": [_with_change(category) for category in self.categories],
            "per_pair": [_with_change(pair) for pair in self.pairs],
        }


def compare(before: Run, after: Run, *, alpha: float) -> Comparison:
    """Compare two runs pair by pair.

    Args:
        before: Header and records of the first run.
        after: The same of the second run.
        alpha: Share of the threshold length within which an answer is right.

    Raises:
        InputError: The runs are not over the same pairs (a missing one is named), by the same
            protocol and with the same truth; or there is nothing to judge.
    """
    _check_same_task(before[0], after[0])
    records = _side_by_side(before, after)
    kept = [pair for pair in records if pair[0].visible.any()]
    if not kept:
        raise InputError("nothing to compare", why="no pair has a keypoint that its target shows")
    test = compare_runs(*zip(*kept, strict=True), alpha=alpha)
    changes = [_pair_change(first, second, alpha) for first, second in kept]
    shares = np.array([(change.before, change.after) for change in changes]).T
    return Comparison(
        before=before[0],
        after=after[0],
        alpha=alpha,
        pck_before=float(shares[0].mean()),
        pck_after=float(shares[1].mean()),
        interval=test.interval,
        p_value=test.p_value,
        categories=_category_changes(changes),
        pairs=tuple(sorted(changes, key=lambda change: (change.change, change.pair))),
        excluded=len(records) - len(kept),
    )


def _check_same_task(before: RunHeader, after: RunHeader) -> None:
    """Refuse runs whose numbers mean different things."""
    for name in ("dataset", "split", "protocol"):
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            raise InputError(
                f"the two runs cannot be compared: their {name} is {one!r} and {other!r}",
                hint="evaluate both weights with the same set, split and protocol",
            )


def _side_by_side(before: Run, after: Run) -> list[tuple[PairRecord, PairRecord]]:
    """Return the records of each pair, in the order of the first run."""
    first = {record.pair: record for record in before[1]}
    second = {record.pair: record for record in after[1]}
    for one, other, header in ((first, second, after[0]), (second, first, before[0])):
        missing = [pair for pair in one if pair not in other]
        if missing:
            raise InputError(
                f"the run of {header.weights} lacks pair {missing[0]}",
                why=f"{len(missing)} of {len(one)} pairs are in the other run alone",
                hint="finish both runs, over the same pairs",
            )
    for pair, record in first.items():
        if not _same_truth(record, second[pair]):
            raise InputError(
                f"the truth of pair {pair} differs between the two runs",
                why="its keypoints or its threshold have changed",
                hint="evaluate both weights on the same copy of the data set",
            )
    return [(record, second[pair]) for pair, record in first.items()]


def _same_truth(one: PairRecord, other: PairRecord) -> bool:
    if one.keypoint_ids != other.keypoint_ids or one.true.shape != other.true.shape:
        return False
    close = np.allclose(one.true, other.true, rtol=0.0, atol=_SAME_PIXELS, equal_nan=True)
    return bool(close and abs(one.threshold - other.threshold) <= _SAME_PIXELS)


def _pair_change(before: PairRecord, after: PairRecord, alpha: float) -> PairChange:
    was, now = (right(record, [alpha])[0][before.visible] for record in (before, after))
    return PairChange(
        before.pair,
        before.category,
        float(was.mean()),
        float(now.mean()),
        gained=int((now & ~was).sum()),
        lost=int((was & ~now).sum()),
    )


def _category_changes(changes: Sequence[PairChange]) -> tuple[CategoryChange, ...]:
    groups: dict[str, list[PairChange]] = defaultdict(list)
    for change in changes:
        groups[change.category].append(change)
    rows = [
        CategoryChange(
            name,
            len(group),
            float(np.mean([change.before for change in group])),
            float(np.mean([change.after for change in group])),
        )
        for name, group in groups.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.change, row.category)))


def _with_change(row: CategoryChange | PairChange) -> dict[str, Any]:
    return {**asdict(row), "change": row.change}
