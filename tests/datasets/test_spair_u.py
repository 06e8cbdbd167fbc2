"""SPair-U: SPair-71k's photos with other keypoints."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from small_sets import write_json, write_spair, write_spair_pair

from semimatch_cli.datasets import catalog, spair_u
from semimatch_cli.errors import ArgumentError, DatasetError

OTHER = {
    "dog_1": {"0": [1, 2], "1": None, "2": [5, 6]},
    "dog_2": {"0": [7, 8], "1": [9, 9], "2": None},
}
LINE = "000001-dog_1-dog_2:dog"


def write_annotations(folder: Path, prefix: str = "") -> None:
    for name, keypoints in OTHER.items():
        path = folder / f"{prefix}ImageAnnotation/dog/{name}.json"
        write_json(path, {"filename": f"{name}.jpg", "kps": keypoints})
    path = folder / f"{prefix}PairAnnotation/test/{LINE}.json"
    write_spair_pair(path, LINE, "dog_1", "dog_2")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_spair(tmp_path / "SPair-71k")
    return tmp_path


@pytest.mark.parametrize(
    ("place", "prefix"), [("SPair-U", ""), ("spair-u/SPair-U", "Extra"), ("SPair-71k", "Extra")]
)
def test_photos_are_those_of_spair_and_keypoints_its_own(
    root: Path, place: str, prefix: str
) -> None:
    write_annotations(root / place, prefix)
    pair_set = catalog.load("spair-u", data_root=root)
    (pair,) = pair_set.pairs
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("spair-u", "test", "box")
    assert pair.id == LINE
    assert pair.source == root / "SPair-71k/JPEGImages/dog/dog_1.jpg"
    assert pair.keypoint_ids == ("0", "2")
    np.testing.assert_array_equal(pair.source_keypoints, [[1, 2], [5, 6]])
    np.testing.assert_array_equal(pair.target_keypoints, [[7, 8], [np.nan, np.nan]])
    assert pair.attributes["viewpoint"] == 2


def test_the_own_annotations_of_spair_are_not_taken_for_it(root: Path) -> None:
    with pytest.raises(DatasetError, match=r"SPair-U.*looked for"):
        catalog.load("spair-u", data_root=root)
    with pytest.raises(DatasetError, match="does not hold"):
        spair_u.load(root)


def test_its_photos_are_needed(root: Path) -> None:
    write_annotations(root / "SPair-U")
    shutil.rmtree(root / "SPair-71k")
    with pytest.raises(DatasetError, match="JPEGImages"):
        catalog.load("spair-u", data_root=root)


def test_a_malformed_annotation_is_raised_or_told(root: Path) -> None:
    write_annotations(root / "SPair-U")
    (root / "SPair-U/PairAnnotation/test/0:dog.json").write_text('{"category": "dog"}')
    with pytest.raises(DatasetError, match=r"0:dog\.json.*'src_imname' is missing"):
        spair_u.load(root)
    assert len(spair_u.load(root, skip_broken=True)) == 1


def test_there_is_only_a_test_split(root: Path) -> None:
    write_annotations(root / "SPair-U")
    with pytest.raises(ArgumentError, match="'trn'"):
        spair_u.load(root, "trn")
