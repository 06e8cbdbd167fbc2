"""PredictionLog: records written to a JSONL file as they come, so that a run can be continued.

The first line is the run's header, each further line one record, flushed at once: whenever the
program is killed, what was written is readable and the next run with the same header goes on from
there. A finished file is put into the order of the pairs. Of several processes the first writes the
file itself, each other one a part beside it (`NAME.rank1`), which the first takes in at the end.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.records import (
    PairRecord,
    RunHeader,
    header_to_json,
    read_records,
    record_from_json,
    record_to_json,
)
from semimatch_cli.files import check_readable, check_writable, written_whole

_SAME_RUN = ("dataset", "split", "protocol", "weights_sha256", "pairs_sha256")


class PredictionLog:
    """A file of predictions, open for what is still to come.

    Args:
        path: The file, ending in `.jsonl`; made where it does not exist.
        header: What is run on what; a file with another header is left alone.
        rank: Which of several processes this is; 0 where there is one.

    Raises:
        InputError: The file holds the predictions of another run (the difference is told) or
            something else, or it cannot be written.
    """

    def __init__(self, path: Path, header: RunHeader, *, rank: int = 0) -> None:
        check_destination(path)
        self._path, self._header = path, header
        self.done = self._read_all()
        own = path if rank == 0 else path.with_name(f"{path.name}.rank{rank}")
        if not own.exists():
            _write_whole(own, header, ())
        elif not _ends_with_a_line(own):  # cut off: the next record needs a line of its own
            _write_whole(own, *read_records(own))
        self._file = own.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def append(self, record: PairRecord) -> PairRecord:
        """Write one record so that a kill of the program cannot lose it.

        Returns:
            The record as the file holds it, so that both give the same numbers to the last digit.
        """
        line = record_to_json(record)
        self._file.write(line + "\n")
        self._file.flush()
        held = record_from_json(line)
        arrays = {name: getattr(held, name) for name in ("asked", "true", "found", "scores")}
        return replace(record, **arrays)  # the texts are shared with the pair: records stay small

    def finish(self, records: Sequence[PairRecord]) -> None:
        """Close the file and write it whole, in the order given; parts of others are removed."""
        self._file.close()
        _write_whole(self._path, self._header, records)
        for part in self._parts():
            part.unlink()

    def _read_all(self) -> dict[str, PairRecord]:
        """Read what earlier runs wrote, by id of the pair."""
        found: dict[str, PairRecord] = {}
        for path in (self._path, *self._parts()):
            if path.exists():
                check_readable(path)
                header, records = read_records(path)
                _check_same_run(path, header, self._header)
                found.update((record.pair, record) for record in records)
        return found

    def _parts(self) -> list[Path]:
        start = f"{self._path.name}.rank"
        folder = self._path.parent
        return sorted(path for path in folder.iterdir() if path.name.startswith(start))


def check_destination(path: Path) -> None:
    """Refuse a file that predictions cannot be written to, before any work is spent.

    Raises:
        InputError: It does not end in `.jsonl`, or cannot be written.
    """
    if path.suffix != ".jsonl":
        raise InputError(
            f"cannot save predictions to {path}",
            why="their format is JSON lines",
            hint=f"name it {path.with_suffix('.jsonl')}",
        )
    check_writable(path, force=True)


def _check_same_run(path: Path, found: RunHeader, wanted: RunHeader) -> None:
    differing = [
        f"{name.replace('_', ' ')} {_short(found, name)}, this run {_short(wanted, name)}"
        for name in _SAME_RUN
        if getattr(found, name) != getattr(wanted, name)
    ]
    if differing:
        raise InputError(
            f"{path} holds the predictions of another run",
            why="; ".join(differing),
            hint="name another file, or remove this one",
        )


def _short(header: RunHeader, name: str) -> str:
    """Return a field of a header; of a digest the first digits."""
    return str(getattr(header, name))[: 12 if name.endswith("sha256") else None]


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _write_whole(path: Path, header: RunHeader, records: Sequence[PairRecord]) -> None:
    with written_whole(path, force=True) as part, part.open("w", encoding="utf-8") as file:
        file.write(header_to_json(header) + "\n")
        file.writelines(record_to_json(record) + "\n" for record in records)
