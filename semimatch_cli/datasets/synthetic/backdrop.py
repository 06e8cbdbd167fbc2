"""Backdrop: what lies behind and below the object.

Sky, wall or water from the direction of each pixel's ray, a ground plane with its own texture and
the object's soft shadow, and a scatter of blurred shapes as clutter.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from semimatch_cli.datasets.synthetic.camera import Camera
from semimatch_cli.datasets.synthetic.shading import box_blur
from semimatch_cli.datasets.synthetic.textures import Noise, Paint, linear

Floats = npt.NDArray[np.float32]

_SKIES = (("7fb2e5", "dbeaf5"), ("4f86c6", "f3e3cf"), ("9fb4c4", "e4e8ea"), ("6a7f93", "c8ccd2"))
_WATERS = (("1b5e8c", "7fd0d8"), ("0f3d5e", "3f8fae"), ("2f7a78", "a5d9c0"), ("16324a", "5d8f9f"))
_GROUNDS = (
    "6f8f4a",
    "8a7a55",
    "b7a383",
    "77706a",
    "4f6b3a",
    "a39a90",
    "8c5f45",
    "c9bda6",
    "5c5f66",
)
_WALLS = ("c9c2b6", "8fa3ad", "b98f7a", "6d7f6a", "d9d3c7", "a4a0b5", "59626e", "e3c9a0", "7f5f58")


@dataclass(frozen=True)
class Backdrop:
    """The surroundings of one photo.

    Args:
        far: (2, 3) linear colors at the horizon and high above.
        ground: The ground's paint; None without a ground.
        height: z of the ground.
        clutter: Number of blurred shapes.
        blur: Radius in pixels of a 256-pixel photo.
        noise: The field behind all its textures.
    """

    far: Floats
    ground: Paint | None
    height: float
    clutter: int
    blur: float
    noise: Noise

    @classmethod
    def draw(cls, generator: np.random.Generator, setting: str, height: float) -> "Backdrop":
        """Draw surroundings for a category's setting; `height` is where its feet are."""
        indoors = setting == "ground" and generator.random() < 0.5
        pairs = _WATERS if setting == "water" else _SKIES
        high, low = (linear(code) for code in pairs[generator.integers(len(pairs))])
        if indoors:
            low = linear(str(generator.choice(_WALLS)))
            high = low * np.float32(generator.uniform(0.55, 0.95))
        floor = None
        if setting == "ground" or generator.random() < 0.25:
            floor = _floor(generator)
        return cls(
            far=np.stack([low, high]).astype(np.float32),
            ground=floor,
            height=height - (0.0 if setting == "ground" else generator.uniform(0.4, 1.2)),
            clutter=int(generator.integers(0, 14)) if generator.random() < 0.65 else 0,
            blur=float(generator.uniform(0.0, 2.5)),
            noise=Noise.draw(generator),
        )

    def paint(
        self, camera: Camera, size: tuple[int, int], shadow: Floats, generator: np.random.Generator
    ) -> Floats:
        """Return the picture of the surroundings.

        Args:
            camera: The photo's camera.
            size: (width, height) of the photo.
            shadow: (H, W) 0..1, how much of the ground's light is taken by the object.
            generator: The source of chance of the clutter.

        Returns:
            (H, W, 3) linear colors.
        """
        rays = camera.rays(size)
        up = rays[..., 2] / np.sqrt(np.einsum("hwd,hwd->hw", rays, rays))
        share = np.clip(0.5 + 1.1 * up, 0.0, 1.0)[..., None]
        picture = self.far[0] + share * (self.far[1] - self.far[0])
        picture = picture * (0.8 + 0.4 * self._clouds(rays))
        cluttered = _scatter(picture, self.clutter, generator)
        if self.ground is not None:
            cluttered = self._lay_ground(cluttered, picture, rays, camera, shadow)
        radius = round(self.blur * max(size) / 256)
        return box_blur(cluttered, radius)

    def _clouds(self, rays: Floats) -> Floats:
        """Return (H, W, 1) smooth noise, computed for every fourth pixel."""
        coarse = rays[::4, ::4]
        values = self.noise((coarse * 3.0).reshape(-1, 3), octaves=3).reshape(coarse.shape[:2])
        size = (rays.shape[1], rays.shape[0])
        smooth = Image.fromarray(values).resize(size, Image.Resampling.BILINEAR)
        return np.asarray(smooth, dtype=np.float32)[..., None]

    def _lay_ground(
        self, behind: Floats, far: Floats, rays: Floats, camera: Camera, shadow: Floats
    ) -> Floats:
        """Put the ground before what lies behind; towards the horizon it fades into the far."""
        if self.ground is None:
            return behind
        drop = np.float32(self.height - camera.position[2])
        reach = drop / np.minimum(rays[..., 2], -1e-4)
        hit = (rays[..., 2] < -1e-4) & (reach < 40.0) & (reach > 0)
        where = camera.position.astype(np.float32) + reach[hit][:, None] * rays[hit]
        color = self.ground.colors((0.6 * where).astype(np.float32), self.noise)
        color *= (1.0 - 0.72 * shadow[hit])[:, None]
        fog = np.clip(reach[hit] / 26.0, 0.0, 1.0)[:, None] ** 1.5
        picture = behind.copy()
        picture[hit] = color * (1.0 - fog) + far[hit] * fog
        return picture


def _floor(generator: np.random.Generator) -> Paint:
    base = linear(str(generator.choice(_GROUNDS)))
    return Paint(
        base=base,
        second=base * np.float32(generator.uniform(0.5, 1.4)),
        pattern=str(generator.choice(["solid", "mottled", "patches", "stripes", "mottled"])),
        scale=float(generator.uniform(0.8, 5.0)),
        grain=float(generator.uniform(0.0, 0.25)),
    )


def _scatter(picture: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Draw random blobs and slabs over a picture of linear colors."""
    if count == 0:
        return picture
    height, width = picture.shape[:2]
    canvas = Image.new("L", (width, height))
    pen = ImageDraw.Draw(canvas)
    colors = generator.uniform(0.0, 0.85, (count + 1, 3)).astype(np.float32)
    for number in range(1, count + 1):
        center = generator.uniform([0, 0], [width, height])
        reach = generator.uniform(0.03, 0.22) * max(width, height) * generator.uniform(0.5, 1.5, 2)
        turns = np.sort(generator.uniform(0, 2 * np.pi, int(generator.integers(3, 9))))
        edge = center + reach * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        pen.polygon([(float(x), float(y)) for x, y in edge], fill=number)
    numbers = np.asarray(canvas)
    return np.where(numbers[..., None] > 0, colors[numbers], picture)
