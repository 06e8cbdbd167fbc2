"""Distractors: things of no category beside, behind and sometimes in front of the object."""

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.camera import Camera
from semimatch_cli.datasets.synthetic.loft import Loft, ball, plate, tube
from semimatch_cli.datasets.synthetic.model import Model
from semimatch_cli.datasets.synthetic.textures import PATTERNS, Paint

Floats = npt.NDArray[np.float64]


def distractors(
    generator: np.random.Generator, points: Floats, camera: Camera, *, on_ground: bool
) -> list[tuple[Model, Paint]]:
    """Draw the things around an object.

    Args:
        generator: The source of chance.
        points: (M, 3) of the object, in object space.
        camera: Sees the object.
        on_ground: Things stand on the ground; else they float far behind.

    Returns:
        Models with their paints, often none.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    middle, extent = (low + high) / 2.0, float((high - low).max())
    right, forward = camera.axes[0], camera.axes[2] * (1.0, 1.0, 0.0)
    things = []
    for index in range(int(generator.integers(0, 4))):
        reach = extent * generator.uniform(0.10, 0.28)
        sideways = generator.choice([-1.0, 1.0]) * generator.uniform(0.35, 1.1) * extent
        behind = generator.uniform(0.5, 2.2) * extent
        if generator.random() < 0.25:
            behind, reach = -generator.uniform(0.4, 0.65) * extent, 0.75 * reach
            sideways *= 0.4
        place = middle + sideways * right + behind * forward
        place[2] = (
            low[2] + reach if on_ground else middle[2] + generator.uniform(-0.6, 0.6) * extent
        )
        thing = _thing(generator, f"thing_{index}", place, reach)
        things.append((Model((thing,), ()), _cover(generator)))
    return things


def _thing(generator: np.random.Generator, name: str, place: Floats, reach: float) -> Loft:
    up = np.array([0.0, 0.0, reach])
    wide = float(reach * generator.uniform(0.5, 1.3))
    deep = float(reach * generator.uniform(0.5, 1.3))
    kind = int(generator.integers(0, 4))
    facing = generator.uniform(-1, 1, 2)
    look = (float(facing[0]), float(facing[1]), 0.01)
    if kind == 0:
        return ball(name, place, float(reach), grid=(16, 18))
    if kind == 1:
        return plate(name, [place - up, place + up], [wide, wide], [deep, deep], up=look,
                     squareness=8.0, round_start=0.04, round_end=0.04, grid=(12, 28))  # fmt: skip
    if kind == 2:
        return tube(name, [place - up, place + 1.6 * up], [wide * 0.8, wide * 0.1], up=look,
                    round_start=0.03, grid=(12, 18))  # fmt: skip
    return tube(name, [place - up, place, place + 1.5 * up, place + 2.6 * up],
                [wide * 0.4, wide * 0.3, wide * 0.9, wide * 0.5], up=look,
                round_start=0.04, round_end=0.3, grid=(18, 16))  # fmt: skip


def _cover(generator: np.random.Generator) -> Paint:
    base = generator.uniform(0.02, 0.75, 3).astype(np.float32)
    second = generator.uniform(0.02, 0.75, 3).astype(np.float32)
    pattern = str(generator.choice(PATTERNS[:5]))
    return Paint(base, second, pattern=pattern, scale=float(generator.uniform(2, 7)), gloss=0.2)
