"""SPair-U: other keypoints for the test photos of SPair-71k, to see what was not learned by heart.

Its archive unpacks to a folder of its own, `SPair-U`, beside `SPair-71k` (or into that), with pair
and image annotations of SPair-71k's form; photos and masks are SPair-71k's. The folders of the
annotations are called as there, or with `Extra` before. As in the authors' own evaluation pairs are
the files of the pair annotations, and keypoints come from the image annotations: every keypoint of
the source, NaN where the target does not show it.

Mariotti et al., Jamais Vu: Exposing the Generalization Gap in Supervised Semantic Correspondence,
NeurIPS 2025, arXiv:2506.08220. The layout follows its public code; no archive was at hand.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from semimatch_cli.datasets import reading, spair
from semimatch_cli.datasets.assembly import assemble
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, pair_of
from semimatch_cli.datasets.spair_photos import PhotoTable
from semimatch_cli.errors import DatasetError

_PHOTOS = ("spair/SPair-71k", "SPair-71k", "spair", ".")
_ANNOTATIONS = ("spair-u/SPair-U", "SPair-U", "spair-u", *_PHOTOS)


def is_here(root: Path) -> bool:
    """Tell whether a data root holds both SPair-71k and these annotations."""
    return _find(root) is not None


def load(root: Path, split: str | None = None, *, skip_broken: bool = False) -> PairSet:
    """Read the pairs.

    Args:
        root: The data root that holds SPair-71k and SPair-U.
        split: None or "test".
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: Another split is asked for.
        DatasetError: It is not there, or an annotation is malformed.
    """
    split = reading.check_split(split, ["test"], "test")
    found = _find(root)
    if found is None:
        raise DatasetError(
            f"{root} does not hold SPair-71k and SPair-U",
            why="looked for SPair-71k/JPEGImages and SPair-U/PairAnnotation",
            hint="unpack SPair-U beside SPair-71k",
        )
    photos, pair_annotations, image_annotations = found
    table = PhotoTable(photos, image_annotations)
    files = sorted((pair_annotations / split).glob("*.json"))
    readers = (partial(_pair, number, path, table) for number, path in enumerate(files, 1))
    pairs, broken = reading.each(readers, skip_broken=skip_broken)
    return assemble("spair-u", split, pairs, "box", broken)


def _find(root: Path) -> tuple[Path, Path, Path] | None:
    """Return the folders of photos, pair annotations and image annotations."""
    photos = next((root / p for p in _PHOTOS if (root / p / "JPEGImages").is_dir()), None)
    for place in _ANNOTATIONS:
        folder = root / place
        # inside SPair-71k itself only the marked names are not SPair-71k's own
        for prefix in ("Extra",) if folder == photos else ("", "Extra"):
            pairs = folder / f"{prefix}PairAnnotation"
            images = folder / f"{prefix}ImageAnnotation"
            if photos and pairs.is_dir() and images.is_dir():
                return photos, pairs, images
    return None


def _pair(number: int, path: Path, table: PhotoTable) -> Pair:
    content = reading.read_json(path)
    return reading.interpret(path, "the pair", lambda: _meaning(number, path.stem, content, table))


def _meaning(number: int, line: str, content: dict[str, Any], table: PhotoTable) -> Pair:
    pair = pair_of(number, _photo("src", content, table), _photo("trg", content, table))
    return replace(pair, id=line, attributes=spair.attributes_of(content))


def _photo(side: str, content: dict[str, Any], table: PhotoTable) -> AnnotatedPhoto:
    category = str(content["category"])
    facts = table.facts(category, content[f"{side}_imname"])
    places = {key: point for key, point in facts.keypoints.items() if point is not None}
    return AnnotatedPhoto(
        path=facts.path,
        category=category,
        size=reading.size_of(content[f"{side}_imsize"]),
        keypoints={key: (float(x), float(y)) for key, (x, y) in places.items()},
        box=reading.box_of(content[f"{side}_bndbox"]),
        mask=facts.mask,
    )
