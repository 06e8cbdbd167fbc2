"""Shading: light on the visible pixels, and the soft darkening where surfaces meet.

A key light with wrapped diffuse and a highlight, a sky that is brighter above than below, and
ambient occlusion from the depth buffer alone (unsharp masking of depth: Luft et al. 2006).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Light:
    """The light of a scene.

    Args:
        direction: (3,) unit vector towards the key light, object space.
        key: (3,) color of the key light.
        sky: (3,) color of the light from above.
        ground: (3,) color of the light from below.
        wrap: How far the key light reaches around, 0..1.
    """

    direction: Floats
    key: Floats
    sky: Floats
    ground: Floats
    wrap: float

    @classmethod
    def draw(cls, generator: np.random.Generator, towards_camera: Floats) -> "Light":
        """Draw a light from above, on the camera's half of the sky.

        Args:
            generator: The source of chance.
            towards_camera: (3,) unit vector from the object to the camera.
        """
        turn = np.arctan2(towards_camera[1], towards_camera[0]) + generator.uniform(-1.1, 1.1)
        rise = generator.uniform(0.55, 1.25)
        direction = [np.cos(rise) * np.cos(turn), np.cos(rise) * np.sin(turn), np.sin(rise)]
        warmth = generator.uniform(-0.12, 0.16)
        tint = np.array([1.0 + warmth, 1.0, 1.0 - warmth])
        strength = generator.uniform(0.75, 1.2)
        ambient = generator.uniform(0.30, 0.55)
        return cls(
            direction=np.asarray(direction, dtype=np.float32),
            key=(strength * tint).astype(np.float32),
            sky=(ambient * (2.0 - tint)).astype(np.float32),
            ground=(0.45 * ambient * tint).astype(np.float32),
            wrap=float(generator.uniform(0.1, 0.35)),
        )

    def shade(
        self, colors: Floats, normals: Floats, towards_camera: Floats, gloss: Floats
    ) -> Floats:
        """Light a surface.

        Args:
            colors: (P, 3) linear colors.
            normals: (P, 3) unit normals.
            towards_camera: (3,) unit vector to the camera, which is far enough for one to do.
            gloss: (P,) strength of the highlight.

        Returns:
            (P, 3) linear light.
        """
        facing = normals @ self.direction
        diffuse = np.clip((facing + self.wrap) / (1.0 + self.wrap), 0.0, 1.0)
        above = (0.5 + 0.5 * normals[:, 2])[:, None]
        ambient = self.ground + above * (self.sky - self.ground)
        half = unit((towards_camera + self.direction)[None])[0]
        shine = np.clip(normals @ half, 0.0, 1.0)
        broad = np.square(np.square(np.square(shine)))
        highlight = gloss * (np.square(np.square(broad)) * broad + 0.15 * broad)
        lit: Floats = colors * (ambient + diffuse[:, None] * self.key)
        lit += highlight[:, None] * self.key
        return lit


def unit(vectors: Floats) -> Floats:
    """Return (P, 3) vectors scaled to length 1."""
    squares = np.einsum("pd,pd->p", vectors, vectors)
    scaled: Floats = vectors / np.sqrt(np.maximum(squares, 1e-12))[:, None]
    return scaled


def occlusion(depth: Floats, radius: int, reach: float) -> Floats:
    """Return how open each pixel is to the sky, from the depth around it.

    Args:
        depth: (H, W) distances; far where nothing is.
        radius: Pixels of the neighborhood.
        reach: The difference of depth that counts as contact.

    Returns:
        (H, W) 1 where open, less where something nearer is close by.
    """
    nearer = np.clip(depth - box_blur(depth, radius), 0.0, reach)
    opened: Floats = (1.0 - 0.7 * nearer / reach).astype(np.float32)
    return opened


def box_blur(values: Floats, radius: int, passes: int = 2) -> Floats:
    """Blur (H, W, ...) with a box of 2 radius + 1 pixels, several times; borders are repeated."""
    if radius < 1:
        return values
    for _ in range(passes):
        for axis in (0, 1):
            values = np.moveaxis(_blurred_rows(np.moveaxis(values, axis, 0), radius), 0, axis)
    return values


def _blurred_rows(values: Floats, radius: int) -> Floats:
    """Average each row of (H, ...) with `radius` rows on either side."""
    before = np.repeat(values[:1], radius + 1, axis=0)
    after = np.repeat(values[-1:], radius, axis=0)
    sums = np.concatenate([before, values, after]).cumsum(axis=0, dtype=np.float32)
    width = 2 * radius + 1
    mean: Floats = (sums[width:] - sums[:-width]) * np.float32(1.0 / width)
    return mean
