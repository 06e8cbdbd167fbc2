"""COCO keypoints: visibility, boxes, crowded photos, and malformed files."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_sets import SIZE, coco_object, write_coco

from semimatch_cli.datasets import coco
from semimatch_cli.errors import ArgumentError, DatasetError


def test_photos_of_a_category_are_paired_both_ways(tmp_path: Path) -> None:
    pair_set = coco.load(write_coco(tmp_path / "cats"))
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("cats", "all", "box")
    assert len(pair_set) == 3 * 2
    pair = next(pair for pair in pair_set.pairs if pair.source.stem == "2")
    assert pair.category == "cat"
    assert pair.source == tmp_path / "cats/images/2.jpg"
    assert pair.keypoint_names == ("nose", "eye", "ear", "tail")
    np.testing.assert_array_equal(pair.source_keypoints, [[3, 2], [10, 5], [20, 5], [30, 7]])
    assert pair.source_box == (5, 4, 35, 24)
    assert pair.source_size == SIZE


def test_only_flag_2_is_visible(tmp_path: Path) -> None:
    objects = [coco_object(1), coco_object(2, (2, 2, 2, 1)), coco_object(3, (0, 2, 2, 2))]
    pairs = coco.load(write_coco(tmp_path, objects)).pairs
    assert {(p.source.stem, p.target.stem) for p in pairs} == {
        ("1", "2"), ("2", "1"), ("1", "3"), ("3", "1")
    }  # 2 and 3 share only two keypoints  # fmt: skip
    pair = next(p for p in pairs if (p.source.stem, p.target.stem) == ("1", "2"))
    np.testing.assert_array_equal(pair.visible, [True, True, True, False])


def test_photos_with_two_objects_of_a_category_are_left_out_and_counted(tmp_path: Path) -> None:
    objects = [coco_object(1), coco_object(2), coco_object(3), {**coco_object(3), "id": 4}]
    pair_set = coco.load(write_coco(tmp_path, objects))
    assert len(pair_set) == 2
    assert any("2 objects" in note for note in pair_set.notes)


def test_the_same_seed_draws_the_same_pairs_and_another_seed_others(tmp_path: Path) -> None:
    write_coco(tmp_path, photos=20)
    first, again, other = (
        [pair.id for pair in coco.load(tmp_path, seed=seed).pairs] for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
    assert len(first) == len(set(first)) == 200


def test_objects_without_a_box_are_measured_by_the_extent(tmp_path: Path) -> None:
    objects = [coco_object(1), {k: v for k, v in coco_object(2).items() if k != "bbox"}]
    assert coco.load(write_coco(tmp_path, objects)).threshold == "extent"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"image_id": 9}, "annotation 2"),
        ({"category_id": 9}, "annotation 2"),
        ({"keypoints": [1, 2, 2, 4]}, "annotation 2.*4 numbers"),
        ({"bbox": [1, 2]}, "annotation 2"),
    ],
)
def test_a_malformed_annotation_is_told_with_its_id(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    write_coco(tmp_path, [coco_object(1), coco_object(2) | change])
    with pytest.raises(DatasetError, match=complaint):
        coco.load(tmp_path)


@pytest.mark.parametrize("content", [[], {}, {"images": [], "categories": []}, {"images": 3}])
def test_a_document_of_another_form_is_an_error(tmp_path: Path, content: object) -> None:
    (tmp_path / "annotations.json").write_text(json.dumps(content))
    with pytest.raises(DatasetError, match=r"annotations\.json"):
        coco.load(tmp_path)


def test_one_file_is_one_split(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="'val'"):
        coco.load(write_coco(tmp_path), "val")
