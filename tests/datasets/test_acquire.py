"""Data sets are here whole or not at all, and stay what they were the first time."""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from semimatch_cli.datasets import acquire as module
from semimatch_cli.datasets import catalog
from semimatch_cli.datasets.acquire import acquire
from semimatch_cli.datasets.arrivals import Wishes
from semimatch_cli.datasets.holdings import download_folder, lock_file, look, pin_of
from semimatch_cli.datasets.sources import SOURCES, DataSource
from semimatch_cli.errors import (
    AccessError,
    ArgumentError,
    ConfigError,
    DatasetError,
    InputError,
    OfflineError,
    SemimatchError,
)
from tests.datasets.file_server import Site
from tests.datasets.packed import official_files, toy_files, toy_source

pytest_plugins = ["tests.datasets.fixtures"]


@pytest.fixture
def toy(site: Site, data_folder: Path) -> DataSource:
    """A data set of the test's own, served whole."""
    site.files |= toy_files()
    return toy_source(site.address)


def bring(source: DataSource, **wishes: Any) -> list[str]:
    """Acquire; return what was said."""
    said: list[str] = []
    assert acquire(source, Wishes(**wishes), say=said.append) == source.folder
    return said


def failure(source: DataSource, **wishes: Any) -> SemimatchError:
    with pytest.raises(SemimatchError) as caught:
        acquire(source, Wishes(**wishes), say=lambda _: None)
    assert caught.value.hint
    return caught.value


def here(data_folder: Path) -> list[str]:
    """List the data folder, hidden files too."""
    return sorted(path.name for path in data_folder.iterdir()) if data_folder.exists() else []


@pytest.mark.parametrize("name", SOURCES)
def test_each_benchmark_in_its_official_archive_is_found_and_whole(
    name: str, site: Site, data_folder: Path
) -> None:
    site.files |= official_files(name)
    bring(SOURCES[name], mirror=site.address)
    assert here(data_folder) == [name]
    assert look(SOURCES[name]).state == "here"
    pair_set = catalog.load(name)
    assert len(pair_set) > 0
    assert list(catalog.check(pair_set)) == []


def test_files_are_fetched_unpacked_and_cleared_away(toy: DataSource, data_folder: Path) -> None:
    said = bring(toy)
    assert (toy.folder / "toy/photos/1.jpg").read_bytes() == b"a photo"
    assert (toy.folder / "note.txt").read_bytes() == b"a note"
    assert here(data_folder) == ["toy"]
    assert "Unpacking toy.tar.gz" in said
    assert sum(line.startswith("Fetching") for line in said) == 3


def test_what_is_here_already_is_left_alone(toy: DataSource, site: Site) -> None:
    bring(toy)
    site.requests.clear()
    (toy.folder / "mine.txt").write_text("mine")
    assert bring(toy) == ["toy is here already"]
    assert site.requests == []
    assert (toy.folder / "mine.txt").exists()


def test_what_is_not_whole_is_refused_and_replaced_by_force(
    toy: DataSource, data_folder: Path
) -> None:
    bring(toy)
    shutil.rmtree(toy.folder / "toy")
    error = failure(toy)
    assert "toy/photos" in error.why and "--force" in error.hint
    assert look(toy).state == "incomplete"
    bring(toy, force=True)
    assert look(toy).state == "here"
    assert here(data_folder) == ["toy"]


def test_a_linked_folder_is_replaced_without_its_target(toy: DataSource, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine.txt").write_text("mine")
    toy.folder.parent.mkdir()
    toy.folder.symlink_to(tmp_path / "elsewhere")
    bring(toy, force=True)
    assert (tmp_path / "elsewhere" / "mine.txt").exists()
    assert not toy.folder.is_symlink()


def test_the_first_sight_is_recorded(toy: DataSource, site: Site) -> None:
    bring(toy)
    pin = pin_of(toy, "toy.tar.gz")
    content = site.files["toy.tar.gz"]
    assert pin is not None
    assert pin.sha256 == hashlib.sha256(content).hexdigest()
    assert (pin.size, pin.origin) == (len(content), f"{site.address}/toy.tar.gz")
    assert set(json.loads(lock_file().read_text())) == {
        "toy/toy.tar.gz",
        "toy/list.csv",
        "toy/note.txt",
    }


def test_changed_content_is_refused_and_says_what_to_do(
    toy: DataSource, site: Site, data_folder: Path
) -> None:
    bring(toy)
    before = lock_file().read_text()
    site.files |= toy_files(b"another photo")
    error = failure(toy, force=True)
    assert isinstance(error, DatasetError)
    assert "not the file that it was" in error.what
    assert str(lock_file()) in error.why and "--accept-changed" in error.hint
    assert lock_file().read_text() == before
    assert (toy.folder / "toy/photos/1.jpg").read_bytes() == b"a photo"
    assert not (download_folder(toy) / "toy.tar.gz").exists()


def test_changed_content_is_taken_when_that_is_wanted(toy: DataSource, site: Site) -> None:
    bring(toy)
    site.files |= toy_files(b"another photo")
    bring(toy, force=True, accept_changed=True)
    assert (toy.folder / "toy/photos/1.jpg").read_bytes() == b"another photo"
    pin = pin_of(toy, "toy.tar.gz")
    assert pin and pin.sha256 == hashlib.sha256(site.files["toy.tar.gz"]).hexdigest()


def test_a_published_digest_cannot_be_waived(site: Site, data_folder: Path) -> None:
    site.files |= toy_files()
    source = toy_source(site.address, sha256="0" * 64)
    error = failure(source, accept_changed=True)
    assert "published is 0000" in error.why
    assert not source.folder.exists()
    right = hashlib.sha256(site.files["toy.tar.gz"]).hexdigest()
    bring(toy_source(site.address, sha256=right))


def test_a_damaged_lock_file_is_told_with_its_name(toy: DataSource, data_folder: Path) -> None:
    lock_file().parent.mkdir(parents=True)
    lock_file().write_text("{")
    error = failure(toy)
    assert isinstance(error, ConfigError)
    assert str(lock_file()) in error.what
    assert not toy.folder.exists()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("404", DatasetError), ("403", AccessError), ("503", OfflineError), ("to_page", OfflineError)],
)
def test_a_file_that_cannot_be_fetched_leaves_nothing(
    toy: DataSource, site: Site, data_folder: Path, fault: str, kind: type[SemimatchError]
) -> None:
    site.fault = fault
    error = failure(toy)
    assert type(error) is kind
    assert f"{site.address}/toy.tar.gz" in error.why
    assert "semimatch data get toy --from toy.tar.gz" in error.hint
    assert here(data_folder) == []


def test_what_has_come_serves_the_next_try(toy: DataSource, site: Site) -> None:
    listing = site.files.pop("list.csv")
    failure(toy)
    assert look(toy).state == "partly downloaded"
    site.files["list.csv"] = listing
    site.requests.clear()
    bring(toy)
    assert "/toy.tar.gz" not in [path for path, _ in site.requests]


def test_an_optional_file_may_be_missing(toy: DataSource, site: Site) -> None:
    del site.files["note.txt"]
    said = bring(toy)
    assert any("note.txt is left out" in line and "404" in line for line in said)
    assert look(toy).state == "here"


def test_a_mirror_is_asked_first(site: Site, data_folder: Path, dead_address: str) -> None:
    site.files |= {f"copies/{name}": content for name, content in toy_files().items()}
    bring(toy_source(dead_address), mirror=f"{site.address}/copies/")
    assert site.requests[0] == ("/copies/toy.tar.gz", "")


def test_a_dead_mirror_gives_way_to_the_known_address(toy: DataSource, dead_address: str) -> None:
    bring(toy, mirror=dead_address)
    assert look(toy).state == "here"


def give(folder: Path, files: dict[str, bytes]) -> tuple[Path, ...]:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in files)


def test_given_files_need_no_network_and_stay(
    tmp_path: Path, data_folder: Path, dead_address: str
) -> None:
    toy, files = toy_source(dead_address), toy_files()
    given = give(tmp_path / "usb", files)
    bring(toy, given=given, offline=True)
    assert (toy.folder / "toy/photos/1.jpg").read_bytes() == b"a photo"
    assert [path.read_bytes() for path in given] == list(files.values())
    pin = pin_of(toy, "toy.tar.gz")
    assert pin and pin.origin == str(given[0])


def test_a_folder_of_files_may_be_given(
    tmp_path: Path, data_folder: Path, dead_address: str
) -> None:
    give(tmp_path / "usb", toy_files() | {"other.txt": b""})
    bring(toy_source(dead_address), given=(tmp_path / "usb",), offline=True)
    assert here(data_folder) == ["toy"]


def test_an_archive_may_have_another_name(toy: DataSource, site: Site, tmp_path: Path) -> None:
    (archive,) = give(tmp_path / "usb", {"copy (1).tgz": site.files["toy.tar.gz"]})
    bring(toy, given=(archive,))
    assert "/toy.tar.gz" not in [path for path, _ in site.requests]


def test_given_files_are_held_to_the_first_sight_too(toy: DataSource, tmp_path: Path) -> None:
    bring(toy)
    files = toy_files(b"another photo")
    given = give(tmp_path / "usb", files)
    error = failure(toy, given=given, force=True)
    assert str(given[0]) in error.what
    assert given[0].read_bytes() == files["toy.tar.gz"]


@pytest.mark.parametrize("name", ["missing.tar.gz", "empty"])
def test_a_given_path_that_cannot_be_used_is_named(
    toy: DataSource, tmp_path: Path, site: Site, name: str
) -> None:
    (tmp_path / "empty").mkdir()
    error = failure(toy, given=(tmp_path / name,))
    assert isinstance(error, InputError | ArgumentError)
    assert name in error.what
    assert site.requests == []


def test_offline_asks_nobody(toy: DataSource, site: Site, data_folder: Path) -> None:
    error = failure(toy, offline=True)
    assert isinstance(error, OfflineError)
    assert "--offline" in error.why and "--from toy.tar.gz" in error.hint
    assert site.requests == []
    assert here(data_folder) == []


@pytest.mark.parametrize(
    "content",
    [b"no archive", toy_files()["toy.tar.gz"][:-20]],
    ids=["no archive", "truncated"],
)
def test_a_bad_archive_leaves_nothing_and_is_fetched_anew(
    toy: DataSource, site: Site, data_folder: Path, content: bytes
) -> None:
    site.files["toy.tar.gz"] = content
    error = failure(toy)
    assert "toy.tar.gz" in error.what
    assert here(data_folder) == []
    assert not lock_file().exists()
    site.files |= toy_files()
    bring(toy)


def test_a_bad_given_archive_is_not_deleted(toy: DataSource, tmp_path: Path) -> None:
    (archive,) = give(tmp_path / "usb", {"toy.tar.gz": b"no archive"})
    failure(toy, given=(archive,))
    assert archive.exists()
    assert not toy.folder.exists()


def test_an_archive_of_something_else_is_told_by_what_it_lacks(
    toy: DataSource, site: Site, data_folder: Path
) -> None:
    site.files["toy.tar.gz"] = official_files("spair")["SPair-71k.tar.gz"]
    error = failure(toy)
    assert "toy/photos" in error.why and "SPair-71k" in error.why
    assert here(data_folder) == []


@pytest.mark.parametrize("where", ["extract", "_take_place"])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing_half_unpacked(
    toy: DataSource,
    data_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    kind: type[BaseException],
) -> None:
    def interrupt(*arguments: Path) -> None:
        (arguments[-1].with_name(".unpacking-toy") / "half.jpg").write_bytes(b"half")
        raise kind

    with monkeypatch.context() as patch:
        patch.setattr(module, where, interrupt)
        with pytest.raises(kind):
            bring(toy)
    assert here(data_folder) == [".downloads"]
    assert look(toy).state == "partly downloaded"
    bring(toy)
    assert here(data_folder) == ["toy"]


def test_what_a_killed_process_left_does_not_stay(toy: DataSource, data_folder: Path) -> None:
    left = data_folder / ".unpacking-toy"
    left.mkdir(parents=True)
    (left / "half.jpg").write_bytes(b"half")
    bring(toy)
    assert here(data_folder) == ["toy"]
    assert not (toy.folder / "half.jpg").exists()


def test_a_failed_replacement_keeps_the_old_one(
    toy: DataSource, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(toy)
    rename = Path.rename

    def fail(path: Path, target: Path) -> Path:
        if path.name == ".unpacking-toy":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="Input/output"):
            bring(toy, force=True)
    assert look(toy).state == "here"


def test_a_full_disk_keeps_the_download_for_the_next_try(
    toy: DataSource, site: Site, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", fill)
        assert "no space left" in failure(toy).why
    assert here(data_folder) == [".downloads"]
    site.requests.clear()
    bring(toy)
    assert site.requests == []


def test_two_processes_do_not_bring_the_same_at_once(
    toy: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[SemimatchError] = []
    unpack = module._unpack

    def second_comes(*arguments: Any) -> None:
        errors.append(failure(toy))
        unpack(*arguments)

    monkeypatch.setattr(module, "_unpack", second_comes)
    bring(toy)
    assert "another process" in errors[0].what
    assert look(toy).state == "here"
