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
from semimatch_cli.datasets.synthetic.paints import draw_paints
from semimatch_cli.datasets.synthetic.shading import Light
from semimatch_cli.datasets.synthetic.textures import Noise, Paint

Floats = npt.NDArray[np.float64]


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
    coats = draw_paints(category, paint)
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


def _draw_lens(chance: np.random.Generator) -> Lens:
    cast = chance.uniform(0.93, 1.07, 3)
    return Lens(
        gain=cast * chance.uniform(0.85, 1.15),
        blur=float(chance.uniform(0.6, 1.3)) if chance.random() < 0.2 else 0.0,
        noise=float(chance.uniform(0.0, 0.03)) if chance.random() < 0.6 else 0.0,
    )
