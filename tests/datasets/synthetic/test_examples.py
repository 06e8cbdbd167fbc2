"""The photos in examples/ are what the renderer makes, and small."""

import runpy
from pathlib import Path

import numpy as np
from PIL import Image

from semimatch_cli.datasets.synthetic import render

EXAMPLES = Path(__file__).parents[3] / "examples"
MAKE = runpy.run_path(str(EXAMPLES / "make.py"))


def test_the_first_photo_and_its_points_come_out_of_the_renderer(tmp_path: Path) -> None:
    dog = render("dog", seed=MAKE["SEEDS"]["dog_a"], size=MAKE["SIZE"])
    committed = np.asarray(Image.open(EXAMPLES / "dog_a.jpg"), dtype=float)
    assert np.abs(committed - dog.image).mean() < 3
    MAKE["write_points"](tmp_path / "points.csv", dog)
    assert (tmp_path / "points.csv").read_text() == (EXAMPLES / "points.csv").read_text()
    seen = dict(zip(dog.names, dog.visible, strict=True))
    assert all(seen[name] for name in MAKE["POINTS"])


def test_every_photo_is_committed_and_small() -> None:
    photos = {path.stem: path.stat().st_size for path in EXAMPLES.glob("*.jpg")}
    assert set(photos) == set(MAKE["SEEDS"])
    assert max(photos.values()) < 60_000
