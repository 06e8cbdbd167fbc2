"""The result of a run and its JSON."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from semimatch_cli.errors import ArgumentError
from semimatch_cli.evaluation.records import (
    DenseCount,
    PairRecord,
    RunHeader,
    header_to_json,
    read_records,
    record_to_json,
)
from semimatch_cli.evaluation.summary import summarize
from tests.evaluation.answers import NAN, points, record, records

HEADER = RunHeader(
    dataset="spair",
    split="test",
    protocol="standard",
    weights="tiny",
    weights_sha256="ab" * 32,
    pairs=4,
    pairs_sha256="cd" * 32,
    limited=True,
    version="0.1.0",
)


def a_run() -> list[PairRecord]:
    return [
        record([5, 50], pair="1", attributes={"viewpoint": 1}),
        record([5], pair="2", category="dog", source="c.jpg"),
        record([NAN], pair="3", dense=DenseCount(10, (1, 5, 10), 20.0)),
    ]


def test_the_json_says_what_was_measured_and_how() -> None:
    written = json.loads(json.dumps(summarize(HEADER, a_run()).to_dict(), allow_nan=False))
    assert written["schema"] == "semimatch.eval/1"
    assert (written["dataset"], written["split"]) == ("spair", "test")
    assert written["weights"] == {"name": "tiny", "sha256": "ab" * 32}
    assert written["limited"] is True
    assert (written["pairs"], written["pairs_missing"], written["excluded"]) == (3, 1, 1)
    assert written["keypoints"] == 3
    assert written["protocol"]["name"] == "standard"
    assert written["protocol"]["direction"] == "source to target"
    assert written["protocol"]["comparison"] == "<="


def test_the_json_holds_every_pck() -> None:
    written = summarize(HEADER, a_run(), alphas=[0.1, 0.01]).to_dict()
    assert written["pck"] == {
        "per_image": {"0.1": 0.75, "0.01": 0.0},
        "per_point": {"0.1": 0.666667, "0.01": 0.0},
        "per_category": {"cat": {"0.1": 0.5, "0.01": 0.0}, "dog": {"0.1": 1.0, "0.01": 0.0}},
        "mean_over_categories": {"0.1": 0.75, "0.01": 0.0},
    }
    low, high = written["interval"]["per_image"]["0.1"]
    assert 0 <= low <= 0.75 <= high <= 1
    assert written["by_attribute"] == {
        "viewpoint": {"1": {"pairs": 1, "per_image": {"0.1": 0.5, "0.01": 0.0}}}
    }
    assert written["dense"]["per_image"] == {"0.01": 0.1, "0.05": 0.5, "0.1": 1.0}
    assert written["dense"]["end_point_error"] == 2.0


def test_the_json_tells_the_kinds_of_error_apart() -> None:
    # Both are within 10 pixels, but the first lies nearer to the other eye, and its own confidence
    # is below that of an answer for a tail that is not there.
    run = [
        record(
            [0, 0, NAN],
            true=points((0, 0), (8, 0), (NAN, NAN)),
            found=points((5, 0), (8, 0), (0, 0)),
            keypoint_names=("left_eye", "right_eye", "tail"),
            scores=[0.2, 0.9, 0.5],
        )
    ]
    written = summarize(HEADER, run, alphas=[0.1]).to_dict()
    assert written["pck"]["per_image"] == {"0.1": 1.0}
    assert written["pck_dagger"]["per_image"] == {"0.1": 0.5}
    assert written["left_right_confusion"] == {"share": 0.5, "keypoints": 2}
    assert written["kap"]["per_point"] == {"0.1": round((1 + 2 / 3) / 2, 6)}
    assert written["risk_coverage"]["area"] == 0.0
    assert written["calibration"]["correct_at"] == 0.1


def test_without_alphas_those_of_the_protocol_are_taken() -> None:
    assert summarize(HEADER, a_run()).alphas == (0.01, 0.05, 0.1, 0.15)
    assert summarize(replace(HEADER, protocol="cats"), a_run()).alphas == (0.05, 0.1, 0.15)


@pytest.mark.parametrize("nothing", [[], [record([NAN, NAN])]])
def test_what_could_not_be_measured_is_null_and_every_key_is_there(
    nothing: list[PairRecord],
) -> None:
    full = summarize(HEADER, a_run(), alphas=[0.1]).to_dict()
    empty = summarize(HEADER, nothing, alphas=[0.1]).to_dict()
    assert empty.keys() == full.keys()
    assert empty["pck"]["per_image"] == {"0.1": None}
    assert empty["interval"]["per_image"] == {"0.1": None}
    assert empty["kap"]["per_point"] == {"0.1": None}
    for name in ("by_attribute", "left_right_confusion", "dense", "pck_corrected"):
        assert empty[name] is None
    json.dumps(empty, allow_nan=False)


def test_cats_reports_the_corrected_extent_beside_its_own() -> None:
    # The keypoints span 40 pixels but reach to x = 140: the length of `cats` is 141.
    true = points((100, 30), (140, 30))
    run = [record([0, 0], true=true, found=true + points((10, 0)), threshold=141.0)]
    header = replace(HEADER, protocol="cats")
    written = summarize(header, run, alphas=[0.1], threshold="extent").to_dict()
    assert written["pck"]["per_image"] == {"0.1": 1.0}
    assert written["pck_corrected"]["per_image"] == {"0.1": 0.0}
    assert written["protocol"]["threshold"] == "largest coordinate of the source keypoints + 1"
    assert summarize(header, run, threshold="box").pck_corrected is None
    assert summarize(HEADER, run, threshold="extent").pck_corrected is None


def test_the_threshold_stands_in_the_protocol_where_it_is_known() -> None:
    known = summarize(HEADER, a_run(), threshold="box").to_dict()
    assert known["protocol"]["threshold"] == "longer side of the target box"
    assert summarize(HEADER, a_run()).to_dict()["protocol"]["threshold"] is None


def test_a_protocol_that_there_is_not_is_refused() -> None:
    with pytest.raises(ArgumentError, match="'catz'"):
        summarize(replace(HEADER, protocol="catz"), a_run())


def test_saved_predictions_give_the_numbers_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    lines = [header_to_json(HEADER), *map(record_to_json, a_run())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    header, saved = read_records(path)
    assert summarize(header, saved).to_dict() == summarize(HEADER, a_run()).to_dict()


@given(records())
@settings(max_examples=25, deadline=None)
def test_every_share_of_the_json_is_in_range(made: list[PairRecord]) -> None:
    written = summarize(HEADER, made, alphas=[0.1]).to_dict()
    sections = ("pck", "pck_dagger", "kap", "left_right_confusion", "calibration", "risk_coverage")
    numbers = [value for name in sections for value in _numbers(written[name], skip="keypoints")]
    assert np.all(np.isfinite(numbers))
    assert all(0 <= number <= 1 for number in numbers)


def _numbers(value: object, *, skip: str) -> list[float]:
    """Return every number of a nested JSON value but counts."""
    if isinstance(value, dict):
        inner = [item for key, item in value.items() if key not in (skip, "count")]
        return [number for item in inner for number in _numbers(item, skip=skip)]
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item, skip=skip)]
    return [] if value is None else [float(value)]
