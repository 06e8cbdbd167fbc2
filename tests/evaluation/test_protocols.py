"""What each protocol asks, its thresholds, and the golden transfer of CATs."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from semimatch_cli.datasets.pair import Pair
from semimatch_cli.errors import ArgumentError, DatasetError
from semimatch_cli.evaluation.cats_flow import transfer_by_flow
from semimatch_cli.evaluation.pck import pair_shares
from semimatch_cli.evaluation.protocols import (
    PROTOCOLS,
    Protocol,
    corrected,
    keypoint_extent,
    own_readout,
    prepare,
    protocol_named,
)
from semimatch_cli.evaluation.records import PairRecord

STANDARD, CATS = PROTOCOLS["standard"], PROTOCOLS["cats"]
NAN = float("nan")


def a_pair(**changes: object) -> Pair:
    """A pair of a 512x128 source and a 64x256 target; the target hides the second keypoint."""
    pair = Pair(
        id="1",
        source=Path("s.jpg"),
        target=Path("t.jpg"),
        source_keypoints=np.array([[100.0, 50.0], [10.0, 20.0], [300.0, 90.0]]),
        target_keypoints=np.array([[20.3, 100.9], [NAN, NAN], [63.9, 40.0]]),
        keypoint_ids=("0", "1", "2"),
        keypoint_names=("nose", "tail", "ear"),
        category="cat",
        source_size=(512, 128),
        target_size=(64, 256),
        source_box=(10.0, 20.0, 410.0, 120.0),
        target_box=(0.0, 30.0, 60.0, 180.0),
    )
    return dataclasses.replace(pair, **changes)


def test_standard_asks_the_source_in_original_pixels() -> None:
    query = prepare(a_pair(), STANDARD, "box")
    assert (query.source, query.target) == (Path("s.jpg"), Path("t.jpg"))
    np.testing.assert_array_equal(query.asked, a_pair().source_keypoints)
    np.testing.assert_array_equal(query.true, a_pair().target_keypoints)
    assert query.keypoint_names == ("nose", "tail", "ear")


@pytest.mark.parametrize(("base", "length"), [("box", 150.0), ("image", 256.0), ("extent", 60.9)])
def test_standard_takes_its_threshold_from_the_target(base: str, length: float) -> None:
    assert prepare(a_pair(), STANDARD, base).threshold == pytest.approx(length)


def test_cats_asks_the_target_in_a_square_frame() -> None:
    query = prepare(a_pair(), CATS, "box")
    assert (query.source, query.target) == (Path("t.jpg"), Path("s.jpg"))
    # The target is 64 wide: x times 4, y as it is; truncated to whole pixels, 255.6 becomes 255.
    np.testing.assert_array_equal(query.asked, [[81, 100], [255, 40]])
    np.testing.assert_array_equal(query.true, [[50.0, 100.0], [150.0, 180.0]])
    assert query.keypoint_ids == ("0", "2")


@pytest.mark.parametrize(("base", "length"), [("box", 200.0), ("image", 256.0), ("extent", 181.0)])
def test_cats_takes_its_threshold_from_the_squashed_source(base: str, length: float) -> None:
    # The box is 400 x 100 of 512 x 128, so 200 x 200 of 256 x 256; the largest coordinate is 180.
    assert prepare(a_pair(), CATS, base).threshold == pytest.approx(length)


def test_a_keypoint_outside_the_frame_is_held_inside_by_cats() -> None:
    outside = np.array([[-3.0, 300.0], [NAN, NAN], [63.9, 40.0]])
    query = prepare(a_pair(target_keypoints=outside), CATS, "box")
    np.testing.assert_array_equal(query.asked[0], [0, 255])


def test_asked_points_and_answers_go_to_the_frame_and_back() -> None:
    query = prepare(a_pair(), own_readout(CATS), "box")
    np.testing.assert_allclose(query.asked_pixels, [[20.3, 100.9], [63.9, 40.0]])
    np.testing.assert_allclose(query.to_frame([[100.0, 50.0], [300.0, 90.0]]), query.true)


@pytest.mark.parametrize("box", [None, (5.0, 5.0, 5.0, 5.0), (0.0, 0.0, NAN, 4.0)])
def test_a_pair_without_a_usable_box_is_refused_by_name(box: object) -> None:
    with pytest.raises(DatasetError, match="pair 1") as caught:
        prepare(a_pair(target_box=box), STANDARD, "box")
    assert caught.value.hint


def test_keypoints_at_one_place_have_no_extent_to_hold_errors_against() -> None:
    together = np.full((3, 2), 7.0)
    with pytest.raises(DatasetError, match="pair 1"):
        prepare(a_pair(target_keypoints=together), STANDARD, "extent")


@pytest.mark.parametrize("protocol", PROTOCOLS.values())
def test_a_pair_without_common_keypoints_needs_no_box(protocol: Protocol) -> None:
    hidden = np.full((3, 2), NAN)
    pair = a_pair(target_keypoints=hidden, source_box=None, target_box=None)
    assert prepare(pair, protocol, "box").threshold == 0


def test_the_extent_of_cats_starts_at_the_padding() -> None:
    points = np.array([[100.0, 30.0], [140.0, 90.0]])
    assert keypoint_extent(points) == 60
    assert keypoint_extent(points, padded=True) == 141
    assert keypoint_extent(np.full((2, 2), NAN), padded=True) == 0


def test_corrected_records_are_held_against_the_true_extent() -> None:
    true = np.array([[100.0, 30.0], [140.0, 90.0]])
    found = true + np.array([0.0, 10.0])
    record = PairRecord(
        "1", "cat", "s", "t", ("0", "1"), ("", ""), true, true, found, np.ones(2), 141
    )
    assert pair_shares([record], [0.1]).tolist() == [[1.0]]
    assert pair_shares(corrected([record]), [0.1]).tolist() == [[0.0]]


def test_own_readout_keeps_direction_frame_and_threshold_and_is_marked() -> None:
    own = own_readout(CATS)
    assert own.name == "cats (own read-out)"
    assert (own.direction, own.frame) == (CATS.direction, CATS.frame)
    assert own.threshold_text("extent") == CATS.threshold_text("extent")
    assert protocol_named(own.name) == own
    assert own_readout(STANDARD) is STANDARD


def test_an_unknown_protocol_is_told_the_known_ones() -> None:
    with pytest.raises(ArgumentError, match="'catz'") as caught:
        protocol_named("catz")
    assert "standard, cats" in caught.value.hint


def test_a_protocol_is_described_in_full_as_json() -> None:
    described = json.loads(json.dumps(CATS.to_dict("extent")))
    assert described["frame"] == "256x256"
    assert described["comparison"] == "<="
    assert described["threshold"] == "largest coordinate of the source keypoints + 1"
    assert STANDARD.to_dict("box")["threshold"] == "longer side of the target box"
    assert STANDARD.to_dict()["threshold"] is None


@pytest.fixture
def losses(golden: Path) -> dict[str, npt.NDArray[np.float64]]:
    """The golden file of one training step, or skip."""
    path = golden / "semimatch_losses.npz"
    if not path.is_file():
        pytest.skip("the folder lacks semimatch_losses.npz")
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays}


def _points(losses: dict[str, npt.NDArray[np.float64]], name: str, index: int) -> npt.NDArray:
    return losses[name][index, :, : losses["n_points"][index]].T.astype(np.float64)


def test_golden_transfer_by_flow(losses: dict[str, npt.NDArray[np.float64]]) -> None:
    for index, flow in enumerate(losses["flow_supervised"]):
        moved = transfer_by_flow(flow, _points(losses, "target_keypoints", index))
        np.testing.assert_allclose(
            moved, _points(losses, "transferred_keypoints", index), atol=1e-2, rtol=0
        )


def test_golden_threshold_and_pck(losses: dict[str, npt.NDArray[np.float64]]) -> None:
    records = []
    for index, box in enumerate(losses["source_box"]):
        asked = _points(losses, "target_keypoints", index)
        true = _points(losses, "source_keypoints", index)
        ids = tuple(map(str, range(len(asked))))
        pair = Pair(
            id=str(index),
            source=Path("s"),
            target=Path("t"),
            source_keypoints=true,
            target_keypoints=asked,
            keypoint_ids=ids,
            keypoint_names=ids,
            category="cat",
            source_size=(256, 256),
            target_size=(256, 256),
            source_box=tuple(box.tolist()),
        )
        query = prepare(pair, CATS, "box")
        found = transfer_by_flow(losses["flow_supervised"][index], query.asked)
        assert query.threshold == losses["pck_threshold_base"][index]
        records.append(
            PairRecord(
                str(index),
                "cat",
                "s",
                "t",
                ids,
                ids,
                query.asked,
                query.true,
                found,
                np.ones(len(ids)),
                query.threshold,
            )
        )
    shares = pair_shares(records, losses["pck_alphas"].tolist())
    np.testing.assert_allclose(100 * shares, losses["pck"], atol=1e-4, rtol=0)
