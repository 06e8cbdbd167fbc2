"""The score is a share that falls as the cycle opens and as the peak blurs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from semimatch_cli.matching.confidence import CYCLE_SCALE, score_matches

SHARES = st.floats(0, 1)
ERRORS = st.floats(0, 1e5)


@given(SHARES, ERRORS)
def test_score_lies_between_zero_and_one(mass: float, error: float) -> None:
    score = score_matches(np.array([mass]), np.array([error]), (640, 480))
    assert 0 <= score[0] <= 1


@given(SHARES, ERRORS, st.floats(0, 1e4))
def test_score_never_rises_with_the_cycle_error(mass: float, error: float, more: float) -> None:
    scores = score_matches(np.full(2, mass), np.array([error, error + more]), (640, 480))
    assert scores[1] <= scores[0]


@given(SHARES, SHARES, ERRORS)
def test_score_never_falls_with_the_sharpness(first: float, second: float, error: float) -> None:
    masses = np.array(sorted((first, second)))
    scores = score_matches(masses, np.full(2, error), (640, 480))
    assert scores[0] <= scores[1]


def test_a_cycle_of_the_named_share_of_the_longer_side_halves_the_score() -> None:
    score = score_matches(np.ones(1), np.array([CYCLE_SCALE * 640]), (480, 640))
    assert score[0] == 0.5


def test_scores_do_not_depend_on_the_photos_resolution() -> None:
    small = score_matches(np.full(3, 0.8), np.array([0.0, 5, 50]), (320, 240))
    large = score_matches(np.full(3, 0.8), np.array([0.0, 20, 200]), (1280, 960))
    np.testing.assert_allclose(small, large)
