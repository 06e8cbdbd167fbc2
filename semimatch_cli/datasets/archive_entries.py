"""What lies in a .tar.gz or a .zip, as one kind of entry, read front to back.

The format is told by the content, since names of saved files vary. Nothing is written here and
nothing is believed: what an entry is called and what it links to is for `archives` to judge.
"""

import gzip
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Literal, cast

from semimatch_cli.errors import DatasetError

Kind = Literal["file", "folder", "symbolic link", "hard link", "special"]

_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_LARGEST_READ = 1 << 24
_LONGEST_LINK = 4096
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class BadArchiveError(DatasetError):
    """A file that is no archive, or one that is damaged or not to be trusted."""


@dataclass(frozen=True)
class Entry:
    """One entry of an archive.

    Args:
        name: As the archive spells it, with "/" between folders.
        kind: What it would become; "special" is a device, a pipe or a socket.
        size: Bytes of a file's content, 0 for all else.
        open: Opens the content of a file; only valid before the next entry is asked for.
        target: What a link names, as the archive spells it.
    """

    name: str
    kind: Kind
    size: int
    open: Callable[[], IO[bytes]]
    target: str = ""


@contextmanager
def entries_of(archive: Path) -> Iterator[Iterator[Entry]]:
    """Open an archive for going through its entries once, in their order.

    Raises:
        BadArchiveError: It is neither a .zip nor a .tar.gz.
    """
    with archive.open("rb") as file:
        head = file.read(64)
    if head.startswith(_ZIP):
        with zipfile.ZipFile(archive) as packed:
            yield _of_zip(packed)
    elif head.startswith(_GZIP):
        with gzip.open(archive) as stream:
            yield _of_tar(_Stream(stream))
    else:
        page = head.lstrip().startswith(b"<")
        raise BadArchiveError(
            f"{archive} is not an archive",
            why="it looks like a web page" if page else "it is neither .zip nor .tar.gz",
            hint="download it again, with a browser if need be",
        )


def _of_zip(packed: zipfile.ZipFile) -> Iterator[Entry]:
    for info in packed.infolist():
        name, opener = info.filename.replace("\\", "/"), partial(packed.open, info)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.compress_type not in _PLAIN_METHODS:
            raise NotImplementedError(f"{name!r} is compressed in a way that is not read here")
        if name.endswith("/"):
            yield Entry(name, "folder", 0, opener)
        elif kind == stat.S_IFLNK:
            with opener() as stream:
                target = stream.read(_LONGEST_LINK).decode("utf-8", "replace")
            yield Entry(name, "symbolic link", 0, opener, target)
        elif kind in (0, stat.S_IFREG):
            yield Entry(name, "file", info.file_size, opener)
        else:
            yield Entry(name, "special", 0, opener)


def _of_tar(stream: "_Stream") -> Iterator[Entry]:
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as packed:
        for member in packed:
            kind = _tar_kind(member)
            size = member.size if kind == "file" else 0
            opener = partial(_content, packed, member)
            yield Entry(member.name.replace("\\", "/"), kind, size, opener, member.linkname)
        stream.drain()


def _tar_kind(member: tarfile.TarInfo) -> Kind:
    if member.isdir():
        return "folder"
    if member.isfile():
        return "file"
    if member.issym():
        return "symbolic link"
    return "hard link" if member.islnk() else "special"


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = packed.extractfile(member)
    if stream is None:
        raise tarfile.ReadError(f"{member.name!r} has no content")
    return stream


class _Stream:
    """The unpacked bytes of a tar archive; one header may not fill the memory."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self.seek = stream.seek
        self.tell = stream.tell

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes; no honest header or copy asks for many at once."""
        if size > _LARGEST_READ:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        return self._stream.read(size)

    def drain(self) -> None:
        """Read the padding up to the end, where gzip's checksum is compared."""
        padding = len(self._stream.read(_LARGEST_READ))
        if padding == _LARGEST_READ:
            raise tarfile.ReadError(f"more than {padding:,} bytes follow the last entry")
