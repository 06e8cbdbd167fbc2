"""Risk against coverage, and calibration."""

import numpy as np
import pytest
from hypothesis import given

from semimatch_cli.evaluation.confidence_quality import calibration, judged_answers, risk_coverage
from semimatch_cli.evaluation.records import PairRecord
from tests.evaluation.answers import NAN, record, records


def test_risk_is_taken_from_the_most_confident_down() -> None:
    # Right, wrong, right, wrong by confidence.
    measured = risk_coverage([record([1, 50, 1, 50], scores=[0.9, 0.8, 0.7, 0.6])])
    assert measured.coverage == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert measured.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert measured.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidences_enter_the_curve_at_once() -> None:
    for errors in ([1, 50, 50], [50, 50, 1]):
        measured = risk_coverage([record(errors, scores=[0.5, 0.5, 0.5])])
        assert measured.coverage.tolist() == [1.0]
        assert measured.risk == pytest.approx([2 / 3])
        assert measured.area == pytest.approx(2 / 3)


def test_the_risk_at_a_coverage_is_that_of_enough_answers() -> None:
    measured = risk_coverage([record([1, 50, 1, 50], scores=[0.9, 0.8, 0.7, 0.6])])
    assert measured.at(0.25) == 0
    assert measured.at(0.26) == pytest.approx(1 / 2)
    assert measured.at(1.0) == pytest.approx(1 / 2)
    table = measured.to_dict()
    assert (len(table["coverage"]), table["coverage"][0], table["coverage"][-1]) == (20, 0.05, 1.0)
    assert table["risk"][4] == 0.0
    assert table["risk"][-1] == 0.5


def test_calibration_by_hand() -> None:
    # Three at 0.95: two correct. One at 0.1: wrong.
    measured = calibration([record([1, 1, 50, 50], scores=[0.95, 0.95, 0.95, 0.1])])
    assert len(measured.bins) == 15
    assert measured.error == pytest.approx(3 / 4 * abs(0.95 - 2 / 3) + 1 / 4 * 0.1)
    last = measured.bins[-1]
    assert (last.count, last.high) == (3, 1.0)
    assert last.confidence == pytest.approx(0.95)
    assert last.accuracy == pytest.approx(2 / 3)
    assert measured.bins[5].to_dict() == {
        "low": 0.333333,
        "high": 0.4,
        "count": 0,
        "confidence": None,
        "accuracy": None,
    }


def test_an_answer_on_an_edge_belongs_to_the_bin_below_and_zero_to_the_first() -> None:
    measured = calibration([record([1, 1, 1], scores=[0.0, 0.5, 1.0])], bins=2)
    assert [row.count for row in measured.bins] == [2, 1]


def test_confidence_that_is_the_share_of_correct_answers_has_no_error() -> None:
    measured = calibration([record([1, 1, 1, 50], scores=[0.75] * 4)])
    assert measured.error == pytest.approx(0)


def test_hidden_keypoints_are_not_judged() -> None:
    scores, correct = judged_answers([record([1, NAN], scores=[0.3, 0.9]), record([NAN])])
    assert scores.tolist() == [0.3]
    assert correct.tolist() == [True]


def test_confidences_are_cut_to_the_range_and_zero_where_not_finite() -> None:
    scores, _ = judged_answers([record([1, 1, 1, 1], scores=[1.5, -0.5, NAN, np.inf])])
    assert scores.tolist() == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("nothing", [[], [record([NAN])]])
def test_nothing_to_judge_is_null_everywhere(nothing: list[PairRecord]) -> None:
    risk = risk_coverage(nothing).to_dict()
    assert risk["area"] is None
    assert set(risk["risk"]) == {None}
    calibrated = calibration(nothing).to_dict()
    assert calibrated["expected_calibration_error"] is None
    assert {row["count"] for row in calibrated["bins"]} == {0}


@given(records())
def test_risk_ends_at_the_share_of_wrong_answers_and_bins_hold_all(made: list[PairRecord]) -> None:
    scores, correct = judged_answers(made)
    measured, calibrated = risk_coverage(made), calibration(made)
    assert sum(row.count for row in calibrated.bins) == len(scores)
    if len(scores):
        assert measured.at(1.0) == pytest.approx(1 - correct.mean())
        assert 0 <= measured.area <= 1
        assert 0 <= calibrated.error <= 1
        assert abs(scores.mean() - correct.mean()) <= calibrated.error + 1e-9
