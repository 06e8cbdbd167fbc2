"""Camera: where an object is seen from, and which pixel each of its points falls on.

The camera looks at the object's middle from an azimuth (0 in front of it, 90 at its own left side)
and an elevation, with perspective; it is then shifted and zoomed so that the object fills a chosen
part of the picture.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Args:
        position: (3,) in object space.
        axes: (3, 3) rows right, down, forward.
        focal: Focal length in pixels.
        center: (2,) xy pixel where the optical axis meets the picture.
    """

    position: Floats
    axes: Floats
    focal: float
    center: Floats

    @classmethod
    def looking(cls, target: Floats, azimuth: float, elevation: float, distance: float) -> "Camera":
        """Look at a point of object space from so many degrees; focal length 1, no shift."""
        turn, rise = np.radians(azimuth), np.radians(elevation)
        away = np.array([np.cos(rise) * np.cos(turn), np.cos(rise) * np.sin(turn), np.sin(rise)])
        right = np.array([-np.sin(turn), np.cos(turn), 0.0])
        return cls(
            position=target + distance * away,
            axes=np.stack([right, np.cross(-away, right), -away]),
            focal=1.0,
            center=np.zeros(2),
        )

    def rolled(self, degrees: float) -> "Camera":
        """Turn the camera around its own axis."""
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
        return replace(self, axes=turn @ self.axes)

    def framing(self, points: Floats, center: Floats, extent: float) -> "Camera":
        """Zoom and shift so that the points' box has this center and longer side, in pixels.

        Args:
            points: (M, 3) in object space.
            center: (2,) xy pixel of the middle of their box.
            extent: Pixels of the longer side of their box.
        """
        flat, _ = replace(self, focal=1.0, center=np.zeros(2)).project(points)
        low, high = flat.min(axis=0), flat.max(axis=0)
        focal = extent / float((high - low).max())
        return replace(self, focal=focal, center=center - focal * (low + high) / 2.0)

    def magnified(self, factor: int) -> "Camera":
        """Return the camera of the same picture with `factor` times as many pixels a side."""
        center = (self.center + 0.5) * factor - 0.5
        return replace(self, focal=self.focal * factor, center=center)

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Project points.

        Args:
            points: (M, 3) in object space.

        Returns:
            (M, 2) xy pixels and (M,) depth along the optical axis.
        """
        local = (points - self.position) @ self.axes.T
        depth = np.maximum(local[:, 2], 1e-3)
        return local[:, :2] / depth[:, None] * self.focal + self.center, local[:, 2]

    def rays(self, size: tuple[int, int]) -> npt.NDArray[np.float32]:
        """Return (H, W, 3), the direction through each pixel, of depth 1."""
        x = (np.arange(size[0]) - self.center[0]) / self.focal
        y = (np.arange(size[1]) - self.center[1]) / self.focal
        right, down, forward = self.axes
        across = (x[:, None] * right + forward).astype(np.float32)
        downward = (y[:, None] * down).astype(np.float32)
        directions: npt.NDArray[np.float32] = across[None, :, :] + downward[:, None, :]
        return directions
