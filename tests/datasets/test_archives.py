"""Archives: what is unpacked, and what is refused."""

import errno
import gzip
import io
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from semimatch_cli.datasets.archive_entries import BadArchiveError
from semimatch_cli.datasets.archives import Bounds, extract
from semimatch_cli.errors import DatasetError

TREE = {"set/list.txt": b"one\ntwo\n", "set/photos/a b.jpg": bytes(range(256)) * 40}

Maker = Callable[[Path, dict[str, bytes]], Path]
Change = Callable[[tarfile.TarInfo], None]


def make_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            add_to_tar(packed, name, content)
    return path


def add_to_tar(packed: tarfile.TarFile, name: str, content: bytes = b"", **fields: object) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for field, value in fields.items():
        setattr(member, field, value)
    packed.addfile(member, io.BytesIO(content))


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def add_to_zip(packed: zipfile.ZipFile, name: str, content: str, kind: int) -> None:
    info = zipfile.ZipInfo(name)
    info.create_system = 3  # Unix: the mode stands in the upper half
    info.external_attr = (kind | 0o644) << 16
    packed.writestr(info, content)


both = pytest.mark.parametrize("make", [make_tar, make_zip])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "out"
    path.mkdir()
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refusal(archive: Path, folder: Path, bounds: Bounds | None = None) -> str:
    """Unpack what must be refused; return the reason."""
    with pytest.raises(BadArchiveError) as caught:
        extract(archive, folder, bounds=bounds or Bounds())
    assert str(archive) in caught.value.what
    assert caught.value.hint
    outside = [path for path in folder.parent.iterdir() if path not in (archive, folder)]
    assert outside == []
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    return caught.value.why


@both
def test_files_and_folders_come_out_as_they_went_in(
    make: Maker, tmp_path: Path, folder: Path
) -> None:
    assert extract(make(tmp_path / "a", TREE), folder) == 2
    assert tree(folder) == TREE


def test_empty_folders_come_out_too(tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "./set/empty", type=tarfile.DIRTYPE)
    make_zip(tmp_path / "b", {"other/": b""})
    assert extract(tmp_path / "a", folder) == extract(tmp_path / "b", folder) == 0
    assert (folder / "set" / "empty").is_dir() and (folder / "other").is_dir()


def test_very_long_names_come_out_whole(tmp_path: Path, folder: Path) -> None:
    name = "/".join(["folder" * 8] * 5) + "/x.json"
    extract(make_tar(tmp_path / "a", {name: b"1"}), folder)
    assert tree(folder) == {name: b"1"}


@both
def test_what_a_mac_adds_is_left_out(make: Maker, tmp_path: Path, folder: Path) -> None:
    clutter = ("__MACOSX/set/._list.txt", "set/.DS_Store", "set/._list.txt")
    extract(make(tmp_path / "a", TREE | dict.fromkeys(clutter, b"x")), folder)
    assert tree(folder) == TREE


def test_backslashes_of_windows_part_folders(tmp_path: Path, folder: Path) -> None:
    extract(make_tar(tmp_path / "a", {"set\\list.txt": b"x"}), folder)
    assert tree(folder) == {"set/list.txt": b"x"}


@both
@pytest.mark.parametrize(
    "name",
    ["../evil", "set/../../evil", "/tmp/evil", "..\\evil", "C:\\evil", "c:/evil", "\\evil"],
)
def test_a_path_outside_is_refused(make: Maker, name: str, tmp_path: Path, folder: Path) -> None:
    reason = refusal(make(tmp_path / "a", TREE | {name: b"evil"}), folder)
    assert "leads out of its folder" in reason and "evil" in reason


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "..", "../../out-twin/x"])
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_out_of_a_tar_is_refused(
    kind: bytes, target: str, tmp_path: Path, folder: Path
) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "passwd", type=kind, linkname=target)
    assert "links out" in refusal(tmp_path / "a", folder)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "../x"])
def test_a_link_out_of_a_zip_is_refused(target: str, tmp_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as packed:
        add_to_zip(packed, "passwd", target, stat.S_IFLNK)
    assert "links out" in refusal(tmp_path / "a", folder)


def test_a_file_is_never_written_through_a_link(tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "set/here", type=tarfile.SYMTYPE, linkname=".")
        add_to_tar(packed, "set/here/list.txt", b"x")
        add_to_tar(packed, "set/list.txt", b"x")
    with pytest.raises(DatasetError):
        extract(tmp_path / "a", folder)
    assert not any(path.is_symlink() for path in folder.rglob("*"))


def test_a_link_inside_becomes_a_copy(tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "set/soft.txt", type=tarfile.SYMTYPE, linkname="../set/list.txt")
        add_to_tar(packed, "set/list.txt", b"x")
        add_to_tar(packed, "set/hard.txt", type=tarfile.LNKTYPE, linkname="set/list.txt")
    extract(tmp_path / "a", folder)
    assert tree(folder) == dict.fromkeys(("set/list.txt", "set/soft.txt", "set/hard.txt"), b"x")
    assert not (folder / "set/soft.txt").is_symlink()


def test_a_link_to_nothing_is_refused(tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "soft", type=tarfile.SYMTYPE, linkname="gone")
    assert "no file" in refusal(tmp_path / "a", folder)


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_device_or_a_pipe_in_a_tar_is_refused(kind: bytes, tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "null", type=kind, devmajor=1, devminor=3)
    assert "device" in refusal(tmp_path / "a", folder)


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_a_device_or_a_pipe_in_a_zip_is_refused(kind: int, tmp_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as packed:
        add_to_zip(packed, "null", "", kind)
    assert "device" in refusal(tmp_path / "a", folder)


@both
def test_an_archive_that_grows_past_its_bound_is_refused_before_it_is_written(
    make: Maker, tmp_path: Path, folder: Path
) -> None:
    archive = make(tmp_path / "a", {"small": b"x", "bomb": bytes(5_000_000)})
    assert archive.stat().st_size < 20_000
    assert "more than 1,000,000 bytes" in refusal(archive, folder, Bounds(size=1_000_000))
    assert tree(folder) == {"small": b"x"}


@both
def test_an_archive_of_too_many_entries_is_refused(
    make: Maker, tmp_path: Path, folder: Path
) -> None:
    archive = make(tmp_path / "a", {f"{number}": b"" for number in range(12)})
    assert "more than 10 entries" in refusal(archive, folder, Bounds(count=10))


def test_copies_of_links_count_too(tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz") as packed:
        add_to_tar(packed, "big", bytes(1_000))
        for number in range(5):
            add_to_tar(packed, f"{number}", type=tarfile.LNKTYPE, linkname="big")
    assert "more than 3,000 bytes" in refusal(tmp_path / "a", folder, Bounds(size=3_000))


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path, folder: Path) -> None:
    archive = make_zip(tmp_path / "a", {"bomb": bytes(100_000)})
    claimed = (100_000).to_bytes(4, "little")
    archive.write_bytes(archive.read_bytes().replace(claimed, (10).to_bytes(4, "little")))
    refusal(archive, folder)
    assert sum(map(len, tree(folder).values())) <= 10


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path: Path, folder: Path) -> None:
    header = tarfile.TarInfo("long")
    header.type, header.size = tarfile.XHDTYPE, 1 << 30
    (tmp_path / "a").write_bytes(gzip.compress(header.tobuf() + bytes(10_000)))
    assert "header" in refusal(tmp_path / "a", folder)


@both
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_refused(
    make: Maker, share: float, tmp_path: Path, folder: Path
) -> None:
    noise = {"noise": os.urandom(100_000), **TREE}
    archive = make(tmp_path / "a", noise)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    refusal(archive, folder)


@both
def test_one_wrong_byte_is_found(make: Maker, tmp_path: Path, folder: Path) -> None:
    archive = make(tmp_path / "a", {"noise": os.urandom(100_000)})
    content = bytearray(archive.read_bytes())
    content[50_000] ^= 1
    archive.write_bytes(content)
    refusal(archive, folder)


def test_a_tar_whose_end_is_cut_off_is_refused(tmp_path: Path, folder: Path) -> None:
    archive = make_tar(tmp_path / "a", TREE)
    archive.write_bytes(archive.read_bytes()[:-4])
    refusal(archive, folder)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<!DOCTYPE html><p>moved", "web page"),
        (b"hello", "neither"),
        (b"", "neither"),
        (b"PK but no more", "zip"),
        (gzip.compress(b"no tar"), "header"),
    ],
)
def test_what_is_no_archive_is_told_as_such(
    content: bytes, word: str, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert word in refusal(tmp_path / "a", folder)


def test_an_encrypted_zip_is_told_as_such(tmp_path: Path, folder: Path) -> None:
    archive = make_zip(tmp_path / "a", {"x": b"1"})
    content = bytearray(archive.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    archive.write_bytes(content)
    assert "encrypted" in refusal(archive, folder)


def test_a_method_that_cannot_be_read_is_told_as_such(tmp_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("x", "1" * 100)
    assert "compressed" in refusal(tmp_path / "a", folder)


def test_an_entry_that_is_file_and_folder_at_once_is_told(tmp_path: Path, folder: Path) -> None:
    archive = make_tar(tmp_path / "a", {"x": b"1", "x/y": b"2"})
    with pytest.raises(DatasetError, match="cannot unpack"):
        extract(archive, folder)


@both
def test_a_full_disk_is_told_with_the_next_step(
    make: Maker, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    archive = make(tmp_path / "a", TREE)
    monkeypatch.setattr(shutil, "copyfileobj", fill)
    with pytest.raises(DatasetError) as caught:
        extract(archive, folder)
    assert not isinstance(caught.value, BadArchiveError)
    assert "no space left" in caught.value.why and "SEMIMATCH_DATA" in caught.value.hint
