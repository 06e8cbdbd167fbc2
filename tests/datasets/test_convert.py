"""Converting keeps what the layout can hold, copies photos, and leaves nothing half done."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_sets import (
    SIZE,
    write_coco,
    write_json,
    write_pairs,
    write_photo,
    write_spair,
    write_tss_item,
)

from semimatch_cli.datasets import catalog
from semimatch_cli.datasets.convert import LAYOUTS, Converted, annotated_photos, convert
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.errors import ArgumentError, DatasetError, InputError

KEPT_BY_ALL = ("category", "source_size", "target_size")
KEPT_WITH_PAIRS = (*KEPT_BY_ALL, "keypoint_ids", "keypoint_names", "source_box", "target_box")


@pytest.fixture
def spair_set(tmp_path: Path) -> PairSet:
    """A set in SPair-71k's layout with names, a mask and attributes."""
    root = write_spair(tmp_path / "origin")
    write_json(root / "Layout/keypoints.json", {"dog": ["nose", "eye", "ear", "tail"]})
    mask = root / "Segmentation/dog/dog_1.png"
    mask.parent.mkdir(parents=True)
    Image.new("L", SIZE, 9).save(mask)
    return catalog.load(str(root))


def converted(pair_set: PairSet, folder: Path, layout: str) -> PairSet:
    convert(pair_set, folder, layout)
    return catalog.load(str(folder))


def assert_same(first: PairSet, second: PairSet, fields: tuple[str, ...]) -> None:
    assert len(first) == len(second)
    for one, other in zip(first.pairs, second.pairs, strict=True):
        for name in fields:
            assert getattr(one, name) == getattr(other, name), name
        np.testing.assert_array_equal(one.source_keypoints, other.source_keypoints)
        np.testing.assert_array_equal(one.target_keypoints, other.target_keypoints)
        for name in ("source", "target", "source_mask", "target_mask"):
            assert content(getattr(one, name)) == content(getattr(other, name)), name


def content(path: Path | None) -> bytes:
    return path.read_bytes() if path else b""


def by_photos(pair_set: PairSet) -> dict[tuple[str, str], dict[str, tuple[float, ...]]]:
    """The named points of each pair, for layouts that draw pairs and number keypoints anew."""
    return {(pair.source.stem, pair.target.stem): named_points(pair) for pair in pair_set.pairs}


def named_points(pair: Pair) -> dict[str, tuple[float, ...]]:
    rows = zip(pair.keypoint_names, pair.source_keypoints, pair.target_keypoints, strict=True)
    return {
        name: tuple(-1.0 if math.isnan(x) else float(x) for x in (*source, *target))
        for name, source, target in rows
    }


def test_pairs_json_keeps_everything(spair_set: PairSet, tmp_path: Path) -> None:
    again = converted(spair_set, tmp_path / "new", "pairs")
    assert_same(spair_set, again, ("id", "attributes", *KEPT_WITH_PAIRS))
    assert (again.threshold, again.notes) == ("box", ())


def test_spair_layout_gives_itself_back(spair_set: PairSet, tmp_path: Path) -> None:
    again = converted(spair_set, tmp_path / "new", "spair")
    assert_same(spair_set, again, ("id", "attributes", *KEPT_WITH_PAIRS))


def test_there_and_back_loses_nothing(spair_set: PairSet, tmp_path: Path) -> None:
    there = converted(spair_set, tmp_path / "there", "pairs")
    back = converted(there, tmp_path / "back", "spair")
    assert_same(spair_set, back, ("id", "attributes", *KEPT_WITH_PAIRS))
    assert back.split == "test"


def test_a_pairs_file_survives_spair_layout(tmp_path: Path) -> None:
    rows = (
        {"kps_names": ["nose", "tail"], "attributes": {"weather": "fog", "viewpoint": 1}},
        {
            "src": "images/b.jpg",
            "trg": "images/a.jpg",
            "kps_ids": ["tip", 2],
            "src_kps": [[3, 4], [22, 23]],
            "trg_kps": [None, [20.0, 21.0]],
        },
    )
    mine = catalog.load(str(write_pairs(tmp_path / "mine", *rows)))
    again = converted(mine, tmp_path / "new", "spair")
    first, second = again.pairs
    assert first.attributes == {"weather": "fog", "viewpoint": 1}
    assert first.keypoint_names == ("nose", "tail")
    assert second.keypoint_ids == ("2", "tip")  # what both show comes first
    np.testing.assert_array_equal(second.source_keypoints, [[22, 23], [3, 4]])
    np.testing.assert_array_equal(second.target_keypoints, [[20, 21], [np.nan, np.nan]])


def test_a_split_keeps_its_name(tmp_path: Path) -> None:
    root = write_spair(tmp_path / "origin", split="trn")
    convert(catalog.load(str(root), split="trn"), tmp_path / "new", "spair")
    assert catalog.load(str(tmp_path / "new"), split="trn").split == "trn"


def test_coco_keeps_photos_boxes_names_and_points(tmp_path: Path) -> None:
    origin = catalog.load(str(write_coco(tmp_path / "origin")))
    again = converted(origin, tmp_path / "new", "coco")
    assert by_photos(again) == by_photos(origin)
    assert {pair.target_box for pair in again.pairs} == {pair.target_box for pair in origin.pairs}


def test_csv_keeps_names_and_points(tmp_path: Path) -> None:
    origin = catalog.load(str(write_coco(tmp_path / "origin")))
    again = converted(origin, tmp_path / "new", "csv")
    assert by_photos(again) == by_photos(origin)
    assert again.threshold == "extent"


def test_photos_of_one_name_stay_apart(tmp_path: Path) -> None:
    write_pairs(tmp_path / "mine", {"src": "left/a.jpg", "trg": "right/a.jpg"})
    write_photo(tmp_path / "mine/left/a.jpg", (60, 40), quality=20)
    write_photo(tmp_path / "mine/right/a.jpg", (60, 40), quality=90)
    mine = catalog.load(str(tmp_path / "mine"))
    for layout in ("pairs", "spair"):
        (pair,) = converted(mine, tmp_path / layout, layout).pairs
        assert pair.source != pair.target
        assert content(pair.source) == content(mine.pairs[0].source)
        assert content(pair.target) == content(mine.pairs[0].target)


def test_a_dash_in_a_name_does_not_confuse_the_lists(tmp_path: Path) -> None:
    write_pairs(tmp_path / "mine", {"src": "n01-a.jpg"})
    write_photo(tmp_path / "mine/n01-a.jpg")
    (pair,) = converted(catalog.load(str(tmp_path / "mine")), tmp_path / "new", "spair").pairs
    assert pair.id == "000001-n01_a-b:cat"


def test_it_counts_what_it_wrote(spair_set: PairSet, tmp_path: Path) -> None:
    assert convert(spair_set, tmp_path / "a", "pairs") == Converted(photos=2, pairs=2)
    assert convert(spair_set, tmp_path / "b", "csv") == Converted(photos=2, pairs=0)


def test_keypoints_that_csv_cannot_tell_apart_are_an_error(tmp_path: Path) -> None:
    write_pairs(tmp_path / "mine", {"kps_names": ["nose", "nose"]})
    with pytest.raises(DatasetError, match="same name"):
        convert(catalog.load(str(tmp_path / "mine")), tmp_path / "new", "csv")


@pytest.mark.parametrize("category", ["../up", "a/b", "..", ""])
def test_a_category_never_leads_out_of_the_folder(tmp_path: Path, category: str) -> None:
    mine = catalog.load(str(write_pairs(tmp_path / "mine", {"category": category})))
    with pytest.raises(DatasetError, match="name of a folder"):
        convert(mine, tmp_path / "new", "spair")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_missing_photo_is_named_and_nothing_is_left_behind(tmp_path: Path, layout: str) -> None:
    mine = catalog.load(str(write_pairs(tmp_path / "mine")))
    (tmp_path / "mine/images/b.jpg").unlink()
    with pytest.raises(DatasetError, match=r"b\.jpg"):
        convert(mine, tmp_path / "new", layout)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_set_without_keypoints_has_nothing_to_write(tmp_path: Path) -> None:
    write_tss_item(tmp_path / "tss")
    with pytest.raises(DatasetError, match="no keypoints to write"):
        convert(catalog.load(str(tmp_path / "tss")), tmp_path / "new", "pairs")
    assert not (tmp_path / "new").exists()


def test_what_lies_there_is_not_replaced(spair_set: PairSet, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/note.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(InputError, match="something lies there"):
            convert(spair_set, tmp_path / name, "pairs")
    assert (tmp_path / "full/note.txt").read_text() == "mine"


def test_an_empty_folder_is_used(spair_set: PairSet, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert len(converted(spair_set, tmp_path / "empty", "pairs")) == 2


def test_an_unknown_layout_is_a_wrong_argument(spair_set: PairSet, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="'voc'"):
        convert(spair_set, tmp_path / "new", "voc")


def test_photos_gather_the_keypoints_of_all_their_pairs(spair_set: PairSet) -> None:
    photos = {photo.path.stem: photo for photo in annotated_photos(spair_set.pairs)}
    assert photos["dog_1"].keypoints == {"0": (10, 11), "1": (20, 21), "2": (30, 12)}
    assert photos["dog_2"].keypoints == {"0": (12, 13), "2": (33.5, 14.25), "3": (44, 9)}
    assert photos["dog_1"].mask is not None
