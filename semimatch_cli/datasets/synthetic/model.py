"""Model: the parts and named keypoints of one object, before it is looked at.

A category is a function from a `Dial` to a `Model`. Every number that may vary between instances
is read off the dial. A dial without a generator gives the middle of each range: the *template*,
whose surface points are the canonical coordinates of the category.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.loft import Loft

Floats = npt.NDArray[np.float64]


class Dial:
    """Draws what varies between instances; the middle of each range without a generator."""

    def __init__(self, generator: np.random.Generator | None = None) -> None:
        self._generator = generator

    def __call__(self, low: float, high: float) -> float:
        """Return a number of the range, the middle for the template."""
        if self._generator is None:
            return (low + high) / 2.0
        return float(self._generator.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Tell whether an optional part is there; the template has them all."""
        return True if self._generator is None else bool(self._generator.random() < share)


@dataclass(frozen=True)
class Spot:
    """A named keypoint on the surface of a part.

    Args:
        name: The keypoint's name; pairs are `left_*` and `right_*`, the object's own sides.
        part: The part's name.
        t: Position along its spine, 0..1.
        angle: Degrees around it.
    """

    name: str
    part: str
    t: float
    angle: float


@dataclass(frozen=True)
class Model:
    """An object: its parts and where its keypoints lie on them.

    Args:
        parts: The lofts, names unique.
        spots: The keypoints, in the category's order.
    """

    parts: tuple[Loft, ...]
    spots: tuple[Spot, ...]

    def part(self, name: str) -> Loft:
        """Return the part of that name."""
        return next(part for part in self.parts if part.name == name)

    def has(self, name: str) -> bool:
        """Tell whether this instance has the part."""
        return any(part.name == name for part in self.parts)

    def spot_points(self) -> Floats:
        """Return (K, 3), the keypoints in object space; NaN where the part is absent."""
        points = np.full((len(self.spots), 3), np.nan)
        for row, spot in enumerate(self.spots):
            if self.has(spot.part):
                points[row] = self.part(spot.part).at(spot.t, spot.angle)
        return points
