"""Textures: colors as functions of a point on the surface.

Everything is evaluated in the template's coordinates, so a pattern sticks to the skin whatever the
pose. Colors are linear light, 0..1.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PATTERNS = ("solid", "patches", "spots", "stripes", "mottled", "saddle")
_LATTICE = 16


@dataclass(frozen=True)
class Noise:
    """Smooth random values in space, of unit period per lattice cell.

    Args:
        corners: (8, 4096) values in 0..1: for each cell of a lattice of 16 a side, which repeats
            beyond, the values at its corners; the corner's number is 4 x + 2 y + z.
    """

    corners: Floats

    @classmethod
    def draw(cls, generator: np.random.Generator) -> "Noise":
        """Draw a new field."""
        lattice = generator.random((_LATTICE,) * 3, dtype=np.float32)
        steps = itertools.product((0, -1), repeat=3)
        return cls(np.stack([np.roll(lattice, step, (0, 1, 2)).ravel() for step in steps]))

    def __call__(self, points: Floats, octaves: int = 1) -> Floats:
        """Return (M,) values in 0..1 at (M, 3) points, finer octaves with half the weight."""
        total = np.zeros(len(points), dtype=np.float32)
        weight = 0.0
        for octave in range(octaves):
            share = 0.5**octave
            total += share * self._once(points * np.float32(2.0**octave) + np.float32(7.3 * octave))
            weight += share
        return total / np.float32(weight)

    def _once(self, points: Floats) -> Floats:
        x_y_z = np.ascontiguousarray(points.T, dtype=np.float32)
        floor = np.floor(x_y_z)
        share = x_y_z - floor
        share = share * share * (3.0 - 2.0 * share)
        x, y, z = floor.astype(np.intp) & (_LATTICE - 1)
        values = self.corners.take((x * _LATTICE + y) * _LATTICE + z, axis=1)  # (8, M)
        values = values[:4] + (values[4:] - values[:4]) * share[0]
        values = values[:2] + (values[2:] - values[:2]) * share[1]
        mixed: Floats = values[0] + (values[1] - values[0]) * share[2]
        return mixed


@dataclass(frozen=True)
class Paint:
    """What a material looks like.

    Args:
        base: (3,) main color.
        second: (3,) color of the pattern.
        pattern: One of `PATTERNS`.
        scale: Pattern cells per unit of length.
        gloss: Strength of the highlight, 0..1.
        grain: Strength of fine variation of brightness, 0..1.
        below: How much lighter the underside is, 0..1.
    """

    base: Floats
    second: Floats
    pattern: str = "solid"
    scale: float = 4.0
    gloss: float = 0.1
    grain: float = 0.1
    below: float = 0.0

    def colors(self, points: Floats, noise: Noise) -> Floats:
        """Return (M, 3) linear colors at (M, 3) template points."""
        share = _pattern_share(self.pattern, points, self.scale, noise)
        color = self.base + share[:, None] * (self.second - self.base)
        if self.below > 0:
            depth = np.clip(0.5 - 3.0 * (points[:, 2] + 0.05), 0.0, 1.0)
            pale = np.float32(self.below) * depth[:, None]
            color = color + pale * (np.clip(self.base * 1.6 + 0.15, 0.0, 0.9) - color)
        if self.grain > 0:
            fine = noise(points * np.float32(26.0)) - 0.5
            color = color * (1.0 + np.float32(2.0 * self.grain) * fine[:, None])
        return np.clip(color, 0.0, 1.0).astype(np.float32)


def linear(hexadecimal: str) -> Floats:
    """Return the linear color (3,) of a code like `c0ffee`; a square stands in for sRGB's curve."""
    channels = [int(hexadecimal[start : start + 2], 16) / 255.0 for start in (0, 2, 4)]
    return np.square(np.asarray(channels, dtype=np.float32))


def _pattern_share(pattern: str, points: Floats, scale: float, noise: Noise) -> Floats:
    """Return (M,) how much of the second color shows."""
    scaled = points * np.float32(scale)
    if pattern == "patches":
        return _edge(noise(scaled * np.float32(0.55), octaves=2), 0.53, 0.02)
    if pattern == "spots":
        return _edge(noise(scaled * np.float32(2.2)), 0.68, 0.04)
    if pattern == "stripes":
        bent = points[:, 0] * np.float32(scale * 5.0) + 2.5 * noise(scaled)
        return _edge(np.sin(bent) * 0.5 + 0.5, 0.6, 0.12)
    if pattern == "mottled":
        return noise(scaled, octaves=2)
    if pattern == "saddle":
        wobble = 0.16 * (noise(scaled, octaves=2) - 0.5)
        return _edge(points[:, 2] + wobble, 0.06, 0.06)
    return np.zeros(len(points), dtype=np.float32)


def _edge(values: npt.NDArray[np.floating], threshold: float, width: float) -> Floats:
    """Return a soft step from 0 to 1 around the threshold."""
    s: Floats = np.clip((values - threshold) / (2.0 * width) + 0.5, 0.0, 1.0).astype(np.float32)
    return s * s * (3.0 - 2.0 * s)
