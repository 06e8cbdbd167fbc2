"""PF-PASCAL: both forms of its lists, where they lie, and what is wrong in them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from small_sets import SIZE, write_pf_pascal_photo, write_photo

from semimatch_cli.datasets import pf_pascal
from semimatch_cli.errors import ArgumentError, DatasetError

NAN = (np.nan, np.nan)
PLACE = "PF-dataset-PASCAL/JPEGImages"
POINTS = "source_image,target_image,class,XA,YA,XB,YB\n"
FLIPS = "source_image,target_image,class,flip\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_pf_pascal_photo(tmp_path, "bird", "2008_1", [(1, 2), (3, 4), NAN, (7, 8)])
    write_pf_pascal_photo(tmp_path, "bird", "2008_2", [(11, 12), NAN, (15, 16), (17, 18)])
    return tmp_path


def write_list(path: Path, text: str) -> None:
    path.write_text(
        text.replace("A.jpg", f"{PLACE}/2008_1.jpg").replace("B.jpg", f"{PLACE}/2008_2.jpg")
    )


def test_points_are_read_from_the_list(root: Path) -> None:
    write_list(root / "test_pairs.csv", POINTS + "A.jpg,B.jpg,3,1.5;2,3;4,5;6,7;8.25\n")
    pair_set = pf_pascal.load(root)
    (pair,) = pair_set.pairs
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("pf-pascal", "test", "image")
    np.testing.assert_array_equal(pair.source_keypoints, [[1.5, 3], [2, 4]])
    np.testing.assert_array_equal(pair.target_keypoints, [[5, 7], [6, 8.25]])
    assert pair.category == "bird"
    assert pair.source == root / PLACE / "2008_1.jpg"
    assert (pair.source_size, pair.target_size) == (SIZE, SIZE)


def test_points_are_read_from_the_annotations_where_the_list_has_none(root: Path) -> None:
    write_list(root / "test_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\n")
    (pair,) = pf_pascal.load(root).pairs
    assert pair.keypoint_ids == ("0", "1", "3")
    np.testing.assert_array_equal(pair.source_keypoints, [[1, 2], [3, 4], [7, 8]])
    np.testing.assert_array_equal(pair.target_keypoints, [[11, 12], NAN, [17, 18]])
    assert pair.target_box == (1, 2, 50, 30)


def test_mirrored_copies_are_left_out_and_told(root: Path) -> None:
    write_list(root / "train_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\nA.jpg,B.jpg,3,1\n")
    pair_set = pf_pascal.load(root, "trn")
    assert len(pair_set) == 1
    assert pair_set.notes == ("left out for being mirrored copies: 1 pairs",)


@pytest.mark.parametrize(
    "place",
    [
        "trn_pairs.csv",
        "train_pairs_pf_pascal.csv",
        "image_pairs/train_pairs.csv",
        "PF-dataset-PASCAL/trn_pairs.csv",
    ],
)
def test_lists_are_found_under_their_usual_names(root: Path, place: str) -> None:
    (root / "image_pairs").mkdir()
    write_list(root / place, FLIPS + "A.jpg,B.jpg,3,0\n")
    assert len(pf_pascal.load(root, "trn")) == 1


def test_the_root_may_be_the_folder_of_the_photos(root: Path) -> None:
    write_list(root / "PF-dataset-PASCAL/test_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\n")
    assert len(pf_pascal.load(root / "PF-dataset-PASCAL")) == 1


def test_a_missing_list_says_what_was_looked_for(root: Path) -> None:
    with pytest.raises(DatasetError, match=r"trn_pairs\.csv.*train_pairs\.csv"):
        pf_pascal.load(root, "trn")


def test_an_unknown_split_is_a_wrong_argument(root: Path) -> None:
    with pytest.raises(ArgumentError, match="'train'"):
        pf_pascal.load(root, "train")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("A.jpg,B.jpg,21,1,2,3,4", "class 21 is not in 1..20"),
        ("A.jpg,B.jpg,bird,1,2,3,4", "line 2"),
        ("A.jpg,B.jpg,3,1;2,2,3,4", "different numbers of points"),
        ("A.jpg,B.jpg,3,1,two,3,4", "'two'"),
        ("A.jpg", "'class' is missing"),
    ],
)
def test_a_malformed_row_is_told_with_its_line(root: Path, row: str, complaint: str) -> None:
    write_list(root / "test_pairs.csv", f"{POINTS}{row}\n")
    with pytest.raises(DatasetError, match=complaint) as caught:
        pf_pascal.load(root)
    assert "test_pairs.csv, line 2" in str(caught.value)


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n"])
def test_a_list_without_its_header_is_an_error(root: Path, text: str) -> None:
    write_list(root / "test_pairs.csv", text)
    with pytest.raises(DatasetError, match=r"line 1.*source_image"):
        pf_pascal.load(root)


def test_a_missing_photo_has_no_size_yet(root: Path) -> None:
    (root / PLACE / "2008_2.jpg").unlink()
    write_list(root / "test_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\n")
    assert pf_pascal.load(root).pairs[0].target_size == (0, 0)


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 but cut off"])
def test_a_damaged_annotation_is_named(root: Path, content: bytes) -> None:
    (root / "PF-dataset-PASCAL/Annotations/bird/2008_2.mat").write_bytes(content)
    write_list(root / "test_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\n")
    with pytest.raises(DatasetError, match=r"2008_2\.mat"):
        pf_pascal.load(root)


def test_without_scipy_the_error_names_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    write_list(root / "test_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\n")
    with pytest.raises(DatasetError, match="scipy") as caught:
        pf_pascal.load(root)
    assert "semimatch[pf]" in caught.value.hint


def test_points_in_the_list_need_no_scipy(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    write_list(root / "test_pairs.csv", POINTS + "A.jpg,B.jpg,3,1,2,3,4\n")
    assert len(pf_pascal.load(root)) == 1


def test_a_turned_photo_has_the_size_it_is_displayed_in(root: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    write_photo(root / PLACE / "2008_1.jpg", exif=exif)
    write_list(root / "test_pairs.csv", FLIPS + "A.jpg,B.jpg,3,0\n")
    assert pf_pascal.load(root).pairs[0].source_size == SIZE[::-1]
