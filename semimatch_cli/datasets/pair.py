"""Pair and PairSet: what every data set becomes, whatever its layout on the disk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import ShapeError

Box = tuple[float, float, float, float]
DenseTruth = Callable[[], npt.NDArray[np.float32]]
ThresholdBase = Literal["box", "image", "extent"]


@dataclass(frozen=True)
class Pair:
    """Two photos of one category and the keypoints they share.

    Args:
        id: Different for every pair of a set, and the same on every machine.
        source: File of the source photo.
        target: File of the target photo.
        source_keypoints: (N, 2) xy pixels of the source photo as displayed, float64, finite.
        target_keypoints: (N, 2) xy pixels of the target photo; NaN where the target does not show
            the keypoint.
        keypoint_ids: N ids, different from one another.
        keypoint_names: N names, empty where unknown.
        category: What both photos show.
        source_size: (width, height) of the source photo.
        target_size: (width, height) of the target photo.
        source_box: x1, y1, x2, y2 of the object, where known; a side is x2 - x1.
        target_box: The same in the target photo.
        attributes: What the benchmark says of the pair, such as viewpoint, scale, truncation,
            occlusion, mirrored.
        source_mask: File of the object's mask, where there is one.
        target_mask: The same for the target photo.
        dense_truth: Loads the true source position (H, W, 2) of every target pixel, NaN where
            there is none; None where the truth is not dense.
    """

    id: str
    source: Path
    target: Path
    source_keypoints: npt.NDArray[np.float64]
    target_keypoints: npt.NDArray[np.float64]
    keypoint_ids: tuple[str, ...]
    keypoint_names: tuple[str, ...]
    category: str
    source_size: tuple[int, int]
    target_size: tuple[int, int]
    source_box: Box | None = None
    target_box: Box | None = None
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    source_mask: Path | None = None
    target_mask: Path | None = None
    dense_truth: DenseTruth | None = None

    def __post_init__(self) -> None:
        count = len(self.keypoint_ids)
        for name in ("source_keypoints", "target_keypoints"):
            if getattr(self, name).shape != (count, 2):
                raise ShapeError(
                    f"pair {self.id}: {name} has shape {getattr(self, name).shape}, "
                    f"expected ({count}, 2)"
                )
        if len(self.keypoint_names) != count:
            raise ShapeError(f"pair {self.id}: {count} ids but {len(self.keypoint_names)} names")

    @property
    def visible(self) -> npt.NDArray[np.bool_]:
        """(N,) whether the target shows each keypoint."""
        finite = np.isfinite(self.target_keypoints)
        return finite[:, 0] & finite[:, 1]


@dataclass(frozen=True)
class PairSet:
    """The pairs of one split of a data set.

    Args:
        name: Name of the data set, or of its folder.
        split: "trn", "val", "test", or "all" where there is none.
        pairs: In the order of the benchmark's own list.
        threshold: What the benchmark holds errors against: the longer side of the target box, of
            the image, or the larger extent of the target's keypoints.
        notes: What a reader of a number should know, such as how many pairs were left out and why.
    """

    name: str
    split: str
    pairs: tuple[Pair, ...]
    threshold: ThresholdBase
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)
