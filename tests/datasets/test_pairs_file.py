"""pairs.json: what it says, what lies beside it, what it may leave out, and what is wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_sets import BOX, SIZE, write_json, write_pairs

from semimatch_cli.datasets import pairs_file
from semimatch_cli.errors import ArgumentError, DatasetError


def test_an_entry_becomes_a_pair(tmp_path: Path) -> None:
    pair_set = pairs_file.load(write_pairs(tmp_path / "mine"))
    (pair,) = pair_set.pairs
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("mine", "all", "box")
    assert pair_set.notes == ()
    assert pair.id == "000001-a-b:cat"
    assert pair.source == tmp_path / "mine/images/a.jpg"
    assert pair.keypoint_ids == ("0", "2")
    np.testing.assert_array_equal(pair.source_keypoints, [[10, 11], [20, 21]])
    np.testing.assert_array_equal(pair.target_keypoints, [[12, 13], [22, 23]])
    assert pair.target_box == tuple(BOX)
    assert pair.target_size == SIZE


def test_only_photos_and_points_are_needed(tmp_path: Path) -> None:
    left_out = ("category", "kps_ids", "src_bbox", "trg_bbox", "src_size", "trg_size")
    pair_set = pairs_file.load(write_pairs(tmp_path, dict.fromkeys(left_out)))
    (pair,) = pair_set.pairs
    assert pair_set.threshold == "extent"
    assert pair.keypoint_ids == ("0", "1")
    assert pair.source_size == SIZE
    assert pair.source_box is None


def test_optional_fields_are_understood(tmp_path: Path) -> None:
    row = {
        "id": "first",
        "kps_names": ["nose", "tail"],
        "attributes": {"viewpoint": 1},
        "src_mask": "masks/a.png",
    }
    (pair,) = pairs_file.load(write_pairs(tmp_path, row)).pairs
    assert pair.id == "first"
    assert pair.keypoint_names == ("nose", "tail")
    assert pair.attributes == {"viewpoint": 1}
    assert (pair.source_mask, pair.target_mask) == (tmp_path / "masks/a.png", None)


def test_images_json_tells_what_only_the_source_shows(tmp_path: Path) -> None:
    write_pairs(tmp_path)
    rows = [
        {"file": "images/a.jpg", "kps": [[10, 11], [1, 2], [20, 21], [5, 6], None]},
        {"file": "images/b.jpg", "kps": [[12, 13], None, [22, 23], [7, 8], [9, 9]]},
    ]
    write_json(tmp_path / "images.json", rows)
    (pair,) = pairs_file.load(tmp_path).pairs
    assert pair.keypoint_ids == ("0", "2", "1")
    np.testing.assert_array_equal(pair.source_keypoints[2], [1, 2])
    np.testing.assert_array_equal(pair.visible, [True, True, False])


def test_meta_json_names_the_keypoints(tmp_path: Path) -> None:
    write_pairs(tmp_path)
    write_json(tmp_path / "META.json", {"keypoint_names": ["nose", "eye", "ear"]})
    assert pairs_file.load(tmp_path).pairs[0].keypoint_names == ("nose", "ear")


def test_null_in_the_target_is_not_visible(tmp_path: Path) -> None:
    (pair,) = pairs_file.load(write_pairs(tmp_path, {"trg_kps": [None, [1, 2]]})).pairs
    np.testing.assert_array_equal(pair.visible, [False, True])


@pytest.mark.parametrize("nowhere", [None, [float("nan"), 3.0], [None, 3.0]])
def test_a_keypoint_without_a_place_in_the_source_is_left_out(tmp_path: Path, nowhere: Any) -> None:
    write_pairs(tmp_path, {"src_kps": [nowhere, [20.0, 21.0]], "kps_names": ["nose", "tail"]})
    pair_set = pairs_file.load(tmp_path)
    (pair,) = pair_set.pairs
    assert (pair.keypoint_ids, pair.keypoint_names) == (("2",), ("tail",))
    assert np.isfinite(pair.source_keypoints).all()
    assert pair_set.notes == ("left out for no place in the source: 1 keypoints",)


def test_pairs_without_a_common_keypoint_are_left_out_and_told(tmp_path: Path) -> None:
    empty = {"kps_ids": [], "src_kps": [], "trg_kps": []}
    unseen = {"trg_kps": [None, [float("nan"), 1]]}
    pair_set = pairs_file.load(write_pairs(tmp_path, {}, empty, unseen))
    assert len(pair_set) == 1
    assert pair_set.notes == ("left out for no common keypoint: 000002-a-b:cat and 1 more",)


def test_a_target_of_one_point_has_no_extent_to_measure_by(tmp_path: Path) -> None:
    one = {"trg_bbox": None, "trg_kps": [[1, 2], None]}
    with pytest.raises(DatasetError, match="target extent of zero size"):
        pairs_file.load(write_pairs(tmp_path, one))


def test_keypoints_outside_the_photo_stay_and_are_counted(tmp_path: Path) -> None:
    outside = {"src_kps": [[-9.0, 3.0], [20.0, 21.0]]}
    pair_set = pairs_file.load(write_pairs(tmp_path, {}, outside))
    assert len(pair_set) == 2
    assert pair_set.notes == ("1 keypoints of 1 pairs lie outside the photo",)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"src": None}, "'src' is missing"),
        ({"src_kps": [[1, 2]]}, "2 ids, 1 source and 2 target points"),
        ({"src_kps": [[1, 2], [1, 2, 3]]}, "not \\[x, y\\]"),
        ({"src_kps": [[1, 2], "xy"]}, "pair 2"),
        ({"kps_ids": [1, 1]}, "same id"),
        ({"trg_bbox": [1, 2, 3]}, "pair 2"),
        ({"trg_bbox": [1, 2, float("inf"), 3]}, "not finite"),
        ({"trg_size": [0, 5]}, "0 x 5"),
        ({"kps_names": ["nose"]}, "pair 2"),
        ({"id": "000001-a-b:cat"}, "earlier one"),
    ],
)
def test_what_is_wrong_is_told_with_its_pair(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(DatasetError, match=complaint) as caught:
        pairs_file.load(write_pairs(tmp_path, {}, change))
    assert "pair 2" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("[\n{]", "line 2"), ("{}", "expected a list"), ("", "line 1"), ("[3]", "pair 1")],
)
def test_malformed_json_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "pairs.json").write_text(text)
    with pytest.raises(DatasetError, match=complaint) as caught:
        pairs_file.load(tmp_path)
    assert "pairs.json" in str(caught.value)


@pytest.mark.parametrize("name", ["images.json", "META.json"])
def test_a_malformed_neighbor_is_named(tmp_path: Path, name: str) -> None:
    write_pairs(tmp_path)
    (tmp_path / name).write_text("[1]" if name == "images.json" else "3")
    with pytest.raises(DatasetError, match=name):
        pairs_file.load(tmp_path)


def test_there_are_no_splits(tmp_path: Path) -> None:
    write_pairs(tmp_path)
    assert pairs_file.load(tmp_path, "all").split == "all"
    with pytest.raises(ArgumentError, match="'test'"):
        pairs_file.load(tmp_path, "test")


@pytest.mark.parametrize("name", ["animalpose_dev", "flowweb_cars", "mlmorph_wings"])
def test_shared_sets_read_without_complaint(shared: Path, name: str) -> None:
    pair_set = pairs_file.load(shared / "data/dev" / name)
    assert len(pair_set) in (230, 100, 60)
    assert pair_set.notes == ()
