"""Files are read after a look at them, and written whole or not at all."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from semimatch_cli.errors import InputError
from semimatch_cli.files import check_readable, check_writable, written_whole


def everything_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with written_whole(path, force=False) as part:
        part.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert everything_in(tmp_path) == ["out.txt"]


def test_the_part_is_hidden_and_keeps_folder_and_suffix(tmp_path: Path) -> None:
    with written_whole(tmp_path / "out.png", force=False) as part:
        assert part.parent == tmp_path
        assert part.suffix == ".png"
        assert part.name.startswith(".")


def test_two_writers_of_one_file_never_share_a_part(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with written_whole(path, force=True) as first, written_whole(path, force=True) as second:
        assert first != second


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit, OSError])
def test_nothing_is_left_after_an_exception(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "out.txt"
    with pytest.raises(error), written_whole(path, force=False) as part:
        part.write_text("half")
        raise error
    assert everything_in(tmp_path) == []


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), written_whole(path, force=True) as part:
        part.write_text("new")
        raise KeyboardInterrupt
    assert path.read_text() == "old"


def test_an_existing_file_is_refused_without_force(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(InputError, match=r"out\.txt.*exists") as caught:
        check_writable(path, force=False)
    assert "--force" in caught.value.hint
    with pytest.raises(InputError), written_whole(path, force=False):
        pytest.fail("the block must not run")
    assert path.read_text() == "old"


def test_force_replaces_a_file_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    path.chmod(0o640)
    with written_whole(path, force=True) as part:
        part.write_text("new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_usual_mode_rather_than_a_private_one(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    with written_whole(tmp_path / "out.txt", force=False):
        pass
    assert (tmp_path / "out.txt").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_that_appears_meanwhile_is_not_replaced_without_force(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with pytest.raises(InputError, match="exists"), written_whole(path, force=False) as part:
        part.write_text("mine")
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert everything_in(tmp_path) == ["out.txt"]


def test_a_link_is_followed_rather_than_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    with written_whole(link, force=True) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_folder_is_refused_even_with_force(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is a folder"):
        check_writable(tmp_path, force=True)


def test_a_device_is_refused_even_with_force() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        check_writable(Path("/dev/null"), force=True)


def test_a_missing_folder_is_refused_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder") as caught:
        check_writable(tmp_path / "new folder" / "out.txt", force=False)
    assert caught.value.hint == f"mkdir -p '{tmp_path}/new folder'"


def test_a_file_as_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="not a folder"):
        check_writable(tmp_path / "file" / "out.txt", force=False)


def test_a_name_longer_than_the_file_system_allows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long"):
        check_writable(tmp_path / ("a" * 300), force=False)


def test_an_unwritable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # permission bits do not bind root
    with pytest.raises(InputError, match="Permission denied") as caught:
        check_writable(tmp_path / "out.txt", force=False)
    assert "permissions" in caught.value.hint


def test_a_folder_that_refuses_only_the_attempt_is_worded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(InputError, match=r"out\.txt: Read-only file system"):
        with written_whole(tmp_path / "out.txt", force=False):
            pytest.fail("the block must not run")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_worded_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    path = tmp_path / "out.txt"
    with pytest.raises(InputError, match=r"out\.txt: no space left") as caught:
        with written_whole(path, force=False) as part:
            part.write_text("half")
            raise OSError(number, os.strerror(number))
    assert "free some space" in caught.value.hint
    assert everything_in(tmp_path) == []


@pytest.fixture
def full_part(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every part lie on a device that is always full."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    touch = Path.touch

    def link_to_full(self: Path, *arguments: Any, **options: Any) -> None:
        if self.name.startswith(".semimatch-"):
            self.symlink_to("/dev/full")
        else:
            touch(self, *arguments, **options)

    monkeypatch.setattr(Path, "touch", link_to_full)
    yield


@pytest.mark.usefixtures("full_part")
def test_a_really_full_device_is_worded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no space left"):
        with written_whole(tmp_path / "out.txt", force=False) as part:
            part.write_text("half")
    assert everything_in(tmp_path) == []


@pytest.mark.usefixtures("full_part")
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_picture_on_a_full_device_is_worded(tmp_path: Path, suffix: str) -> None:
    picture = Image.effect_noise((300, 300), 90)
    with pytest.raises(InputError, match="no space left"):
        with written_whole(tmp_path / f"out{suffix}", force=False) as part:
            picture.save(part)
    assert everything_in(tmp_path) == []


def test_an_error_of_another_file_passes_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        with written_whole(tmp_path / "out.txt", force=False):
            (tmp_path / "other").read_text()
    assert everything_in(tmp_path) == []


def test_a_readable_file_passes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    check_readable(tmp_path / "a.txt")


def test_a_missing_file_names_the_close_ones(tmp_path: Path) -> None:
    (tmp_path / "kitten.jpg").write_text("a")
    with pytest.raises(InputError, match=r"kiten\.jpg: there is no such file") as caught:
        check_readable(tmp_path / "kiten.jpg")
    assert str(tmp_path / "kitten.jpg") in caught.value.hint


def test_a_missing_file_with_nothing_close_still_has_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        check_readable(tmp_path / "a.jpg")
    assert caught.value.hint


def test_a_missing_folder_is_what_a_reader_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no folder .*nowhere"):
        check_readable(tmp_path / "nowhere" / "a.jpg")


def test_reading_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is a folder"):
        check_readable(tmp_path)


def test_reading_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(InputError, match="it is empty"):
        check_readable(tmp_path / "a.jpg")


def test_reading_a_pipe_is_refused_without_waiting_on_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe or a device"):
        check_readable(tmp_path / "pipe")


def test_a_path_with_a_null_byte_is_refused() -> None:
    with pytest.raises(InputError, match="null"):
        check_readable(Path("a\0b"))


def test_a_forbidden_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    (tmp_path / "a.jpg").write_text("a")
    monkeypatch.setattr(Path, "open", refuse)  # permission bits do not bind root
    with pytest.raises(InputError, match="Permission denied") as caught:
        check_readable(tmp_path / "a.jpg")
    assert "ls -ld" in caught.value.hint
