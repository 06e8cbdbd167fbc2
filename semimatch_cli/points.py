"""Points as people write them: text ("120,80 200,95"), or a JSON, CSV or NPZ file.

Saved matches (`matches_file`) are read too, at their source points.
"""

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import ArgumentError, InputError
from semimatch_cli.files import check_readable

_COORDINATES = (("source_x", "source_y"), ("x", "y"))
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")  # NumPy drops the one, UTF-8 has no other
_TEXT_HINT = "write points as x,y x,y ... in pixels, or name a .json, .csv or .npz file"
_FILE_HINT = "each point needs x and y (or source_x and source_y); id and name are optional"

Row = Mapping[str, Any]
_Format = TypeVar("_Format")


@dataclass(frozen=True)
class Points:
    """Points of one photo, in the order they were given.

    Args:
        xy: (N, 2) xy pixels of the photo, float64, finite.
        ids: N different ids; "1" to "N" where none was given.
        names: N names, empty where none was given.
    """

    xy: npt.NDArray[np.float64]
    ids: tuple[str, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.xy)


def parse_points(text: str | Path) -> Points:
    """Read points from text or from a file.

    Args:
        text: "x,y x,y ..." (semicolons may separate too), or the path of a .json, .csv or .npz
            file; saved matches are taken at their source points.

    Raises:
        ArgumentError: The text is no list of points, or the file's suffix is unknown.
        InputError: The file is missing or holds something else; names the file and the row.
    """
    if isinstance(text, str) and Path(text.strip()).suffix.lower() not in _READERS:
        return _points_of_text(text)
    path = text if isinstance(text, Path) else Path(text.strip())
    read = by_suffix(_READERS, path)
    check_readable(path)
    try:
        return _points_of_rows(read(path))
    except Exception as error:  # what damaged archives and tables raise is an open list
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"cannot read points from {path}", why=reason, hint=_FILE_HINT) from error


def check_inside(points: Points, size: tuple[int, int], photo_name: str) -> None:
    """Refuse points that lie outside their photo.

    Args:
        points: Points in pixels of the photo; its edges are at -0.5 and width - 0.5.
        size: (width, height) of the photo.
        photo_name: How to call the photo in the message.

    Raises:
        InputError: Names the first point outside and the photo's size.
    """
    limits = np.asarray(size, dtype=np.float64) - 0.5
    outside = np.flatnonzero(((points.xy < -0.5) | (points.xy > limits)).any(axis=1))
    if len(outside):
        first = int(outside[0])
        x, y = points.xy[first]
        raise InputError(
            f"point {points.ids[first]} at {x:g},{y:g} lies outside {photo_name}",
            why=f"the photo is {size[0]} x {size[1]} pixels as displayed",
            hint="give x from 0 to width - 1 and y from 0 to height - 1, the origin at top left",
        )


def _points_of_text(text: str) -> Points:
    tokens = re.sub(r"\s*,\s*", ",", text.strip()).replace(";", " ").split()
    if not tokens:
        raise ArgumentError("no points given", why="the text is empty", hint=_TEXT_HINT)
    rows = []
    for number, token in enumerate(tokens, start=1):
        try:
            x, y = token.split(",")
            rows.append({"x": _number(x), "y": _number(y)})
        except ValueError as error:
            why = str(error) if token.count(",") == 1 else "expected x,y"
            what = f"cannot read point {number}, {token!r}"
            raise ArgumentError(what, why=why, hint=_TEXT_HINT) from error
    return _points_of_rows([(f"point {number}", row) for number, row in enumerate(rows, start=1)])


def _points_of_rows(rows: Sequence[tuple[str, Row]]) -> Points:
    """Assemble rows, each with the words that say where it stands; raises ValueError."""
    if not rows:
        raise ValueError("it holds no points")
    xy, ids, names = [], [], []
    for index, (place, row) in enumerate(rows, start=1):
        try:
            xy.append(_coordinates(row))
            ids.append(_label(row, "id") or str(index))
            names.append(_label(row, "name"))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{place}: {error}") from error
    repeated = [identifier for identifier, count in Counter(ids).items() if count > 1]
    if repeated:
        raise ValueError(f"{rows[_last(ids, repeated[0])][0]}: id {repeated[0]!r} is used twice")
    return Points(np.asarray(xy, dtype=np.float64), tuple(ids), tuple(names))


def _last(values: Sequence[str], value: str) -> int:
    return len(values) - 1 - list(reversed(values)).index(value)


def _coordinates(row: Row) -> tuple[float, float]:
    for x, y in _COORDINATES:
        if x in row and y in row:
            return _number(row[x]), _number(row[y])
    raise ValueError("no x and y, nor source_x and source_y")


def _number(value: Any) -> float:
    """Return a finite float; Python's own spellings (1_000, True) are not numbers here."""
    try:
        if isinstance(value, bool) or "_" in str(value):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a finite number")
    return number


def _label(row: Row, key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | str | np.integer):
        raise ValueError(f"{key} {value!r} is neither text nor a whole number")
    label = str(value)
    if _UNSTORABLE.search(label):
        raise ValueError(f"{key} {value!r} is not valid text")
    return label


def _read_json(path: Path) -> list[tuple[str, Row]]:
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    if isinstance(document, dict):
        document = document.get("points", document.get("matches"))
    if not isinstance(document, list):
        raise ValueError('expected a list of points, or {"points": [...]}')
    places = (f"point {index}" for index in range(1, len(document) + 1))
    return [(place, _json_row(place, row)) for place, row in zip(places, document, strict=True)]


def _json_row(place: str, row: Any) -> Row:
    if isinstance(row, dict):
        return row
    if isinstance(row, list) and len(row) == 2:
        return {"x": row[0], "y": row[1]}
    raise ValueError(f"{place}: expected [x, y] or an object with x and y")


def _read_csv(path: Path) -> list[tuple[str, Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        rows = ((f"line {reader.line_num}", cells) for cells in reader)
        lines = [(place, cells) for place, cells in rows if any(map(str.strip, cells))]
    if not lines:
        return []
    first = [cell.strip() for cell in lines[0][1]]
    headless = len(first) == 2 and all(map(_is_number, first))
    header = ["x", "y"] if headless else [name.lower() for name in first]
    if not any(x in header and y in header for x, y in _COORDINATES):
        raise ValueError(f"{lines[0][0]}: the header {','.join(first)!r} names no x and y")
    return [(place, _csv_row(place, header, cells)) for place, cells in lines[not headless :]]


def _csv_row(place: str, header: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(header):
        raise ValueError(f"{place}: {len(cells)} columns, expected {len(header)}")
    return dict(zip(header, cells, strict=True))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_npz(path: Path) -> list[tuple[str, Row]]:
    with np.load(path, allow_pickle=False) as archive:
        wanted = {"id", "name", *(key for pair in _COORDINATES for key in pair)}
        columns = {key: archive[key] for key in archive.files if key in wanted}
    lengths = {column.shape for column in columns.values()}
    if len(lengths) != 1 or len(shape := lengths.pop()) != 1:
        raise ValueError("expected columns source_x and source_y (or x and y) of one length")
    rows = (
        {key: column[index].item() for key, column in columns.items()} for index in range(*shape)
    )
    return [(f"row {index}", row) for index, row in enumerate(rows, start=1)]


_READERS: dict[str, Callable[[Path], list[tuple[str, Row]]]] = {
    ".json": _read_json,
    ".csv": _read_csv,
    ".npz": _read_npz,
}


def by_suffix(known: Mapping[str, _Format], path: Path) -> _Format:
    """Return what a table knows of a file's suffix, or raise ArgumentError with those it knows."""
    if path.suffix.lower() not in known:
        what = (
            f"unknown file type {path.suffix!r} of {path}"
            if path.suffix
            else f"{path} has no suffix"
        )
        raise ArgumentError(what, hint=f"name the file with one of {', '.join(known)}")
    return known[path.suffix.lower()]
