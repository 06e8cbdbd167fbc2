"""Bring a data set onto this machine: fetch or take its files, check them, unpack, rename.

Files wait in a hidden folder until all of them are there; they are unpacked in another one, which
takes the data set's name by one rename. Whatever happens before that leaves no half of a data set,
and what was downloaded is there for the next try.
"""

import logging
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from semimatch_cli.datasets.archive_entries import BadArchiveError
from semimatch_cli.datasets.archives import extract
from semimatch_cli.datasets.arrivals import (
    DEFAULT_WISHES,
    Arrival,
    Say,
    Wishes,
    arrive,
    assign,
    hold_to_first,
)
from semimatch_cli.datasets.download import Progress
from semimatch_cli.datasets.holdings import download_folder, write_pins
from semimatch_cli.datasets.sources import DataSource
from semimatch_cli.errors import DatasetError

_logger = logging.getLogger(__name__)


def acquire(
    source: DataSource,
    wishes: Wishes = DEFAULT_WISHES,
    *,
    say: Say,
    on_progress: Progress | None = None,
) -> Path:
    """Make sure that a data set is here.

    Args:
        source: A row of the table.
        wishes: How to bring it.
        say: Called with a line before each thing that takes time, and when there is nothing to do.
        on_progress: Called with bytes done and in all while a file is fetched.

    Returns:
        Its folder, whole.

    Raises:
        AccessError, OfflineError: A file cannot be fetched (see `download`), or must not be.
        DatasetError: A file is gone, changed, damaged or not this data set; what is here is not
            whole; the disk is full; or another process is bringing the same.
        InputError: A given file cannot be read.
        ArgumentError: A given file is none of this data set's.
    """
    folder = source.folder
    if folder.exists() and not wishes.force:
        _refuse_incomplete(source)
        say(f"{source.name} is here already")
        return folder
    given = assign(source, wishes.given)
    downloads = download_folder(source)
    downloads.mkdir(parents=True, exist_ok=True)
    try:
        with _alone(source, downloads):
            arrivals = _arrivals(source, given, wishes, say=say, on_progress=on_progress)
            pins = {one.file.name: hold_to_first(source, one, wishes) for one in arrivals}
            _unpack(source, arrivals, say)
            write_pins(source, pins)
            shutil.rmtree(downloads, ignore_errors=True)
    finally:
        for folder_of_parts in (downloads, downloads.parent):
            with suppress(OSError):  # what waits for the next try stays
                folder_of_parts.rmdir()
    return folder


def _arrivals(
    source: DataSource,
    given: dict[str, Path],
    wishes: Wishes,
    *,
    say: Say,
    on_progress: Progress | None,
) -> list[Arrival]:
    arrivals = (
        arrive(source, file, given, wishes, say=say, on_progress=on_progress)
        for file in source.files
    )
    return [arrival for arrival in arrivals if arrival is not None]


def _refuse_incomplete(source: DataSource) -> None:
    lacking = source.missing(source.folder)
    if lacking:
        raise DatasetError(
            f"{source.folder} is there, but it is not all of {source.name}",
            why=f"it lacks {', '.join(lacking)}",
            hint=f"replace it: semimatch data get {source.name} --force",
        )


def _unpack(source: DataSource, arrivals: Sequence[Arrival], say: Say) -> None:
    """Unpack beside, look whether it is what it should be, then rename."""
    beside = source.folder.with_name(f".unpacking-{source.name}")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
    try:
        beside.mkdir()
        for arrival in arrivals:
            if arrival.file.is_archive:
                say(f"Unpacking {arrival.path.name}")
                extract(arrival.path, beside)
            else:
                shutil.copyfile(arrival.path, beside / arrival.file.name)
        _check_contents(source, beside)
        _take_place(beside, source.folder)
    except BadArchiveError:
        for arrival in arrivals:
            if arrival.is_ours:
                arrival.path.unlink()
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check_contents(source: DataSource, folder: Path) -> None:
    lacking = source.missing(folder)
    if lacking:
        present = ", ".join(sorted(path.name for path in folder.iterdir())[:5]) or "nothing"
        raise BadArchiveError(
            f"what was unpacked is not {source.name}",
            why=f"it lacks {', '.join(lacking)}; it holds {present}",
            hint=f"compare it with {source.page or source.paper}",
        )


def _take_place(fresh: Path, folder: Path) -> None:
    """Rename, over what may be there; an error brings the old one back."""
    old = folder.with_name(f".replaced-{folder.name}")
    if folder.exists():
        _remove(old)
        folder.rename(old)
        try:
            fresh.rename(folder)
        except BaseException:
            old.rename(folder)
            raise
    else:
        fresh.rename(folder)
    _remove(old)


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(source: DataSource, folder: Path) -> Iterator[None]:
    """Keep other processes from bringing the same data set into the same place."""
    path = folder / ".lock"
    with path.open("w") as file:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DatasetError(
                    f"another process is bringing {source.name} now",
                    hint="wait until it has ended, then try again",
                ) from error
            except OSError as error:
                _logger.info("%s cannot be locked, as on some network disks: %s", folder, error)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
