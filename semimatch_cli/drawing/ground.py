"""Rasters that several pictures share: what absence looks like, and colors laid over a photo."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.drawing.layout import Panel
from semimatch_cli.errors import ShapeError
from semimatch_cli.matching.frame import Floats, Frame
from semimatch_cli.matching.results import Warp

Pixels = npt.NDArray[np.uint8]

_HATCH_GROUND, _HATCH_LINE = 238.0, 208.0
_HATCH_PERIOD = 9.0  # pixels between lines, times the unit


def hatch(size: tuple[int, int], unit: float) -> Pixels:
    """Return a light diagonal hatch, the sign for "no counterpart here".

    Args:
        size: (width, height) in canvas pixels.
        unit: Scale of the sheet.

    Returns:
        (height, width, 3) uint8.
    """
    period = _HATCH_PERIOD * unit
    diagonal = np.add.outer(np.arange(size[1]), np.arange(size[0])) / 2**0.5
    distance = np.abs((diagonal + period / 2) % period - period / 2)
    line = np.clip(0.5 * unit + 0.5 - distance, 0.0, 1.0)
    gray = _HATCH_GROUND + (_HATCH_LINE - _HATCH_GROUND) * line
    return np.repeat(np.rint(gray).astype(np.uint8)[..., None], 3, axis=2)


def panel_pixels(panel: Panel) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the rows (height,) and columns (width,) of the image shown by a panel's pixels."""
    size, (width, height) = panel.frame.photo_size, panel.size
    columns = panel.frame.points_to_photo(np.stack([np.arange(width)] * 2, axis=-1))[:, 0]
    rows = panel.frame.points_to_photo(np.stack([np.arange(height)] * 2, axis=-1))[:, 1]
    return _nearest(rows, size[1]), _nearest(columns, size[0])


def sample(image: Image.Image, points: npt.ArrayLike) -> Floats:
    """Sample an image bilinearly.

    Args:
        image: RGB.
        points: (..., 2) xy pixels; positions beyond the edge take the edge's color.

    Returns:
        (..., 3) in 0..255.
    """
    pixels = np.asarray(image.convert("RGB"))
    last = np.array(image.size) - 1
    position = np.clip(np.asarray(points, dtype=np.float64), 0.0, last)
    low = np.floor(position).astype(np.intp)
    (x0, y0), (x1, y1) = np.moveaxis(low, -1, 0), np.moveaxis(np.minimum(low + 1, last), -1, 0)
    right, down = np.moveaxis((position - low)[..., None], -2, 0)
    upper = pixels[y0, x0] * (1.0 - right) + pixels[y0, x1] * right
    lower = pixels[y1, x0] * (1.0 - right) + pixels[y1, x1] * right
    return np.asarray(upper * (1.0 - down) + lower * down)


def blend(ground: npt.ArrayLike, colors: npt.ArrayLike, opacity: npt.ArrayLike) -> Image.Image:
    """Lay colors (H, W, 3) over a ground (H, W, 3) by opacity (H, W) or one number in 0..1."""
    below, above = np.asarray(ground, dtype=np.float64), np.asarray(colors, dtype=np.float64)
    share = np.broadcast_to(np.asarray(opacity, dtype=np.float64), below.shape[:2])[..., None]
    return Image.fromarray(np.rint(below + share * (above - below)).astype(np.uint8))


def check_warp(source: Image.Image, target: Image.Image, warp: Warp) -> None:
    """Refuse a warp that was made for other photos.

    Raises:
        ShapeError: A size differs.
    """
    for name, photo, size in (
        ("source", source, warp.source_size),
        ("target", target, warp.target_size),
    ):
        if photo.size != tuple(size):
            raise ShapeError(f"warp: made for a {name} of {tuple(size)}, got one of {photo.size}")


def relative_positions(warp: Warp, rows: npt.ArrayLike, columns: npt.ArrayLike) -> Floats:
    """Return the source position that lies where a target pixel lies, relative to the photo.

    Args:
        warp: Knows both sizes.
        rows: (h,) target rows.
        columns: (w,) target columns.

    Returns:
        (h, w, 2) xy pixels of the source photo.
    """
    grid = np.stack(np.meshgrid(np.asarray(columns), np.asarray(rows)), axis=-1)
    return Frame.squash(warp.target_size, warp.source_size).points_to_canvas(grid)


def _nearest(positions: Floats, count: int) -> npt.NDArray[np.intp]:
    return np.clip(np.rint(positions), 0, count - 1).astype(np.intp)
