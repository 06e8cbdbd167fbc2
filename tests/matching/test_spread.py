"""Chosen points are good ones, and far from one another."""

import numpy as np

from semimatch_cli.matching.spread import spread_out


def grid(side: int) -> np.ndarray:
    return np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2).astype(float)


def test_the_best_point_comes_first_and_none_comes_twice() -> None:
    interest = np.linspace(0.1, 1, 100)
    chosen = spread_out(grid(10), interest, 12)
    assert chosen[0] == 99
    assert len(set(chosen.tolist())) == len(chosen) == 12


def test_points_of_equal_interest_are_spread_over_the_whole_grid() -> None:
    points = grid(30)
    chosen = points[spread_out(points, np.ones(len(points)), 9)]
    gaps = np.linalg.norm(chosen[:, None] - chosen[None], axis=-1) + 1e9 * np.eye(9)
    assert gaps.min() > 30 / np.sqrt(9) * 0.6


def test_points_without_interest_are_never_chosen() -> None:
    interest = np.zeros(100)
    interest[[3, 50]] = 1
    assert sorted(spread_out(grid(10), interest, 12).tolist()) == [3, 50]


def test_no_candidates_give_no_points() -> None:
    assert len(spread_out(np.empty((0, 2)), np.empty(0), 5)) == 0
