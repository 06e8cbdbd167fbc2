"""Tables are aligned text where there is no terminal, and always stand below their protocol."""

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from semimatch_cli.cli.table import print_facts, print_results, print_table
from semimatch_cli.evaluation.document import Table
from semimatch_cli.evaluation.records import DenseCount, PairRecord, RunHeader
from semimatch_cli.evaluation.summary import EvalResult, summarize

HEADER = RunHeader("animals", "test", "standard", "tiny", "ab" * 32, 2, "cd" * 32, False, "0.1.0")
TABLE = Table(
    ("category", "before", "after"),
    (("cat", "5.0", "100.0"), ("[bold]dog", "12.5", "-")),
    strong=frozenset([0]),
    muted=frozenset([1]),
)


class Terminal(io.StringIO):
    """Pretends to be a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def answers(errors: Sequence[float], category: str, **changes: object) -> PairRecord:
    places = np.arange(len(errors))[:, None] * [1000.0, 0.0]
    fields: dict[str, object] = {
        "keypoint_ids": tuple(map(str, range(len(errors)))),
        "keypoint_names": ("",) * len(errors),
        "asked": places,
        "true": places,
        "found": places + np.asarray(errors, dtype=float)[:, None] * [1.0, 0.0],
        "scores": np.full(len(errors), 0.5),
        "threshold": 100.0,
    }
    return PairRecord(
        category, category, f"{category}1.jpg", f"{category}2.jpg", **fields, **changes
    )


def result(weights: str = "tiny", error: float = 3.0, **changes: object) -> EvalResult:
    records = [
        replace(answers([error, 20.0], "a"), category="cat"),
        replace(answers([error] * 3, "b"), category="dog"),
    ]
    header = replace(HEADER, weights=weights, **changes)
    return summarize(header, records, alphas=(0.05, 0.1), threshold="box")


def written(*results: EvalResult, floors: Sequence[EvalResult] = ()) -> str:
    file = io.StringIO()
    print_results(results, floors=floors, file=file)
    return file.getvalue()


def row(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(name))


def test_numbers_stand_below_one_another_at_the_right() -> None:
    file = io.StringIO()
    print_table(TABLE, title="Change", file=file)
    assert file.getvalue().splitlines() == [
        "",
        "Change",
        "category   before  after",
        "cat           5.0  100.0",
        "[bold]dog    12.5      -",
    ]


def test_a_terminal_gets_a_ruled_table_with_names_letter_for_letter() -> None:
    file = Terminal()
    print_table(TABLE, file=file)
    assert "─" in file.getvalue()
    assert "[bold]dog" in file.getvalue()


def test_a_narrow_terminal_folds_names_and_never_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    file = Terminal()
    name = "a-long-name-of-some-weights-file"
    print_table(Table(("weights", "@0.05", "95 % @0.1"), ((name, "12.5", "10.0-15.0"),)), file=file)
    assert "10.0-15.0" in file.getvalue()
    assert name not in file.getvalue()
    assert "a-long-name-" in file.getvalue()


def test_facts_stand_in_two_columns() -> None:
    file = io.StringIO()
    print_facts([("data", "animals"), ("protocol", "standard")], file=file)
    assert file.getvalue() == "data      animals\nprotocol  standard\n"


def test_the_protocol_stands_above_the_numbers() -> None:
    text = written(result())
    assert text.index("standard: source to target, original pixels") < text.index("PCK\n")
    for words in (
        "animals, split test, 2 pairs, 5 keypoints",
        "error <= alpha x longer side of the target box",
        "per image (mean over pairs)",
        "95 %, 1000 resamples of the photos, seed 0",
        "tiny (sha256 abababababab)",
    ):
        assert words in text


def test_numbers_are_percent_per_image_with_one_decimal() -> None:
    cells = row(written(result()), "tiny  ")
    assert cells[:3] == ["tiny", "75.0", "75.0"]
    assert cells[4] == "80.0"  # per point


def test_weights_stand_side_by_side_and_floors_below_them() -> None:
    text = written(result(), result("large", 1.0), floors=[result("identity", 50.0)])
    assert row(text, "category") == ["category", "tiny", "large", "identity"]
    assert row(text, "cat ") == ["cat", "50.0", "50.0", "0.0"]
    assert row(text, "dog") == ["dog", "100.0", "100.0", "0.0"]
    assert row(text, "mean over") == ["mean", "over", "categories", "75.0", "75.0", "0.0"]
    lines = [line.split()[0] for line in text.split("\nPCK\n")[1].splitlines()[1:4]]
    assert lines == ["tiny", "large", "identity"]


def test_a_limited_run_is_marked() -> None:
    assert "Not comparable" in written(result(limited=True))
    assert "Not comparable" not in written(result())


def test_pairs_that_could_not_be_asked_are_counted() -> None:
    assert "3 pairs broken and left out" in written(result(pairs=5))


def test_dense_truth_has_a_table_of_its_own() -> None:
    records = [answers([], "car", dense=DenseCount(200, (10, 100, 150), 900.0))]
    dense = summarize(replace(HEADER, pairs=1), records, threshold="image")
    text = written(dense)
    assert row(text, "tiny  ") == ["tiny", "5.0", "50.0", "75.0", "4.5"]
    assert row(text, "car") == ["car", "50.0"]
    assert "\nPCK\n" not in text


def test_the_corrected_threshold_stands_beside_the_lenient_one() -> None:
    header = replace(HEADER, protocol="cats")
    records = [replace(answers([3.0, 20.0], "a"), threshold=1100.0)]
    lenient = summarize(header, records, alphas=(0.01,), threshold="extent")
    text = written(lenient)
    assert row(text, "tiny  ")[1] == "50.0"
    assert row(text, "tiny, corrected")[3] == "50.0"
