"""Frame: the one invertible transform between a photo and a network's input canvas.

A photo is resized to fill the top-left corner of the canvas; what is left over on the right and at
the bottom is padding, which every later stage masks out. Points are (x, y) with an integer at a
pixel's centre (the convention of SPair-71k and OpenCV), so scaling by s maps x to (x + .5) s - .5
and cell i of stride t lies at (i + .5) t - .5. Nothing else in the package converts by hand.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.errors import ConfigError, ShapeError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """Where a photo lies on a network's canvas.

    Args:
        photo_size: (width, height) of the photo as displayed, in pixels.
        content_size: (width, height) that the resized photo fills, from the top-left corner.
        canvas_size: (width, height) of the network's input, padding included.
    """

    photo_size: tuple[int, int]
    content_size: tuple[int, int]
    canvas_size: tuple[int, int]

    def __post_init__(self) -> None:
        if min(*self.photo_size, *self.content_size) < 1:
            raise ConfigError(f"a frame needs sizes of at least one pixel, got {self}")
        if any(c > k for c, k in zip(self.content_size, self.canvas_size, strict=True)):
            raise ConfigError(f"the photo does not fit its canvas: {self}")

    @classmethod
    def fit(cls, photo_size: tuple[int, int], long_side: int, multiple: int) -> "Frame":
        """Keep the aspect ratio: the longer side becomes `long_side`, the canvas a multiple.

        Args:
            photo_size: (width, height) in pixels.
            long_side: Pixels of the longer side on the canvas, before padding.
            multiple: Both canvas sides are padded up to a multiple of this (the stride).
        """
        scale = long_side / max(photo_size)
        width, height = (max(1, round(side * scale)) for side in photo_size)
        canvas = (_ceil_to(width, multiple), _ceil_to(height, multiple))
        return cls(photo_size, (width, height), canvas)

    @classmethod
    def squash(cls, photo_size: tuple[int, int], size: tuple[int, int]) -> "Frame":
        """Ignore the aspect ratio, for networks that were trained so (CATs, SemiMatch)."""
        return cls(photo_size, size, size)

    def grid_size(self, stride: int) -> tuple[int, int]:
        """Return (h, w), the number of cells of `stride` pixels on the canvas."""
        return self.canvas_size[1] // stride, self.canvas_size[0] // stride

    def points_to_canvas(self, points: npt.ArrayLike) -> Floats:
        """Map points from the photo to the canvas.

        Args:
            points: (..., 2) xy pixels of the photo.

        Returns:
            (..., 2) xy pixels of the canvas, float64.

        Raises:
            ShapeError: The last axis is not 2.
        """
        return (_as_array(points, "points", 2) + 0.5) * self._scale() - 0.5

    def points_to_photo(self, points: npt.ArrayLike) -> Floats:
        """Map points from the canvas back to the photo; the inverse of `points_to_canvas`."""
        return (_as_array(points, "points", 2) + 0.5) / self._scale() - 0.5

    def boxes_to_canvas(self, boxes: npt.ArrayLike) -> Floats:
        """Map boxes (..., 4) as x1, y1, x2, y2 from the photo to the canvas."""
        array = _as_array(boxes, "boxes", 4)
        corners = array.reshape(*array.shape[:-1], 2, 2)
        return self.points_to_canvas(corners).reshape(array.shape)

    def boxes_to_photo(self, boxes: npt.ArrayLike) -> Floats:
        """Map boxes (..., 4) as x1, y1, x2, y2 from the canvas back to the photo."""
        array = _as_array(boxes, "boxes", 4)
        corners = array.reshape(*array.shape[:-1], 2, 2)
        return self.points_to_photo(corners).reshape(array.shape)

    def photo_to_cells(self, points: npt.ArrayLike, stride: int) -> Floats:
        """Map points (..., 2) from the photo to fractional (column, row) indices of the grid."""
        return (self.points_to_canvas(points) + 0.5) / stride - 0.5

    def cells_to_photo(self, cells: npt.ArrayLike, stride: int) -> Floats:
        """Map fractional (column, row) indices of the grid to points (..., 2) of the photo."""
        return self.points_to_photo((_as_array(cells, "cells", 2) + 0.5) * stride - 0.5)

    def image_to_canvas(self, image: Image.Image) -> npt.NDArray[np.uint8]:
        """Resize an RGB photo onto the canvas, antialiased; the padding is black.

        Args:
            image: RGB photo of `photo_size`.

        Returns:
            (H, W, 3) uint8.

        Raises:
            ShapeError: The image has another size than this frame was made for.
        """
        if image.size != self.photo_size:
            raise ShapeError(f"frame for a photo of {self.photo_size}, image of {image.size}")
        content = image.resize(self.content_size, Image.Resampling.BILINEAR, reducing_gap=3.0)
        canvas = np.zeros((self.canvas_size[1], self.canvas_size[0], 3), dtype=np.uint8)
        canvas[: self.content_size[1], : self.content_size[0]] = np.asarray(content)
        return canvas

    def valid_cells(self, stride: int) -> npt.NDArray[np.bool_]:
        """Tell which cells have their centre on the photo rather than on the padding.

        Args:
            stride: Pixels of the canvas per cell.

        Returns:
            (h, w) bool. At least one cell is valid, however thin the photo.
        """
        height, width = self.grid_size(stride)
        columns = (np.arange(width) + 0.5) * stride <= max(self.content_size[0], stride / 2)
        rows = (np.arange(height) + 0.5) * stride <= max(self.content_size[1], stride / 2)
        return rows[:, None] & columns[None, :]

    def to_dict(self) -> dict[str, Any]:
        """Return the three sizes as plain lists."""
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__}

    def _scale(self) -> Floats:
        content: Floats = np.asarray(self.content_size, dtype=np.float64)
        return content / np.asarray(self.photo_size, dtype=np.float64)


def _as_array(values: npt.ArrayLike, name: str, width: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim < 1 or array.shape[-1] != width:
        raise ShapeError(f"{name}: expected shape (..., {width}), got {array.shape}")
    return array


def _ceil_to(value: int, multiple: int) -> int:
    return math.ceil(value / multiple) * multiple
