"""Reading annotation files: whatever is wrong in one is told with its name and its line.

Every loader reads through these functions, so that a data set in bad shape gives the same kind of
`DatasetError` whatever its layout.
"""

import csv
import importlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from semimatch_cli.datasets.pair import Box
from semimatch_cli.errors import ArgumentError, DatasetError, ShapeError

Points = npt.NDArray[np.float64]
_Annotation = TypeVar("_Annotation")

_QUARTER_TURNS = {5, 6, 7, 8}  # EXIF 2.32, table 6, "Orientation": these swap the sides
_WRONG = (ValueError, KeyError, TypeError, IndexError, AttributeError, ShapeError)
_CHECK_HINT = "look at that place in the file, or copy or download the data set again"


def read_text(path: Path) -> str:
    """Return the text of a file, or raise DatasetError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        hint = "copy or download the data set again, or look at the spelling of its folder"
        raise DatasetError(f"cannot read {path}", why="there is no such file", hint=hint) from error
    except (OSError, UnicodeDecodeError) as error:
        why = str(getattr(error, "strerror", None) or error)
        raise DatasetError(f"cannot read {path}", why=why, hint=_CHECK_HINT) from error


def read_json(path: Path) -> Any:
    """Return what a JSON file holds, or raise DatasetError with the line."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise malformed(path, f"line {error.lineno}", error.msg) from error


def read_table(path: Path, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file that hold something, each with its line number."""
    reader = csv.reader(read_text(path).splitlines(), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise malformed(path, f"line {reader.line_num}", str(error)) from error
    return [(line, row) for line, row in rows if any(row)]


def interpret(path: Path, place: str, meaning: Callable[[], _Annotation]) -> _Annotation:
    """Return what an annotation means; what it lacks or has wrong is told with its place.

    Args:
        path: The file it comes from.
        place: Where in it, such as "line 3" or "pair 12".
        meaning: Builds the value; may stumble over missing keys and wrong types.

    Raises:
        DatasetError: `meaning` stumbled.
    """
    try:
        return meaning()
    except _WRONG as error:
        absent = isinstance(error, KeyError)
        raise malformed(path, place, f"{error} is missing" if absent else str(error)) from error


def each(
    readers: Iterable[Callable[[], _Annotation]], *, skip_broken: bool
) -> tuple[list[_Annotation], list[str]]:
    """Return what can be read, and a note for each annotation that cannot.

    Raises:
        DatasetError: The first of these, unless `skip_broken`.
    """
    found: list[_Annotation] = []
    notes: list[str] = []
    for read in readers:
        try:
            found.append(read())
        except DatasetError as error:
            if not skip_broken:
                raise
            notes.append(f"left out for being broken: {error}")
    return found, notes


def malformed(path: Path, place: str, why: str) -> DatasetError:
    """Return the error for something wrong inside a file."""
    return DatasetError(f"cannot read {path}, {place}", why=why, hint=_CHECK_HINT)


def finite_rows(points: Points) -> npt.NDArray[np.bool_]:
    """Return (N,) which points (N, 2) have a place."""
    return np.asarray(np.isfinite(points).all(axis=1))


def points_of(rows: Iterable[Sequence[float | None] | None]) -> Points:
    """Return (N, 2) points; null, for a whole point or a coordinate, becomes NaN."""
    nowhere = (np.nan, np.nan)
    points = [nowhere if row is None else tuple(row) for row in rows]
    if any(len(point) != 2 for point in points):
        raise ValueError("a keypoint is not [x, y]")
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def box_of(numbers: Sequence[float] | None) -> Box | None:
    """Return a box x1, y1, x2, y2, or None for null."""
    if numbers is None:
        return None
    x1, y1, x2, y2 = map(float, numbers)
    if not np.isfinite([x1, y1, x2, y2]).all():
        raise ValueError(f"the box {list(numbers)} is not finite")
    return x1, y1, x2, y2


def size_of(numbers: Sequence[float]) -> tuple[int, int]:
    """Return width and height; a third number, the channels, is passed over."""
    width, height = (int(number) for number in numbers[:2])
    if min(width, height) < 1:
        raise ValueError(f"the photo's size is {width} x {height}")
    return width, height


def photo_size(path: Path) -> tuple[int, int]:
    """Return (width, height) of a photo as displayed, from its header; (0, 0) if unreadable.

    A photo that is missing or broken is told where it is decoded, or by `catalog.check`.
    """
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(ExifTags.Base.Orientation) in _QUARTER_TURNS
            return (image.height, image.width) if turned else (image.width, image.height)
    except Exception:  # Pillow raises nearly anything over a damaged header
        return 0, 0


def check_split(split: str | None, known: Sequence[str], default: str) -> str:
    """Return the split to read, or raise ArgumentError with those there are."""
    if split is None:
        return default
    if split not in known:
        hint = f"choose one of {', '.join(known)}"
        raise ArgumentError(f"unknown split {split!r}", why="the data set has no such", hint=hint)
    return split


def require_scipy(path: Path) -> ModuleType:
    """Return `scipy.io`, which reads MATLAB files, or raise DatasetError with how to get it."""
    try:
        return importlib.import_module("scipy.io")
    except ImportError as error:
        raise DatasetError(
            f"cannot read {path}",
            why="MATLAB files are read by scipy, which is not installed",
            hint="pip install 'semimatch[pf]', or pip install scipy",
        ) from error


def read_mat(path: Path, name: str) -> Points:
    """Return one variable of a MATLAB file as float64, or raise DatasetError."""
    scipy_io = require_scipy(path)
    if not path.is_file():
        raise DatasetError(f"cannot read {path}", why="there is no such file", hint=_CHECK_HINT)
    try:
        content = scipy_io.loadmat(str(path))
    except Exception as error:  # scipy raises nearly anything over a damaged file
        raise DatasetError(f"cannot read {path}", why=str(error), hint=_CHECK_HINT) from error
    if name not in content:
        there = ", ".join(sorted(key for key in content if not key.startswith("__")))
        raise malformed(path, f"variable {name}", f"it holds {there or 'nothing'} instead")
    return np.asarray(content[name], dtype=np.float64)
