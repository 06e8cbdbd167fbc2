"""Which photos to match with which: a photo against a folder, or a list of pairs in a CSV file."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from semimatch_cli.errors import InputError
from semimatch_cli.files import check_readable

_SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"}


@dataclass(frozen=True)
class PhotoPair:
    """Two photos and the name of what is written about them.

    Args:
        source: Path of the source photo.
        target: Path of the target photo.
        name: File name without suffix, different for every pair of a list.
    """

    source: Path
    target: Path
    name: str


def pairs_with_folder(source: Path, folder: Path) -> list[PhotoPair]:
    """Pair one photo with every photo of a folder, by name, itself left out.

    Raises:
        InputError: The folder holds no other photo.
    """
    photos = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _SUFFIXES]
    targets = [path for path in photos if path.is_file() and path.resolve() != source.resolve()]
    if not targets:
        raise InputError(
            f"{folder} holds no photo to match with",
            why=f"no file in it ends in {', '.join(sorted(_SUFFIXES))}",
        )
    return _named((source, target) for target in targets)


def pairs_of_file(path: Path) -> list[PhotoPair]:
    """Read a CSV file of two columns, source and target photo.

    A header `source,target` is optional; relative paths start at the file's folder.

    Raises:
        InputError: The file is missing, empty, or has a row without two paths.
    """
    check_readable(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file, strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read pairs from {path}", why=str(error)) from error
    if rows and [cell.lower() for cell in rows[0]] == ["source", "target"]:
        rows = rows[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != 2 or not all(row):
            raise InputError(
                f"cannot read pairs from {path}",
                why=f"pair {number} is {','.join(row)!r}, expected two paths",
                hint="write one pair per line: source.jpg,target.jpg",
            )
    if not rows:
        raise InputError(f"cannot read pairs from {path}", why="it holds no pairs")
    return _named((path.parent / source, path.parent / target) for source, target in rows)


def _named(pairs: Iterable[tuple[Path, Path]]) -> list[PhotoPair]:
    """Name each pair after its photos; a name already taken gets a number."""
    named, taken = [], Counter[str]()
    for source, target in pairs:
        name = f"{source.stem}__{target.stem}"
        taken[name] += 1
        suffix = f"__{taken[name]}" if taken[name] > 1 else ""
        named.append(PhotoPair(source, target, name + suffix))
    return named
