"""The report tells protocol, weights and machine beside its numbers, and shows the pairs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answers import record
from PIL import Image

from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.document import Document, Facts, Remark, Table
from semimatch_cli.evaluation.records import DenseCount, PairRecord, RunHeader
from semimatch_cli.evaluation.report import report_document, write_report
from semimatch_cli.evaluation.summary import EvalResult, summarize

HEADER = RunHeader("animals", "test", "standard", "tiny", "ab" * 32, 9, "cd" * 32, False, "0.1.0")
SIZE = (170, 100)
ERRORS = [[1, 50], [50, 50], [1, 1], [1, 30], [50, 1], [3, 3], [80, 80], [1, 2], [50, 9]]


def small(errors: list[float], **fields: object) -> PairRecord:
    """A record for photos of `SIZE`; errors are given in percent of the threshold."""
    one = record(errors, **fields)
    points = {name: getattr(one, name) / 10.0 for name in ("asked", "true", "found")}
    return replace(one, threshold=10.0, **points)


def records(shift: float = 0.0) -> list[PairRecord]:
    return [
        small(
            [error + shift for error in errors],
            pair=f"pair {index}",
            category=("cat", "dog", "cow")[index % 3],
            source=f"{index}.png",
            target=f"{index + 1}.png",
            scores=[0.2, 0.9],
            attributes={"viewpoint": index % 2},
        )
        for index, errors in enumerate(ERRORS)
    ]


def pair_set(folder: Path, *, photos: bool = True) -> PairSet:
    """The photos of `records`: keypoints lie at (50, 30) and (150, 30)."""
    if photos:
        for index in range(len(ERRORS) + 1):
            Image.new("RGB", SIZE, (40 * index % 255, 120, 90)).save(folder / f"{index}.png")
    points = np.array([(50.0, 30.0), (150.0, 30.0)])
    pairs = tuple(
        Pair(
            one.pair,
            folder / one.source,
            folder / one.target,
            points,
            points,
            one.keypoint_ids,
            one.keypoint_names,
            one.category,
            SIZE,
            SIZE,
        )
        for one in records()
    )
    return PairSet("animals", "test", pairs, "box", notes=("2 pairs share no keypoint.",))


def result(weights: str = "tiny", shift: float = 0.0, **changes: object) -> EvalResult:
    header = replace(HEADER, weights=weights, **changes)
    return summarize(header, records(shift), alphas=(0.05, 0.1), threshold="box")


FLOOR = result("identity", 25.0, weights_sha256="")


def document(folder: Path, *results: EvalResult, photos: bool = False) -> Document:
    chosen = results or (result(),)
    answers = [records() for _ in chosen]
    return report_document(chosen, answers, pair_set(folder, photos=photos), floors=[FLOOR])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The report of one run, with pictures."""
    return document(tmp_path_factory.mktemp("photos"), photos=True)


def facts(report: Document) -> dict[str, str]:
    blocks = [block for section in report.sections for block in section.blocks]
    return {key: text for block in blocks if isinstance(block, Facts) for key, text in block.rows}


def test_the_folder_holds_a_page_markdown_and_the_figures_both_name_and_always_the_same_bytes(
    tmp_path: Path,
) -> None:
    pairs = pair_set(tmp_path)
    page, again = (
        write_report(
            tmp_path / name / "report", [result()], {"tiny": records()}, pairs, floors=[FLOOR]
        )
        for name in ("new", "same")
    )
    assert page == tmp_path / "new" / "report" / "index.html"
    assert page.read_bytes() == again.read_bytes()
    text = (page.parent / "report.md").read_text()
    figures = sorted(path.name for path in (page.parent / "figures").iterdir())
    assert {"pck.svg", "by-category.svg", "reliability.svg", "risk-coverage.svg"} <= set(figures)
    assert all(f"(figures/{name})" in text for name in figures)
    assert not list(page.parent.parent.glob(".*"))


def test_protocol_weights_and_machine_stand_in_it(plain: Document) -> None:
    told = facts(plain)
    assert told["right if"] == "error <= alpha x longer side of the target box"
    assert "source to target, original pixels" in told["protocol"]
    assert told["sha256 of tiny"] == "ab" * 32
    assert "seed 0" in told["interval"]
    assert "torch" in told["libraries"]
    assert told["semimatch"]


def test_several_weights_stand_side_by_side(tmp_path: Path) -> None:
    report = document(tmp_path, result(), result("large", 5.0), photos=True)
    assert report.title == "tiny, large on animals"
    assert {"sha256 of tiny", "sha256 of large"} <= facts(report).keys()
    titles = [section.title for section in report.sections]
    assert {"Pairs of tiny", "Pairs of large"} <= set(titles)
    names = [figure.name for figure in report.figures]
    assert len(names) == len(set(names))


def test_best_median_and_worst_pairs_are_drawn_and_none_twice(plain: Document) -> None:
    section = next(s for s in plain.sections if "Pairs" in s.title)
    captions = [figure.caption for figure in section.blocks]
    assert [caption.split(":")[0] for caption in captions] == [
        *("Best", "Best"),
        *("Median", "Median"),
        *("Worst", "Worst"),
    ]
    # Of pairs with the same share, the mean error decides.
    assert "pair 2, PCK@0.1 100.0 %" in captions[0]
    assert "pair 7, PCK@0.1 100.0 %" in captions[1]
    assert "pair 6, PCK@0.1 0.0 %" in captions[4]
    assert "pair 1, PCK@0.1 0.0 %" in captions[5]
    assert len({caption.split(":")[1] for caption in captions}) == 6


def test_one_pair_is_enough(tmp_path: Path) -> None:
    header = replace(HEADER, pairs=1)
    one = summarize(header, records()[:1], threshold="box")
    report = report_document([one], [records()[:1]], pair_set(tmp_path))
    section = next(s for s in report.sections if s.title == "Pairs of tiny")
    assert [figure.caption.split(":")[0] for figure in section.blocks] == ["Best"]


def test_missing_photos_leave_the_pictures_out(tmp_path: Path) -> None:
    titles = [section.title for section in document(tmp_path).sections]
    assert "Pairs of tiny" not in titles


def test_attributes_are_told_in_words_with_their_pairs(plain: Document) -> None:
    blocks = [block for section in plain.sections for block in section.blocks]
    table = next(b for b in blocks if isinstance(b, Table) and b.columns[0] == "attribute")
    assert [row[:2] for row in table.rows] == [["viewpoint: easy", "5"], ["viewpoint: medium", "4"]]


def test_a_limited_run_warns_before_its_numbers(tmp_path: Path) -> None:
    first = document(tmp_path, result(limited=True)).sections[0].blocks[0]
    assert isinstance(first, Remark)
    assert first.warning
    assert "Not comparable" in first.text


def test_notes_of_the_data_set_are_told(plain: Document) -> None:
    remarks = [b.text for s in plain.sections for b in s.blocks if type(b) is Remark]
    assert "2 pairs share no keypoint." in remarks


def test_dense_truth_alone_makes_a_report_too(tmp_path: Path) -> None:
    answers = [record([], pair="pair 0", dense=DenseCount(100, (5, 40, 80), 300.0))]
    one = summarize(replace(HEADER, pairs=1), answers, threshold="image")
    report = report_document([one], [answers], pair_set(tmp_path))
    assert [section.title for section in report.sections] == [
        "Result",
        "Protocol",
        "Machine and data",
    ]
    assert facts(report)["numbers"].startswith("share of pixels right")
    assert not report.figures


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(InputError):
            write_report(
                tmp_path,
                [result()],
                {"tiny": records()},
                pair_set(tmp_path, photos=False),
                force=force,
            )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_report_is_replaced_with_force_alone(tmp_path: Path) -> None:
    folder, pairs = tmp_path / "report", pair_set(tmp_path, photos=False)
    write_report(folder, [result()], {"tiny": records()}, pairs)
    (folder / "figures" / "old.svg").write_text("old")
    with pytest.raises(InputError, match="cannot write a report"):
        write_report(folder, [result()], {"tiny": records()}, pairs)
    write_report(folder, [result()], {"tiny": records()}, pairs, force=True)
    assert not (folder / "figures" / "old.svg").exists()


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    folder, pairs = tmp_path / "report", pair_set(tmp_path, photos=False)
    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(InputError, match="cannot write a report") as caught:
        write_report(folder, [result()], {"tiny": records()}, pairs)
    assert "free some space" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_the_page_names_no_folder_of_this_machine(tmp_path: Path) -> None:
    pairs = pair_set(tmp_path, photos=False)
    page = write_report(tmp_path / "r", [result()], {"tiny": records()}, pairs)
    assert str(tmp_path) not in page.read_text()
    assert json.dumps(str(tmp_path)) not in (page.parent / "report.md").read_text()
