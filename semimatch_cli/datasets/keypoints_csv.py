"""keypoints.csv: `image,category,name,x,y`, one visible keypoint per line.

The simplest way to write down labels by hand or from a spreadsheet. Photos are relative to the
file's folder; a name means the same part in every photo of its category, and a keypoint that a
photo does not show has no line. Pairs are drawn by the rule of `datasets.photo`; without boxes,
errors are held against the extent of the target's keypoints.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble
from semimatch_cli.datasets.pair import PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, Point, draw_pairs
from semimatch_cli.files import written_whole

FILE_NAME = "keypoints.csv"
COLUMNS = ("image", "category", "name", "x", "y")
_PhotoKey = tuple[str, str]


def load(
    path: Path,
    split: str | None = None,
    *,
    name: str = "",
    seed: int = 0,
    skip_broken: bool = False,
) -> PairSet:
    """Read a file of keypoints and draw pairs of its photos.

    Args:
        path: The file, or the folder that holds `keypoints.csv`.
        split: None or "all": the format has no splits.
        name: Name of the set; by default that of its folder.
        seed: Draws the pairs.
        skip_broken: Leave a broken line out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: Another split is asked for.
        DatasetError: The file is missing or malformed; names the line.
    """
    reading.check_split(split, ["all"], "all")
    path = path / FILE_NAME if path.is_dir() else path
    keypoints_of, broken = _read(path, skip_broken=skip_broken)
    photos = [
        AnnotatedPhoto(
            path=path.parent / image,
            category=category,
            size=reading.photo_size(path.parent / image),
            keypoints=keypoints,
            names={key: key for key in keypoints},
        )
        for (image, category), keypoints in keypoints_of.items()
    ]
    drawn = f"pairs drawn from {len(photos):,} photos with seed {seed}"
    pairs = draw_pairs(photos, seed)
    return assemble(name or path.resolve().parent.name, "all", pairs, "extent", [drawn, *broken])


def _read(path: Path, *, skip_broken: bool) -> tuple[dict[_PhotoKey, dict[str, Point]], list[str]]:
    rows = reading.read_table(path)
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        why = f"the header lacks {', '.join(missing)}; expected {','.join(COLUMNS)}"
        raise reading.malformed(path, "line 1", why)
    photos: dict[_PhotoKey, dict[str, Point]] = {}
    readers = (partial(_add, path, line, photos, header, row) for line, row in rows[1:])
    _, broken = reading.each(readers, skip_broken=skip_broken)
    return photos, broken


def _add(
    path: Path,
    line: int,
    photos: dict[_PhotoKey, dict[str, Point]],
    header: Sequence[str],
    cells: Sequence[str],
) -> None:
    place = f"line {line}"
    if len(cells) != len(header):
        why = f"{len(cells)} columns, expected {len(header)}"
        raise reading.malformed(path, place, why)
    row = dict(zip(header, cells, strict=True))
    x, y = reading.interpret(path, place, lambda: (float(row["x"]), float(row["y"])))
    if not (math.isfinite(x) and math.isfinite(y)):
        why = f"the keypoint {row['name']!r} is at ({x}, {y}); leave out what is not visible"
        raise reading.malformed(path, place, why)
    if not (row["image"] and row["category"] and row["name"]):
        raise reading.malformed(path, place, "image, category and name must not be empty")
    keypoints = photos.setdefault((row["image"], row["category"]), {})
    if row["name"] in keypoints:
        why = f"a second keypoint {row['name']!r} of {row['image']}"
        raise reading.malformed(path, place, why)
    keypoints[row["name"]] = (x, y)


def write(path: Path, photos: Sequence[AnnotatedPhoto], places: Mapping[Path, str]) -> None:
    """Write the keypoints of photos, under their names, or their ids where they have none.

    Args:
        path: The file; nothing may lie there yet.
        photos: The photos.
        places: Where each photo lies, relative to the file's folder.
    """
    with (
        written_whole(path, force=False) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for photo in photos:
            image = places[photo.path]
            for key, (x, y) in photo.keypoints.items():
                writer.writerow([image, photo.category, photo.names.get(key) or key, x, y])
