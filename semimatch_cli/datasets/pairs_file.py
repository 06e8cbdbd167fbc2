"""pairs.json: the simplest format for pairs, for people with their own labels and for our tools.

A list of `{src, trg, src_kps, trg_kps, kps_ids, src_bbox, trg_bbox, src_size, trg_size, category}`:
photos relative to the file's folder, keypoints `[[x, y], ..]` in pixels, null where not visible,
boxes `[x1, y1, x2, y2]`, sizes `[w, h]`. Only src, trg, src_kps and trg_kps are needed. Also
understood: `id`, `kps_names`, `attributes`, `src_mask` and `trg_mask`.

Beside it, both optional: `images.json`, a list of `{file, kps}` with the keypoints of a photo by
number, null where not visible, which tells what the source shows and the target does not; and
`META.json` with `keypoint_names`, in the order of the numbers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble, box_or_extent
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.datasets.photo import pair_id
from semimatch_cli.files import written_whole

FILE_NAME = "pairs.json"
_Keypoints = Sequence[Sequence[float] | None]


def load(
    path: Path, split: str | None = None, *, name: str = "", skip_broken: bool = False
) -> PairSet:
    """Read a file of pairs.

    Args:
        path: The file, or the folder that holds `pairs.json`.
        split: None or "all": the format has no splits.
        name: Name of the set; by default that of its folder.
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: Another split is asked for.
        DatasetError: The file is missing or malformed; names the pair.
    """
    reading.check_split(split, ["all"], "all")
    path = path / FILE_NAME if path.is_dir() else path
    rows = reading.read_json(path)
    if not isinstance(rows, list):
        raise reading.malformed(path, "the top", "expected a list of pairs")
    beside = _Beside(path.parent, _photos(path.parent), _names(path.parent))
    readers = (
        partial(reading.interpret, path, f"pair {number}", partial(_pair, number, row, beside))
        for number, row in enumerate(rows, 1)
    )
    pairs, broken = reading.each(readers, skip_broken=skip_broken)
    threshold = box_or_extent(pairs)
    return assemble(name or path.resolve().parent.name, "all", pairs, threshold, broken)


@dataclass(frozen=True)
class _Beside:
    """What lies beside the file: the photos' own keypoints, by file, and the keypoints' names."""

    folder: Path
    photos: Mapping[str, _Keypoints]
    names: Sequence[str]


def _pair(number: int, row: dict[str, Any], beside: _Beside) -> Pair:
    """Return what an entry means; may stumble over what is wrong in it."""
    folder = beside.folder
    source, target = folder / row["src"], folder / row["trg"]
    category = str(row.get("category", "object"))
    ids, source_points, target_points = _keypoints(row, beside.photos)
    names = dict(enumerate(beside.names)) | dict(
        zip(row.get("kps_ids", ()), row.get("kps_names", ()), strict="kps_names" in row)
    )
    named = {str(key): str(name) for key, name in names.items()}
    return Pair(
        id=str(row.get("id") or pair_id(number, source, target, category)),
        source=source,
        target=target,
        source_keypoints=source_points,
        target_keypoints=target_points,
        keypoint_ids=tuple(ids),
        keypoint_names=tuple(named.get(key, "") for key in ids),
        category=category,
        source_size=_size(row.get("src_size"), source),
        target_size=_size(row.get("trg_size"), target),
        source_box=reading.box_of(row.get("src_bbox")),
        target_box=reading.box_of(row.get("trg_bbox")),
        attributes=dict(row.get("attributes", {})),
        source_mask=folder / row["src_mask"] if row.get("src_mask") else None,
        target_mask=folder / row["trg_mask"] if row.get("trg_mask") else None,
    )


def _keypoints(
    row: dict[str, Any], photos: Mapping[str, _Keypoints]
) -> tuple[list[str], reading.Points, reading.Points]:
    """Return ids, source and target points: those of the entry, then what only the source shows."""
    source, target = list(row["src_kps"]), list(row["trg_kps"])
    ids = [str(key) for key in row.get("kps_ids", range(len(source)))]
    if not len(ids) == len(source) == len(target):
        raise ValueError(f"{len(ids)} ids, {len(source)} source and {len(target)} target points")
    if len(set(ids)) < len(ids):
        raise ValueError("two keypoints have the same id")
    both = zip(photos.get(row["src"], ()), photos.get(row["trg"], ()), strict=False)
    for key, (here, there) in enumerate(both):
        if here is not None and there is None and str(key) not in ids:
            ids.append(str(key))
            source.append(here)
            target.append(None)
    return ids, reading.points_of(source), reading.points_of(target)


def _size(numbers: Sequence[float] | None, photo: Path) -> tuple[int, int]:
    return reading.photo_size(photo) if numbers is None else reading.size_of(numbers)


def _photos(folder: Path) -> dict[str, _Keypoints]:
    path = folder / "images.json"
    if not path.is_file():
        return {}
    rows = reading.read_json(path)
    return reading.interpret(
        path, "the photos", lambda: {row["file"]: row["kps"] for row in rows if "kps" in row}
    )


def _names(folder: Path) -> list[str]:
    path = folder / "META.json"
    if not path.is_file():
        return []
    content = reading.read_json(path)
    return reading.interpret(
        path, "keypoint_names", lambda: [str(name) for name in content.get("keypoint_names", ())]
    )


def write(path: Path, pairs: Sequence[Pair], places: Mapping[Path, str]) -> None:
    """Write pairs; everything that a `Pair` holds but its dense truth.

    Args:
        path: The file; nothing may lie there yet.
        pairs: The pairs.
        places: Where each photo and mask lies, relative to the file's folder.
    """
    rows = [_written(pair, places) for pair in pairs]
    with written_whole(path, force=False) as part:
        part.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n", encoding="utf-8")


def _written(pair: Pair, places: Mapping[Path, str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": pair.id,
        "src": places[pair.source],
        "trg": places[pair.target],
        "category": pair.category,
        "kps_ids": [_number(key) for key in pair.keypoint_ids],
        "src_kps": pair.source_keypoints.tolist(),
        "trg_kps": [
            point if shown else None
            for point, shown in zip(pair.target_keypoints.tolist(), pair.visible, strict=True)
        ],
        "src_size": pair.source_size,
        "trg_size": pair.target_size,
    }
    optional = {
        "kps_names": pair.keypoint_names if any(pair.keypoint_names) else None,
        "src_bbox": pair.source_box,
        "trg_bbox": pair.target_box,
        "attributes": dict(pair.attributes),
        "src_mask": places[pair.source_mask] if pair.source_mask else None,
        "trg_mask": places[pair.target_mask] if pair.target_mask else None,
    }
    return row | {key: value for key, value in optional.items() if value}


def _number(key: str) -> int | str:
    """Return an id as the number it is, as other readers of this format expect it."""
    return int(key) if key.isdecimal() and str(int(key)) == key else key
