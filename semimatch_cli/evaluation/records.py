"""PairRecord: what a matcher answered for one pair, beside the truth; a line of a JSONL file.

Everything measured is computed from records, so a saved file can be measured again, compared and
drawn without the network. Points are in the frame of the protocol (`RunHeader.protocol`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import InputError

SCHEMA = "semimatch.predictions/1"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DenseCount:
    """Dense truth of one pair, counted.

    Args:
        pixels: Pixels of the asking photo whose true position is known.
        right: How many of them are right at each alpha of the protocol's `dense_alphas`.
        error_sum: Sum of their end-point errors, pixels.
    """

    pixels: int
    right: tuple[int, ...]
    error_sum: float


@dataclass(frozen=True)
class PairRecord:
    """The answer for one pair.

    Args:
        pair: Id of the pair.
        category: Its category.
        source: Source photo, relative to the data set's folder.
        target: Target photo, likewise.
        keypoint_ids: N ids.
        keypoint_names: N names, empty where unknown.
        asked: (N, 2) the points that were looked up.
        true: (N, 2) where they are; NaN where the part is not visible.
        found: (N, 2) where the matcher found them.
        scores: (N,) confidence, 0..1.
        threshold: Length that alpha multiplies, in the pixels of `true`.
        attributes: Copied from the pair.
        dense: Dense truth counted, where there is one.
    """

    pair: str
    category: str
    source: str
    target: str
    keypoint_ids: tuple[str, ...]
    keypoint_names: tuple[str, ...]
    asked: Floats
    true: Floats
    found: Floats
    scores: Floats
    threshold: float
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    dense: DenseCount | None = None

    @property
    def visible(self) -> npt.NDArray[np.bool_]:
        """(N,) whether the truth is known, so that the answer can be right or wrong."""
        finite = np.isfinite(self.true)
        return finite[:, 0] & finite[:, 1]

    @property
    def errors(self) -> Floats:
        """(N,) distance between `found` and `true`, NaN where not visible."""
        distances: Floats = np.linalg.norm(self.found - self.true, axis=1)
        return distances


@dataclass(frozen=True)
class RunHeader:
    """The first line of a file of predictions: what was run on what.

    Args:
        dataset: Name of the data set.
        split: Its split.
        protocol: Name of the protocol preset.
        weights: Name of the weights.
        weights_sha256: Digest of their file.
        pairs: Number of pairs of the run.
        pairs_sha256: Digest of their ids in order, so that another list is noticed.
        limited: Whether the run was cut short, so that its numbers compare with nothing.
        version: Version of this package.
    """

    dataset: str
    split: str
    protocol: str
    weights: str
    weights_sha256: str
    pairs: int
    pairs_sha256: str
    limited: bool
    version: str


def record_to_json(record: PairRecord) -> str:
    """Return one line; what is not finite becomes null."""
    row: dict[str, Any] = dict(record.__dict__)
    for name in ("asked", "true", "found", "scores"):
        row[name] = [_finite(value) for value in np.round(getattr(record, name), 4).tolist()]
    row["attributes"] = dict(record.attributes)
    row["dense"] = record.dense.__dict__ if record.dense else None
    return json.dumps(row, allow_nan=False)


def record_from_json(line: str) -> PairRecord:
    """Read a line that `record_to_json` wrote."""
    row = json.loads(line)
    for name in ("asked", "true", "found"):
        points = [[np.nan if x is None else x for x in point] for point in row[name]]
        row[name] = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    row["scores"] = np.asarray(row["scores"], dtype=np.float64)
    for name in ("keypoint_ids", "keypoint_names"):
        row[name] = tuple(row[name])
    if row["dense"]:
        row["dense"] = DenseCount(**{**row["dense"], "right": tuple(row["dense"]["right"])})
    return PairRecord(**row)


def header_to_json(header: RunHeader) -> str:
    """Return the first line of a file of predictions."""
    return json.dumps({"schema": SCHEMA, **header.__dict__})


def read_records(path: Path) -> tuple[RunHeader, list[PairRecord]]:
    """Read a file of predictions; a last line that was cut off is left out.

    Raises:
        InputError: The file is missing or holds something else; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"cannot read {path}", why=str(error.strerror)) from error
    return _read_header(path, lines), list(_read_lines(path, lines[1:]))


def _read_header(path: Path, lines: list[str]) -> RunHeader:
    try:
        row = json.loads(lines[0])
        if row.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        return RunHeader(**row)
    except (IndexError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = "its first line is no header of saved predictions"
        raise InputError(f"cannot read predictions from {path}", why=why) from error


def _read_lines(path: Path, lines: Iterable[str]) -> Iterator[PairRecord]:
    rows = list(lines)
    for number, line in enumerate(rows, start=2):
        try:
            yield record_from_json(line)
        except (ValueError, KeyError, TypeError) as error:
            if number == len(rows) + 1:  # written while the program was killed
                return
            why = f"line {number} is no record"
            raise InputError(f"cannot read predictions from {path}", why=why) from error


def _finite(value: Any) -> Any:
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value if np.isfinite(value) else None
