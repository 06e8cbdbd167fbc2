"""Render the photos of this folder again: `python examples/make.py [FOLDER]`."""

import csv
import sys
from pathlib import Path

from PIL import Image

from semimatch_cli.datasets.synthetic import Rendering, render

SIZE = 480
SEEDS = {
    "dog_a": 542,
    "dog_b": 517,
    "bird_a": 530,
    "bird_b": 518,
    "car_a": 711,
    "car_b": 1024,
}
POINTS = (
    "left_eye",
    "nose",
    "left_ear_tip",
    "right_ear_tip",
    "left_shoulder",
    "left_hip",
    "left_front_paw",
    "left_back_paw",
    "tail_tip",
)


def main() -> None:
    """Write every photo, and the points of the first."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed in SEEDS.items():
        photo = render(name.partition("_")[0], seed=seed, size=SIZE)
        Image.fromarray(photo.image).save(folder / f"{name}.jpg", quality=92, optimize=True)
        if name == "dog_a":
            write_points(folder / "points.csv", photo)


def write_points(path: Path, photo: Rendering) -> None:
    """Write the chosen keypoints of a photo as `id,name,x,y`."""
    places = dict(zip(photo.names, photo.keypoints, strict=True))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "name", "x", "y"])
        for number, name in enumerate(POINTS, 1):
            x, y = places[name]
            writer.writerow([number, name, f"{x:.1f}", f"{y:.1f}"])


if __name__ == "__main__":
    main()
