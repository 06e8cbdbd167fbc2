"""Random views: a crop around an object, or two overlapping crops of one photo, with their points.

A view is an affine map from the photo onto a square canvas, so points move with the pixels exactly.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from tools.photos import Photo

Rng = np.random.Generator
MARGIN = 0.02  # share of the canvas that a point must keep from its border


@dataclass(frozen=True)
class View:
    """What the network sees of a photo.

    Args:
        pixels: (S, S, 3) uint8.
        points: (K, 2) xy pixels of the canvas.
        visible: (K,) annotated and on the canvas.
        foreground: (S/8, S/8) 1 on an object, 0 off every object, NaN where unknown.
    """

    pixels: npt.NDArray[np.uint8]
    points: npt.NDArray[np.float32]
    visible: npt.NDArray[np.bool_]
    foreground: npt.NDArray[np.float32]


def object_view(photo: Photo, size: int, rng: Rng, mirrored: npt.NDArray[np.int64] | None) -> View:
    """Draw a crop around the object; half of them mirrored where that is allowed."""
    x1, y1, x2, y2 = photo.boxes[0]
    center = np.array([(x1 + x2) / 2, (y1 + y2) / 2]) + rng.normal(0, 0.08, 2) * (x2 - x1, y2 - y1)
    side = max(x2 - x1, y2 - y1, 8.0)
    scale = size / side * np.exp(rng.uniform(np.log(0.5), np.log(1.15)))
    flip = mirrored is not None and rng.random() < 0.5
    to_canvas = _affine(center, scale, size, rng, flip=flip)
    points, visible = photo.points, photo.visible
    if flip:
        points, visible = points[mirrored], visible[mirrored]
    pixels = _resample(photo.pixels, to_canvas, size)
    moved = _move(points, to_canvas)
    return View(pixels, moved, visible & _inside(moved, size), _foreground(photo, to_canvas, size))


def overlapping_views(
    pixels: npt.NDArray[np.uint8], size: int, count: int, rng: Rng
) -> tuple[View, View]:
    """Draw two views of one photo that know `count` points of each other.

    Both or neither are mirrored: a mirrored copy would teach that left is right.
    """
    height, width = pixels.shape[:2]
    flip = rng.random() < 0.5
    views = []
    center = np.array([width, height]) * rng.uniform(0.35, 0.65, 2)
    for _ in range(2):
        jitter = rng.normal(0, 0.06, 2) * (width, height)
        scale = size / max(width, height) * np.exp(rng.uniform(np.log(0.8), np.log(2.0)))
        views.append(_affine(center + jitter, scale, size, rng, flip=flip))
    first, second = views
    on_first = rng.uniform(0, size - 1, (count, 2)).astype(np.float32)
    on_photo = _move(on_first, np.linalg.inv(first))
    on_second = _move(on_photo, second)
    known = (
        (on_photo >= 0).all(1)
        & (on_photo[:, 0] <= width - 1)
        & (on_photo[:, 1] <= height - 1)
        & _inside(on_first, size)
        & _inside(on_second, size)
    )
    unknown = np.full((size // 8, size // 8), np.nan, np.float32)
    return (
        View(_resample(pixels, first, size), on_first, known, unknown),
        View(_resample(pixels, second, size), on_second, known, unknown),
    )


def _affine(
    center: npt.NDArray[np.float64], scale: float, size: int, rng: Rng, *, flip: bool
) -> npt.NDArray[np.float64]:
    """Return the (3, 3) map from photo to canvas that puts `center` in the middle."""
    angle = np.deg2rad(rng.normal(0, 9))
    stretch = np.exp(rng.normal(0, 0.1))
    cosine, sine = np.cos(angle), np.sin(angle)
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([stretch, 1 / stretch]) * scale
    if flip:
        linear = np.diag([-1.0, 1.0]) @ linear
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = (size - 1) / 2 - linear @ center
    return matrix


def _resample(
    pixels: npt.NDArray[np.uint8], to_canvas: npt.NDArray[np.float64], size: int
) -> npt.NDArray[np.uint8]:
    """Sample the photo at every canvas pixel; mean gray outside of it."""
    back = np.linalg.inv(to_canvas)
    back[:2, 2] += 0.5 - back[:2, :2] @ (0.5, 0.5)  # Pillow counts from pixel corners
    image = Image.fromarray(pixels)
    coefficients = tuple(back[:2].ravel())
    warped = image.transform(
        (size, size), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR,
        fillcolor=(124, 116, 104),
    )  # fmt: skip
    return np.asarray(warped)


def _foreground(
    photo: Photo, to_canvas: npt.NDArray[np.float64], size: int
) -> npt.NDArray[np.float32]:
    """Label the cells: inside a box's inscribed ellipse 1, outside every box 0, between unknown."""
    cells = np.arange(size // 8) * 8 + 3.5
    grid = np.stack(np.meshgrid(cells, cells), -1).reshape(-1, 2)
    on_photo = _move(grid, np.linalg.inv(to_canvas))  # (h w, 2)
    if photo.mask is not None:
        height, width = photo.mask.shape
        x, y = np.rint(on_photo).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        label = np.zeros(len(grid), np.float32)
        label[inside] = photo.mask[y[inside], x[inside]]
        return label.reshape(size // 8, size // 8)
    middle = (photo.boxes[:, :2] + photo.boxes[:, 2:]) / 2
    half = np.maximum((photo.boxes[:, 2:] - photo.boxes[:, :2]) / 2, 1)
    offset = np.abs(on_photo[:, None] - middle) / half  # (h w, M, 2)
    label = np.full(len(grid), np.nan, np.float32)
    label[(offset > 1).any(-1).all(-1)] = 0
    label[(offset**2).sum(-1).min(-1) < 0.7] = 1
    return label.reshape(size // 8, size // 8)


def _move(points: npt.NDArray, matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return (points @ matrix[:2, :2].T + matrix[:2, 2]).astype(np.float32)


def _inside(points: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.bool_]:
    low, high = MARGIN * size, (1 - MARGIN) * size - 1
    return ((points >= low) & (points <= high)).all(-1)
