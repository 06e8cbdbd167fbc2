"""Keypoint average precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semimatch_cli.evaluation.kap import average_precision, kap
from semimatch_cli.evaluation.records import PairRecord
from tests.evaluation.answers import NAN, record, records


def test_average_precision_by_hand() -> None:
    # Ranked: right, wrong, right, wrong; three to be found: (1/1 + 2/3) / 3.
    scores = np.array([0.6, 0.9, 0.2, 0.8])
    positive = np.array([True, True, False, False])
    assert average_precision(scores, positive, 3) == pytest.approx((1 + 2 / 3) / 3)


def test_equal_confidences_are_taken_at_once() -> None:
    # In whatever order they are listed: two of three at one confidence, so precision 2/3.
    for row in ([True, True, False], [False, True, True]):
        assert average_precision(np.full(3, 0.5), np.array(row), 2) == pytest.approx(2 / 3)


def test_nothing_to_find_has_no_precision() -> None:
    assert np.isnan(average_precision(np.ones(2), np.zeros(2, dtype=bool), 0))
    assert np.isnan(kap([], [0.1]).per_point).all()
    assert kap([record([NAN], scores=[1])], [0.1]).to_dict() == {
        "per_point": {"0.1": None},
        "mean_over_categories": {"0.1": None},
    }


def test_hidden_keypoints_are_negatives_only_where_the_confidence_is_high() -> None:
    sure = record([1, 2, NAN], scores=[0.8, 0.7, 0.9])
    unsure = record([1, 2, NAN], scores=[0.8, 0.7, 0.1])
    assert kap([sure], [0.1]).per_point == pytest.approx([(1 / 2 + 2 / 3) / 2])
    assert kap([unsure], [0.1]).per_point == pytest.approx([1.0])


def test_a_missed_keypoint_costs_recall_and_precision() -> None:
    missed = record([50, 1], scores=[0.9, 0.5])
    assert kap([missed], [0.1]).per_point == pytest.approx([0.25])


def test_a_pair_without_any_visible_keypoint_gives_its_negatives() -> None:
    empty = record([NAN], scores=[0.9], pair="2")
    assert kap([record([1], scores=[0.5]), empty], [0.1]).per_point == pytest.approx([0.5])


def test_categories_count_alike_in_their_mean() -> None:
    many = record([1, 1, 1], scores=[0.9, 0.9, 0.9])
    none = record([50], category="dog", scores=[0.1])
    measured = kap([many, none, record([NAN], category="cow")], [0.1])
    assert measured.mean_over_categories == pytest.approx([0.5])
    # Together: the hidden keypoint's confidence of 1 leads, then three right ones, of four.
    assert measured.per_point == pytest.approx([3 / 4 * 3 / 4])


def test_a_confidence_that_is_not_finite_comes_last() -> None:
    lost = record([50, 1], scores=[NAN, 0.2])
    assert kap([lost], [0.1]).per_point == pytest.approx([0.5])


@given(records())
def test_kap_grows_with_alpha_and_stays_below_the_share_found(made: list[PairRecord]) -> None:
    alphas = (0.05, 0.1, 0.3)
    measured = kap(made, alphas).per_point
    if np.isfinite(measured).all():
        total = sum(int(one.visible.sum()) for one in made)
        for share, alpha in zip(measured, alphas, strict=True):
            hits = sum(int((one.errors <= alpha * one.threshold).sum()) for one in made)
            assert 0 <= share <= hits / total + 1e-12
        assert (np.diff(measured) >= -1e-12).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=12))
def test_the_order_of_detections_does_not_matter(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in rows], dtype=np.float64)
    positive = np.array([is_right for _, is_right in rows])
    total = int(positive.sum()) + 1
    assert average_precision(scores, positive, total) == pytest.approx(
        average_precision(scores[::-1], positive[::-1], total)
    )
