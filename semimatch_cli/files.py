"""Files are read after a look at them, and written whole or not at all.

Writing goes to a hidden file beside the destination, which takes its place only when all of it is
there; whatever happens before that (an error, a full disk, Ctrl-C) leaves nothing behind.
"""

import difflib
import errno
import os
import shlex
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from semimatch_cli.errors import InputError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


def check_readable(path: Path) -> None:
    """Refuse what cannot be read as a file: missing, a folder, a device, empty or forbidden.

    Args:
        path: The file that is about to be read.

    Raises:
        InputError: Names the path, the reason and, for a missing file, close names beside it.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and status.st_size:
            path.open("rb").close()  # permissions are only known by trying
            return
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path) from None
    except (OSError, ValueError) as error:
        hint = f"look at its permissions: ls -ld {shlex.quote(str(path))}"
        raise InputError(f"cannot read {path}", why=_reason(error), hint=hint) from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"cannot read {path}", why="it is a folder", hint="name a file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"cannot read {path}",
            why="it is a pipe or a device, not a regular file",
            hint="save it to a file first",
        )
    raise InputError(
        f"cannot read {path}", why="it is empty: 0 bytes", hint="copy or download it again"
    )


def check_writable(path: Path, force: bool) -> None:
    """Refuse a destination before long work is spent on it.

    Args:
        path: The file that will be written.
        force: Whether an existing file may be replaced.

    Raises:
        InputError: It exists (and not `force`), is a folder or a device, or its folder is missing
            or cannot be written.
    """
    parent = path.parent
    try:
        exists, is_file, is_folder = path.exists(), path.is_file(), path.is_dir()
        parent_exists, parent_is_folder = parent.exists(), parent.is_dir()
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    if is_folder:
        hint = f"name a file inside it, such as {path / 'matches.png'}"
        raise InputError(f"cannot write {path}", why="it is a folder", hint=hint)
    if exists and not is_file:
        raise InputError(
            f"cannot write {path}", why="it is not a regular file", hint="choose another name"
        )
    if exists and not force:
        hint = "add --force to replace it, or choose another name"
        raise InputError(f"cannot write {path}", why="it exists already", hint=hint)
    if not parent_is_folder:
        why = f"{parent} is not a folder" if parent_exists else f"there is no folder {parent}"
        hint = "choose another" if parent_exists else f"mkdir -p {shlex.quote(str(parent))}"
        raise InputError(f"cannot write {path}", why=why, hint=hint)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _unwritable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


@contextmanager
def written_whole(path: Path, *, force: bool) -> Iterator[Path]:
    """Write a file so that it is there whole or not at all.

    Example: `with written_whole(Path("vis.png"), force=False) as part: picture.save(part)`.

    Args:
        path: The destination; a link is followed.
        force: Whether an existing file may be replaced.

    Yields:
        A hidden path in the same folder, with the same suffix, where an empty file lies.

    Raises:
        InputError: As `check_writable`; or the disk is full.
    """
    check_writable(path, force)
    destination = path.resolve()
    part = destination.with_name(f".semimatch-{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        part.touch(exist_ok=False)
        if destination.exists():
            shutil.copymode(destination, part)
        yield part
        check_writable(path, force)  # something may have appeared there meanwhile
        part.replace(destination)
    except OSError as error:
        if error.errno not in NO_SPACE and error.filename != str(part):
            raise  # about another file, read meanwhile
        raise _unwritable(path, error) from error
    finally:
        _remove(part)


def _unwritable(path: Path, error: OSError | ValueError) -> InputError:
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return InputError(
            f"cannot write {path}",
            why="no space left on its disk",
            hint="free some space, or write to another disk",
        )
    hint = (
        f"choose another folder, or look at the permissions: ls -ld {shlex.quote(str(path.parent))}"
    )
    return InputError(f"cannot write {path}", why=_reason(error), hint=hint)


def _missing(path: Path) -> InputError:
    if not path.parent.is_dir():
        why = f"there is no folder {path.parent}"
        return InputError(f"cannot read {path}", why=why, hint="look at the spelling of its path")
    siblings: list[str] = []
    with suppress(OSError):  # a folder may be entered without the right to list it
        siblings = [entry.name for entry in path.parent.iterdir()]
    close = difflib.get_close_matches(path.name, siblings)
    names = ", ".join(str(path.with_name(name)) for name in close)
    hint = (
        f"did you mean {names}?"
        if close
        else f"look at what is there: ls {shlex.quote(str(path.parent))}"
    )
    return InputError(f"cannot read {path}", why="there is no such file", hint=hint)


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _remove(part: Path) -> None:
    with suppress(OSError):  # gone already, or the folder with it: nothing is left behind
        part.unlink()
