"""Loft: the one kind of part that every object is built from.

A loft sweeps a rounded cross-section along a smooth spine: balls, limbs, wings, car bodies and
bottles are all lofts. Its surface has two parameters, `t` in 0..1 along the spine and `angle` in
degrees around it, and these mean the same spot on every instance of a category, whatever its
proportions and pose. That is what makes the dense true correspondence known.

Object space: x forward, y to the object's own left, z up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Vector = tuple[float, float, float]
Knots = Sequence[Vector | Floats] | Sequence[Vector] | Sequence[Floats]


@dataclass(frozen=True)
class Loft:
    """A closed surface around a spine.

    Args:
        name: Unique within its model; a side is part of the name (`left_ear`).
        spine: (K, 3) knots of the axis in object space, both ends included.
        widths: (K,) half extents across: along `up` x direction.
        heights: (K,) half extents along `up`.
        material: Which paint of the instance it gets.
        up: The direction of angle 90; angle 0 is `up` x direction (an animal's left).
        squareness: Exponent of the superellipse: 2 round, 6 a box with rounded edges.
        round_start: Share of the spine over which the start closes like a ball.
        round_end: Share of the spine over which the end closes.
        mirrored: Reflect the finished surface in the plane y = 0.
        grid: (rows, columns) of the mesh.
    """

    name: str
    spine: Floats
    widths: Floats
    heights: Floats
    material: str = "coat"
    up: Vector | Floats = (0.0, 0.0, 1.0)
    squareness: float = 2.0
    round_start: float = 0.1
    round_end: float = 0.1
    mirrored: bool = False
    grid: tuple[int, int] = (16, 14)

    def points(self, t: Floats, angle: Floats) -> Floats:
        """Evaluate the surface.

        Args:
            t: (M,) positions along the spine in 0..1.
            angle: (M,) degrees around it.

        Returns:
            (M, 3) points in object space.
        """
        axis, wide, high = self._rings(t)
        across, along = _section(np.radians(angle), self.squareness)
        return self._placed(axis + across[:, None] * wide + along[:, None] * high)

    def at(self, t: float, angle: float) -> Floats:
        """Return (3,), one point of the surface."""
        point: Floats = self.points(np.array([t]), np.array([angle]))[0]
        return point

    def vertices(self) -> Floats:
        """Return (rows, columns, 3), the mesh; rows crowd where the ends close."""
        rows, columns = self.grid
        t = (1.0 - np.cos(np.linspace(0.0, np.pi, rows))) / 2.0
        angle = np.arange(columns) * (360.0 / columns)
        axis, wide, high = (each[:, None, :] for each in self._rings(t))
        across, along = _section(np.radians(angle), self.squareness)
        return self._placed(axis + across[:, None] * wide + along[:, None] * high)

    def _rings(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the axis and the two half axes of the section at each t, (M, 3) each."""
        knots = np.column_stack([self.spine, self.widths, self.heights])
        swept, rate = _curve(knots, t)
        axis, width, height = swept[:, :3], swept[:, 3:4], swept[:, 4:]
        tangent = _unit(rate[:, :3])
        side = _unit(_cross(np.broadcast_to(self.up, tangent.shape), tangent))
        closing = _closing(t, self.round_start, self.round_end)[:, None]
        wide = np.maximum(width, 1e-3) * closing * side
        return axis, wide, np.maximum(height, 1e-3) * closing * _cross(tangent, side)

    def _placed(self, surface: Floats) -> Floats:
        return surface * xyz(1.0, -1.0, 1.0) if self.mirrored else surface


class Looks(TypedDict, total=False):
    """The fields of `Loft` that have a default."""

    material: str
    up: Vector | Floats
    squareness: float
    round_start: float
    round_end: float
    mirrored: bool
    grid: tuple[int, int]


def tube(name: str, spine: Knots, radii: Sequence[float], **looks: Unpack[Looks]) -> Loft:
    """Return a loft with round sections.

    Args:
        name: Its name.
        spine: Knots of the axis.
        radii: One per knot.
        looks: The other fields of `Loft`.
    """
    return plate(name, spine, radii, radii, **looks)


def plate(
    name: str,
    spine: Knots,
    widths: Sequence[float],
    heights: Sequence[float],
    **looks: Unpack[Looks],
) -> Loft:
    """Return a loft with elliptic sections: wings, ears, fins, boxes."""
    knots = np.asarray([np.asarray(knot, dtype=np.float64) for knot in spine])
    return Loft(name, knots, np.asarray(widths), np.asarray(heights), **looks)


def xyz(x: float, y: float, z: float) -> Floats:
    """Return (3,), a vector of object space: forward, to the left, up."""
    return np.array([x, y, z], dtype=np.float64)


def ball(
    name: str,
    center: Vector | Floats,
    radius: float,
    axis: Vector | Floats = (0.0, 1.0, 0.0),
    **looks: Unpack[Looks],
) -> Loft:
    """Return a sphere; `t` runs along its axis, which needs no unit length but is not vertical."""
    middle = np.asarray(center, dtype=np.float64)
    reach = radius * _unit(np.asarray(axis, dtype=np.float64))
    rounding: Looks = {"round_start": 0.5, "round_end": 0.5, "grid": (9, 10)}
    return tube(name, [middle - reach, middle + reach], [radius, radius], **(rounding | looks))


def _curve(knots: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Interpolate (K, D) knots, evenly spaced in t, by a Catmull-Rom spline.

    Returns:
        (M, D) values and (M, D) rates of change.
    """
    last = len(knots) - 1
    position = np.clip(t, 0.0, 1.0) * last
    cell = np.minimum(position.astype(np.intp), last - 1)
    s = (position - cell)[:, None]
    slope = np.empty_like(knots)
    slope[1:-1] = (knots[2:] - knots[:-2]) / 2.0
    slope[0], slope[-1] = knots[1] - knots[0], knots[-1] - knots[-2]
    step = knots[cell + 1] - knots[cell]
    first, second = slope[cell], slope[cell + 1]
    rise, bend = 3.0 * step - 2.0 * first - second, first + second - 2.0 * step
    return (
        knots[cell] + s * (first + s * (rise + s * bend)),
        first + s * (2.0 * rise + 3.0 * s * bend),
    )


def _closing(t: Floats, start: float, end: float) -> Floats:
    """Return the share of the radius at t: quarter circles over both ends."""
    left: Floats = np.clip(1.0 - t / max(start, 1e-6), 0.0, 1.0)
    right = np.clip(1.0 - (1.0 - t) / max(end, 1e-6), 0.0, 1.0)
    share: Floats = np.sqrt(np.maximum((1.0 - left**2) * (1.0 - right**2), 0.0))
    return share


def _section(angle: Floats, exponent: float) -> tuple[Floats, Floats]:
    """Return the superellipse of unit half extents at an angle."""
    across, along = np.cos(angle), np.sin(angle)
    reach = (np.abs(across) ** exponent + np.abs(along) ** exponent) ** (-1.0 / exponent)
    return across * reach, along * reach


def _cross(first: Floats, second: Floats) -> Floats:
    """Return the cross product of (M, 3) vectors; several times faster than numpy's for few."""
    (a, b, c), (d, e, f) = first.T, second.T
    return np.stack([b * f - c * e, c * d - a * f, a * e - b * d], axis=1)


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit
