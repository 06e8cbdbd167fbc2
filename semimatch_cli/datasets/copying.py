"""Copying photos from one data set into another, each under a name of its own."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from semimatch_cli.errors import DatasetError


def copy_file(path: Path, destination: Path) -> None:
    """Copy the contents of one file, or raise DatasetError where it cannot be read."""
    try:
        shutil.copyfile(path, destination)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        hint = "semimatch data check names everything that is missing"
        raise DatasetError(f"cannot copy {path}", why=str(error.strerror), hint=hint) from error


def free_name(name: str, taken: set[str]) -> str:
    """Return a file name whose stem is not taken yet, and take it.

    Args:
        name: The name wanted.
        taken: Stems in lower case: some disks see no difference.
    """
    stem, suffix = Path(name).stem, Path(name).suffix
    candidate, number = stem, 1
    while candidate.lower() in taken:
        number += 1
        candidate = f"{stem}_{number}"
    taken.add(candidate.lower())
    return candidate + suffix


def copy_files(files: Iterable[Path | None], folder: Path) -> dict[Path, str]:
    """Copy files into a folder, each once; return their names there.

    Args:
        files: None is passed over.
        folder: Made when there is something to copy.
    """
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in dict.fromkeys(files):
        if path is not None:
            folder.mkdir(parents=True, exist_ok=True)
            names[path] = free_name(path.name, taken)
            copy_file(path, folder / names[path])
    return names
