"""The catalog finds named benchmarks, recognizes layouts, and checks the files of a set."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_sets import (
    coco_object,
    write_coco,
    write_pairs,
    write_pf_pascal_photo,
    write_pf_willow_photo,
    write_photo,
    write_spair,
    write_spair_pair,
    write_tss_item,
)

from semimatch_cli.datasets import catalog
from semimatch_cli.errors import ArgumentError, DatasetError

POINTS = [(1, 2), (3, 4), (5, 6)]
ROW = "PF-dataset-PASCAL/JPEGImages/1.jpg,PF-dataset-PASCAL/JPEGImages/2.jpg,3,0"


def write_pf_pascal(root: Path) -> Path:
    for name in ("1", "2"):
        write_pf_pascal_photo(root, "bird", name, POINTS)
    (root / "test_pairs.csv").write_text(f"source_image,target_image,class,flip\n{ROW}\n")
    return root


def write_pf_willow(root: Path) -> Path:
    for name in ("1", "2"):
        write_pf_willow_photo(root, "car(G)", name, [range(1, 11), range(11, 21)])
    return root


def write_tss(root: Path) -> Path:
    write_tss_item(root / "TSS_CVPR2016")
    return root


def write_csv(root: Path) -> Path:
    rows = [f"{image},cat,{name},{ord(name)},7" for image in "ab" for name in "xyz"]
    root.mkdir()
    (root / "keypoints.csv").write_text("\n".join(["image,category,name,x,y", *rows]))
    return root


Write = Callable[[Path], Path]
NAMED: list[tuple[str, str, Write, int]] = [
    ("spair", "spair/SPair-71k", write_spair, 2),
    ("spair", "SPair-71k", write_spair, 2),
    ("spair", ".", write_spair, 2),
    ("pf-pascal", "pf-pascal", write_pf_pascal, 1),
    ("pf-pascal", ".", write_pf_pascal, 1),
    ("pf-willow", "pf-willow", write_pf_willow, 2),
    ("pf-willow", ".", write_pf_willow, 2),
    ("tss", "tss", write_tss, 2),
    ("tss", ".", write_tss, 2),
    ("synth", "synth", write_spair, 2),
]


@pytest.mark.parametrize(("name", "place", "write", "count"), NAMED)
def test_a_named_benchmark_is_found_in_the_data_root(
    tmp_path: Path, name: str, place: str, write: Write, count: int
) -> None:
    write(tmp_path / "data" / place)
    pair_set = catalog.load(name, data_root=tmp_path / "data")
    assert pair_set.name == name
    assert len(pair_set) == count


def test_without_a_data_root_the_environment_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tss(tmp_path / "tss")
    monkeypatch.setenv("SEMIMATCH_DATA", str(tmp_path))
    assert len(catalog.load("tss")) == 2


@pytest.mark.parametrize("name", catalog.BENCHMARKS)
def test_a_wrong_data_root_says_what_was_looked_for_and_where(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="looked for") as caught:
        catalog.load(name, data_root=tmp_path / "nothing")
    assert str(tmp_path / "nothing") in str(caught.value)
    assert "semimatch data" in caught.value.hint
    assert "--data-root" in caught.value.hint


def test_the_18_categories_hold_for_spair_alone(tmp_path: Path) -> None:
    root = write_spair(tmp_path / "SPair-71k", category="wolf")
    with pytest.raises(DatasetError, match="'wolf' is none"):
        catalog.load("spair", data_root=tmp_path)
    assert len(catalog.load(str(root))) == 2


@pytest.mark.parametrize(
    ("write", "name", "count"),
    [
        (write_pairs, "mine", 1),
        (write_csv, "mine", 2),
        (write_coco, "mine", 6),
        (write_spair, "mine", 2),
        (write_pf_pascal, "pf-pascal", 1),
        (write_pf_willow, "pf-willow", 2),
        (write_tss, "tss", 2),
    ],
)
def test_a_folder_is_recognized_by_what_lies_in_it(
    tmp_path: Path, write: Write, name: str, count: int
) -> None:
    pair_set = catalog.load(str(write(tmp_path / "mine")))
    assert (pair_set.name, len(pair_set)) == (name, count)


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_pairs, "pairs.json"), (write_csv, "keypoints.csv"), (write_coco, "annotations.json")],
)
def test_a_file_may_be_named_itself(tmp_path: Path, write: Write, name: str) -> None:
    path = write(tmp_path / "mine") / name
    assert len(catalog.load(str(path))) > 0
    if name != "annotations.json":
        other = path.rename(path.with_name(f"other{path.suffix}"))
        assert len(catalog.load(str(other))) > 0


def test_a_split_is_handed_on(tmp_path: Path) -> None:
    write_spair(tmp_path, split="val")
    assert catalog.load(str(tmp_path), split="val").split == "val"
    with pytest.raises(ArgumentError, match="'all'"):
        catalog.load(str(tmp_path), split="all")


def test_neither_a_name_nor_a_path_is_a_wrong_argument() -> None:
    with pytest.raises(ArgumentError, match="'spiar'") as caught:
        catalog.load("spiar")
    assert "pf-willow" in caught.value.hint


def test_an_unknown_layout_says_what_was_looked_for(tmp_path: Path) -> None:
    write_photo(tmp_path / "images/a.jpg")
    with pytest.raises(DatasetError, match=r"pairs\.json.*TSS"):
        catalog.load(str(tmp_path))
    with pytest.raises(DatasetError, match="no list of pairs"):
        catalog.load(str(tmp_path / "images/a.jpg"))


def test_a_whole_set_has_nothing_to_complain_of(tmp_path: Path) -> None:
    write_spair(tmp_path / "spair")
    write_tss(tmp_path / "tss")
    for name in ("spair", "tss"):
        assert catalog.check(catalog.load(name, data_root=tmp_path)) == ()


def test_a_missing_photo_is_named_with_its_pairs(tmp_path: Path) -> None:
    root = write_spair(tmp_path)
    (root / "JPEGImages/dog/dog_2.jpg").unlink()
    (complaint,) = catalog.check(catalog.load(str(root)))
    assert "dog_2.jpg: there is no such file" in complaint
    assert "000001-dog_1-dog_2:dog and 1 more" in complaint


def test_a_broken_photo_is_named(tmp_path: Path) -> None:
    root = write_spair(tmp_path)
    (root / "JPEGImages/dog/dog_2.jpg").write_text("<html>")
    (complaint,) = catalog.check(catalog.load(str(root)))
    assert "dog_2.jpg: no image" in complaint


def test_a_photo_that_was_cut_off_is_named(tmp_path: Path) -> None:
    root = write_spair(tmp_path)
    path = root / "JPEGImages/dog/dog_2.jpg"
    path.write_bytes(path.read_bytes()[:-40])
    (complaint,) = catalog.check(catalog.load(str(root)))
    assert "dog_2.jpg: damaged or cut off" in complaint


def test_a_missing_mask_is_named(tmp_path: Path) -> None:
    root = write_tss(tmp_path)
    pair_set = catalog.load(str(root))
    (root / "TSS_CVPR2016/JODS/car_01_02/mask1.png").unlink()
    (complaint,) = catalog.check(pair_set)
    assert "mask1.png: there is no such file" in complaint


def test_a_photo_of_another_size_is_named(tmp_path: Path) -> None:
    root = write_spair(tmp_path)
    write_photo(root / "JPEGImages/dog/dog_1.jpg", (30, 20))
    (complaint,) = catalog.check(catalog.load(str(root)))
    assert "dog_1.jpg: 30 x 20, annotated as 60 x 40" in complaint


def test_keypoints_outside_the_photo_are_named(tmp_path: Path) -> None:
    root = write_spair(tmp_path)
    line = "000001-dog_1-dog_2:dog"
    path = root / "PairAnnotation/test" / f"{line}.json"
    write_spair_pair(path, line, "dog_1", "dog_2", trg_kps=[[12, 99], [1, 1]])
    (complaint,) = catalog.check(catalog.load(str(root)))
    assert "dog_2.jpg: keypoints outside the photo" in complaint


def spoil_spair(root: Path) -> None:
    (root / "PairAnnotation/test/000001-dog_1-dog_2:dog.json").write_text("{")


def spoil_pf_pascal(root: Path) -> None:
    with (root / "test_pairs.csv").open("a") as file:
        file.write(ROW.replace(",3,", ",99,"))


def spoil_pf_willow(root: Path) -> None:
    write_pf_willow_photo(root, "car(G)", "3", [[1]])
    (root / "PF-dataset/car(G)/3.mat").write_text("?")


def spoil_tss(root: Path) -> None:
    (write_tss_item(root / "TSS_CVPR2016", "JODS/car_01_03") / "mask2.png").unlink()


def spoil_csv(root: Path) -> None:
    with (root / "keypoints.csv").open("a") as file:
        file.write("\na,cat,eye,here,7\n")


def write_two_pairs(root: Path) -> Path:
    return write_pairs(root, {}, {"src_kps": 3})


def write_spoilt_coco(root: Path) -> Path:
    objects = [coco_object(n) for n in (1, 2)]
    return write_coco(root, [*objects, coco_object(3) | {"keypoints": [1]}])


def nothing(root: Path) -> None:
    """It is spoilt as it was written."""


@pytest.mark.parametrize(
    ("write", "spoil", "count", "named"),
    [
        (write_spair, spoil_spair, 1, "000001-dog_1-dog_2:dog.json, line 1"),
        (write_pf_pascal, spoil_pf_pascal, 1, "test_pairs.csv, line 3"),
        (write_pf_willow, spoil_pf_willow, 2, "3.mat"),
        (write_tss, spoil_tss, 3, "mask2.png"),
        (write_csv, spoil_csv, 2, "keypoints.csv, line 8"),
        (write_two_pairs, nothing, 1, "pairs.json, pair 2"),
        (write_spoilt_coco, nothing, 2, "annotations.json, annotation 3"),
    ],
)
def test_a_broken_annotation_is_raised_or_left_out_and_told(
    tmp_path: Path, write: Write, spoil: Callable[[Path], None], count: int, named: str
) -> None:
    root = write(tmp_path / "mine")
    spoil(root)
    with pytest.raises(DatasetError) as caught:
        catalog.load(str(root))
    assert named in str(caught.value)
    pair_set = catalog.load(str(root), skip_broken=True)
    assert len(pair_set) == count
    (note,) = [note for note in pair_set.notes if "broken" in note]
    assert named in note
