"""Scene: everything that is drawn by lot for one photo, before any pixel is computed."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.backdrop import Backdrop
from semimatch_cli.datasets.synthetic.camera import Camera
from semimatch_cli.datasets.synthetic.categories import (
    Category,
    canonical_vertices,
    category_named,
)
from semimatch_cli.datasets.synthetic.distractors import distractors
from semimatch_cli.datasets.synthetic.mesh import Mesh, canonical_of, joined, mesh_of
from semimatch_cli.datasets.synthetic.model import Dial, Model
from semimatch_cli.datasets.synthetic.shading import Light
from semimatch_cli.datasets.synthetic.textures import Noise, Paint, linear

Floats = npt.NDArray[np.float64]

_FIXED = {
    "dark": ("17140f", 0.35),
    "eye": ("0b0908", 0.9),
    "light": ("efe6d2", 0.25),
    "glass": ("1c2a33", 0.9),
    "metal": ("b9bec4", 0.7),
    "tire": ("141414", 0.12),
    "lamp": ("fdf6dc", 0.9),
    "red": ("b3161b", 0.6),
    "orange": ("e08a1e", 0.25),
    "white": ("f1f1ee", 0.3),
}


_SKINS = ("f0c8a8", "d9a27c", "a8714a", "6f4630", "4a2f22")
_HAIRS = ("1a1512", "3a2416", "7a4f28", "c9a15a", "8f8d8a", "8a3a1c")


@dataclass(frozen=True)
class Lens:
    """What the camera adds to the light.

    Args:
        gain: (3,) factor of each channel: exposure and color cast.
        blur: Radius in pixels of a 256-pixel photo.
        noise: Standard deviation of the sensor's noise, 0..1.
    """

    gain: Floats
    blur: float
    noise: float


@dataclass(frozen=True)
class Scene:
    """One photo's worth of chance.

    Args:
        category: The category's name.
        model: The object.
        mesh: The object and its distractors; the object's lofts come first.
        paints: One per loft of the mesh.
        azimuth: Degrees; 0 from the front, 90 from the object's own left.
        elevation: Degrees.
        camera: For a photo of the size asked for.
        light: The light.
        backdrop: The surroundings.
        noise: The field behind the object's textures.
        lens: The camera's own effects.
        generator: What is left of chance: clutter and sensor noise.
    """

    category: str
    model: Model
    mesh: Mesh
    paints: tuple[Paint, ...]
    azimuth: float
    elevation: float
    camera: Camera
    light: Light
    backdrop: Backdrop
    noise: Noise
    lens: Lens
    generator: np.random.Generator


def draw_scene(name: str, seed: int, size: tuple[int, int]) -> Scene:
    """Draw the scene that belongs to a category and a seed.

    Shape, paint, view and surroundings have chances of their own, so that the object of a seed
    stays the same object in a photo of another size.
    """
    category = category_named(name)
    root = np.random.default_rng([zlib.crc32(name.encode()), seed])
    shape, paint, view, around, rest = root.spawn(5)
    model = category.build(Dial(shape))
    own = mesh_of(model, canonical_vertices(name))
    azimuth, elevation, camera = _draw_camera(category, view, own.vertices, size)
    floor = float(own.vertices[:, 2].min())
    light = Light.draw(around, (-camera.axes[2]).astype(np.float32))
    backdrop = Backdrop.draw(around, category.setting, floor)
    coats = _draw_paints(category, paint)
    others = distractors(around, own.vertices, camera, on_ground=category.setting == "ground")
    return Scene(
        category=name,
        model=model,
        mesh=joined([own, *(mesh_of(other, canonical_of(other)) for other, _ in others)]),
        paints=(
            *(coats[part.material] for part in model.parts),
            *(cover for other, cover in others for _ in other.parts),
        ),
        azimuth=azimuth,
        elevation=elevation,
        camera=camera,
        light=light,
        backdrop=backdrop,
        noise=Noise.draw(paint),
        lens=_draw_lens(around),
        generator=rest,
    )


def _draw_camera(
    category: Category, chance: np.random.Generator, points: Floats, size: tuple[int, int]
) -> tuple[float, float, Camera]:
    azimuth = float(chance.choice(category.views) + chance.uniform(-1, 1) * category.spread)
    elevation = float(chance.uniform(*category.elevations))
    middle = (points.min(axis=0) + points.max(axis=0)) / 2.0
    camera = Camera.looking(middle, azimuth, elevation, float(chance.uniform(3.2, 8.0)))
    camera = camera.rolled(float(chance.normal(0.0, 3.0)))
    extent = float(chance.uniform(0.48, 0.94)) * min(size)
    if chance.random() < 0.08:
        extent *= 1.5  # cut off by the border
    slack = np.maximum(np.asarray(size) * 0.96 - extent, 0.06 * min(size)) / 2.0
    center = (np.asarray(size) - 1.0) / 2.0 + chance.uniform(-1, 1, 2) * slack
    return azimuth, elevation, camera.framing(points, center, extent)


def _draw_paints(category: Category, chance: np.random.Generator) -> dict[str, Paint]:
    base, second = (_varied(str(code), chance) for code in chance.choice(category.colors, 2))
    accents = category.accents or category.colors
    accent = _varied(str(chance.choice(accents)), chance)
    if not category.accents and chance.random() < 0.6:
        accent = base * np.float32(chance.uniform(0.5, 0.9))
    coat = Paint(
        base, second, pattern=str(chance.choice(category.patterns)),
        scale=float(chance.uniform(2.5, 6.0)), gloss=category.gloss,
        grain=float(chance.uniform(0.0, 0.16)) * (1.0 - category.gloss),
        below=category.below * float(chance.random() < 0.6),
    )  # fmt: skip
    paints = {
        name: Paint(linear(code), linear(code), gloss=gloss, grain=0.0)
        for name, (code, gloss) in _FIXED.items()
    }
    trim = Paint(accent, accent, gloss=category.gloss, grain=coat.grain)
    skin = _varied(str(chance.choice(_SKINS)), chance)
    hair = _varied(str(chance.choice(_HAIRS)), chance)
    return {
        **paints,
        "coat": coat,
        "accent": trim,
        "second": Paint(second, second, gloss=category.gloss, grain=coat.grain),
        "skin": Paint(skin, skin, gloss=0.1, grain=0.03),
        "lips": Paint(
            skin * np.array([0.75, 0.4, 0.4], dtype=np.float32), skin, gloss=0.2, grain=0.0
        ),
        "hair": Paint(hair, hair * np.float32(0.5), pattern="mottled", scale=14.0, gloss=0.15),
    }


def _varied(code: str, chance: np.random.Generator) -> npt.NDArray[np.float32]:
    color = linear(code) * np.float32(chance.uniform(0.75, 1.25))
    tint = chance.uniform(0.9, 1.1, 3).astype(np.float32)
    varied: npt.NDArray[np.float32] = np.clip(color * tint, 0.0, 1.0).astype(np.float32)
    return varied


def _draw_lens(chance: np.random.Generator) -> Lens:
    cast = chance.uniform(0.93, 1.07, 3)
    return Lens(
        gain=cast * chance.uniform(0.85, 1.15),
        blur=float(chance.uniform(0.6, 1.3)) if chance.random() < 0.2 else 0.0,
        noise=float(chance.uniform(0.0, 0.03)) if chance.random() < 0.6 else 0.0,
    )
