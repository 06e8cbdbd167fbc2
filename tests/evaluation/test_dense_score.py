"""Means of dense counts."""

import pytest

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.dense_score import dense_score
from semimatch_cli.evaluation.records import DenseCount
from tests.evaluation.answers import record


def test_pairs_count_alike_and_pixels_count_alike() -> None:
    measured = dense_score(
        [
            record([], dense=DenseCount(100, (50, 100), 200.0)),
            record([], dense=DenseCount(300, (0, 300), 2400.0), category="dog"),
            record([1]),
        ],
        [0.05, 0.1],
    )
    assert measured is not None
    assert measured.to_dict() == {
        "pairs": 2,
        "pixels": 400,
        "per_image": {"0.05": 0.25, "0.1": 1.0},
        "per_pixel": {"0.05": 0.125, "0.1": 1.0},
        "per_category": {"cat": {"0.05": 0.5, "0.1": 1.0}, "dog": {"0.05": 0.0, "0.1": 1.0}},
        "end_point_error": 5.0,
    }


def test_no_dense_truth_gives_no_score() -> None:
    assert dense_score([], [0.05]) is None
    assert dense_score([record([1])], [0.05]) is None
    assert dense_score([record([1], dense=DenseCount(0, (0,), 0.0))], [0.05]) is None


def test_counts_at_other_alphas_are_refused() -> None:
    with pytest.raises(InputError, match="2 alphas"):
        dense_score([record([1], dense=DenseCount(1, (0, 1), 0.0))], [0.05])
