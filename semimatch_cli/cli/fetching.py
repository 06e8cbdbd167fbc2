"""How every command shows a download: one line before it, and a bar while it lasts.

with FetchDisplay(session) as shown:
    locate(entry, offline=session.offline, on_download=shown.announce, on_progress=shown.advance)
"""

import sys
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from semimatch_cli.cli.app import Session

if TYPE_CHECKING:
    from semimatch_cli.datasets.arrivals import Wishes
    from semimatch_cli.datasets.sources import DataSource
    from semimatch_cli.weights.entry import WeightsEntry

_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class FetchDisplay:
    """Announces a download on stderr and draws its bar there, on a terminal only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._name = ""
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "FetchDisplay":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def announce(self, entry: "WeightsEntry", size: int | None) -> None:
        """Say what is about to be fetched, how large it is and under which license."""
        self.begin(entry.name, _download_line(entry, size))

    def begin(self, name: str, line: str) -> None:
        """Say what takes time now; a bar of this name appears with its first bytes."""
        self._end()
        self._session.note(line)
        self._name = name

    def advance(self, done: int, total: int | None) -> None:
        """Move the bar to `done` of `total` bytes."""
        if self._bar is None and not self._session.quiet and sys.stderr.isatty():
            self._begin(self._name, total)
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)

    def _begin(self, name: str, size: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

        columns = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(name, total=size)
        self._bar.start()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def bring(session: Session, source: "DataSource", wishes: "Wishes | None" = None) -> Path:
    """Make sure that a data set is here, and show what that takes; return its folder.

    Args:
        session: Of this run; offline, nothing is fetched.
        source: A row of the table of data sets.
        wishes: How to bring it.
    """
    from semimatch_cli.config import offline_by_environment
    from semimatch_cli.datasets.acquire import acquire
    from semimatch_cli.datasets.arrivals import Wishes

    offline = session.offline or offline_by_environment()
    with FetchDisplay(session) as shown:
        return acquire(
            source,
            replace(wishes or Wishes(), offline=offline),
            say=lambda line: shown.begin(source.name, line),
            on_progress=shown.advance,
        )


def suggest_larger() -> str:
    """Name, in one line, weights that are stronger than `tiny` and how much each downloads."""
    from semimatch_cli.weights.registry import read_table

    known = [entry for entry in read_table().values() if entry.repo and entry.download]
    names = " or ".join(f"--weights {entry.name} ({entry.download})" for entry in known)
    return f"Weights: tiny. Stronger: {names}; all: semimatch weights list"


def size_text(size: int | None) -> str:
    """Write bytes as people do, such as "88.2 MB"; empty when unknown."""
    if size is None:
        return ""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def _download_line(entry: "WeightsEntry", size: int | None) -> str:
    amount = size_text(size) or entry.download or "size unknown"
    terms = f"license {entry.license}" if entry.license else "license unknown"
    return f"Fetching {entry.name} ({amount}, {terms}) from {entry.repo}"
