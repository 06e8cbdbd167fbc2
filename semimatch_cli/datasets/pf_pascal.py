"""PF-PASCAL: photos of PASCAL VOC with keypoints, and lists of pairs in two forms.

    PF-dataset-PASCAL/JPEGImages/<photo>.jpg
    PF-dataset-PASCAL/Annotations/<class>/<photo>.mat    `kps` (K, 2), NaN where not visible; `bbox`
    <split>_pairs.csv or <split>_pairs_pf_pascal.csv     split: trn or train, val, test

Both forms begin with `source_image,target_image,class`, the class counted from 1. One goes on with
`XA,YA,XB,YB`, points separated by `;`; the other with a flag `flip`, or nothing, and takes the
points from the `.mat` files, which need scipy. Rows with `flip` 1 repeat other pairs mirrored, to
augment training; they are left out. Coordinates are taken as they stand, as in the papers.

Ham et al., Proposal Flow: Semantic Correspondences from Object Proposals, TPAMI 2018; lists of
Rocco et al., NCNet, NeurIPS 2018.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, pair_of
from semimatch_cli.datasets.reading import malformed
from semimatch_cli.errors import DatasetError

FOLDER = "PF-dataset-PASCAL"
SPLITS = ("trn", "val", "test")
CATEGORIES = (
    "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike "
    "person pottedplant sheep sofa train tvmonitor"
).split()
_PREFIXES = {"trn": ("trn", "train"), "val": ("val",), "test": ("test",)}
_POINTS = ("xa", "ya", "xb", "yb")


def is_here(root: Path) -> bool:
    """Tell whether a folder, or its `PF-dataset-PASCAL`, is in this layout."""
    folder = _photo_folder(root)
    named = folder.name == FOLDER or (folder / "Annotations").is_dir()
    return named and (folder / "JPEGImages").is_dir()


def load(root: Path, split: str | None = None, *, skip_broken: bool = False) -> PairSet:
    """Read one split.

    Args:
        root: The folder that holds `PF-dataset-PASCAL`, or that folder; the lists lie in either.
        split: "trn", "val" or "test" (the default).
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: There is no such split.
        DatasetError: A list or an annotation is missing or malformed; or it needs scipy, which is
            not installed.
    """
    split = reading.check_split(split, SPLITS, "test")
    listing, reader = _listing(root, split), _Reader(_photo_folder(root))
    rows = reading.read_table(listing)
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    if header[:3] != ["source_image", "target_image", "class"]:
        why = "expected a header that begins with source_image,target_image,class"
        raise malformed(listing, "line 1", why)
    cells = [(line, dict(zip(header, row, strict=False))) for line, row in rows[1:]]
    unmirrored = [(line, row) for line, row in cells if row.get("flip", "0") in ("0", "")]
    readers = (
        partial(reading.interpret, listing, f"line {line}", partial(reader.pair, number, row))
        for number, (line, row) in enumerate(unmirrored, 1)
    )
    pairs, broken = reading.each(readers, skip_broken=skip_broken)
    mirrored = len(cells) - len(unmirrored)
    notes = [f"left out for being mirrored copies: {mirrored:,} pairs"] if mirrored else []
    return assemble("pf-pascal", split, pairs, "image", [*notes, *broken])


def _photo_folder(root: Path) -> Path:
    return root / FOLDER if (root / FOLDER).is_dir() else root


def _listing(root: Path, split: str) -> Path:
    folders = dict.fromkeys((root, root / "image_pairs", _photo_folder(root)))
    names = [
        f"{prefix}_pairs{ending}.csv"
        for prefix in _PREFIXES[split]
        for ending in ("", "_pf_pascal")
    ]
    for folder in folders:
        for name in names:
            if (folder / name).is_file():
                return folder / name
    raise DatasetError(
        f"{root} has no list of {split} pairs of PF-PASCAL",
        why=f"looked for {', '.join(names)} in {', '.join(map(str, folders))}",
        hint="semimatch data get pf-pascal brings the lists too",
    )


class _Reader:
    """Turns rows of a list into photos; each photo and annotation is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sizes: dict[Path, tuple[int, int]] = {}
        self._annotated: dict[Path, AnnotatedPhoto] = {}

    def pair(self, number: int, row: Mapping[str, str]) -> Pair:
        """Return the pair of a row; may stumble over what is wrong in it."""
        return pair_of(number, *self._couple(row))

    def _couple(self, row: Mapping[str, str]) -> tuple[AnnotatedPhoto, AnnotatedPhoto]:
        number = int(row["class"])
        if not 1 <= number <= len(CATEGORIES):
            raise ValueError(f"class {number} is not in 1..{len(CATEGORIES)}")
        category = CATEGORIES[number - 1]
        source, target = (
            # the list names the folder as it was on the disk of its authors
            self.folder / "JPEGImages" / PurePosixPath(row[key]).name
            for key in ("source_image", "target_image")
        )
        if all(row.get(name) for name in _POINTS):
            points = [[float(x) for x in row[name].split(";") if x.strip()] for name in _POINTS]
            if len(set(map(len, points))) > 1:
                raise ValueError("XA, YA, XB and YB hold different numbers of points")
            return (
                self._photo(source, category, np.stack(points[:2], axis=1)),
                self._photo(target, category, np.stack(points[2:], axis=1)),
            )
        return self._from_mat(source, category), self._from_mat(target, category)

    def _from_mat(self, path: Path, category: str) -> AnnotatedPhoto:
        mat = self.folder / "Annotations" / category / f"{path.stem}.mat"
        if mat not in self._annotated:
            keypoints = reading.read_mat(mat, "kps")
            if keypoints.ndim != 2 or keypoints.shape[1] != 2:
                raise malformed(mat, "variable kps", f"its shape is {keypoints.shape}, not (K, 2)")
            box = reading.read_mat(mat, "bbox").ravel()
            self._annotated[mat] = self._photo(path, category, keypoints, box.tolist())
        return self._annotated[mat]

    def _photo(
        self, path: Path, category: str, points: reading.Points, box: Sequence[float] | None = None
    ) -> AnnotatedPhoto:
        if path not in self._sizes:
            self._sizes[path] = reading.photo_size(path)
        shown = reading.finite_rows(points)
        return AnnotatedPhoto(
            path=path,
            category=category,
            size=self._sizes[path],
            keypoints={str(k): (float(x), float(y)) for k, (x, y) in enumerate(points) if shown[k]},
            box=reading.box_of(box),
        )
