"""TSS: both pairs of an item, the truth inside the mask, and damaged files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_sets import write_flow, write_tss_item

from semimatch_cli.datasets import tss
from semimatch_cli.errors import ArgumentError, DatasetError


def truth_of(root: Path, side: int) -> np.ndarray:
    truth = tss.load(root).pairs[side - 1].dense_truth
    assert truth is not None
    return truth()


def test_an_item_gives_a_pair_for_each_flow(tmp_path: Path) -> None:
    item = write_tss_item(tmp_path)
    pair_set = tss.load(tmp_path)
    first, second = pair_set.pairs
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("tss", "test", "image")
    assert (first.id, second.id) == ("JODS/car_01_02/1", "JODS/car_01_02/2")
    assert (first.source, first.target) == (item / "image2.png", item / "image1.png")
    assert (second.source, second.target) == (item / "image1.png", item / "image2.png")
    assert (first.source_size, first.target_size) == ((5, 3), (6, 4))
    assert (first.source_mask, first.target_mask) == (item / "mask2.png", item / "mask1.png")
    assert first.category == "JODS"
    assert first.source_keypoints.shape == (0, 2)


def test_the_flow_of_image_1_leads_from_its_pixels_into_image_2(tmp_path: Path) -> None:
    write_tss_item(tmp_path)
    truth = truth_of(tmp_path, 1)
    assert truth.shape == (4, 6, 2)
    np.testing.assert_array_equal(truth[2, 3], [3 + 1, 2])


def test_there_is_no_truth_outside_the_mask_or_where_the_flow_is_unknown(tmp_path: Path) -> None:
    write_tss_item(tmp_path)
    truth = truth_of(tmp_path, 2)
    known = np.isfinite(truth).all(axis=2)
    expected = np.zeros((3, 5), dtype=bool)
    expected[1:, 1:4] = True
    expected[2, 2] = False
    np.testing.assert_array_equal(known, expected)
    np.testing.assert_array_equal(truth[1, 3], [3 - 1, 1 + 0.5])


@pytest.mark.parametrize(("flag", "mirrored"), [("0", False), ("1\n", True)])
def test_mirrored_items_say_so(tmp_path: Path, flag: str, mirrored: bool) -> None:
    write_tss_item(tmp_path, flip=flag)
    assert all(pair.attributes == {"mirrored": mirrored} for pair in tss.load(tmp_path).pairs)


def test_a_part_of_the_set_will_do_in_its_folder_or_beside_it(tmp_path: Path) -> None:
    write_tss_item(tmp_path / "TSS_CVPR2016", "PASCAL/bike_01_02")
    write_tss_item(tmp_path / "TSS_CVPR2016", "JODS/car_01_02")
    assert [pair.category for pair in tss.load(tmp_path).pairs] == ["JODS"] * 2 + ["PASCAL"] * 2


def test_no_items_is_an_error_that_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no TSS.*flow1\.flo"):
        tss.load(tmp_path)


def test_there_is_only_a_test_split(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="'val'"):
        tss.load(tmp_path, "val")


@pytest.mark.parametrize("name", ["flow2.flo", "mask1.png"])
def test_a_missing_file_of_an_item_is_named(tmp_path: Path, name: str) -> None:
    (write_tss_item(tmp_path) / name).unlink()
    with pytest.raises(DatasetError, match=name):
        tss.load(tmp_path)


def test_a_flag_of_another_value_is_an_error(tmp_path: Path) -> None:
    write_tss_item(tmp_path, flip="yes")
    with pytest.raises(DatasetError, match="expected 0 or 1, got 'yes'"):
        tss.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no .flo file"),
        (b"\x00" * 40, "no .flo file"),
        (np.float32(202021.25).tobytes() + b"\xff" * 8, "header says -1 x -1"),
        (np.float32(202021.25).tobytes() + np.int32([6, 4]).tobytes() + b"\x00" * 9, "cut off"),
    ],
)
def test_a_damaged_flow_is_told_when_it_is_asked_for(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    (write_tss_item(tmp_path) / "flow1.flo").write_bytes(content)
    with pytest.raises(DatasetError, match=complaint):
        truth_of(tmp_path, 1)


def test_a_mask_of_another_size_is_an_error(tmp_path: Path) -> None:
    Image.new("L", (9, 9), 255).save(write_tss_item(tmp_path) / "mask1.png")
    with pytest.raises(DatasetError, match="9 x 9"):
        truth_of(tmp_path, 1)


def test_a_flow_reads_as_it_was_written(tmp_path: Path) -> None:
    flow = np.random.default_rng(0).normal(size=(3, 7, 2)).astype(np.float32)
    write_flow(tmp_path / "a.flo", flow)
    np.testing.assert_array_equal(tss.read_flow(tmp_path / "a.flo"), flow)
