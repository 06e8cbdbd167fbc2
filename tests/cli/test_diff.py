"""`semimatch diff`: what it prints, writes and refuses, and how it ends."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from semimatch_cli.cli import app, diff  # noqa: F401  (registers the command)
from semimatch_cli.evaluation.records import (
    PairRecord,
    RunHeader,
    header_to_json,
    record_to_json,
)

HEADER = RunHeader("animals", "test", "standard", "tiny", "ab" * 32, 2, "cd" * 32, False, "0.1.0")
TRUE = np.array([(40.0, 30.0), (60.0, 50.0)])
OFF = np.array([(30.0, 0.0), (0.0, 0.0)])


def predictions(path: Path, weights: str, *moves: np.ndarray, **changes: object) -> Path:
    """Save a run whose answers are off by the given moves, one (2, 2) per pair."""
    records = [
        PairRecord(
            f"pair {index}",
            ("cat", "dog")[index % 2],
            f"{index}.png",
            f"{index + 1}.png",
            ("0", "1"),
            ("", ""),
            TRUE,
            TRUE,
            TRUE + move,
            np.full(2, 0.5),
            100.0,
        )
        for index, move in enumerate(moves)
    ]
    header = replace(HEADER, weights=weights, **changes)
    lines = [header_to_json(header), *map(record_to_json, records)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Pair 0 gets worse by half, pair 1 stays right."""
    good = predictions(tmp_path / "good.jsonl", "good", 0 * OFF, 0 * OFF)
    return good, predictions(tmp_path / "bad.jsonl", "bad", OFF, 0 * OFF)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


def test_it_prints_what_changed_with_protocol_and_chance(runs: tuple[Path, Path]) -> None:
    result = run(*runs)
    assert result.exit_code == 0, result.stderr
    for words in (
        "standard, PCK@0.1 per image (mean over pairs), <=",
        "100.0 -> 75.0 %, -25.0 points",
        "p-value",
        "0 gained, 1 lost",
        "Lost most",
    ):
        assert words in result.stdout
    assert "Gained most" not in result.stdout


def test_json_alone_goes_to_stdout(runs: tuple[Path, Path]) -> None:
    document = json.loads(run(*runs, "--json").stdout)
    assert document["pck"] == {"before": 1.0, "after": 0.75, "change": -0.25}


@pytest.mark.parametrize(("tolerance", "code"), [("0.3", 0), ("0.25", 0), ("0.2", 3), ("0", 3)])
def test_it_ends_with_3_past_the_tolerance(
    runs: tuple[Path, Path], tolerance: str, code: int
) -> None:
    result = run(*runs, "--tolerance", tolerance)
    assert result.exit_code == code
    assert ("fell by 25.00 points" in result.stderr) == (code == 3)


def test_a_gain_never_fails(runs: tuple[Path, Path]) -> None:
    assert run(*runs[::-1], "--tolerance", "0").exit_code == 0


def test_alpha_can_be_chosen(runs: tuple[Path, Path]) -> None:
    document = json.loads(run(*runs, "--alpha", "0.3", "--json").stdout)
    assert document["alpha"] == 0.3
    assert document["pck"]["change"] == 0.0


def test_the_report_shows_photos_that_are_found(runs: tuple[Path, Path], tmp_path: Path) -> None:
    for index in range(3):
        Image.new("RGB", (100, 80), (60 * index, 90, 120)).save(tmp_path / f"{index}.png")
    folder = tmp_path / "diff"
    result = run(*runs, "--out", folder, "--data-root", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert "index.html" in result.stderr
    pictures = {path.name for path in (folder / "figures").glob("*.jpg")}
    assert pictures == {"worse-1-before.jpg", "worse-1-after.jpg"}
    assert run(*runs, "--out", folder).exit_code == 1
    assert run(*runs, "--out", folder, "--force").exit_code == 0
    assert "were not found" in (folder / "report.md").read_text()


def test_a_missing_pair_is_named(runs: tuple[Path, Path], tmp_path: Path) -> None:
    short = predictions(tmp_path / "short.jsonl", "short", 0 * OFF)
    result = run(runs[0], short)
    assert result.exit_code == 1
    assert "the run of short lacks pair pair 1" in result.stderr
    assert "Hint:" in result.stderr


@pytest.mark.parametrize("content", ["", "{}\n", "not json\n"])
def test_other_files_are_refused(runs: tuple[Path, Path], tmp_path: Path, content: str) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(content)
    result = run(runs[0], other)
    assert result.exit_code == 1
    assert "other.jsonl" in result.stderr


def test_a_missing_file_is_named(runs: tuple[Path, Path]) -> None:
    result = run(runs[0], runs[0].with_name("godo.jsonl"))
    assert result.exit_code == 1
    assert "good.jsonl" in result.stderr  # the close name


@pytest.mark.parametrize(
    "option", [("--alpha", "0"), ("--alpha", "nan"), ("--tolerance", "2"), ("--tolerance", "-1")]
)
def test_impossible_numbers_are_a_wrong_command_line(
    runs: tuple[Path, Path], option: tuple[str, str]
) -> None:
    assert run(*runs, *option).exit_code == 2


def test_a_limited_run_is_marked(tmp_path: Path) -> None:
    paths = [predictions(tmp_path / f"{name}.jsonl", name, 0 * OFF, limited=True) for name in "ab"]
    assert "Not comparable" in run(*paths).stdout


def test_photos_of_a_fetched_data_set_are_found_by_its_name(
    runs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "data" / "animals" / "JPEGImages"
    photos.mkdir(parents=True)
    for index in range(3):
        Image.new("RGB", (100, 80)).save(photos / f"{index}.png")
    monkeypatch.setenv("SEMIMATCH_DATA", str(tmp_path / "data"))
    assert run(*runs, "--out", tmp_path / "diff").exit_code == 0
    assert (tmp_path / "diff" / "figures" / "worse-1-before.jpg").is_file()
