"""The pictures behind tests/drawing/golden/*.png, from synthetic photos made here.

After an intended change of the drawings, look at the new pictures and write them with
`python tests/drawing/golden_scenes.py`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from semimatch_cli.drawing.dense import dense_scene
from semimatch_cli.drawing.flow import flow_scene
from semimatch_cli.drawing.heat import heat_scene
from semimatch_cli.drawing.keypoints import keypoints_scene
from semimatch_cli.drawing.layout import Captions
from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Scene
from semimatch_cli.matching.results import Matches, Warp

FOLDER = Path(__file__).parent / "golden"
CAPTIONS = Captions("source.png", "target.png", "tiny")


def gradient(size: tuple[int, int]) -> Image.Image:
    """A photo whose red grows to the right, green downwards, in 16 steps: PNG keeps them small."""
    width, height = size
    pixels = np.full((height, width, 3), 90, dtype=np.uint8)
    pixels[..., 0] = 16 + 14 * (np.arange(width) * 16 // width)[None, :]
    pixels[..., 1] = 16 + 14 * (np.arange(height) * 16 // height)[:, None]
    return Image.fromarray(pixels)


def checker(size: tuple[int, int]) -> Image.Image:
    """A photo of a bright and dark checkerboard, eight cells wide."""
    width, height = size
    cell = max(1, width // 8)
    odd = np.add.outer(np.arange(height) // cell, np.arange(width) // cell) % 2
    return Image.fromarray(np.where(odd, 225, 40).astype(np.uint8)).convert("RGB")


def make_matches(source: list[tuple[float, float]], target: list[tuple[float, float]]) -> Matches:
    """Matches with scores rising from row to row; of three or more, the third is invisible."""
    count = len(source)
    visible = np.ones(count, dtype=bool)
    visible[2:3] = False
    return Matches(
        source_points=np.array(source, dtype=np.float64).reshape(count, 2),
        target_points=np.array(target, dtype=np.float64).reshape(count, 2),
        scores=np.linspace(0.1, 1.0, count),
        cycle_errors=np.zeros(count),
        visible=visible,
        ids=tuple(str(row + 1) for row in range(count)),
        names=("",) * count,
    )


def spread_matches(count: int, size: tuple[int, int], reach: float = 0.45) -> Matches:
    """Matches at the same places of two photos of one size, on a sunflower spiral."""
    steps = np.arange(count) + 0.5
    radius, angle = reach * np.sqrt(steps / count), steps * np.pi * (3 - 5**0.5)
    places = np.stack([0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)], axis=-1)
    points = [tuple(point) for point in (places * size - 0.5).tolist()]
    return make_matches(points, points)


def make_warp(source_size: tuple[int, int], target_size: tuple[int, int]) -> Warp:
    """A warp that looks 20 px further right and 10 px up; a corner of the target is invisible."""
    width, height = target_size
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    scale = np.array(source_size) / np.array(target_size)
    positions = (np.stack([columns, rows], axis=-1) + 0.5) * scale - 0.5 + np.array([20.0, -10.0])
    return Warp(
        source_points=positions.astype(np.float32),
        scores=np.linspace(0.0, 1.0, width, dtype=np.float32)[None, :].repeat(height, axis=0),
        visible=(columns > width // 3) | (rows > height // 3),
        source_size=source_size,
    )


def few_scene() -> Scene:
    """Five numbered discs, names in the legend, portrait beside landscape."""
    source = [(30.0, 40.0), (200.0, 60.0), (120.0, 120.0), (60.0, 170.0), (239.0, 179.0)]
    target = [(20.0, 30.0), (150.0, 80.0), (90.0, 150.0), (40.0, 210.0), (0.0, 0.0)]
    matches = make_matches(source, target)
    named = Matches(
        **{**vars(matches), "names": ("left eye", "right eye", "nose", "paw", "tail")},
    )
    return keypoints_scene(gradient((240, 180)), checker((180, 240)), named, CAPTIONS)


def crowded_scene() -> Scene:
    """Dots with numbers beside them."""
    size = (200, 160)
    return keypoints_scene(checker(size), checker(size), spread_matches(24, size, 0.12), CAPTIONS)


def stacked_scene() -> Scene:
    """Two wide photos, one above the other."""
    points = [(10.0, 10.0), (150.0, 30.0), (290.0, 60.0)]
    return keypoints_scene(gradient((300, 80)), checker((300, 80)), make_matches(points, points))


def warped_scene() -> Scene:
    """The source's colors on the target."""
    return dense_scene(
        checker((160, 120)), gradient((120, 120)), make_warp((160, 120), (120, 120)), CAPTIONS
    )


def displaced_scene() -> Scene:
    """The flow with its wheel."""
    return flow_scene(
        checker((160, 120)), gradient((120, 120)), make_warp((160, 120), (120, 120)), CAPTIONS
    )


def heated_scene() -> Scene:
    """A warm spot in the target."""
    columns, rows = np.meshgrid(np.arange(160), np.arange(120))
    heat = np.exp(-((columns - 110) ** 2 + (rows - 50) ** 2) / (2 * 8.0**2))
    return heat_scene(
        gradient((160, 120)), checker((160, 120)), (40.0, 60.0), heat, (110.0, 50.0), CAPTIONS
    )


GOLDEN: dict[str, Callable[[], Scene]] = {
    "few": few_scene,
    "crowded": crowded_scene,
    "stacked": stacked_scene,
    "dense": warped_scene,
    "flow": displaced_scene,
    "heat": heated_scene,
}


def main() -> None:
    """Write every golden picture."""
    FOLDER.mkdir(exist_ok=True)
    for name, build in GOLDEN.items():
        render_pixels(build()).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
