"""PF-WILLOW: ten classes of ten photos, ten keypoints each; for testing only.

    PF-dataset/<class>/<photo>.png and <photo>.mat    `pts_coord` (2, 10): x, y
    PF-dataset/test_pairs_pf.csv or test_pairs.csv    two paths, 10 source x, 10 source y, 10 target
                                                      x, 10 target y; may lie beside the folder

Where the list is missing it is built again: all ordered pairs of a class, keypoints from the `.mat`
files, which need scipy. Coordinates are taken as they stand, as in the papers.

Ham et al., Proposal Flow, CVPR 2016; list of Rocco et al., CNNGeometric, CVPR 2017.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path, PurePosixPath

import numpy as np

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble
from semimatch_cli.datasets.pair import PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, pair_of
from semimatch_cli.datasets.reading import malformed
from semimatch_cli.errors import DatasetError

FOLDER = "PF-dataset"
LISTS = ("test_pairs_pf.csv", "test_pairs.csv")
_KEYPOINTS = 10
_Couple = tuple[AnnotatedPhoto, AnnotatedPhoto]


def is_here(root: Path) -> bool:
    """Tell whether a folder, or its `PF-dataset`, is in this layout."""
    folder = _photo_folder(root)
    return (folder.name == FOLDER and folder.is_dir()) or _find_list(root) is not None


def load(root: Path, split: str | None = None, *, skip_broken: bool = False) -> PairSet:
    """Read the test pairs.

    Args:
        root: The folder that holds `PF-dataset`, or that folder.
        split: None or "test".
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: Another split is asked for.
        DatasetError: Photos or annotations are missing or malformed; or there is no list, and
            scipy, which is needed to build it, is not installed.
    """
    reading.check_split(split, ["test"], "test")
    folder, listing = _photo_folder(root), _find_list(root)
    if listing:
        rows = _list_readers(listing, folder)
        couples, broken = reading.each(rows, skip_broken=skip_broken)
    else:
        files = (partial(_annotated, path) for path in _photos(folder))
        photos, broken = reading.each(files, skip_broken=skip_broken)
        couples = _all_couples(photos)
    pairs = [pair_of(number, *couple) for number, couple in enumerate(couples, 1)]
    notes = [] if listing else [f"{LISTS[0]} is missing: all ordered pairs of each class"]
    return assemble("pf-willow", "test", pairs, "extent", [*notes, *broken])


def _photo_folder(root: Path) -> Path:
    return root / FOLDER if (root / FOLDER).is_dir() else root


def _find_list(root: Path) -> Path | None:
    folder = _photo_folder(root)
    beside = folder.parent if folder.name == FOLDER else folder
    candidates = (home / name for home in (folder, beside) for name in LISTS)
    return next((path for path in candidates if path.is_file() and _is_own(path)), None)


def _is_own(listing: Path) -> bool:
    """Tell a list from that of PF-PASCAL, which has the same name and may lie beside it."""
    with listing.open(encoding="utf-8", errors="replace") as file:
        return not file.readline().lower().startswith("source_image,target_image,class")


def _list_readers(listing: Path, folder: Path) -> Iterator[Callable[[], _Couple]]:
    """Return a reader for each row of a list."""
    size = cache(reading.photo_size)
    columns = 2 + 4 * _KEYPOINTS

    def couple(row: Sequence[str]) -> _Couple:
        if len(row) != columns:
            raise ValueError(f"{len(row)} columns, expected {columns}")
        numbers = np.array([float(cell) for cell in row[2:]]).reshape(4, _KEYPOINTS)
        # the list names the folders as they were on the disk of its authors
        paths = [folder.joinpath(*PurePosixPath(cell).parts[-2:]) for cell in row[:2]]
        source, target = (
            _photo(path, size(path), points)
            for path, points in zip(paths, (numbers[:2], numbers[2:]), strict=True)
        )
        return source, target

    for line, row in reading.read_table(listing)[1:]:
        yield partial(reading.interpret, listing, f"line {line}", partial(couple, row))


def _photos(folder: Path) -> list[Path]:
    """Return the photos of every class."""
    photos = sorted(folder.glob("*/*.png"))
    if not photos:
        names = " or ".join(LISTS)
        raise DatasetError(
            f"{folder} holds no PF-WILLOW",
            why=f"there is no {names}, and no folder of a class with photos and .mat files",
            hint="--data-root is the folder that holds PF-dataset",
        )
    return photos


def _all_couples(photos: Sequence[AnnotatedPhoto]) -> list[_Couple]:
    classes = itertools.groupby(photos, key=lambda photo: photo.category)
    return [couple for _, own in classes for couple in itertools.permutations(own, 2)]


def _annotated(path: Path) -> AnnotatedPhoto:
    mat = path.with_suffix(".mat")
    points = reading.read_mat(mat, "pts_coord")
    if points.ndim != 2 or points.shape[0] != 2:
        raise malformed(mat, "variable pts_coord", f"its shape is {points.shape}, not (2, K)")
    return _photo(path, reading.photo_size(path), points)


def _photo(path: Path, size: tuple[int, int], points: reading.Points) -> AnnotatedPhoto:
    """Return a photo; points: (2, K), x above y."""
    shown = reading.finite_rows(points.T)
    return AnnotatedPhoto(
        path=path,
        category=path.parent.name,
        size=size,
        keypoints={str(k): (float(x), float(y)) for k, (x, y) in enumerate(points.T) if shown[k]},
    )
