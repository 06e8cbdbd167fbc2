"""Floors: answers that look at no photo, by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from semimatch_cli.evaluation.floors import floor_records, same_place_in_box
from semimatch_cli.evaluation.protocols import PROTOCOLS, own_readout
from tests.evaluation.small import POINTS, pair_of

STANDARD = PROTOCOLS["standard"]
PAIR = pair_of(Path("a.png"), Path("b.png"))


def test_identity_is_the_same_relative_place() -> None:
    pair = replace(PAIR, target_size=(128, 24))
    (record,) = floor_records([pair], STANDARD, "box")["identity"]
    # pixel 10 of 64 has its center at 10.5; twice as wide that is 21, half as high 6.25
    np.testing.assert_allclose(record.found[0], [20.5, 5.75])


def test_box_map_takes_corners_to_corners() -> None:
    box, other = (10, 20, 30, 40), (0, 0, 100, 10)
    corners = np.array([[10.0, 20.0], [30.0, 40.0], [20.0, 30.0]])
    np.testing.assert_allclose(same_place_in_box(corners, box, other), [[0, 0], [100, 10], [50, 5]])


def test_a_shifted_box_makes_the_box_map_right() -> None:
    (record,) = floor_records([PAIR], STANDARD, "box")["box map"]
    np.testing.assert_allclose(record.errors[:2], 0, atol=1e-9)


def test_reversed_protocols_map_the_target_box_onto_the_source_box() -> None:
    (record,) = floor_records([PAIR], own_readout(PROTOCOLS["cats"]), "box")["box map"]
    np.testing.assert_allclose(record.found, POINTS[:2] * 256 / np.array([64, 48]), atol=1e-9)
    np.testing.assert_allclose(record.errors, 0, atol=1e-9)


def test_without_every_box_there_is_no_box_map() -> None:
    pairs = [PAIR, replace(PAIR, id="other", source_box=None)]
    floors = floor_records(pairs, STANDARD, "image")
    assert list(floors) == ["identity"]
    assert len(floors["identity"]) == 2


def test_identity_answers_dense_truth() -> None:
    rows, columns = np.indices((48, 64))
    truth = np.stack((columns, rows), -1).astype(np.float32)
    truth[:, :32, 0] += 6.5  # a tenth of 64 is 6.4
    (record,) = floor_records([replace(PAIR, dense_truth=lambda: truth)], STANDARD, "box")[
        "identity"
    ]
    assert record.dense is not None
    assert record.dense.right == (48 * 32, 48 * 32, 48 * 32)
    assert record.dense.error_sum == 48 * 32 * 6.5
