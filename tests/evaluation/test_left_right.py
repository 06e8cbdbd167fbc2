"""Names that pair up, and answers on the wrong side."""

import numpy as np
import pytest
from hypothesis import given

from semimatch_cli.evaluation.left_right import left_right_confusion, other_side
from semimatch_cli.evaluation.records import PairRecord
from tests.evaluation.answers import NAN, points, record, records


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("left_eye", "right_eye"),
        ("right front paw", "left front paw"),
        ("Eye L", "Eye R"),
        ("R_ear", "L_ear"),
        ("LEye", "REye"),
        ("LeftEye", "RightEye"),
        ("LEFT-wing", "RIGHT-wing"),
        ("nose", None),
        ("upright", None),
        ("leftover", None),
        ("roof", None),
        ("", None),
    ],
)
def test_the_other_side_is_read_from_the_name(name: str, other: str | None) -> None:
    assert other_side(name) == other
    if other is not None:
        assert other_side(other) == name


def eyes(found: np.ndarray, *, names: tuple[str, ...] = ("left eye", "right eye")) -> PairRecord:
    return record([0, 0], true=points((0, 0), (10, 0)), found=found, keypoint_names=names)


def test_answers_nearer_to_the_counterpart_are_confused() -> None:
    measured = left_right_confusion([eyes(points((9, 1), (8, 0))), eyes(points((1, 0), (10, 0)))])
    assert (measured.keypoints, measured.confused) == (4, 1)
    assert measured.to_dict() == {"share": 0.25, "keypoints": 4}


def test_an_answer_half_way_is_not_confused() -> None:
    assert left_right_confusion([eyes(points((5, 3), (5, -3)))]).confused == 0


def test_a_lost_answer_is_not_confused() -> None:
    measured = left_right_confusion([eyes(points((NAN, NAN), (0, 0)))])
    assert (measured.keypoints, measured.confused) == (2, 1)


def test_a_keypoint_whose_counterpart_is_hidden_is_not_judged() -> None:
    hidden = record(
        [0, NAN, 0],
        true=points((0, 0), (NAN, NAN), (5, 5)),
        found=points((10, 0), (10, 0), (5, 5)),
        keypoint_names=("left eye", "right eye", "nose"),
    )
    assert left_right_confusion([hidden]).keypoints == 0


@pytest.mark.parametrize("names", [("", ""), ("left eye", "right ear"), ("nose", "tail")])
def test_names_that_do_not_pair_up_give_nothing(names: tuple[str, ...]) -> None:
    measured = left_right_confusion([eyes(points((10, 0), (0, 0)), names=names)])
    assert measured.to_dict() == {"share": None, "keypoints": 0}


@given(records())
def test_no_more_answers_are_confused_than_judged(made: list[PairRecord]) -> None:
    measured = left_right_confusion(made)
    assert 0 <= measured.confused <= measured.keypoints
    assert measured.keypoints % 2 == 0
