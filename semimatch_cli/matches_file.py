"""Saved matches: one row per match, in JSON, CSV or NPZ; `parse_points` reads them again."""

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from semimatch_cli.files import written_whole
from semimatch_cli.matching.results import Matches
from semimatch_cli.points import by_suffix

SCHEMA = "semimatch.matches/1"
_COLUMNS = "id name source_x source_y target_x target_y score cycle_error visible"
COLUMNS = tuple(_COLUMNS.split())


def matches_to_json(matches: Matches, about: Mapping[str, Any]) -> str:
    """Return matches as the text of a JSON file; what is not a finite number becomes null.

    Args:
        matches: The rows.
        about: What the reader should know of them, such as the photos and the weights.
    """
    rows = [{key: _finite(value) for key, value in row.items()} for row in _rows(matches)]
    document = {"schema": SCHEMA, "about": dict(about), "matches": rows}
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def matches_to_csv(matches: Matches) -> str:
    """Return matches as the text of a CSV file with a header of `COLUMNS`."""
    text = io.StringIO()
    text.write(",".join(COLUMNS) + "\n")
    # Text is always quoted: the module leaves a lone carriage return in a name bare.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerows(row.values() for row in _rows(matches))
    return text.getvalue()


def save_matches(matches: Matches, path: Path, *, force: bool, about: Mapping[str, Any]) -> None:
    """Save matches as .json, .csv or .npz, whole or not at all.

    Args:
        matches: The rows, written under `COLUMNS`.
        path: The destination; its suffix chooses the format.
        force: Whether an existing file may be replaced.
        about: Kept in JSON, and as JSON text in NPZ; CSV holds the columns alone.

    Raises:
        ArgumentError: Unknown suffix.
        InputError: The destination cannot be written.
    """
    write = by_suffix(_WRITERS, path)
    with written_whole(path, force=force) as part:
        write(matches, part, about)


def check_save_suffix(path: Path) -> None:
    """Raise ArgumentError unless `save_matches` knows the suffix; for use before long work."""
    by_suffix(_WRITERS, path)


def _write_json(matches: Matches, path: Path, about: Mapping[str, Any]) -> None:
    path.write_text(matches_to_json(matches, about), encoding="utf-8")


def _write_csv(matches: Matches, path: Path, about: Mapping[str, Any]) -> None:
    del about  # a comment line would not be CSV
    path.write_text(matches_to_csv(matches), encoding="utf-8", newline="")


def _write_npz(matches: Matches, path: Path, about: Mapping[str, Any]) -> None:
    np.savez(
        path,
        schema=np.asarray(SCHEMA),
        about=np.asarray(json.dumps(dict(about))),
        id=np.asarray(matches.ids, dtype=np.str_),
        name=np.asarray(matches.names, dtype=np.str_),
        source_x=matches.source_points[:, 0],
        source_y=matches.source_points[:, 1],
        target_x=matches.target_points[:, 0],
        target_y=matches.target_points[:, 1],
        score=matches.scores,
        cycle_error=matches.cycle_errors,
        visible=matches.visible,
    )


_WRITERS: dict[str, Callable[[Matches, Path, Mapping[str, Any]], None]] = {
    ".json": _write_json,
    ".csv": _write_csv,
    ".npz": _write_npz,
}


def _rows(matches: Matches) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = matches.to_dict()["matches"]
    return rows


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
