"""How sure a number is: bootstrap over photos, spread over seeds, a test between two runs.

Pairs that share a photo are not independent, so what is drawn anew is photos, not pairs: each
resample draws as many photos as there are, with replacement, and a pair counts the product of how
often its two photos were drawn (a bootstrap for pairs: Snijders and Borgatti, Connections 1999).
The draws come from a seeded NumPy generator: the same records give the same interval.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.pck import pair_shares
from semimatch_cli.evaluation.records import PairRecord

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
RESAMPLES = 1000
LEVEL = 0.95
_AT_ONCE = 50  # resamples per matrix, so that 12,234 pairs take 5 MB


@dataclass(frozen=True)
class Interval:
    """A 95 % interval of A numbers, NaN where there was nothing to measure.

    Args:
        low: (A,) lower ends.
        high: (A,) upper ends.
    """

    low: Floats
    high: Floats


def photo_interval(
    records: Sequence[PairRecord], values: Floats, *, seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """Return the percentile interval of the mean over pairs, photos being drawn anew.

    Args:
        records: P records, for their photos.
        values: (A, P) what is averaged; pairs that are NaN take no part, nor do their photos.
        seed: Of the draws.
        resamples: How many draws; one that leaves no pair is drawn again.
    """
    known: Bools = np.all(np.isfinite(values), axis=0)
    if not known.any():
        nothing = np.full(len(values), np.nan)
        return Interval(nothing, nothing)
    kept = [record for record, is_known in zip(records, known, strict=True) if is_known]
    means = _resampled_means(kept, values[:, known], seed, resamples)
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(means, [tail, 100 - tail], axis=0)
    return Interval(low, high)


@dataclass(frozen=True)
class PairedDifference:
    """The second run against the first over the same pairs.

    Args:
        difference: Mean over pairs of second minus first.
        interval: (low, high) of it, 95 %.
        p_value: Two-sided: how often photos drawn anew turn the difference round.
        pairs: Pairs that were compared.
    """

    difference: float
    interval: tuple[float, float]
    p_value: float
    pairs: int


def compare_runs(
    first: Sequence[PairRecord],
    second: Sequence[PairRecord],
    *,
    alpha: float = 0.1,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> PairedDifference:
    """Compare the PCK per image of two runs by a paired bootstrap over photos.

    The p-value is twice the smaller share of resamples whose difference is <= 0 or >= 0, one added
    to count and total (Davison and Hinkley, 1997), and at most 1.

    Args:
        first: Records of one run.
        second: Records of the other; the same pairs, in any order.
        alpha: Share of the threshold.
        seed: Of the draws.
        resamples: How many draws.

    Raises:
        InputError: The runs are over different pairs, or no pair has a visible keypoint.
    """
    partners = _by_pair(second)
    if _by_pair(first).keys() != partners.keys():
        raise InputError(
            "the two runs cannot be compared pair by pair",
            why="they are over different pairs",
            hint="evaluate both on the same data set, split and --limit",
        )
    shares = pair_shares(first, [alpha])[0]
    change = pair_shares([partners[record.pair] for record in first], [alpha])[0] - shares
    known = np.isfinite(change)
    if not known.any():
        raise InputError("the two runs have no pair with a visible keypoint in common")
    kept = [record for record, is_known in zip(first, known, strict=True) if is_known]
    means = _resampled_means(kept, change[None, known], seed, resamples)[:, 0]
    low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    turned = min(np.count_nonzero(means <= 0), np.count_nonzero(means >= 0))
    return PairedDifference(
        difference=float(change[known].mean()),
        interval=(float(low), float(high)),
        p_value=min(1.0, 2 * (turned + 1) / (resamples + 1)),
        pairs=int(known.sum()),
    )


@dataclass(frozen=True)
class SeedSpread:
    """One number over several training seeds.

    Args:
        mean: Over the seeds.
        standard_deviation: With n - 1; NaN for a single seed, which tells nothing of it.
        seeds: How many.
    """

    mean: float
    standard_deviation: float
    seeds: int


def over_seeds(values: Sequence[float]) -> SeedSpread:
    """Return mean and standard deviation of one number per seed.

    Raises:
        InputError: There is no value, or one is not finite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size == 0 or not np.isfinite(numbers).all():
        raise InputError(f"need one finite number per seed, got {list(values)}")
    spread = float(numbers.std(ddof=1)) if numbers.size > 1 else float("nan")
    return SeedSpread(float(numbers.mean()), spread, int(numbers.size))


def _by_pair(records: Sequence[PairRecord]) -> Mapping[str, PairRecord]:
    return {record.pair: record for record in records}


def _resampled_means(
    records: Sequence[PairRecord], values: Floats, seed: int, resamples: int
) -> Floats:
    """Return the weighted means (resamples, A) of `values` (A, P), finite, for drawn photos."""
    names = [name for record in records for name in (record.source, record.target)]
    photos, rows = np.unique(names, return_inverse=True)
    sources, targets = rows.reshape(-1, 2).T
    means = []
    for drawn in _drawn_photos(len(photos), seed):
        weights = drawn[:, sources] * drawn[:, targets]
        weights = weights[weights.any(axis=1)]
        means.append(weights @ values.T / weights.sum(axis=1, keepdims=True))
        if sum(map(len, means)) >= resamples:
            break
    return np.concatenate(means)[:resamples]


def _drawn_photos(count: int, seed: int) -> Iterator[Floats]:
    """Yield matrices (draws, count): how often each photo was drawn."""
    generator = np.random.default_rng(seed)
    while True:
        drawn = generator.multinomial(count, np.full(count, 1 / count), size=_AT_ONCE)
        yield drawn.astype(np.float64)
