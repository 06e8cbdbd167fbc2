"""What SPair-71k's layout tells of its photos, each annotation read once, each folder listed once.

A few hundred photos make thousands of pairs, so this is what keeps reading a split to seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from semimatch_cli.datasets import reading

Keypoints = Mapping[str, Sequence[float] | None]


@dataclass(frozen=True)
class PhotoFacts:
    """What a pair needs of one photo beyond its own annotation.

    Args:
        path: The photo's file; it may be missing.
        keypoints: {id: [x, y], or None where not visible}; empty without an annotation.
        mask: File of the object's mask, where there is one.
        canonical: File of the truth of every pixel, where there is one.
    """

    path: Path
    keypoints: Keypoints
    mask: Path | None
    canonical: Path | None


class PhotoTable:
    """The photos of one data set.

    Args:
        root: The folder that holds `JPEGImages`.
        annotations: The folder of the image annotations.
    """

    def __init__(self, root: Path, annotations: Path) -> None:
        self._root, self._annotations = root, annotations
        self._known: dict[tuple[str, str], PhotoFacts] = {}
        self._listed: dict[Path, frozenset[str]] = {}

    def facts(self, category: str, file_name: str) -> PhotoFacts:
        """Return the facts of one photo, or raise DatasetError if its annotation is malformed."""
        key = (category, file_name)
        if key not in self._known:
            stem = Path(file_name).stem
            annotation = self._existing(self._annotations / category / f"{stem}.json")
            self._known[key] = PhotoFacts(
                path=self._root / "JPEGImages" / category / file_name,
                keypoints=_keypoints(annotation) if annotation else {},
                mask=self._existing(self._root / "Segmentation" / category / f"{stem}.png"),
                canonical=self._existing(self._root / "canonical" / category / f"{stem}.npz"),
            )
        return self._known[key]

    def keypoint_names(self, category: str) -> Mapping[str, str]:
        """Return {id: name} of a category, empty where the data set does not tell."""
        return self._names.get(category, {})

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        path = self._root / "Layout" / "keypoints.json"
        if not path.is_file():
            return {}
        table = reading.read_json(path)
        return reading.interpret(
            path, "the names", lambda: {key: _named(names) for key, names in table.items()}
        )

    def _existing(self, path: Path) -> Path | None:
        folder = path.parent
        if folder not in self._listed:
            there = folder.iterdir() if folder.is_dir() else ()
            self._listed[folder] = frozenset(entry.name for entry in there)
        return path if path.name in self._listed[folder] else None


def _keypoints(path: Path) -> Keypoints:
    content: Any = reading.read_json(path)
    return reading.interpret(path, "kps", lambda: dict(content["kps"].items()))


def _named(names: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Return {id: name} of a list in the order of the ids, or of a table of them."""
    items = names.items() if isinstance(names, Mapping) else enumerate(names)
    return {str(key): str(name) for key, name in items}
