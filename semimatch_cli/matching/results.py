"""What a matcher answers: `Matches` for points, `Warp` for every pixel.

Plain numpy, frozen, in (x, y) pixels of the photos as displayed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import ShapeError


@dataclass(frozen=True)
class Matches:
    """Points of a source photo and where they were found in a target photo, row by row.

    Args:
        source_points: (N, 2) xy pixels of the source photo, float64.
        target_points: (N, 2) xy pixels of the target photo, float64.
        scores: (N,) confidence in 0..1.
        cycle_errors: (N,) pixels of the source photo between a point and its way there and back.
        visible: (N,) False where the part seems absent from the target.
        ids: N ids, as given by the caller; "1" to "N" otherwise.
        names: N names, empty where none was given.
    """

    source_points: npt.NDArray[np.float64]
    target_points: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    cycle_errors: npt.NDArray[np.float64]
    visible: npt.NDArray[np.bool_]
    ids: tuple[str, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        count = len(self.source_points)
        if self.source_points.shape != (count, 2) or self.target_points.shape != (count, 2):
            raise ShapeError(
                f"points: expected two arrays of shape ({count}, 2), got "
                f"{self.source_points.shape} and {self.target_points.shape}"
            )
        for name in ("scores", "cycle_errors", "visible", "ids", "names"):
            if len(getattr(self, name)) != count:
                raise ShapeError(f"{name}: expected {count} rows, got {len(getattr(self, name))}")

    def __len__(self) -> int:
        return len(self.source_points)

    def to_dict(self) -> dict[str, Any]:
        """Return {"matches": [one plain dict per row]}, the layout of every saved file."""
        return {"matches": [self._row(index) for index in range(len(self))]}

    def _row(self, index: int) -> dict[str, Any]:
        return {
            "id": self.ids[index],
            "name": self.names[index],
            "source_x": float(self.source_points[index, 0]),
            "source_y": float(self.source_points[index, 1]),
            "target_x": float(self.target_points[index, 0]),
            "target_y": float(self.target_points[index, 1]),
            "score": float(self.scores[index]),
            "cycle_error": float(self.cycle_errors[index]),
            "visible": bool(self.visible[index]),
        }


@dataclass(frozen=True)
class Warp:
    """For each pixel of the target photo, the source position that it corresponds to.

    Args:
        source_points: (H, W, 2) xy pixels of the source photo, float32; H, W of the target photo.
        scores: (H, W) confidence in 0..1, float32.
        visible: (H, W) False where the target pixel seems to have no counterpart.
        source_size: (width, height) of the source photo.
    """

    source_points: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    visible: npt.NDArray[np.bool_]
    source_size: tuple[int, int]

    @property
    def target_size(self) -> tuple[int, int]:
        """(width, height) of the target photo."""
        height, width = self.scores.shape
        return width, height
