"""Features: one encoded photo, and the way from its cells back to its pixels."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from semimatch_cli.matching.frame import Floats, Frame


@dataclass(frozen=True)
class Features:
    """An encoded photo.

    Args:
        frame: Where the photo lies on the network's canvas.
        stride: Canvas pixels per cell.
        descriptors: (D, h, w) unit descriptors.
        valid: (h, w) False on padding.
        foreground: (h, w) how likely a cell lies on an object, 0..1.
    """

    frame: Frame
    stride: int
    descriptors: Tensor
    valid: Tensor
    foreground: Tensor

    def to(self, device: torch.device | str) -> "Features":
        """Return the same features on another device."""
        return replace(
            self,
            descriptors=self.descriptors.to(device),
            valid=self.valid.to(device),
            foreground=self.foreground.to(device),
        )

    def cells(self) -> Floats:
        """Return the (column, row) of every cell, padding included, (h w, 2), row by row."""
        h, w = self.valid.shape
        return np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1).reshape(-1, 2).astype(float)

    def to_photo(self, cells: Floats) -> Floats:
        """Turn (column, row) cell indices (N, 2) into pixels of the photo, kept on the photo.

        The centers of outer cells may lie beyond the last pixel of a thin or padded photo.
        """
        return np.clip(
            self.frame.cells_to_photo(cells, self.stride), 0, np.asarray(self.frame.photo_size) - 1
        )

    def to_pixels(self, layers: Floats) -> npt.NDArray[np.float32]:
        """Interpolate values of cells at every pixel of the photo.

        Args:
            layers: (h, w, C).

        Returns:
            (H, W, C); beyond the outer cells' centers the border continues.
        """
        width, height = self.frame.photo_size
        columns = np.stack((np.arange(width), np.zeros(width)), -1)
        rows = np.stack((np.zeros(height), np.arange(height)), -1)
        at_columns = self.frame.photo_to_cells(columns, self.stride)[:, 0]
        at_rows = self.frame.photo_to_cells(rows, self.stride)[:, 1]
        h, w = int(self.valid.any(1).sum()), int(self.valid.any(0).sum())
        seen = layers[:h, :w].astype(np.float32)  # the padding lies right and below
        return _interpolate(_interpolate(seen, at_rows, 0), at_columns, 1)


def _interpolate(layers: npt.NDArray[np.float32], at: Floats, axis: int) -> npt.NDArray[np.float32]:
    """Read fractional positions along an axis of (h, w, C), linearly."""
    at = np.clip(at, 0, layers.shape[axis] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, layers.shape[axis] - 1)
    share = (at - low).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(3)])
    result: npt.NDArray[np.float32] = layers.take(low, axis) * (1 - share)
    result += layers.take(high, axis) * share
    return result
