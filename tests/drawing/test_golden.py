"""The drawings look as they did; see golden_scenes.py for how to accept an intended change."""

from dataclasses import replace

import numpy as np
import pytest
from golden_scenes import FOLDER, GOLDEN, few_scene
from PIL import Image

from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Disc, Picture, Scene

# Another FreeType changes the edges of letters, so words count in the mean alone.
MEAN_TOLERANCE = 1.0
BLOCK = 12  # pixels
BLOCK_TOLERANCE = 32.0


def differences(scene: Scene, name: str) -> tuple[float, float]:
    """Mean absolute difference of the whole picture, and of the worst block of its photos."""
    drawn = np.asarray(render_pixels(scene), dtype=float)
    kept = np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"), dtype=float)
    assert drawn.shape == kept.shape
    apart = np.abs(drawn - kept).mean(axis=2)
    photos = [item for item in scene.items if isinstance(item, Picture)][:2]
    height = max(photo.top + photo.height for photo in photos) // BLOCK * BLOCK
    width = scene.width // BLOCK * BLOCK
    blocks = apart[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return float(apart.mean()), float(blocks.mean(axis=(1, 3)).max())


@pytest.mark.parametrize("name", GOLDEN)
def test_the_picture_is_the_golden_one(name: str) -> None:
    mean, worst = differences(GOLDEN[name](), name)
    assert mean < MEAN_TOLERANCE
    assert worst < BLOCK_TOLERANCE


def test_one_moved_mark_would_be_noticed() -> None:
    scene = few_scene()
    index = next(i for i, item in enumerate(scene.items) if isinstance(item, Disc))
    disc = scene.items[index]
    assert isinstance(disc, Disc)
    moved = replace(disc, center=(disc.center[0] + 3.0, disc.center[1]))
    items = (*scene.items[:index], moved, *scene.items[index + 1 :])
    assert differences(replace(scene, items=items), "few")[1] > BLOCK_TOLERANCE


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_files_stay_small(name: str) -> None:
    assert (FOLDER / f"{name}.png").stat().st_size < 40_000
