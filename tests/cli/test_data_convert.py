"""`semimatch data convert`: what it writes, says and refuses."""

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from semimatch_cli.cli import app
from semimatch_cli.datasets import catalog
from semimatch_cli.datasets.synthetic import Plan, write_dataset


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", "convert", *map(str, arguments)])


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Two cats with three keypoints each."""
    for name in ("a", "b"):
        Image.new("RGB", (60, 40)).save(tmp_path / f"{name}.jpg")
    rows = [f"{image}.jpg,cat,{name},{ord(name) % 50},7" for image in "ab" for name in "xyz"]
    path = tmp_path / "keypoints.csv"
    path.write_text("\n".join(["image,category,name,x,y", *rows]))
    return path


@pytest.mark.parametrize("layout", ["pairs", "spair", "coco", "csv"])
def test_every_layout_is_written_and_read_again(labels: Path, tmp_path: Path, layout: str) -> None:
    result = run(labels, tmp_path / "new", "--to", layout)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert "2 photos" in result.stderr
    assert len(catalog.load(str(tmp_path / "new"))) == 2


def test_losing_the_dense_truth_is_told(tmp_path: Path) -> None:
    write_dataset(tmp_path / "set", Plan(images_per_category=8, size=48, categories=("fish",)))
    result = run(tmp_path / "set", tmp_path / "new", "--split", "trn")
    assert result.exit_code == 0, result.stderr
    assert "truth of every pixel cannot be written" in result.stderr


def test_an_unknown_layout_is_a_wrong_command_line(labels: Path, tmp_path: Path) -> None:
    result = run(labels, tmp_path / "new", "--to", "voc")
    assert result.exit_code == 2
    assert "pairs, spair, coco, csv" in result.stderr


def test_an_unknown_name_is_a_wrong_command_line(tmp_path: Path) -> None:
    assert run("spiar", tmp_path / "new").exit_code == 2


def test_a_broken_set_exits_1_with_its_line(labels: Path, tmp_path: Path) -> None:
    labels.write_text("image,category,name,x,y\na.jpg,cat,nose,1\n")
    result = run(labels, tmp_path / "new")
    assert result.exit_code == 1
    assert "line 2" in result.stderr
    assert "Hint:" in result.stderr


def test_an_existing_folder_is_refused(labels: Path, tmp_path: Path) -> None:
    result = run(labels, tmp_path)
    assert result.exit_code == 1
    assert "something lies there" in result.stderr
