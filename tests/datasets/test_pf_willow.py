"""PF-WILLOW: both lists, the list built again, and what is wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest
from small_sets import SIZE, write_pf_willow_photo

from semimatch_cli.datasets import pf_willow
from semimatch_cli.errors import ArgumentError, DatasetError

NAMES = {"car(G)": ("c1", "c2", "c3"), "duck(S)": ("d1", "d2")}


def points(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(1, 39, (2, 10)).round(3)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for category, names in NAMES.items():
        for seed, name in enumerate(names):
            write_pf_willow_photo(tmp_path, category, name, points(seed))
    return tmp_path


def row(prefix: str) -> str:
    numbers = np.concatenate([points(0).ravel(), points(2).ravel()])
    return f"{prefix}/car(G)/c1.png,{prefix}/car(G)/c3.png," + ",".join(map(str, numbers))


HEADER = "imageA,imageB," + ",".join(f"{a}{k}" for a in ("XA", "YA", "XB", "YB") for k in range(10))


@pytest.mark.parametrize(
    ("place", "prefix"),
    [
        ("test_pairs_pf.csv", "PF-dataset"),
        ("PF-dataset/test_pairs_pf.csv", "PF-dataset"),
        ("PF-dataset/test_pairs.csv", "PF-WILLOW"),
    ],
)
def test_a_list_is_read_wherever_it_usually_lies(root: Path, place: str, prefix: str) -> None:
    (root / place).write_text(f"{HEADER}\n{row(prefix)}\n")
    pair_set = pf_willow.load(root)
    (pair,) = pair_set.pairs
    assert (pair_set.name, pair_set.split, pair_set.threshold) == ("pf-willow", "test", "extent")
    assert pair_set.notes == ()
    assert pair.source == root / "PF-dataset/car(G)/c1.png"
    assert pair.category == "car(G)"
    np.testing.assert_array_equal(pair.source_keypoints, points(0).T)
    np.testing.assert_array_equal(pair.target_keypoints, points(2).T)
    assert pair.source_size == SIZE


def test_photos_may_lie_in_the_root_itself(root: Path) -> None:
    home = root / "PF-WILLOW"
    (root / "PF-dataset").rename(home)
    (home / "test_pairs.csv").write_text(f"{HEADER}\n{row('PF-WILLOW')}\n")
    assert pf_willow.load(home).pairs[0].source == home / "car(G)/c1.png"


def test_a_missing_list_is_built_of_all_ordered_pairs_of_a_class(root: Path) -> None:
    pair_set = pf_willow.load(root)
    assert len(pair_set) == 3 * 2 + 2 * 1
    assert len({pair.id for pair in pair_set.pairs}) == 8
    assert all(pair.source.parent == pair.target.parent for pair in pair_set.pairs)
    np.testing.assert_array_equal(pair_set.pairs[0].target_keypoints, points(1).T)
    assert "test_pairs_pf.csv is missing" in pair_set.notes[0]


def test_the_list_of_pf_pascal_is_not_taken_for_its_own(root: Path) -> None:
    (root / "test_pairs.csv").write_text("source_image,target_image,class,XA,YA,XB,YB\n")
    assert len(pf_willow.load(root)) == 8


def test_a_row_of_the_wrong_length_is_told_with_its_line(root: Path) -> None:
    (root / "test_pairs_pf.csv").write_text(f"{HEADER}\n{row('PF-dataset')},3\n")
    with pytest.raises(DatasetError, match="line 2: 43 columns, expected 42"):
        pf_willow.load(root)


def test_without_photos_or_list_the_error_says_where_the_root_is(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no PF-WILLOW") as caught:
        pf_willow.load(tmp_path)
    assert "PF-dataset" in caught.value.hint


def test_another_variable_in_an_annotation_is_named(root: Path) -> None:
    import scipy.io

    scipy.io.savemat(root / "PF-dataset/car(G)/c2.mat", {"keypoints": points(1)})
    with pytest.raises(DatasetError, match=r"c2\.mat, variable pts_coord: it holds keypoints"):
        pf_willow.load(root)


def test_without_scipy_and_list_the_error_names_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(DatasetError, match="scipy"):
        pf_willow.load(root)


def test_there_is_only_a_test_split(root: Path) -> None:
    with pytest.raises(ArgumentError, match="'trn'"):
        pf_willow.load(root, "trn")
