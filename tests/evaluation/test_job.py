"""Jobs: headers, resuming, what is broken, samples, and the running PCK."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from semimatch_cli.datasets.pair import PairSet
from semimatch_cli.evaluation.job import Job, RunningPck, run, summarize_all
from semimatch_cli.evaluation.pck import pck
from semimatch_cli.evaluation.protocols import PROTOCOLS
from semimatch_cli.evaluation.records import read_records
from semimatch_cli.evaluation.sampling import photo_root, sample, with_few_dense
from semimatch_cli.evaluation.shards import Shard
from tests.evaluation.small import every_pair, matcher, pair_of, write_photos

STANDARD = PROTOCOLS["standard"]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(every_pair(write_photos(tmp_path, 5)), STANDARD)


def test_records_come_in_the_order_of_the_set(job: Job) -> None:
    outcome = run(matcher(), job, job.header("small", "a"))
    assert [record.pair for record in outcome.records] == [pair.id for pair in job.pair_set.pairs]
    assert outcome.broken == {}


def test_a_killed_run_goes_on_and_ends_like_an_uninterrupted_one(job: Job, tmp_path: Path) -> None:
    header = job.header("small", "a")
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    expected = run(matcher(), job, header, save=whole)

    class Killed(BaseException):
        pass

    def until_killed(steps, total, done):  # type: ignore[no-untyped-def]
        yield from islice(steps, 7)
        raise Killed

    with pytest.raises(Killed):
        run(matcher(), job, header, save=cut, progress=until_killed)
    assert len(read_records(cut)[1]) == 7
    left: list[tuple[int, int]] = []

    def counting(steps, total, done):  # type: ignore[no-untyped-def]
        left.append((total, done))
        return steps

    outcome = run(matcher(), job, header, save=cut, progress=counting)
    assert left == [(13, 7)]
    assert [record.pair for record in outcome.records] == [r.pair for r in expected.records]
    assert cut.read_text() == whole.read_text()


def test_the_saved_file_holds_the_very_records_of_the_run(job: Job, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    outcome = run(matcher(), job, job.header("small", "a"), save=path)
    header, records = read_records(path)
    assert header == outcome.header
    for found, read in zip(outcome.records, records, strict=True):
        np.testing.assert_array_equal(found.found, read.found)


def test_broken_pairs_are_collected_with_their_reason_and_tried_again(
    job: Job, tmp_path: Path
) -> None:
    path, photo = tmp_path / "run.jsonl", tmp_path / "03.png"
    content = photo.read_bytes()
    photo.unlink()
    header = job.header("small", "a")
    outcome = run(matcher(), job, header, save=path)
    assert len(outcome.broken) == 8
    assert len(outcome.records) == 12
    assert all("03.png" in reason for reason in outcome.broken.values())
    photo.write_bytes(content)
    assert len(run(matcher(), job, header, save=path).records) == 20


def test_a_header_tells_another_list_of_pairs(job: Job) -> None:
    fewer = replace(job, pair_set=sample(job.pair_set, 10), limited=True)
    assert fewer.header("small", "a").pairs_sha256 != job.header("small", "a").pairs_sha256
    assert fewer.header("small", "a").limited


def test_floors_are_measured_on_the_pairs_that_were_answered(job: Job, tmp_path: Path) -> None:
    (tmp_path / "03.png").unlink()
    outcome = run(matcher(), job, job.header("small", "a"))
    summary = summarize_all(job, [outcome])
    assert [floor.header.weights for floor in summary.floors] == ["identity", "box map"]
    assert {one.pairs for one in (*summary.results, *summary.floors)} == {12}


def test_a_sample_is_spread_over_the_list_and_never_longer(job: Job) -> None:
    ids = [pair.id for pair in job.pair_set.pairs]
    assert [pair.id for pair in sample(job.pair_set, 4).pairs] == [ids[0], ids[5], ids[10], ids[15]]
    assert sample(job.pair_set, 20) is job.pair_set
    assert sample(job.pair_set, 99) is job.pair_set


def test_dense_truth_beside_keypoints_is_thinned_and_noted() -> None:
    def truth() -> np.ndarray:  # type: ignore[type-arg]
        return np.zeros((48, 64, 2), np.float32)

    pairs = [
        replace(pair_of(Path(f"{number}.png"), Path("x.png")), dense_truth=truth)
        for number in range(10)
    ]
    bare = {"source_keypoints": np.empty((0, 2)), "target_keypoints": np.empty((0, 2))}
    pairs.append(replace(pairs[0], id="bare", keypoint_ids=(), keypoint_names=(), **bare))
    thinned = with_few_dense(PairSet("blocks", "test", tuple(pairs), "box"), 3)
    dense = [row for row, pair in enumerate(thinned.pairs) if pair.dense_truth]
    assert dense == [0, 3, 6, 10]
    assert "3 of 10 pairs" in thinned.notes[0]


def test_the_root_is_the_deepest_folder_of_all_photos() -> None:
    pairs = (
        pair_of(Path("/d/cat/a.png"), Path("/d/cat/b.png")),
        pair_of(Path("/d/c.png"), Path("/d/cow/d.png")),
    )
    assert photo_root(PairSet("blocks", "test", pairs, "box")) == Path("/d")


def test_the_running_pck_ends_at_the_pck_of_the_run(job: Job) -> None:
    running = RunningPck(0.3)
    assert running.share is None
    outcome = run(matcher(), job, job.header("small", "a"))
    for record in outcome.records:
        running.add(record)
    assert running.share == pytest.approx(pck(outcome.records, [0.3]).per_image[0])


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_share_out_every_item_once_and_in_order(count: int) -> None:
    items = list(range(20))
    parts = [Shard(rank, count).part(items) for rank in range(count)]
    assert [item for part in parts for item in part] == items
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
