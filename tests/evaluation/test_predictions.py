"""PredictionLog: readable whenever it is cut, continued only by the same run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.predictions import PredictionLog
from semimatch_cli.evaluation.records import PairRecord, RunHeader, read_records

HEADER = RunHeader("cars", "test", "standard", "tiny", "a" * 64, 3, "b" * 64, False, "0.1.0")


def record(pair: str) -> PairRecord:
    points = np.array([[1.0, 2.0], [3.0, 4.0]])
    true = np.array([[1.5, 2.0], [np.nan, np.nan]])
    names = ("nose", "")
    return PairRecord(
        pair, "car", "a.jpg", "b.jpg", ("1", "2"), names, points, true, points, np.ones(2), 10.0
    )


def write(path: Path, *pairs: str, header: RunHeader = HEADER, rank: int = 0) -> None:
    with PredictionLog(path, header, rank=rank) as log:
        for pair in pairs:
            log.append(record(pair))


def pairs_of(path: Path) -> list[str]:
    return [found.pair for found in read_records(path)[1]]


def test_what_was_appended_is_read_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, "x", "y")
    with PredictionLog(path, HEADER) as log:
        assert sorted(log.done) == ["x", "y"]
        np.testing.assert_array_equal(log.done["x"].true, record("x").true)
        log.append(record("z"))
    assert pairs_of(path) == ["x", "y", "z"]


def test_each_record_is_on_the_disk_before_the_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with PredictionLog(path, HEADER) as log:
        assert pairs_of(path) == []
        log.append(record("x"))
        assert pairs_of(path) == ["x"]


def test_a_file_that_lacks_its_last_newline_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, "x", "y")
    path.write_bytes(path.read_bytes()[:-1])
    write(path, "z")
    assert pairs_of(path) == ["x", "y", "z"]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_anywhere_in_its_last_record_loses_only_that_one(
    tmp_path: Path, share: float
) -> None:
    path = tmp_path / "run.jsonl"
    write(path, "x", "y")
    content = path.read_bytes()
    last = content.rfind(b"\n", 0, -1) + 1
    path.write_bytes(content[: last + int((len(content) - last) * share)])
    with PredictionLog(path, HEADER) as log:
        assert list(log.done) == ["x"]
        log.append(record("y"))
    assert pairs_of(path) == ["x", "y"]


def test_a_finished_file_is_in_the_order_given(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with PredictionLog(path, HEADER) as log:
        for pair in "zyx":
            log.append(record(pair))
        log.finish([record(pair) for pair in "xyz"])
    assert pairs_of(path) == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"dataset": "birds"}, "dataset cars, this run birds"),
        ({"split": "val"}, "split test, this run val"),
        ({"protocol": "cats"}, "protocol standard, this run cats"),
        ({"weights_sha256": "c" * 64}, "aaaaaaaaaaaa, this run cccccccccccc"),
        ({"pairs_sha256": "c" * 64}, "pairs sha256 bbbbbbbbbbbb, this run cccccccccccc"),
    ],
)
def test_another_run_is_refused_with_the_difference_and_the_file_left_alone(
    tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    path = tmp_path / "run.jsonl"
    write(path, "x")
    before = path.read_bytes()
    with pytest.raises(InputError) as raised:
        PredictionLog(path, replace(HEADER, **changed))  # type: ignore[arg-type]
    assert words in raised.value.why
    assert path.read_bytes() == before


def test_a_name_of_the_weights_alone_makes_no_other_run(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, "x")
    write(path, "y", header=replace(HEADER, weights="tiny.safetensors"))
    assert pairs_of(path) == ["x", "y"]


def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text('{"mine": 1}\n')
    with pytest.raises(InputError, match="cannot read predictions"):
        PredictionLog(path, HEADER)
    assert path.read_text() == '{"mine": 1}\n'


@pytest.mark.parametrize("name", ["run.json", "run"])
def test_another_suffix_is_refused_with_the_right_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as raised:
        PredictionLog(tmp_path / name, HEADER)
    assert str(tmp_path / "run.jsonl") in raised.value.hint


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        PredictionLog(tmp_path / "none" / "run.jsonl", HEADER)


def test_parts_of_other_processes_count_as_done_and_are_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, "x")
    write(path, "y", rank=1)
    write(path, "z", rank=2)
    assert pairs_of(path) == ["x"]
    with PredictionLog(path, HEADER) as log:
        assert sorted(log.done) == ["x", "y", "z"]
        log.finish([log.done[pair] for pair in "xyz"])
    assert [file.name for file in tmp_path.iterdir()] == ["run.jsonl"]
    assert pairs_of(path) == ["x", "y", "z"]
