"""`semimatch match` as a person meets it: outputs, refusals, exit codes, nothing half-written."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from semimatch_cli.cli import app

OK, FOUND_WRONG, COMMAND_LINE, INTERRUPTED = 0, 1, 2, 130
RASTER = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}


@pytest.fixture
def photos(tmp_path: Path) -> tuple[str, str]:
    """Two photos of blocks of color, 160 x 120 and 120 x 160."""
    blocks = np.random.default_rng(0).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    first = Image.fromarray(blocks).resize((160, 120), Image.Resampling.BICUBIC)
    first.save(tmp_path / "a.png")
    first.rotate(90, expand=True).save(tmp_path / "b.png")
    return str(tmp_path / "a.png"), str(tmp_path / "b.png")


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["match", *map(str, args)])


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("suffix", RASTER)
def test_the_picture_takes_its_format_from_its_name(
    photos: tuple[str, str], tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"vis{suffix}"
    assert run(*photos, "--out", out).exit_code == OK
    with Image.open(out) as picture:
        assert picture.format == RASTER[suffix]
        assert picture.width > 2 * 120


@pytest.mark.parametrize("mode", ["keypoints", "dense", "flow", "heat"])
def test_every_mode_draws(photos: tuple[str, str], tmp_path: Path, mode: str) -> None:
    result = run(*photos, "--mode", mode, "--points", "80,60", "--out", tmp_path / "vis.png")
    assert result.exit_code == OK, result.stderr
    assert (tmp_path / "vis.png").stat().st_size > 1000


def test_json_on_stdout_is_whole_and_alone(photos: tuple[str, str]) -> None:
    result = run(*photos, "--points", "10,20 30.5,40", "--json")
    document = json.loads(result.stdout)
    assert document["schema"] == "semimatch.matches/1"
    assert document["about"]["weights"] == "tiny"
    rows = document["matches"]
    assert [(row["id"], row["source_x"], row["source_y"]) for row in rows] == [
        ("1", 10, 20),
        ("2", 30.5, 40),
    ]
    assert all(0 <= row["score"] <= 1 for row in rows)


def test_without_a_destination_the_matches_are_printed_as_csv(photos: tuple[str, str]) -> None:
    result = run(*photos, "--count", "3")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert len(rows) <= 3
    assert set(rows[0]) >= {"source_x", "target_y", "score", "visible"}


def test_stderr_names_the_weights_and_the_stronger_ones_unless_quiet(
    photos: tuple[str, str],
) -> None:
    loud = run(*photos, "--points", "10,20", "--json").stderr
    assert "tiny" in loud
    assert "dinov2-small (88.2 MB)" in loud
    assert CliRunner().invoke(app, ["match", *photos, "--json", "-q"]).stderr == ""


@pytest.mark.parametrize("suffix", [".json", ".csv", ".npz"])
def test_saved_matches_are_points_again(
    photos: tuple[str, str], tmp_path: Path, suffix: str
) -> None:
    points = tmp_path / "points.csv"
    points.write_text("id,name,x,y\nn,nose,10,20\nt,tail,100,90\n")
    saved = tmp_path / f"matches{suffix}"
    assert run(*photos, "--points", points, "--save", saved).exit_code == OK
    again = json.loads(run(*photos, "--points", saved, "--json").stdout)["matches"]
    assert [(row["id"], row["name"], row["source_x"]) for row in again] == [
        ("n", "nose", 10),
        ("t", "tail", 100),
    ]


def test_an_existing_picture_is_kept_unless_forced(photos: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "vis.png"
    out.write_text("mine")
    refused = run(*photos, "--out", out)
    assert refused.exit_code == FOUND_WRONG
    assert "--force" in refused.stderr
    assert out.read_text() == "mine"
    assert run(*photos, "--out", out, "--force").exit_code == OK
    assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{a}"], COMMAND_LINE, "two photos"),
        (["{a}", "{dir}/none.png"], FOUND_WRONG, "none.png"),
        (["{dir}", "{b}"], FOUND_WRONG, "folder"),
        (["{a}", "{b}", "--out", "{dir}/none/vis.png"], FOUND_WRONG, "none"),
        (["{a}", "{b}", "--out", "{dir}/vis.bmpx"], COMMAND_LINE, ".bmpx"),
        (["{a}", "{b}", "--out", "{dir}"], COMMAND_LINE, ""),
        (["{a}", "{b}", "--save", "{dir}/m.txt"], COMMAND_LINE, ".txt"),
        (["{a}", "{b}", "--points", "900,20"], FOUND_WRONG, "160 x 120"),
        (["{a}", "{b}", "--points", "ten,20"], COMMAND_LINE, "ten"),
        (["{a}", "{b}", "--points", ""], COMMAND_LINE, "no points"),
        (["{a}", "{b}", "--points", "{dir}/none.csv"], FOUND_WRONG, "none.csv"),
        (["{a}", "{b}", "--weights", "dinov2-smal"], COMMAND_LINE, "dinov2-small"),
        (["{a}", "{b}", "--weights", "{dir}/none.safetensors"], FOUND_WRONG, "none.safetensors"),
        (["{a}", "{b}", "--device", "gpu7"], COMMAND_LINE, "gpu7"),
        (["{a}", "{b}", "--mode", "sparse"], COMMAND_LINE, "keypoints"),
        (["{a}", "{b}", "--mode", "heat", "--points", "1,2 3,4"], COMMAND_LINE, "one point"),
        (["{a}", "{b}", "--count", "0"], COMMAND_LINE, ""),
        (["{a}", "{b}", "--count", "many"], COMMAND_LINE, ""),
        (["{a}", "{b}", "--no-such-option"], COMMAND_LINE, ""),
        (["{a}", "{b}", "--pairs", "{dir}/p.csv"], COMMAND_LINE, "--pairs"),
        (["{a}", "{b}", "--out-dir", "{dir}/x"], COMMAND_LINE, "--out-dir"),
        (["{a}", "{dir}", "--out", "{dir}/vis.png"], COMMAND_LINE, "--out-dir"),
        (["--pairs", "{dir}/none.csv"], FOUND_WRONG, "none.csv"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_with_the_right_code(
    photos: tuple[str, str], tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    known = {"a": photos[0], "b": photos[1], "dir": str(tmp_path)}
    before = files(tmp_path)
    result = run(*[argument.format(**known) for argument in arguments])
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert files(tmp_path) == before


def test_a_photo_that_is_none_is_named_with_its_reason(
    photos: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "note.jpg").write_text("this is no photo")
    result = run(photos[0], tmp_path / "note.jpg", "--out", tmp_path / "vis.png")
    assert result.exit_code == FOUND_WRONG
    assert "note.jpg" in result.stderr
    assert "Hint:" in result.stderr
    assert not (tmp_path / "vis.png").exists()


def test_debug_shows_the_traceback(photos: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, ["match", *photos, "--mode", "sparse", "--debug"])
    assert result.exception is not None
    assert type(result.exception).__name__ == "ArgumentError"


def test_a_photo_against_a_folder_writes_one_picture_and_one_file_each(
    photos: tuple[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("x.png", "y.png"):
        (folder / name).write_bytes(Path(photos[1]).read_bytes())
    (folder / "notes.txt").write_text("not a photo")
    out = tmp_path / "out"
    assert run(photos[0], folder, "--out-dir", out).exit_code == OK
    assert files(out) == {"a__x.png", "a__x.json", "a__y.png", "a__y.json"}


def test_a_bad_pair_is_reported_and_the_rest_is_done(
    photos: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("source,target\na.png,bad.jpg\na.png,b.png\nb.png,gone.png\n")
    out = tmp_path / "out"
    result = run("--pairs", pairs, "--out-dir", out)
    assert result.exit_code == FOUND_WRONG
    assert "bad.jpg" in result.stderr
    assert "gone.png" in result.stderr
    assert "2 of 3" in result.stderr
    assert files(out) == {"a__b.png", "a__b.json"}


def test_finished_pairs_are_skipped_until_forced(photos: tuple[str, str], tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a.png,b.png\nb.png,a.png\n")
    out = tmp_path / "out"
    assert run("--pairs", pairs, "--out-dir", out).exit_code == OK
    finished = out / "a__b.png"
    finished.write_text("mine")
    (out / "b__a.png").unlink()
    assert run("--pairs", pairs, "--out-dir", out).exit_code == OK
    assert finished.read_text() == "mine"
    assert (out / "b__a.png").exists()
    assert run("--pairs", pairs, "--out-dir", out, "--force").exit_code == OK
    assert finished.stat().st_size > 1000


def test_ctrl_c_in_a_batch_ends_with_130_and_leaves_whole_pairs_only(
    photos: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a.png,b.png\nb.png,a.png\n")
    drawn: list[Path] = []

    def interrupted(scene: object, path: Path, *, force: bool) -> None:
        from semimatch_cli.drawing.save import save_scene

        if drawn:
            raise KeyboardInterrupt
        drawn.append(path)
        save_scene(scene, path, force=force)  # type: ignore[arg-type]

    monkeypatch.setattr("semimatch_cli.matching_job.save_scene", interrupted)
    result = run("--pairs", pairs, "--out-dir", tmp_path / "out")
    assert result.exit_code == INTERRUPTED
    pictures = {name for name in files(tmp_path / "out") if name.endswith(".png")}
    assert pictures == {"a__b.png"}


def test_nothing_heavy_is_imported_for_help_nor_matplotlib_for_a_png(
    photos: tuple[str, str], tmp_path: Path
) -> None:
    program = (
        "import sys\n"
        "from semimatch_cli.cli import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "print([m for m in ('torch', 'matplotlib', 'huggingface_hub') if m in sys.modules])\n"
    )

    def loaded(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program, *args], capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()[-1]

    assert loaded("--help") == "[]"
    assert loaded("match", *photos, "--out", str(tmp_path / "vis.png"), "-q") == "['torch']"


def test_a_large_photo_is_drawn_small_and_answered_in_its_own_pixels(
    photos: tuple[str, str], tmp_path: Path
) -> None:
    with Image.open(photos[0]) as image:
        image.resize((4000, 3000)).save(tmp_path / "large.jpg")
    large = str(tmp_path / "large.jpg")
    found = json.loads(run(large, large, "--points", "3900,2900", "--json").stdout)["matches"][0]
    assert found["target_x"] > 2000
    for mode in ("keypoints", "dense", "heat"):
        out = tmp_path / f"{mode}.png"
        picture = run(large, photos[1], "--points", "3900,2900", "--mode", mode, "--out", out)
        assert picture.exit_code == OK, picture.stderr
        with Image.open(out) as drawn:
            assert max(drawn.size) < 2500
