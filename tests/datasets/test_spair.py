"""SPair-71k's layout becomes pairs: negatives, names, masks, truth, and what is wrong in it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_sets import BOX, SIZE, write_json, write_spair, write_spair_pair

from semimatch_cli.datasets import spair
from semimatch_cli.datasets.synthetic import Plan, write_dataset
from semimatch_cli.errors import ArgumentError, DatasetError

LINE = "000001-dog_1-dog_2:dog"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_spair(tmp_path / "SPair-71k")


def test_a_pair_holds_what_its_annotation_says(root: Path) -> None:
    pair_set = spair.load(root)
    pair = pair_set.pairs[0]
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("SPair-71k", "test", "box")
    assert [pair.id for pair in pair_set.pairs] == [LINE, "000002-dog_2-dog_1:dog"]
    assert pair.source == root / "JPEGImages/dog/dog_1.jpg"
    assert pair.target == root / "JPEGImages/dog/dog_2.jpg"
    assert pair.category == "dog"
    assert (pair.source_size, pair.target_size) == (SIZE, SIZE)
    assert pair.source_box == pair.target_box == tuple(BOX)
    assert pair.attributes == {
        "viewpoint": 2,
        "scale": 1,
        "truncation": 3,
        "occlusion": 0,
        "mirrored": 0,
    }


def test_what_only_the_source_shows_follows_with_no_place_in_the_target(root: Path) -> None:
    pair = spair.load(root).pairs[0]
    assert pair.keypoint_ids == ("0", "2", "1")
    np.testing.assert_array_equal(pair.source_keypoints, [[10, 11], [30, 12], [20, 21]])
    np.testing.assert_array_equal(
        pair.target_keypoints, [[12, 13], [33.5, 14.25], [np.nan, np.nan]]
    )


def test_a_keypoint_the_pair_leaves_out_is_no_negative_when_the_target_shows_it(root: Path) -> None:
    path = root / "PairAnnotation/test" / f"{LINE}.json"
    one = {"kps_ids": ["0"], "src_kps": [[10, 11]], "trg_kps": [[12, 13]]}
    write_spair_pair(path, LINE, "dog_1", "dog_2", **one)
    assert spair.load(root).pairs[0].keypoint_ids == ("0", "1")


def test_without_image_annotations_there_are_no_negatives(root: Path) -> None:
    for path in (root / "ImageAnnotation/dog").iterdir():
        path.unlink()
    assert all(pair.visible.all() for pair in spair.load(root).pairs)


def test_names_come_from_the_layout(root: Path) -> None:
    assert spair.load(root).pairs[0].keypoint_names == ("", "", "")
    write_json(root / "Layout/keypoints.json", {"dog": ["nose", "eye", "ear", "tail"]})
    assert spair.load(root).pairs[0].keypoint_names == ("nose", "ear", "eye")


def test_masks_are_given_where_they_lie(root: Path) -> None:
    mask = root / "Segmentation/dog/dog_1.png"
    mask.parent.mkdir(parents=True)
    Image.new("L", SIZE).save(mask)
    pair = spair.load(root).pairs[0]
    assert (pair.source_mask, pair.target_mask) == (mask, None)


def test_a_category_outside_the_fixed_list_is_named_with_its_line(root: Path) -> None:
    assert len(spair.CATEGORIES) == 18
    listing = root / "Layout/large/test.txt"
    listing.write_text(f"{LINE}\n000002-dog_2-dog_1:wolf\n")
    with pytest.raises(DatasetError, match=r"test\.txt, line 2.*'wolf'"):
        spair.load(root, categories=spair.CATEGORIES)


def test_a_set_may_list_its_own_categories(root: Path) -> None:
    (root / "Layout/categories.txt").write_text("wolf\n")
    with pytest.raises(DatasetError, match="'dog' is none of the categories: wolf"):
        spair.load(root)


def test_the_small_layout_is_read_where_there_is_no_large_one(root: Path) -> None:
    (root / "Layout/large").rename(root / "Layout/small")
    pair_set = spair.load(root)
    assert len(pair_set) == 2
    assert "small" in pair_set.notes[0]


def test_an_unknown_split_is_a_wrong_argument(root: Path) -> None:
    with pytest.raises(ArgumentError, match="'tset'") as caught:
        spair.load(root, "tset")
    assert "trn, val, test" in caught.value.hint


def test_a_missing_list_says_what_was_looked_for(root: Path) -> None:
    with pytest.raises(DatasetError, match=r"no list of val pairs.*large/val\.txt.*small/val\.txt"):
        spair.load(root, "val")


def test_a_missing_pair_annotation_is_named(root: Path) -> None:
    (root / "PairAnnotation/test" / f"{LINE}.json").unlink()
    with pytest.raises(DatasetError, match=f"{LINE}.json: there is no such file"):
        spair.load(root)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"kps_ids": [],\n  "oops"', "line 2"),
        ("[]", "the pair"),
        ('{"src_imname": "dog_1.jpg"}', "'trg_imname' is missing"),
    ],
)
def test_a_malformed_annotation_is_told_with_its_place(
    root: Path, text: str, complaint: str
) -> None:
    (root / "PairAnnotation/test" / f"{LINE}.json").write_text(text)
    with pytest.raises(DatasetError, match=complaint) as caught:
        spair.load(root)
    assert LINE in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"src_kps": [[1, 2]]},
        {"src_kps": [[1, 2, 3], [4, 5, 6]]},
        {"trg_imsize": [0, 40, 3]},
        {"trg_bndbox": [1, 2, 3]},
        {"trg_bndbox": [1, 2, 3, "x"]},
    ],
)
def test_a_field_of_the_wrong_form_is_an_error(root: Path, change: dict[str, object]) -> None:
    write_spair_pair(
        root / "PairAnnotation/test" / f"{LINE}.json", LINE, "dog_1", "dog_2", **change
    )
    with pytest.raises(DatasetError, match=LINE):
        spair.load(root)


def test_a_line_of_another_form_is_an_error(root: Path) -> None:
    (root / "Layout/large/test.txt").write_text("dog_1 dog_2\n")
    with pytest.raises(DatasetError, match=r"line 1.*id-source-target:category"):
        spair.load(root)


def test_pairs_that_cannot_be_measured_are_left_out_and_told(root: Path) -> None:
    lines = [LINE, "000002-dog_1-dog_3:dog", "000003-dog_2-dog_1:dog"]
    (root / "Layout/large/test.txt").write_text("\n".join(lines))
    home = root / "PairAnnotation/test"
    write_spair_pair(home / f"{lines[1]}.json", lines[1], "dog_1", "dog_3")
    flat = [5, 5, 5, 5]
    write_spair_pair(home / f"{lines[2]}.json", lines[2], "dog_2", "dog_1", trg_bndbox=flat)
    pair_set = spair.load(root)
    assert [pair.id for pair in pair_set.pairs] == [LINE]
    assert pair_set.notes == (
        f"left out for no common keypoint: {lines[1]}",
        f"left out for a target box of zero size: {lines[2]}",
    )


def test_nothing_left_to_measure_is_an_error(root: Path) -> None:
    (root / "Layout/large/test.txt").write_text("\n")
    with pytest.raises(DatasetError, match="holds no pair"):
        spair.load(root)


def test_the_rendered_set_brings_its_dense_truth_and_names(tmp_path: Path) -> None:
    root = tmp_path / "synth"
    write_dataset(root, Plan(images_per_category=8, size=48, categories=("fish", "car")))
    pair = spair.load(root, "trn").pairs[0]
    assert pair.dense_truth is not None
    truth = pair.dense_truth()
    assert truth.shape == (48, 48, 2)
    x, y = pair.target_keypoints[pair.visible].round().astype(int).T
    near = np.linalg.norm(truth[y, x] - pair.source_keypoints[pair.visible], axis=1)
    assert np.nanmin(near) < 3
    assert all(pair.keypoint_names)
    assert pair.source_mask is not None


def test_damaged_truth_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    root = tmp_path / "synth"
    write_dataset(root, Plan(images_per_category=8, size=48, categories=("fish",)))
    for path in (root / "canonical/fish").iterdir():
        path.write_bytes(b"PK")
    pair = spair.load(root, "trn").pairs[0]
    assert pair.dense_truth is not None
    with pytest.raises(DatasetError, match=r"\.npz"):
        pair.dense_truth()


def test_many_pairs_read_each_image_annotation_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = json.loads
    monkeypatch.setattr(json, "loads", lambda text: read.append(text) or whole(text))
    spair.load(root)
    assert len(read) == 2 + 2  # two photos, two pairs
