"""Points as people write them, matches as they are saved, and the way from one to the other."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semimatch_cli.errors import ArgumentError, InputError
from semimatch_cli.matches_file import (
    COLUMNS,
    check_save_suffix,
    matches_to_json,
    save_matches,
)
from semimatch_cli.matching.results import Matches
from semimatch_cli.points import Points, check_inside, parse_points

SUFFIXES = [".json", ".csv", ".npz"]
ABOUT = {"source": "a.jpg", "weights": "tiny"}
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
COORDINATES = st.floats(-1e6, 1e6, allow_nan=False)


def some_matches(
    ids: tuple[str, ...] = ("7", "b"), names: tuple[str, ...] = ("eye", "")
) -> Matches:
    count = len(ids)
    return Matches(
        source_points=np.linspace(0.1, 9.7, 2 * count).reshape(count, 2),
        target_points=np.linspace(20.3, 31.9, 2 * count).reshape(count, 2),
        scores=np.linspace(0.25, 0.75, count),
        cycle_errors=np.linspace(1.5, 2.5, count),
        visible=np.arange(count) % 2 == 0,
        ids=ids,
        names=names,
    )


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder / name


@pytest.mark.parametrize(
    "text",
    [
        "120,80 200.5,95",
        " 120,80   200.5,95 ",
        "120,80;200.5,95",
        "120, 80; 200.5 , 95;",
        "120,80\n2005e-1,95",
    ],
)
def test_points_are_read_from_text(text: str) -> None:
    points = parse_points(text)
    np.testing.assert_array_equal(points.xy, [[120, 80], [200.5, 95]])
    assert points.xy.dtype == np.float64
    assert points.ids == ("1", "2")
    assert points.names == ("", "")
    assert len(points) == 2


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("120,80 200", "point 2, '200'", "expected x,y"),
        ("120,80,90", "point 1, '120,80,90'", "expected x,y"),
        ("1,2 3,4 5,six", "point 3, '5,six'", "'six' is not a number"),
        ("1,nan", "point 1, '1,nan'", "not a finite number"),
        ("1,-inf", "point 1", "not a finite number"),
        ("1,1_0", "point 1", "'1_0' is not a number"),
        ("1,", "point 1", "'' is not a number"),
        ("points.txt", "point 1, 'points.txt'", "expected x,y"),
    ],
)
def test_text_that_is_no_points_names_the_position(text: str, place: str, why: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_points(text)
    assert place in caught.value.what
    assert why in caught.value.why
    assert ".json" in caught.value.hint


@pytest.mark.parametrize("text", ["", "  ", ";"])
def test_no_points_in_text_is_an_argument_error(text: str) -> None:
    with pytest.raises(ArgumentError, match="no points"):
        parse_points(text)


@pytest.mark.parametrize(
    "document",
    [
        [[1, 2], [3.5, 4]],
        [{"x": 1, "y": 2}, {"x": "3.5", "y": 4, "colour": "red"}],
        {"points": [[1, 2], {"x": 3.5, "y": 4}]},
        {"matches": [{"source_x": 1, "source_y": 2}, {"source_x": 3.5, "source_y": 4}]},
    ],
)
def test_points_are_read_from_json(tmp_path: Path, document: object) -> None:
    points = parse_points(written(tmp_path, "p.json", json.dumps(document)))
    np.testing.assert_array_equal(points.xy, [[1, 2], [3.5, 4]])
    assert points.ids == ("1", "2")


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3.5,4\n",
        "1, 2\r\n\r\n3.5, 4\r\n",
        "x,y\n1,2\n3.5,4",
        "\ufeffX , Y\n1,2\n3.5,4",
        "note,y,x\n,2,1\n,4,3.5\n",
        "source_x,source_y,x\n1,2,9\n3.5,4,9\n",
    ],
)
def test_points_are_read_from_csv(tmp_path: Path, text: str) -> None:
    points = parse_points(written(tmp_path, "p.csv", text))
    np.testing.assert_array_equal(points.xy, [[1, 2], [3.5, 4]])
    assert points.ids == ("1", "2")


def test_points_are_read_from_a_plain_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", x=[1, 3.5], y=[2, 4], other=np.zeros((5, 5)))
    points = parse_points(tmp_path / "p.npz")
    np.testing.assert_array_equal(points.xy, [[1, 2], [3.5, 4]])


def test_ids_and_names_are_kept_and_gaps_numbered(tmp_path: Path) -> None:
    json_rows = [
        {"id": 12, "name": "left eye", "x": 1, "y": 2},
        [3, 4],
        {"id": "ü", "x": 0, "y": 0},
    ]
    from_json = parse_points(written(tmp_path, "p.json", json.dumps(json_rows)))
    assert from_json.ids == ("12", "2", "ü")
    assert from_json.names == ("left eye", "", "")
    csv_text = 'id,name,x,y\n12,"left, ""eye""",1,2\n,left,3,4\n'
    from_csv = parse_points(written(tmp_path, "p.csv", csv_text))
    assert from_csv.ids == ("12", "2")
    assert from_csv.names == ('left, "eye"', "left")


def test_a_path_may_be_text_and_its_suffix_in_capitals(tmp_path: Path) -> None:
    path = written(tmp_path, "my points.JSON", "[[1, 2]]")
    assert len(parse_points(str(path))) == 1


def test_two_points_may_share_a_name(tmp_path: Path) -> None:
    path = written(tmp_path, "p.csv", "name,x,y\neye,1,2\neye,3,4\n")
    assert parse_points(path).names == ("eye", "eye")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("p.json", "[[1, 2", "line 1 column"),
        ("p.json", "[]", "no points"),
        ("p.json", '{"points": 3}', "expected a list"),
        ("p.json", '{"dots": []}', "expected a list"),
        ("p.json", "[[1, 2], [3]]", "point 2: expected [x, y]"),
        ("p.json", "[[1, 2], null]", "point 2: expected [x, y]"),
        ("p.json", '[{"x": 1}]', "point 1: no x and y"),
        ("p.json", "[[1, NaN]]", "point 1: nan is not a finite number"),
        ("p.json", "[[1, Infinity]]", "point 1: inf is not a finite number"),
        ("p.json", "[[1, true]]", "point 1: True is not a number"),
        ("p.json", "[[1, null]]", "point 1: None is not a number"),
        ("p.json", f"[[1, 1{'0' * 400}]]", "point 1: "),
        ("p.json", '[{"id": 1.5, "x": 1, "y": 2}]', "point 1: id 1.5"),
        ("p.json", '[{"name": "\\ud800", "x": 1, "y": 2}]', "point 1: name '\\ud800'"),
        ("p.json", '[{"id": "a", "x": 1, "y": 2}, {"id": "a", "x": 3, "y": 4}]', "point 2: id 'a'"),
        ("p.json", "[" * 100_000, "recursion"),
        ("p.csv", "\n \n", "no points"),
        ("p.csv", "x,y\n", "no points"),
        ("p.csv", "a,b\n1,2\n", "line 1: the header 'a,b' names no x and y"),
        ("p.csv", "1,2,3\n", "names no x and y"),
        ("p.csv", "x,y\n1,2\n3\n", "line 3: 1 columns, expected 2"),
        ("p.csv", "1,2\n3,4,5\n", "line 2: 3 columns, expected 2"),
        ("p.csv", "x,y\n1,2\n\n3,four\n", "line 4: 'four' is not a number"),
        ("p.csv", "1,2\n3,nan\n", "line 2: 'nan' is not a finite number"),
        ("p.csv", "id,x,y\n7,1,2\n7,3,4\n", "line 3: id '7' is used twice"),
        ("p.csv", 'x,y\n"1,2\n', "unexpected end of data"),
        ("p.npz", "not an archive", ""),
    ],
)
def test_a_broken_file_is_an_input_error_that_names_the_row(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    path = written(tmp_path, name, text)
    with pytest.raises(InputError) as caught:
        parse_points(path)
    assert str(path) in caught.value.what
    assert why in caught.value.why
    assert caught.value.why and caught.value.hint


def test_a_file_that_is_not_text_is_an_input_error(tmp_path: Path) -> None:
    for name in ("p.csv", "p.json", "p.npz"):
        (tmp_path / name).write_bytes(bytes(range(256)))
        with pytest.raises(InputError, match=name):
            parse_points(tmp_path / name)


@pytest.mark.parametrize(
    "columns",
    [{"x": [1.0]}, {"x": [1.0], "y": [1.0, 2.0]}, {"x": [[1.0]], "y": [[1.0]]}, {"a": [1.0]}],
)
def test_an_npz_with_wrong_columns_is_refused(
    tmp_path: Path, columns: dict[str, list[float]]
) -> None:
    np.savez(tmp_path / "p.npz", **{key: np.asarray(value) for key, value in columns.items()})
    with pytest.raises(InputError, match="x and"):
        parse_points(tmp_path / "p.npz")


def test_an_npz_of_pickled_objects_is_refused(tmp_path: Path) -> None:
    column = np.asarray([None], dtype=object)
    np.savez(tmp_path / "p.npz", x=column, y=column)
    with pytest.raises(InputError, match="allow_pickle"):
        parse_points(tmp_path / "p.npz")


def test_a_missing_file_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"nowhere\.json: there is no such file"):
        parse_points("nowhere.json")


def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    for path in (tmp_path / "p.txt", tmp_path / "p"):
        with pytest.raises(ArgumentError) as reading:
            parse_points(path)
        with pytest.raises(ArgumentError) as saving:
            save_matches(some_matches(), path, force=False, about=ABOUT)
        with pytest.raises(ArgumentError):
            check_save_suffix(path)
        for suffix in SUFFIXES:
            assert suffix in reading.value.hint
            assert suffix in saving.value.hint


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saved_matches_are_read_as_their_source_points(tmp_path: Path, suffix: str) -> None:
    matches = some_matches()
    path = tmp_path / f"m{suffix}"
    save_matches(matches, path, force=False, about=ABOUT)
    points = parse_points(path)
    np.testing.assert_array_equal(points.xy, matches.source_points)
    assert points.ids == matches.ids
    assert points.names == matches.names


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(COORDINATES, COORDINATES, WORDS.filter(bool), WORDS),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[2],
    )
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_id_name_and_coordinate_survives_saving(
    tmp_path: Path, suffix: str, rows: list[tuple[float, float, str, str]]
) -> None:
    x, y, ids, names = zip(*rows, strict=True)
    matches = replace(some_matches(ids, names), source_points=np.column_stack([x, y]))
    save_matches(matches, tmp_path / f"m{suffix}", force=True, about=ABOUT)
    points = parse_points(tmp_path / f"m{suffix}")
    np.testing.assert_array_equal(points.xy, matches.source_points)
    assert points.ids == ids
    assert points.names == names


def test_json_holds_schema_about_and_the_columns_in_order() -> None:
    document = json.loads(matches_to_json(some_matches(), ABOUT))
    assert document["schema"] == "semimatch.matches/1"
    assert document["about"] == ABOUT
    assert [tuple(row) for row in document["matches"]] == [COLUMNS, COLUMNS]
    assert document["matches"][1] == {
        "id": "b",
        "name": "",
        "source_x": pytest.approx(6.5),
        "source_y": pytest.approx(9.7),
        "target_x": pytest.approx(28.0333333),
        "target_y": pytest.approx(31.9),
        "score": 0.75,
        "cycle_error": 2.5,
        "visible": False,
    }


def test_json_on_stdout_and_in_a_file_are_the_same(tmp_path: Path) -> None:
    save_matches(some_matches(), tmp_path / "m.json", force=False, about=ABOUT)
    assert (tmp_path / "m.json").read_text("utf-8") == matches_to_json(some_matches(), ABOUT)


def test_json_never_holds_what_other_parsers_refuse() -> None:
    matches = replace(some_matches(), cycle_errors=np.asarray([math.nan, math.inf]))
    document = json.loads(matches_to_json(matches, ABOUT), parse_constant=pytest.fail)
    assert [row["cycle_error"] for row in document["matches"]] == [None, None]


def test_csv_holds_exactly_the_columns(tmp_path: Path) -> None:
    save_matches(some_matches(), tmp_path / "m.csv", force=False, about=ABOUT)
    with (tmp_path / "m.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == ["7", "b"]
    assert [row[-1] for row in rows] == ["True", "False"]
    assert float(rows[0][2]) == 0.1


def test_npz_holds_one_array_per_column(tmp_path: Path) -> None:
    save_matches(some_matches(), tmp_path / "m.npz", force=False, about=ABOUT)
    with np.load(tmp_path / "m.npz", allow_pickle=False) as archive:
        assert set(archive.files) == {*COLUMNS, "schema", "about"}
        np.testing.assert_array_equal(archive["target_y"], some_matches().target_points[:, 1])
        assert archive["visible"].dtype == np.bool_
        assert json.loads(str(archive["about"])) == ABOUT


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_matches_can_be_saved_but_are_no_points(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    save_matches(some_matches((), ()), path, force=False, about=ABOUT)
    with pytest.raises(InputError, match="no points"):
        parse_points(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saving_over_a_file_needs_force(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    path.write_text("old")
    with pytest.raises(InputError, match="exists"):
        save_matches(some_matches(), path, force=False, about=ABOUT)
    assert path.read_text() == "old"
    save_matches(some_matches(), path, force=True, about=ABOUT)
    assert len(parse_points(path)) == 2


@pytest.mark.parametrize("point", [(-0.5, -0.5), (99.5, 49.5), (0, 0), (99.5, -0.5)])
def test_the_whole_photo_is_inside_edges_included(point: tuple[float, float]) -> None:
    check_inside(Points(np.asarray([point]), ("1",), ("",)), (100, 50), "a.jpg")


@pytest.mark.parametrize("point", [(-0.51, 0), (99.51, 0), (0, -0.51), (0, 49.51), (0, 90)])
def test_the_first_point_outside_is_named_with_the_size(point: tuple[float, float]) -> None:
    xy = np.asarray([(1, 1), point, (-5, -5)], dtype=np.float64)
    with pytest.raises(InputError, match=r"point b at .* outside a\.jpg") as caught:
        check_inside(Points(xy, ("a", "b", "c"), ("", "", "")), (100, 50), "a.jpg")
    assert "100 x 50" in caught.value.why
