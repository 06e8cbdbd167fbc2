"""SPair-71k, and every data set in its layout, such as the rendered one.

    Layout/large|small/<split>.txt           lines `id-source-target:category`
    PairAnnotation/<split>/<line>.json       boxes, sizes, the keypoints that both photos show
    ImageAnnotation/<category>/<photo>.json  every keypoint of a photo, null where not visible
    JPEGImages/<category>/<photo>.jpg
    Segmentation/<category>/<photo>.png      optional
    Layout/categories.txt, keypoints.json    optional: categories; their keypoints' names
    canonical/<category>/<photo>.npz         optional: the truth of every pixel (the rendered set)

A pair annotation lists the keypoints that both photos show. What only the source shows comes from
the image annotations and is added after them, with NaN as its place in the target: these are the
negatives of KAP (Mariotti et al., CVPR 2024). Coordinates are taken as they stand.

Min et al., SPair-71k: A Large-scale Benchmark for Semantic Correspondence, 2019, arXiv:1908.10543.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble, box_or_extent
from semimatch_cli.datasets.pair import DenseTruth, Pair, PairSet
from semimatch_cli.datasets.reading import malformed
from semimatch_cli.datasets.spair_photos import PhotoFacts, PhotoTable
from semimatch_cli.errors import DatasetError

CATEGORIES = (
    "aeroplane bicycle bird boat bottle bus car cat chair cow dog horse motorbike person "
    "pottedplant sheep train tvmonitor"
).split()
"""The 18 categories of SPair-71k. Never a directory listing: a stray file would shift them."""

SPLITS = ("trn", "val", "test")
ATTRIBUTES = {
    "viewpoint": "viewpoint_variation",
    "scale": "scale_variation",
    "truncation": "truncation",
    "occlusion": "occlusion",
    "mirrored": "mirror",
}
"""Our name of an attribute and the field of a pair annotation that holds it."""


def is_here(root: Path) -> bool:
    """Tell whether a folder is in this layout."""
    return (root / "Layout").is_dir() and (root / "PairAnnotation").is_dir()


def load(
    root: Path,
    split: str | None = None,
    *,
    name: str = "",
    categories: Sequence[str] = (),
    skip_broken: bool = False,
) -> PairSet:
    """Read one split.

    Args:
        root: The folder that holds `Layout`.
        split: "trn", "val" or "test" (the default).
        name: Name of the set; by default that of its folder.
        categories: Those allowed; by default `Layout/categories.txt`, else whatever the lists name.
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: There is no such split.
        DatasetError: A list or an annotation is missing or malformed; names file and line.
    """
    listing = _listing(root, reading.check_split(split, SPLITS, "test"))
    lines = _read_lines(listing, categories or _own_categories(root))
    photos = PhotoTable(root, root / "ImageAnnotation")
    home = root / "PairAnnotation" / listing.stem
    readers = (partial(_pair, home / f"{line}.json", line, kind, photos) for line, kind in lines)
    pairs, broken = reading.each(readers, skip_broken=skip_broken)
    used = [f"the list is {listing.relative_to(root)}"] if listing.parent.name != "large" else []
    return assemble(
        name or root.resolve().name, listing.stem, pairs, box_or_extent(pairs), [*used, *broken]
    )


def _listing(root: Path, split: str) -> Path:
    listings = [root / "Layout" / size / f"{split}.txt" for size in ("large", "small")]
    for listing in listings:
        if listing.is_file():
            return listing
    raise DatasetError(
        f"{root} has no list of {split} pairs",
        why=f"looked for {' and '.join(str(path) for path in listings)}",
        hint="name the folder that holds Layout/, or get the data set again",
    )


def _own_categories(root: Path) -> list[str]:
    names = root / "Layout" / "categories.txt"
    lines = reading.read_text(names).splitlines() if names.is_file() else []
    return [line.strip() for line in lines if line.strip()]


def _read_lines(listing: Path, categories: Sequence[str]) -> list[tuple[str, str]]:
    """Return every line of a list and its category."""
    lines = []
    for number, line in enumerate(reading.read_text(listing).splitlines(), 1):
        photos, colon, category = line.strip().partition(":")
        if not line.strip():
            continue
        if not colon or photos.count("-") < 2:
            why = f"{line!r} is not `id-source-target:category`"
            raise malformed(listing, f"line {number}", why)
        if categories and category not in categories:
            why = f"{category!r} is none of the categories: {', '.join(categories)}"
            raise malformed(listing, f"line {number}", why)
        lines.append((line.strip(), category))
    return lines


def _pair(path: Path, line: str, category: str, photos: PhotoTable) -> Pair:
    content = reading.read_json(path)
    return reading.interpret(path, "the pair", lambda: _meaning(content, line, category, photos))


def _meaning(content: dict[str, Any], line: str, category: str, photos: PhotoTable) -> Pair:
    source = photos.facts(category, content["src_imname"])
    target = photos.facts(category, content["trg_imname"])
    ids = [str(key) for key in content["kps_ids"]]
    only_source = _only_source(source, target, ids)
    names = photos.keypoint_names(category)
    return Pair(
        id=line,
        source=source.path,
        target=target.path,
        source_keypoints=reading.points_of(
            [*content["src_kps"], *(source.keypoints[key] for key in only_source)]
        ),
        target_keypoints=reading.points_of([*content["trg_kps"], *(None for _ in only_source)]),
        keypoint_ids=(*ids, *only_source),
        keypoint_names=tuple(names.get(key, "") for key in (*ids, *only_source)),
        category=category,
        source_size=reading.size_of(content["src_imsize"]),
        target_size=reading.size_of(content["trg_imsize"]),
        source_box=reading.box_of(content["src_bndbox"]),
        target_box=reading.box_of(content["trg_bndbox"]),
        attributes=attributes_of(content),
        source_mask=source.mask,
        target_mask=target.mask,
        dense_truth=_truth(source, target),
    )


def attributes_of(content: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Return the attributes that a pair annotation tells."""
    known = {ours: content[key] for ours, key in ATTRIBUTES.items() if key in content}
    return {**known, **content.get("attributes", {})}


def _only_source(source: PhotoFacts, target: PhotoFacts, listed: Sequence[str]) -> list[str]:
    """Return the keypoints that the source shows and the target is known not to show."""
    return [
        key
        for key, point in source.keypoints.items()
        if point is not None
        and key not in listed
        and key in target.keypoints
        and target.keypoints[key] is None
    ]


def _truth(source: PhotoFacts, target: PhotoFacts) -> DenseTruth | None:
    if source.canonical is None or target.canonical is None:
        return None
    return partial(_read_truth, source.canonical, target.canonical)


def _read_truth(source: Path, target: Path) -> npt.NDArray[np.float32]:
    from semimatch_cli.datasets.synthetic.truth import dense_truth

    return dense_truth(*_read_canonical(source), *_read_canonical(target))


def _read_canonical(path: Path) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.uint8]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive["canonical"], archive["parts"]
    except Exception as error:  # zipfile, zlib and numpy each have their own complaints
        hint = "render the data set again: semimatch data synth"
        raise DatasetError(f"cannot read {path}", why=str(error), hint=hint) from error
