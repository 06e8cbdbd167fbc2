"""A written data set has SPair-71k's layout, follows its seed alone, and is never half there."""

import filecmp
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semimatch_cli.datasets.synthetic import Plan, image_seed, keypoint_names, render, write_dataset
from semimatch_cli.datasets.synthetic.generate import split_of
from semimatch_cli.errors import ArgumentError, InputError

PLAN = Plan(images_per_category=6, size=64, seed=3, categories=("car", "dog"), pairs_per_image=4)
PAIR_FIELDS = {
    "pair_id", "filename", "src_imname", "trg_imname", "src_imsize", "trg_imsize", "src_bndbox",
    "trg_bndbox", "category", "category_id", "src_pose", "trg_pose", "src_kps", "trg_kps",
    "kps_ids", "mirror", "viewpoint_variation", "scale_variation", "truncation", "occlusion",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth") / "set"
    write_dataset(folder, PLAN)
    return folder


def files_of(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def pairs_of(folder: Path, split: str) -> list[dict]:
    lines = (folder / "Layout" / "large" / f"{split}.txt").read_text().splitlines()
    return [
        json.loads((folder / "PairAnnotation" / split / f"{line}.json").read_text())
        for line in lines
    ]


def test_every_photo_has_its_four_files(written: Path) -> None:
    for kind, suffix in (
        ("JPEGImages", "jpg"), ("ImageAnnotation", "json"), ("Segmentation", "png"),
        ("canonical", "npz"),
    ):  # fmt: skip
        names = {path.name for path in (written / kind / "dog").iterdir()}
        assert names == {f"dog_{index:05d}.{suffix}" for index in range(6)}


def test_the_names_are_listed(written: Path) -> None:
    assert (written / "Layout" / "categories.txt").read_text() == "car\ndog\n"
    names = json.loads((written / "Layout" / "keypoints.json").read_text())
    assert names["dog"] == list(keypoint_names("dog"))
    assert set(json.loads((written / "Layout" / "parts.json").read_text())) == {"car", "dog"}


def test_the_files_of_a_photo_are_its_rendering(written: Path) -> None:
    truth = render("dog", seed=image_seed(3, 2), size=64)
    with np.load(written / "canonical" / "dog" / "dog_00002.npz") as saved:
        np.testing.assert_array_equal(saved["parts"], truth.parts)
        np.testing.assert_array_equal(saved["canonical"], truth.canonical.astype(np.float16))
    mask = np.asarray(Image.open(written / "Segmentation" / "dog" / "dog_00002.png"))
    np.testing.assert_array_equal(mask, truth.mask * 2)
    photo = np.asarray(Image.open(written / "JPEGImages" / "dog" / "dog_00002.jpg"), dtype=float)
    assert photo.shape == (64, 64, 3)
    assert np.abs(photo - truth.image).mean() < 6
    annotation = json.loads((written / "ImageAnnotation" / "dog" / "dog_00002.json").read_text())
    assert annotation["bndbox"] == list(truth.bbox)
    assert annotation["category_id"] == 1
    for index, visible in enumerate(truth.visible):
        known = annotation["kps"][str(index)]
        assert (known is not None) == visible
        if visible:
            np.testing.assert_allclose(known, truth.keypoints[index], atol=0.006)


def test_pairs_have_spairs_fields_and_share_their_keypoints(written: Path) -> None:
    pairs = [pair for split in ("trn", "val", "test") for pair in pairs_of(written, split)]
    assert pairs
    for pair in pairs:
        assert set(pair) == PAIR_FIELDS
        assert pair["src_imsize"] == pair["trg_imsize"] == [64, 64, 3]
        assert len(pair["src_kps"]) == len(pair["trg_kps"]) == len(pair["kps_ids"]) >= 3
        for side in ("src", "trg"):
            name = Path(pair[f"{side}_imname"]).stem
            path = written / "ImageAnnotation" / pair["category"] / f"{name}.json"
            points = json.loads(path.read_text())["kps"]
            assert [points[k] for k in pair["kps_ids"]] == pair[f"{side}_kps"]


def test_pair_lines_are_numbered_and_stay_within_category_and_split(written: Path) -> None:
    for split in ("trn", "val", "test"):
        for number, pair in enumerate(pairs_of(written, split), 1):
            head, source, target = pair["filename"].partition(":")[0].split("-")
            assert (head, pair["pair_id"]) == (f"{number:06d}", number)
            assert source != target
            for name in (source, target):
                category, _, index = name.rpartition("_")
                assert category == pair["category"]
                assert split_of(int(index)) == split


def test_pairs_are_bounded_by_the_number_of_photos(written: Path) -> None:
    for category in PLAN.categories:
        chosen = [pair for pair in pairs_of(written, "trn") if pair["category"] == category]
        assert len(chosen) <= 4 * 2
        assert len({pair["filename"][7:] for pair in chosen}) == len(chosen)


def test_a_larger_set_contains_the_photos_of_a_smaller_one(tmp_path: Path, written: Path) -> None:
    write_dataset(tmp_path / "more", Plan(7, 64, 3, ("car", "dog"), 4))
    for index in range(6):
        name = Path("JPEGImages", "car", f"car_{index:05d}.jpg")
        assert filecmp.cmp(written / name, tmp_path / "more" / name, shallow=False)


def test_worker_processes_change_no_byte(tmp_path: Path, written: Path) -> None:
    write_dataset(tmp_path / "again", PLAN, workers=2)
    names = files_of(written)
    assert files_of(tmp_path / "again") == names
    for name in names:
        assert (written / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_a_full_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        write_dataset(tmp_path, PLAN)
    with pytest.raises(InputError, match="something else"):
        write_dataset(tmp_path, PLAN, force=True)
    assert (tmp_path / "note.txt").read_text() == "mine"


def test_force_replaces_an_earlier_set(tmp_path: Path) -> None:
    small = Plan(2, 48, 0, ("car",), 1)
    write_dataset(tmp_path / "set", Plan(3, 48, 0, ("car",), 1))
    summary = write_dataset(tmp_path / "set", small, force=True)
    assert (summary.photos, summary.categories) == (2, 1)
    assert len(list((tmp_path / "set" / "JPEGImages" / "car").iterdir())) == 2


def test_the_current_folder_will_do_if_it_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_dataset(Path(), Plan(2, 48, 0, ("car",), 1))
    assert (tmp_path / "here" / "Layout" / "categories.txt").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(photos):
        next(iter(photos))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path / "set", PLAN, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"images_per_category": 1}, {"size": 16}, {"seed": -1}, {"pairs_per_image": 0},
        {"categories": ("unicorn",)},
    ],
)  # fmt: skip
def test_impossible_plans_are_refused(change: dict) -> None:
    with pytest.raises(ArgumentError):
        Plan(**change)


def test_splits_are_seventy_fifteen_fifteen() -> None:
    splits = [split_of(index) for index in range(200)]
    assert [splits.count(name) for name in ("trn", "val", "test")] == [140, 30, 30]
