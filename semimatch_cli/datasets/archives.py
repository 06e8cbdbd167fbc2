"""Unpack archives that nobody has reason to trust.

Only plain files and folders are ever made: a link inside the archive becomes a copy of what it
names. A path outside, a link out, a device, and an archive that grows past its bounds are refused.
"""

import posixpath
import shutil
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from semimatch_cli.datasets.archive_entries import BadArchiveError, Entry, entries_of
from semimatch_cli.errors import DatasetError
from semimatch_cli.files import NO_SPACE

_CHUNK = 1 << 20
_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OverflowError, ValueError),
)


@dataclass(frozen=True)
class Bounds:
    """What an archive may grow to.

    Args:
        size: Bytes of all files together.
        count: Number of entries.
    """

    size: int = 20_000_000_000
    count: int = 1_000_000


DEFAULT_BOUNDS = Bounds()


def extract(archive: Path, folder: Path, *, bounds: Bounds = DEFAULT_BOUNDS) -> int:
    """Unpack an archive into a folder.

    What a Mac adds (`__MACOSX`, `.DS_Store`, `._*`) is left out. On an error the folder holds what
    was unpacked so far, so unpack beside the place where it is wanted, then rename.

    Args:
        archive: A .tar.gz or .zip file, whatever its name.
        folder: Where to unpack; it exists and is empty.
        bounds: What the archive may grow to.

    Returns:
        The number of files written.

    Raises:
        BadArchiveError: It is no archive, truncated or damaged, holds a path outside, a link out, a
            device or the like, or grows past its bounds.
        DatasetError: The disk is full or cannot be written.
    """
    writer = _Writer(archive, folder, bounds)
    try:
        with entries_of(archive) as entries:
            for entry in entries:
                writer.add(entry)
        writer.copy_links()
    except _DAMAGE as error:
        raise _damaged(archive, error) from error
    except RuntimeError as error:  # zipfile's own: encrypted, or an unknown method
        raise BadArchiveError(
            f"cannot unpack {archive}",
            why=str(error),
            hint="pack it again as .tar.gz, without encryption",
        ) from error
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise _damaged(archive, error) from error  # gzip's own: a wrong checksum
        raise _unwritable(archive, folder, error) from error
    return writer.files


class _Writer:
    """Writes entries below one folder, and counts what it writes."""

    def __init__(self, archive: Path, folder: Path, bounds: Bounds) -> None:
        self.files = 0
        self._archive = archive
        self._folder = folder
        self._bounds = bounds
        self._count = 0
        self._size = 0
        self._links: list[tuple[PurePosixPath, PurePosixPath]] = []

    def add(self, entry: Entry) -> None:
        """Write one entry, or refuse the archive; links wait for `copy_links`."""
        self._count += 1
        if self._count > self._bounds.count:
            raise self._refusal(f"it holds more than {self._bounds.count:,} entries")
        if entry.kind == "special":
            raise self._refusal(f"{entry.name!r} is a device, a pipe or a socket")
        path = self._inside(entry.name, f"{entry.name!r} leads out of its folder")
        if _is_clutter(path):
            return
        if entry.kind == "folder":
            (self._folder / path).mkdir(parents=True, exist_ok=True)
        elif entry.kind == "file":
            self._grow(entry.size)
            with entry.open() as stream:
                self._write(stream, path)
        else:
            base = path.parent if entry.kind == "symbolic link" else PurePosixPath()
            target = posixpath.normpath(base / entry.target)
            why = f"{entry.name!r} links out of its folder, to {entry.target!r}"
            self._links.append((path, self._inside(target, why)))

    def copy_links(self) -> None:
        """Put a copy of what it names in the place of each link."""
        for path, target in self._links:
            file = self._folder / target
            if not file.is_file():
                raise self._refusal(f"'{path}' links to '{target}', which is no file of it")
            self._grow(file.stat().st_size)
            with file.open("rb") as stream:
                self._write(stream, path)

    def _write(self, stream: IO[bytes], path: PurePosixPath) -> None:
        destination = self._folder / path
        destination.parent.mkdir(parents=True, exist_ok=True)
        with destination.open("wb") as file:
            shutil.copyfileobj(stream, file, _CHUNK)
        self.files += 1

    def _grow(self, size: int) -> None:
        """Count bytes before they are written; an entry never holds more than it claims."""
        self._size += size
        if self._size > self._bounds.size:
            raise self._refusal(f"it unpacks to more than {self._bounds.size:,} bytes")

    def _inside(self, name: str, why_not: str) -> PurePosixPath:
        """Return a path below the folder; names are judged as text, nothing is followed."""
        path = PurePosixPath(name)
        has_drive = ":" in name.partition("/")[0]
        if path.is_absolute() or ".." in path.parts or has_drive:
            raise self._refusal(why_not)
        return path

    def _refusal(self, why: str) -> BadArchiveError:
        return BadArchiveError(
            f"refused to unpack {self._archive}",
            why=why,
            hint="no official archive has such a thing: look at what it is and where it came from",
        )


def _is_clutter(path: PurePosixPath) -> bool:
    return "__MACOSX" in path.parts or path.name == ".DS_Store" or path.name.startswith("._")


def _damaged(archive: Path, error: Exception) -> BadArchiveError:
    return BadArchiveError(
        f"{archive} is truncated or damaged",
        why=str(error) or type(error).__name__,
        hint="download or copy it again",
    )


def _unwritable(archive: Path, folder: Path, error: OSError) -> DatasetError:
    if error.errno in NO_SPACE:
        return DatasetError(
            f"cannot unpack {archive}",
            why=f"no space left on the disk of {folder.parent}",
            hint="free some space, or set SEMIMATCH_DATA to a folder on another disk",
        )
    return DatasetError(
        f"cannot unpack {archive}",
        why=f"{error.filename}: {error.strerror}" if error.filename else str(error),
        hint=f"check the permissions of {folder.parent}",
    )
