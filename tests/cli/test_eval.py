"""`semimatch eval` as a person meets it: tables, JSON, files, refusals and exit codes."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from semimatch_cli.cli import app
from semimatch_cli.evaluation.records import read_records
from tests.evaluation.small import every_pair, write_pairs_file, write_photos, write_weights

OK, FOUND_WRONG, COMMAND_LINE, THRESHOLD = 0, 1, 2, 3


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """A folder `labels` with 20 pairs of 5 photos, and `small.safetensors` beside it."""
    folder = tmp_path / "labels"
    folder.mkdir()
    write_pairs_file(folder, every_pair(write_photos(folder, 5)))
    write_weights(tmp_path / "small.safetensors")
    return folder


def run(labels: Path, *args: str | Path) -> Result:
    weights = labels.parent / "small.safetensors"
    given = [] if "--weights" in args else ["--weights", weights]
    return CliRunner().invoke(app, ["eval", str(labels), *map(str, (*given, *args))])


def printed(labels: Path, *args: str | Path) -> dict[str, Any]:
    result = run(labels, *args, "--json", "-")
    assert result.exit_code == OK, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_the_table_names_protocol_weights_and_floors(labels: Path) -> None:
    result = run(labels)
    assert result.exit_code == OK, result.stderr
    for words in ("standard", "source to target", "longer side of the target box", "20 pairs"):
        assert words in result.stdout
    rows = [line.split("  ")[0] for line in result.stdout.splitlines()]
    assert {"identity", "box map", "block", "mean over categories"} <= set(rows)
    assert "small.safetensors (sha256 " in result.stdout


def test_json_on_stdout_is_whole_and_alone_and_tables_go_to_stderr(labels: Path) -> None:
    result = run(labels, "--json", "-")
    document = json.loads(result.stdout)
    assert document["schema"] == "semimatch.eval/1"
    assert document["dataset"] == "labels"
    assert document["protocol"]["name"] == "standard"
    assert document["pairs"] == 20
    assert document["broken"] == {}
    for share in document["pck"]["per_image"].values():
        assert 0 <= share <= 1
    assert set(document["pck"]) >= {"per_image", "per_point", "per_category"}
    assert set(document["floors"]) == {"identity", "box_map"}
    assert document["floors"]["box_map"]["pck"]["per_image"]["0.1"] == 1
    assert "box map" in result.stderr


def test_a_json_file_says_the_same_and_is_replaced_with_force_only(
    labels: Path, tmp_path: Path
) -> None:
    path = tmp_path / "numbers.json"
    path.write_text("mine")
    refused = run(labels, "--json", path)
    assert refused.exit_code == FOUND_WRONG
    assert "--force" in refused.stderr
    assert path.read_text() == "mine"
    result = run(labels, "--json", path, "--force")
    assert result.exit_code == OK
    assert "box map" in result.stdout
    assert json.loads(path.read_text()) == printed(labels)


def test_alphas_are_those_asked_for_in_rising_order(labels: Path) -> None:
    document = printed(labels, "--alpha", "0.3,0.02", "--alpha", "0.1")
    assert list(document["pck"]["per_image"]) == ["0.02", "0.1", "0.3"]


def test_the_cats_protocol_is_marked_where_a_network_has_no_grid(labels: Path) -> None:
    document = printed(labels, "--protocol", "cats")
    assert document["protocol"]["name"] == "cats (own read-out)"
    assert document["protocol"]["direction"] == "target to source"


def test_several_weights_stand_side_by_side(labels: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "small.safetensors", write_weights(tmp_path / "other.safetensors")
    saved = tmp_path / "run.jsonl"
    result = run(
        labels, "--weights", f"{first},{second}", "--json", "-", "--save-predictions", saved
    )
    assert result.exit_code == OK, result.stderr
    results = json.loads(result.stdout)["results"]
    assert [one["weights"]["name"] for one in results] == [str(first), str(second)]
    assert results[0]["pck"] == results[1]["pck"]
    assert len(list(tmp_path.glob("run-*.jsonl"))) == 2


def test_a_limited_run_is_marked_not_comparable(labels: Path) -> None:
    result = run(labels, "--limit", "6")
    assert "Not comparable" in result.stdout
    document = printed(labels, "--limit", "6")
    assert document["limited"]
    assert document["pairs"] == 6
    assert "Not comparable" not in run(labels, "--limit", "20").stdout


@pytest.mark.parametrize(("least", "code"), [("0", OK), ("1", THRESHOLD)])
def test_a_threshold_that_is_not_met_exits_with_three(labels: Path, least: str, code: int) -> None:
    result = run(labels, "--min-pck", least, "--alpha", "0.01")
    assert result.exit_code == code
    assert ("below the 100 % asked for" in result.stderr) == (code == THRESHOLD)


def test_predictions_are_saved_and_a_second_run_asks_nothing_again(
    labels: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "run.jsonl"
    first = run(labels, "--save-predictions", saved)
    header, records = read_records(saved)
    assert (header.pairs, len(records), header.limited) == (20, 20, False)
    assert records[0].source in {f"{number:02}.png" for number in range(5)}
    for photo in labels.glob("*.png"):
        photo.write_bytes(b"not read any more")
    second = run(labels, "--save-predictions", saved)
    assert second.exit_code == OK, second.stderr
    assert "20 of 20 pairs are there already" in second.stderr
    assert second.stdout == first.stdout


def test_predictions_of_another_run_are_refused(labels: Path, tmp_path: Path) -> None:
    saved = tmp_path / "run.jsonl"
    assert run(labels, "--save-predictions", saved).exit_code == OK
    before = saved.read_bytes()
    result = run(labels, "--save-predictions", saved, "--protocol", "cats")
    assert result.exit_code == FOUND_WRONG
    assert "protocol standard, this run cats" in result.stderr
    assert saved.read_bytes() == before


def test_a_broken_photo_is_named_counted_and_fails_the_run_at_its_end(labels: Path) -> None:
    (labels / "02.png").write_bytes(b"no photo")
    result = run(labels)
    assert result.exit_code == FOUND_WRONG
    assert result.stderr.count("02.png") == 1
    assert "and 7 more" in result.stderr
    assert "8 of 20 pairs could not be measured" in result.stderr
    assert "12 pairs" in result.stdout
    skipped = run(labels, "--skip-broken", "--json", "-")
    assert skipped.exit_code == OK
    assert "02.png" in skipped.stderr
    document = json.loads(skipped.stdout)
    assert (document["pairs"], document["pairs_missing"], len(document["broken"])) == (12, 8, 8)


def test_when_every_photo_is_broken_skipping_does_not_help(labels: Path) -> None:
    for photo in labels.glob("*.png"):
        photo.unlink()
    result = run(labels, "--skip-broken")
    assert result.exit_code == FOUND_WRONG
    assert "20 of 20 pairs could not be measured" in result.stderr


def test_a_report_is_written_beside_the_table(labels: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    result = run(labels, "--report", folder, "--limit", "6")
    assert result.exit_code == OK, result.stderr
    assert "small.safetensors" in (folder / "index.html").read_text(encoding="utf-8")
    again = run(labels, "--report", folder)
    assert again.exit_code == FOUND_WRONG
    assert "--force" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--weights", "nonet"], COMMAND_LINE, "nonet"),
        (["--protocol", "best"], COMMAND_LINE, "standard"),
        (["--alpha", "0"], COMMAND_LINE, "above 0"),
        (["--alpha", "5"], COMMAND_LINE, "at most 1"),
        (["--alpha", "nan"], COMMAND_LINE, "above 0"),
        (["--alpha", "x"], COMMAND_LINE, "--alpha"),
        (["--min-pck", "40"], COMMAND_LINE, ""),
        (["--limit", "0"], COMMAND_LINE, ""),
        (["--cache-mb", "0"], COMMAND_LINE, ""),
        (["--device", "gpu7"], COMMAND_LINE, "gpu7"),
        (["--split", "evening"], COMMAND_LINE, "evening"),
        (["--save-predictions", "run.txt"], FOUND_WRONG, "run.jsonl"),
        (["--json", "none/numbers.json"], FOUND_WRONG, "none"),
    ],
)
def test_what_is_wrong_is_told_with_the_right_code(
    labels: Path, arguments: list[str], code: int, words: str
) -> None:
    result = run(labels, *arguments)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_an_unknown_data_set_names_the_known_ones() -> None:
    result = CliRunner().invoke(app, ["eval", "spare"])
    assert result.exit_code == COMMAND_LINE
    assert "pf-willow" in result.stderr


def test_a_wrong_data_root_says_what_was_looked_for_and_where(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "spair", "--data-root", str(tmp_path)])
    assert result.exit_code == FOUND_WRONG
    assert str(tmp_path) in result.stderr
    assert "PairAnnotation" in result.stderr


def test_two_processes_give_the_table_of_one_on_the_first_only(
    labels: Path, tmp_path: Path
) -> None:
    alone = run(labels, "--save-predictions", tmp_path / "one.jsonl")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = ["eval", labels, "--weights", tmp_path / "small.safetensors"]
    command += ["--save-predictions", tmp_path / "two.jsonl"]
    processes = []
    for rank in ("0", "1"):  # what torchrun tells its processes
        told = {"RANK": rank, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "semimatch_cli", *map(str, command)],
                env={**os.environ, **told},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    (first, complaint), (second, _) = (process.communicate(timeout=60) for process in processes)
    assert processes[0].returncode == processes[1].returncode == OK, complaint
    assert first == alone.stdout
    assert second == ""
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    assert not list(tmp_path.glob("*.rank*"))
