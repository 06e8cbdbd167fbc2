"""keypoints.csv: photos, names, drawn pairs, and every malformed line with its number."""

from pathlib import Path

import numpy as np
import pytest
from small_sets import SIZE, write_photo

from semimatch_cli.datasets import keypoints_csv
from semimatch_cli.errors import ArgumentError, DatasetError

HEADER = "image,category,name,x,y\n"


def write(folder: Path, body: str, header: str = HEADER) -> Path:
    path = folder / "keypoints.csv"
    path.write_text(header + body)
    return path


def three_points(image: str, category: str = "cat", offset: int = 0) -> str:
    return "".join(
        f"{image},{category},{name},{x + offset},{x * 2}\n"
        for name, x in (("nose", 3), ("ear", 7), ("tail", 11))
    )


def test_photos_of_a_category_are_paired_both_ways(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        write_photo(tmp_path / name)
    body = three_points("a.jpg") + three_points("b.jpg", offset=2) + three_points("c.jpg", "dog")
    pair_set = keypoints_csv.load(write(tmp_path, body))
    assert pair_set.threshold == "extent"
    assert {(pair.source.name, pair.target.name) for pair in pair_set.pairs} == {
        ("a.jpg", "b.jpg"),
        ("b.jpg", "a.jpg"),
    }
    pair = next(pair for pair in pair_set.pairs if pair.source.name == "a.jpg")
    assert pair.keypoint_names == ("nose", "ear", "tail")
    np.testing.assert_array_equal(pair.target_keypoints, [[5, 6], [9, 14], [13, 22]])
    assert pair.source_size == SIZE
    assert "seed 0" in pair_set.notes[0]


def test_a_line_that_is_not_there_is_not_visible(tmp_path: Path) -> None:
    body = three_points("a.jpg") + three_points("b.jpg") + "a.jpg,cat,eye,1,1\n"
    pairs = keypoints_csv.load(write(tmp_path, body)).pairs
    pair = next(pair for pair in pairs if pair.source.name == "a.jpg")
    assert pair.keypoint_ids == ("nose", "ear", "tail", "eye")
    np.testing.assert_array_equal(pair.visible, [True, True, True, False])


def test_columns_may_stand_in_any_order_with_others(tmp_path: Path) -> None:
    header = "Y,x,note,name,category,image\n"
    body = "".join(f"{k},{k + 1},-,p{k},cat,{i}.jpg\n" for k in range(3) for i in "ab")
    pair = keypoints_csv.load(write(tmp_path, body, header)).pairs[0]
    np.testing.assert_array_equal(pair.source_keypoints, [[1, 0], [2, 1], [3, 2]])


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("a.jpg,cat,nose,one,2\n", "line 2.*'one'"),
        ("a.jpg,cat,nose,1,2\na.jpg,cat,ear,1\n", "line 3: 4 columns, expected 5"),
        ("a.jpg,cat,nose,nan,2\n", "line 2.*leave out what is not visible"),
        ("a.jpg,cat,nose,inf,2\n", "line 2"),
        ("a.jpg,cat,,1,2\n", "line 2.*must not be empty"),
        ("a.jpg,cat,nose,1,2\n\na.jpg,cat,nose,3,4\n", "line 4.*second keypoint 'nose'"),
        ('a.jpg,cat,"no"se,1,2\n', "line 2"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, body: str, complaint: str) -> None:
    with pytest.raises(DatasetError, match=complaint) as caught:
        keypoints_csv.load(write(tmp_path, body))
    assert "keypoints.csv" in str(caught.value)


@pytest.mark.parametrize("header", ["", "image,name,x,y\n"])
def test_a_header_without_its_columns_is_an_error(tmp_path: Path, header: str) -> None:
    with pytest.raises(DatasetError, match=r"line 1.*category"):
        keypoints_csv.load(write(tmp_path, "", header))


def test_no_two_photos_of_a_category_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no pair"):
        keypoints_csv.load(write(tmp_path, three_points("a.jpg")))


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        keypoints_csv.load(tmp_path / "keypoints.csv")
    (tmp_path / "keypoints.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match=r"keypoints\.csv"):
        keypoints_csv.load(tmp_path)


def test_there_are_no_splits(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="'trn'"):
        keypoints_csv.load(write(tmp_path, three_points("a.jpg")), "trn")
