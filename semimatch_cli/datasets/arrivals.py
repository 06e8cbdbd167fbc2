"""One file of a data set: taken from what was given or is here, else fetched; held to its digest.

`hold_to_first` compares a file with its published digest, or else with the one that it had when it
first came, which `holdings` keeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from semimatch_cli.datasets.download import Progress, download
from semimatch_cli.datasets.holdings import Pin, download_folder, lock_file, pin_of
from semimatch_cli.datasets.sources import DataSource, SourceFile
from semimatch_cli.errors import AccessError, ArgumentError, DatasetError, OfflineError
from semimatch_cli.files import check_readable
from semimatch_cli.lock_file import digest

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wishes:
    """How a data set is to be brought.

    Args:
        given: Files of it that are here already, or folders that hold them.
        mirror: Address of a folder that holds its files, tried before the known addresses.
        offline: Never touch the network.
        force: Replace what is here.
        accept_changed: Take files that differ from those of the first time, and record them.
    """

    given: tuple[Path, ...] = ()
    mirror: str = ""
    offline: bool = False
    force: bool = False
    accept_changed: bool = False


DEFAULT_WISHES = Wishes()


@dataclass(frozen=True)
class Arrival:
    """A file that is here, and where it came from."""

    file: SourceFile
    path: Path
    origin: str
    is_ours: bool


def assign(source: DataSource, given: Sequence[Path]) -> dict[str, Path]:
    """Tell which of its files each given path is: by its name; any other must be its archive."""
    names = [file.name for file in source.files]
    archive = next(file.name for file in source.files if file.is_archive)
    assigned: dict[str, Path] = {}
    for path in given:
        if path.is_dir():
            found = {name: path / name for name in names if (path / name).is_file()}
            if not found:
                raise ArgumentError(
                    f"{path} holds no file of {source.name}",
                    why=f"looked for {', '.join(names)}",
                    hint="name an archive; a folder that is unpacked already is used by "
                    "--data-root where it is needed",
                )
            assigned |= found
        else:
            check_readable(path)
            assigned[path.name if path.name in names else archive] = path
    return assigned


def arrive(
    source: DataSource,
    file: SourceFile,
    given: dict[str, Path],
    wishes: Wishes,
    *,
    say: Say,
    on_progress: Progress | None,
) -> Arrival | None:
    """Take a file that was given or is here, else fetch it; None for an optional one without."""
    if file.name in given:
        path = given[file.name]
        return Arrival(file, path, str(path.absolute()), is_ours=False)
    destination = download_folder(source) / file.name
    if destination.exists():
        return Arrival(file, destination, "an earlier download", is_ours=True)
    try:
        if wishes.offline:
            raise _offline(source, file)
        addresses = file.addresses
        if wishes.mirror:
            addresses = (f"{wishes.mirror.rstrip('/')}/{file.name}", *addresses)
        say(f"Fetching {file.name} from {urlsplit(addresses[0]).netloc or addresses[0]}")
        hint = _otherwise(source, file)
        origin = download(addresses, destination, hint=hint, on_progress=on_progress)
    except (AccessError, OfflineError, DatasetError) as error:
        if not file.optional:
            raise
        say(f"{file.name} is left out, {source.name} can be read without it: {error}")
        return None
    return Arrival(file, destination, origin, is_ours=True)


def hold_to_first(source: DataSource, arrival: Arrival, wishes: Wishes) -> Pin:
    """Compute the digest of a file and hold it to what is known; a download that fails goes."""
    file, before = arrival.file, pin_of(source, arrival.file.name)
    pin = Pin(digest(arrival.path), arrival.path.stat().st_size, arrival.origin)
    if before and before.sha256 == pin.sha256 and file.sha256 in ("", pin.sha256):
        return before
    is_new = before is None or wishes.accept_changed
    if pin.sha256 == file.sha256 or (is_new and not file.sha256):
        return pin
    if arrival.is_ours:
        arrival.path.unlink()
    if before is None or file.sha256:
        raise DatasetError(
            f"{file.name} from {arrival.origin} is damaged, or another file",
            why=f"its sha256 is {pin.sha256}, published is {file.sha256}",
            hint=_otherwise(source, file),
        )
    raise DatasetError(
        f"{file.name} from {arrival.origin} is not the file that it was",
        why=f"its sha256 is {pin.sha256}; that of the first time, from {before.origin}, was "
        f"{before.sha256} ({lock_file()})",
        hint="find out what has changed; to take it as it is now: "
        f"semimatch data get {source.name} --accept-changed",
    )


def _offline(source: DataSource, file: SourceFile) -> OfflineError:
    return OfflineError(
        f"{file.name} of {source.name} is not on this machine",
        why="--offline or HF_HUB_OFFLINE forbids fetching it",
        hint=_otherwise(source, file),
    )


def _otherwise(source: DataSource, file: SourceFile) -> str:
    return (
        f"bring {file.name} by other means, then: "
        f"semimatch data get {source.name} --from {file.name} (or --mirror URL)"
    )
