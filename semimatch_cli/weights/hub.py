"""Where the file of an entry lies: in the package, on the disk, or in the Hub's cache, checked.

A file of the Hub is used only after its size and digest were found right: against the table, else
the lock file, else the name that the Hub's cache gave it (its digest), else the Hub's own record.
What does not fit is fetched once more, then refused and removed. The cache is the Hub's own; there
is never a second one.
"""

import logging
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from semimatch_cli.config import offline_by_environment
from semimatch_cli.errors import OfflineError, SemimatchError, WeightsError
from semimatch_cli.lock_file import digest
from semimatch_cli.weights.client import Progress, Record, ask, cached_file, download
from semimatch_cli.weights.entry import WeightsEntry
from semimatch_cli.weights.explain import absent_offline
from semimatch_cli.weights.lock import Pin, read_pin, write_pin

Announce = Callable[[WeightsEntry, int | None], None]

_logger = logging.getLogger(__name__)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ATTEMPTS = 2


def locate(
    entry: WeightsEntry,
    *,
    offline: bool = False,
    on_download: Announce | None = None,
    on_progress: Progress | None = None,
) -> Path:
    """Return the checked local file of an entry; fetch it where it is absent.

    Args:
        entry: A row of the table, or what `find` made of a path or an address.
        offline: Never touch the network (`HF_HUB_OFFLINE` does the same).
        on_download: Called once with the entry and the size in bytes before anything is fetched.
        on_progress: Called with bytes done and in all while it is fetched.

    Returns:
        A safetensors file; its size and digest are right where they are known.

    Raises:
        OfflineError: It would have to be fetched, and the network is off or out of reach.
        AccessError: The repository is gated, or the token is refused.
        WeightsError: The file is missing, or damaged and stays so after a second download.
        ConfigError: The lock file is damaged.
    """
    if not entry.repo:
        return _on_disk(entry)
    pin = trusted_pin(entry)
    offline = offline or offline_by_environment()
    path = cached_file(entry, pin.commit if pin else entry.revision)
    if path is not None:
        expected = pin_record(pin) or known_record(entry, path) or _ask_if(not offline, entry, path)
        problem = check(entry, path, expected) if expected else ""
        if not problem:
            return path
        if offline:
            raise _damaged_offline(entry, path, problem)
        _logger.warning("%s in the cache is damaged (%s)", entry.name, problem)
    if offline:
        raise absent_offline(entry)
    return _fetch(entry, pin, on_download, on_progress)


def here(entry: WeightsEntry) -> Path | None:
    """Return the local file of an entry if there is one, unchecked and without any request."""
    if entry.repo:
        pin = trusted_pin(entry)
        return cached_file(entry, pin.commit if pin else entry.revision)
    path = _disk_path(entry)
    return path if path.is_file() else None


def trusted_pin(entry: WeightsEntry) -> Pin | None:
    """Return the pin of an entry, unless the table has since named another size or digest."""
    pin = read_pin(entry.address)
    agrees = pin and entry.sha256 in ("", pin.sha256) and entry.size in (None, pin.size)
    return pin if agrees else None


def pin_record(pin: Pin | None) -> Record | None:
    """Return what a pin says of its file."""
    return Record(pin.commit, pin.size, pin.sha256) if pin else None


def known_record(entry: WeightsEntry, path: Path) -> Record | None:
    """Return what is known of a cached file without a request: from the table or its own name.

    The Hub's cache names the content of a large file by its digest; a snapshot links to it.
    """
    name = path.resolve().name
    sha256 = entry.sha256 or (name if _SHA256.fullmatch(name) else "")
    return Record(_commit_of(entry, path), entry.size, sha256) if sha256 else None


def check(entry: WeightsEntry, path: Path, expected: Record) -> str:
    """Compare a file with what is known of it, and pin it when it is right.

    The digest is computed only when the file is not the one that was pinned, by size and time.

    Returns:
        What is wrong, in a few words; empty when all is right.
    """
    size = path.stat().st_size
    if expected.size not in (None, size):
        return f"{size} bytes instead of {expected.size}"
    pin = read_pin(entry.address)
    if pin and pin.still_fits(path) and expected.sha256 in ("", pin.sha256):
        return ""
    found = digest(path)
    if expected.sha256 not in ("", found):
        return f"sha256 {found[:12]}... instead of {expected.sha256[:12]}..."
    write_pin(entry.address, path, commit=expected.commit, sha256=found)
    return ""


def _on_disk(entry: WeightsEntry) -> Path:
    path = _disk_path(entry)
    if not path.is_file():
        raise WeightsError(
            f"no weights at {path}",
            why="the package lacks them" if entry.embedded else "the file does not exist",
            hint="install semimatch again" if entry.embedded else "correct the path",
        )
    if entry.size is None and not entry.sha256:
        return path
    problem = check(entry, path, Record("", entry.size, entry.sha256))
    if problem:
        raise WeightsError(
            f"{path} is not the file that the table names",
            why=problem,
            hint="install semimatch again" if entry.embedded else "correct the table or the file",
        )
    return path


def _disk_path(entry: WeightsEntry) -> Path:
    return entry.path or Path(str(files(__package__))) / entry.embedded


def _fetch(
    entry: WeightsEntry, pin: Pin | None, on_download: Announce | None, on_progress: Progress | None
) -> Path:
    """Ask, announce, download and check; at most twice."""
    revision = pin.commit if pin else entry.revision
    problem = ""
    for attempt in range(_ATTEMPTS):
        record = _agreed(entry, pin, ask(entry, revision))
        present = cached_file(entry, record.commit)
        if present and not check(entry, present, record):
            return present
        if attempt == 0 and on_download is not None:
            on_download(entry, record.size)
        path = download(entry, revision, on_progress)
        problem = check(entry, path, record)
        if not problem:
            return path
        _discard(path)
    raise WeightsError(
        f"{entry.name} arrived damaged, {_ATTEMPTS} times",
        why=f"{problem}; the file was removed again",
        hint=f"try again later; if it stays so, tell the owner of {entry.repo}",
    )


def _agreed(entry: WeightsEntry, pin: Pin | None, record: Record) -> Record:
    """Refuse, before any download, a file that is not the one we know under this name."""
    sha256 = entry.sha256 or (pin.sha256 if pin else "")
    size = entry.size or (pin.size if pin else None)
    other_content = sha256 and record.sha256 not in ("", sha256)
    other_size = size and record.size not in (None, size)
    if other_content or other_size:
        raise WeightsError(
            f"{entry.repo} holds another {entry.file} than {entry.name} stands for",
            why=f"{record.size} bytes with sha256 {record.sha256[:12]}... at {record.commit[:12]}",
            hint="update semimatch, or correct size, sha256 or revision in your own table",
        )
    return Record(record.commit, record.size or size, record.sha256 or sha256)


def _ask_if(allowed: bool, entry: WeightsEntry, path: Path) -> Record | None:
    """Ask for the record of a cached file; one that cannot be asked for is used as it is."""
    try:
        return ask(entry, _commit_of(entry, path)) if allowed else None
    except SemimatchError:
        return None


def _commit_of(entry: WeightsEntry, path: Path) -> str:
    """Read the commit off `.../snapshots/<commit>/<file>`."""
    return path.parts[-1 - len(Path(entry.file).parts)]


def _damaged_offline(entry: WeightsEntry, path: Path, problem: str) -> OfflineError:
    return OfflineError(
        f"{entry.name} is damaged: {path}",
        why=f"{problem}, and fetching it again is forbidden offline",
        hint=f"run `semimatch weights get {entry.name}` with the network on",
    )


def _discard(path: Path) -> None:
    """Remove a damaged file from the cache: its content and the link to it."""
    path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)
