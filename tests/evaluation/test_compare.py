"""A comparison names what changed, in which category and pair, and refuses what it cannot judge."""

import json
from dataclasses import replace

import pytest
from answers import NAN, record
from hypothesis import given
from hypothesis import strategies as st

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.compare import Comparison, Run, compare
from semimatch_cli.evaluation.diff_report import best_pairs, diff_document, worst_pairs
from semimatch_cli.evaluation.document import Remark, Table
from semimatch_cli.evaluation.pair_pictures import PairPainter
from semimatch_cli.evaluation.protocols import PROTOCOLS
from semimatch_cli.evaluation.records import PairRecord, RunHeader

HEADER = RunHeader("set", "test", "standard", "old", "ab" * 32, 3, "cd" * 32, False, "0.1.0")
BEFORE = [
    record([1, 50], pair="p1", category="cat", source="a.jpg", target="b.jpg"),
    record([50, 50], pair="p2", category="dog", source="c.jpg", target="d.jpg"),
    record([1, 1, 1, 1], pair="p3", category="dog", source="e.jpg", target="f.jpg"),
]
AFTER = [
    record([1, 1], pair="p1", category="cat", source="a.jpg", target="b.jpg"),
    record([50, 50], pair="p2", category="dog", source="c.jpg", target="d.jpg"),
    record([1, 50, 1, 50], pair="p3", category="dog", source="e.jpg", target="f.jpg"),
]


def run_of(records: list[PairRecord], weights: str = "new", **changes: object) -> Run:
    return replace(HEADER, weights=weights, **changes), records


def comparison() -> Comparison:
    return compare(run_of(BEFORE, "old"), run_of(AFTER), alpha=0.1)


def test_means_are_over_pairs_and_points_are_counted_both_ways() -> None:
    found = comparison()
    assert found.pck_before == pytest.approx((0.5 + 0.0 + 1.0) / 3)
    assert found.pck_after == pytest.approx((1.0 + 0.0 + 0.5) / 3)
    assert (found.gained, found.lost) == (1, 2)


def test_categories_and_pairs_run_from_the_largest_loss_to_the_largest_gain() -> None:
    found = comparison()
    assert [(row.category, row.pairs, row.change) for row in found.categories] == [
        ("dog", 2, -0.25),
        ("cat", 1, 0.5),
    ]
    assert [(row.pair, row.change) for row in found.pairs] == [
        ("p3", -0.5),
        ("p2", 0.0),
        ("p1", 0.5),
    ]
    assert [row.pair for row in worst_pairs(found)] == ["p3"]
    assert [row.pair for row in best_pairs(found)] == ["p1"]


def test_alpha_decides_what_is_right() -> None:
    found = compare(run_of(BEFORE, "old"), run_of(AFTER), alpha=0.5)
    assert found.pck_before == found.pck_after == 1.0


def test_the_order_of_a_file_does_not_matter() -> None:
    assert compare(run_of(BEFORE, "old"), run_of(AFTER[::-1]), alpha=0.1) == comparison()


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=6))
def test_swapping_the_runs_turns_every_change_round(rows: list[tuple[float, float]]) -> None:
    first = run_of([record([one], pair=str(i), source=str(i)) for i, (one, _) in enumerate(rows)])
    second = run_of([record([two], pair=str(i), source=str(i)) for i, (_, two) in enumerate(rows)])
    there, back = compare(first, second, alpha=0.1), compare(second, first, alpha=0.1)
    assert there.change == pytest.approx(-back.change)
    assert (there.gained, there.lost) == (back.lost, back.gained)
    assert there.p_value == pytest.approx(back.p_value)


def test_a_run_against_itself_shows_no_change_and_no_significance() -> None:
    same = compare(run_of(BEFORE), run_of(BEFORE), alpha=0.1)
    assert same.change == 0.0
    assert same.interval == (0.0, 0.0)
    assert same.p_value == 1.0


def test_a_gain_everywhere_is_no_chance() -> None:
    names = [str(number) for number in range(30)]
    bad = run_of([record([50, 1], pair=n, source=f"s{n}", target=f"t{n}") for n in names])
    good = run_of([record([1, 1], pair=n, source=f"s{n}", target=f"t{n}") for n in names])
    found = compare(bad, good, alpha=0.1)
    assert found.p_value < 0.01
    assert found.interval == (0.5, 0.5)


def test_pairs_without_a_visible_keypoint_are_left_out_and_counted() -> None:
    hidden = record([NAN, NAN], pair="p4")
    found = compare(run_of([*BEFORE, hidden]), run_of([*AFTER, hidden]), alpha=0.1)
    assert found.excluded == 1
    assert [row.pair for row in found.pairs] == ["p3", "p2", "p1"]


@pytest.mark.parametrize("swap", [False, True])
def test_a_missing_pair_is_named_with_the_run_that_lacks_it(swap: bool) -> None:
    runs = [run_of(BEFORE, "whole"), run_of(AFTER[:-1], "partial")]
    with pytest.raises(InputError, match="the run of partial lacks pair p3"):
        compare(*(runs[::-1] if swap else runs), alpha=0.1)


@pytest.mark.parametrize(
    ("name", "value"), [("dataset", "other"), ("split", "val"), ("protocol", "cats")]
)
def test_runs_of_another_task_are_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"their {name} is"):
        compare(run_of(BEFORE), run_of(AFTER, **{name: value}), alpha=0.1)


@pytest.mark.parametrize(
    "changed",
    [
        replace(AFTER[0], threshold=90.0),
        replace(AFTER[0], true=AFTER[0].true + 1.0),
        replace(AFTER[0], keypoint_ids=("0", "7")),
    ],
)
def test_another_truth_is_refused(changed: PairRecord) -> None:
    with pytest.raises(InputError, match="the truth of pair p1 differs"):
        compare(run_of(BEFORE), run_of([changed, *AFTER[1:]]), alpha=0.1)


def test_runs_with_nothing_to_judge_are_refused() -> None:
    nothing = run_of([record([NAN], pair="p1")])
    with pytest.raises(InputError, match="nothing to compare"):
        compare(nothing, nothing, alpha=0.1)


def test_the_json_holds_shares_and_no_value_that_json_does_not_know() -> None:
    document = json.loads(json.dumps(comparison().to_dict(), allow_nan=False))
    assert document["schema"] == "semimatch.comparison/1"
    assert document["pck"]["change"] == pytest.approx(0.0)
    assert document["points"] == {"gained": 1, "lost": 2}
    assert document["weights"][0] == {"name": "old", "sha256": "ab" * 32}
    assert document["per_pair"][0] == {
        "pair": "p3",
        "category": "dog",
        "before": 1.0,
        "after": 0.5,
        "gained": 0,
        "lost": 2,
        "change": -0.5,
    }


def test_the_report_has_a_section_for_each_direction_and_says_where_photos_lack() -> None:
    painter = PairPainter(PROTOCOLS["standard"], 0.1, lambda name: None)
    document = diff_document(comparison(), run_of(BEFORE, "old"), run_of(AFTER), painter)
    titles = [section.title for section in document.sections]
    assert titles == ["What was compared", "By category", "What got worse", "What got better"]
    worse = document.sections[2].blocks
    assert isinstance(worse[0], Table)
    assert isinstance(worse[1], Remark)
    assert "not found" in worse[1].text


def test_the_report_of_a_limited_run_warns() -> None:
    runs = run_of(BEFORE, limited=True), run_of(AFTER, limited=True)
    painter = PairPainter(PROTOCOLS["standard"], 0.1, lambda name: None)
    document = diff_document(compare(*runs, alpha=0.1), *runs, painter)
    warnings = [b for b in document.sections[0].blocks if isinstance(b, Remark) and b.warning]
    assert "Not comparable" in warnings[0].text
