"""Intervals over photos, paired comparison and spread over seeds."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.pck import pair_shares
from semimatch_cli.evaluation.records import PairRecord
from semimatch_cli.evaluation.statistics import compare_runs, over_seeds, photo_interval
from tests.evaluation.answers import NAN, record


def every_pair(photos: int, errors: np.ndarray) -> list[PairRecord]:
    """One record for each pair of some photos, missing by the given lengths."""
    pairs = itertools.combinations(range(photos), 2)
    return [
        record([error], pair=f"{source}-{target}", source=f"{source}.jpg", target=f"{target}.jpg")
        for (source, target), error in zip(pairs, errors, strict=True)
    ]


def random_run(seed: int, photos: int = 12, limit: float = 20.0) -> list[PairRecord]:
    errors = np.random.default_rng(seed).uniform(0, limit, photos * (photos - 1) // 2)
    return every_pair(photos, errors)


@given(st.integers(0, 500))
@settings(max_examples=40, deadline=None)
def test_the_interval_holds_the_estimate(seed: int) -> None:
    run = random_run(seed)
    shares = pair_shares(run, [0.05, 0.1])
    interval = photo_interval(run, shares, resamples=200)
    estimate = shares.mean(axis=1)
    assert (interval.low <= estimate).all()
    assert (estimate <= interval.high).all()
    assert (interval.low >= 0).all()
    assert (interval.high <= 1).all()


def test_a_number_that_never_varies_has_an_interval_of_no_width() -> None:
    run = every_pair(4, np.zeros(6))
    interval = photo_interval(run, pair_shares(run, [0.1]))
    assert interval.low.tolist() == interval.high.tolist() == [1.0]


def test_a_pair_counts_the_product_of_how_often_its_photos_were_drawn() -> None:
    # Drawn once each, both pairs count 1: half is right. With a drawn twice the pair (a, a) counts
    # 4 and (a, b) counts 2 * 0: all is right. With b drawn twice nothing is left.
    run = [
        record([0], pair="1", source="a", target="a"),
        record([50], pair="2", source="a", target="b"),
    ]
    shares = pair_shares(run, [0.1])
    interval = photo_interval(run, shares)
    assert interval.low.tolist() == [0.5]
    assert interval.high.tolist() == [1.0]


def test_many_pairs_of_few_photos_are_less_sure_than_as_many_photos() -> None:
    generator = np.random.default_rng(0)
    errors = np.where(generator.random(60) < 0.5, 0.0, 50.0)
    # The same 60 values twice: of 60 photo pairs of their own, or each photo good or bad in ten.
    apart = [record([e], pair=str(k), source=f"{k}s", target=f"{k}t") for k, e in enumerate(errors)]
    grouped = [
        record([e], pair=str(k), source=f"{k // 10}s", target=f"{k}t")
        for k, e in enumerate(np.sort(errors))
    ]
    widths = []
    for run in (apart, grouped):
        interval = photo_interval(run, pair_shares(run, [0.1]))
        widths.append((interval.high - interval.low)[0])
    assert widths[0] < widths[1]


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    run = random_run(1)
    shares = pair_shares(run, [0.1])
    first, again = photo_interval(run, shares), photo_interval(run, shares)
    assert (first.low.tolist(), first.high.tolist()) == (again.low.tolist(), again.high.tolist())
    other = photo_interval(run, shares, seed=1)
    assert (first.low.tolist(), first.high.tolist()) != (other.low.tolist(), other.high.tolist())


def test_excluded_pairs_take_no_part() -> None:
    run = random_run(2)
    excluded = record([NAN], pair="x", source="x.jpg", target="y.jpg")
    alone = photo_interval(run, pair_shares(run, [0.1]))
    beside = photo_interval([excluded, *run], pair_shares([excluded, *run], [0.1]))
    assert (alone.low.tolist(), alone.high.tolist()) == (beside.low.tolist(), beside.high.tolist())


@pytest.mark.parametrize("run", [[], [record([NAN])]])
def test_nothing_to_judge_has_no_interval(run: list[PairRecord]) -> None:
    interval = photo_interval(run, pair_shares(run, [0.1, 0.2]))
    assert np.isnan(interval.low).all()
    assert np.isnan(interval.high).all()
    assert len(interval.low) == 2


def test_a_run_does_not_differ_from_itself() -> None:
    run = random_run(3)
    compared = compare_runs(run, run[::-1])
    assert (compared.difference, compared.p_value, compared.pairs) == (0.0, 1.0, len(run))
    assert compared.interval == (0.0, 0.0)


def test_a_run_that_is_better_on_every_pair_is_surely_better() -> None:
    worse, better = every_pair(6, np.full(15, 50.0)), every_pair(6, np.zeros(15))
    compared = compare_runs(worse, better)
    assert compared.difference == 1.0
    assert compared.p_value == pytest.approx(2 / 1001)
    assert compare_runs(better, worse).difference == -1.0


def test_a_difference_by_chance_is_not_taken_for_one() -> None:
    p_values = [compare_runs(random_run(k), random_run(k + 100)).p_value for k in range(20)]
    assert sum(p < 0.05 for p in p_values) <= 4
    assert all(0 < p <= 1 for p in p_values)


def test_the_second_run_gives_the_sign_and_the_interval_holds_the_difference() -> None:
    compared = compare_runs(random_run(4, limit=40.0), random_run(5, limit=12.0))
    low, high = compared.interval
    assert 0 < low <= compared.difference <= high
    assert compared.p_value < 0.05


def test_runs_over_different_pairs_are_not_compared() -> None:
    with pytest.raises(InputError, match="pair by pair"):
        compare_runs(random_run(1), random_run(1)[1:])


def test_runs_without_a_visible_keypoint_are_not_compared() -> None:
    hidden = [replace(one, true=one.true * NAN) for one in random_run(1)]
    with pytest.raises(InputError, match="visible keypoint"):
        compare_runs(hidden, hidden)


def test_seeds_are_spread_with_n_minus_one() -> None:
    spread = over_seeds([0.5, 0.6, 0.7])
    assert spread.mean == pytest.approx(0.6)
    assert spread.standard_deviation == pytest.approx(0.1)
    assert spread.seeds == 3


def test_one_seed_tells_nothing_of_the_spread() -> None:
    assert np.isnan(over_seeds([0.5]).standard_deviation)


@pytest.mark.parametrize("values", [[], [0.5, NAN]])
def test_seeds_without_a_number_are_refused(values: list[float]) -> None:
    with pytest.raises(InputError, match="finite number per seed"):
        over_seeds(values)
