"""The rasterizer: triangles to the nearest surface of each pixel, in plain numpy.

Triangles of like size on the screen are tested together against their bounding boxes, and of all
hits in a pixel the one with the least depth stays. Everything else is looked up afterwards, for
visible pixels only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

_MAX_TESTS = 1 << 17


@dataclass(frozen=True)
class Surface:
    """What is seen at each covered pixel of a canvas.

    Args:
        pixels: (P,) flat indices of the covered pixels.
        corners: (P, 3) vertex indices of the triangle seen there.
        weights: (P, 3) its barycentric weights at the pixel's center.
        depth: (P,) distance from the camera.
        size: (width, height) of the canvas.
    """

    pixels: Ints
    corners: Ints
    weights: Floats
    depth: Floats
    size: tuple[int, int]

    def mix(self, values: npt.NDArray[Any]) -> Floats:
        """Interpolate (V, D) values of vertices to (P, D) values of pixels."""
        known = values.astype(np.float32)
        first, second, third = self.corners.T
        mixed: Floats = known[first] * self.weights[:, :1]
        mixed += known[second] * self.weights[:, 1:2]
        mixed += known[third] * self.weights[:, 2:]
        return mixed

    def plane(self, values: npt.NDArray[Any], empty: float) -> npt.NDArray[Any]:
        """Spread (P, ...) values over the canvas: (H, W, ...), `empty` where nothing is seen."""
        width, height = self.size
        canvas = np.full((width * height, *values.shape[1:]), empty, dtype=values.dtype)
        canvas[self.pixels] = values
        return canvas.reshape(height, width, *values.shape[1:])


def rasterize(points: Floats, depth: Floats, triangles: Ints, size: tuple[int, int]) -> Surface:
    """Find the nearest triangle of each pixel.

    Args:
        points: (V, 2) xy pixels of the canvas; an integer is a pixel's center.
        depth: (V,) distance from the camera.
        triangles: (T, 3) vertex indices; only those turned to the camera.
        size: (width, height) of the canvas.

    Returns:
        The covered pixels.
    """
    corners = points[triangles]  # (T, 3, 2)
    low, high = _boxes(corners, size)
    none = np.zeros(0, dtype=np.int32)
    hits = [(none, none, none)]
    for chosen, shape in _groups(high - low + 1):
        hits.append(_cover(corners[chosen], low[chosen], high[chosen], chosen, shape))
    x, y, owner = (np.concatenate(column) for column in zip(*hits, strict=True))
    distance = _depth_at(_planes(corners, depth[triangles])[owner], x, y)
    flat = y * size[0] + x
    closest = np.full(size[0] * size[1], np.inf, dtype=np.float32)
    np.minimum.at(closest, flat, distance)
    winners = np.flatnonzero(distance == closest[flat]).astype(np.int32)
    nearest = np.full(size[0] * size[1], -1, dtype=np.int32)
    nearest[flat[winners]] = winners
    pixels = np.flatnonzero(nearest >= 0).astype(np.int32)
    kept = nearest[pixels]
    seen = owner[kept]
    weights = _barycentric(corners[seen], x[kept], y[kept])
    return Surface(pixels, triangles[seen], weights, distance[kept], size)


def _boxes(corners: Floats, size: tuple[int, int]) -> tuple[Ints, Ints]:
    """Return the first and last pixel inside each triangle's box, (T, 2) each, on the canvas."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    edge = np.asarray(size, dtype=np.float32)
    low = np.clip(np.ceil(np.minimum(np.minimum(a, b), c)), 0.0, edge)
    high = np.clip(np.floor(np.maximum(np.maximum(a, b), c)), -1.0, edge - 1.0)
    return low.astype(np.int32), high.astype(np.int32)


def _groups(extents: Ints) -> Iterator[tuple[Ints, tuple[int, int]]]:
    """Sort triangles by the size of their boxes, so that little is tested in vain.

    Args:
        extents: (T, 2) pixels across and down; none below 1 means off the canvas.

    Yields:
        Triangles, and the powers of two that none of their boxes exceeds.
    """
    on_canvas = np.flatnonzero((extents > 0).all(axis=1))
    classes = np.ceil(np.log2(extents[on_canvas])).astype(np.int32)
    key = classes[:, 0] * 32 + classes[:, 1]
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for group in np.split(order, starts[1:]) if len(order) else []:
        across, down = divmod(int(key[group[0]]), 32)
        chosen = on_canvas[group].astype(np.int32)
        step = max(1, _MAX_TESTS >> (across + down))
        for start in range(0, len(chosen), step):
            yield chosen[start : start + step], (1 << across, 1 << down)


def _cover(
    corners: Floats, low: Ints, high: Ints, owner: Ints, extent: tuple[int, int]
) -> tuple[Ints, Ints, Ints]:
    """Return x, y and triangle of every pixel inside one of the triangles."""
    x = low[:, 0, None] + np.arange(extent[0], dtype=np.int32)  # (T, across)
    y = low[:, 1, None] + np.arange(extent[1], dtype=np.int32)  # (T, down)
    inside = (x <= high[:, 0, None])[:, None, :] & (y <= high[:, 1, None])[:, :, None]
    turn = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sign = np.where(turn < 0, -1.0, 1.0).astype(np.float32)
    for index in range(3):
        start, edge = corners[:, index], corners[:, (index + 1) % 3] - corners[:, index]
        along_y = (sign * edge[:, 0])[:, None] * (y - start[:, 1, None])
        along_x = (sign * edge[:, 1])[:, None] * (x - start[:, 0, None])
        inside &= along_y[:, :, None] >= along_x[:, None, :]
    which, row, column = np.nonzero(inside)
    return low[which, 0] + column, low[which, 1] + row, owner[which]


def _planes(corners: Floats, depth: Floats) -> Floats:
    """Return (T, 5): the first corner's x, y and depth, and how depth changes with x and y."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    one, two = depth[:, 1] - depth[:, 0], depth[:, 2] - depth[:, 0]
    area = _sure(_cross(first, second))
    along_x = (one * second[:, 1] - two * first[:, 1]) / area
    along_y = (two * first[:, 0] - one * second[:, 0]) / area
    return np.stack([corners[:, 0, 0], corners[:, 0, 1], depth[:, 0], along_x, along_y], axis=1)


def _depth_at(planes: Floats, x: Ints, y: Ints) -> Floats:
    """Return the depth of each plane (F, 5) at a pixel of its own."""
    start_x, start_y, depth, along_x, along_y = planes.T
    distance: Floats = depth + (x - start_x) * along_x + (y - start_y) * along_y
    return distance.astype(np.float32)


def _sure(area: Floats) -> Floats:
    """Keep areas off zero, so that a triangle seen edge-on divides by something."""
    safe: Floats = np.where(np.abs(area) < 1e-9, np.float32(1e-9), area)
    return safe


def _barycentric(corners: Floats, x: Ints, y: Ints) -> Floats:
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    offset = np.stack([x - corners[:, 0, 0], y - corners[:, 0, 1]], axis=1)
    area = _sure(_cross(first, second))
    one, two = _cross(offset, second) / area, _cross(first, offset) / area
    return np.stack([1.0 - one - two, one, two], axis=1).astype(np.float32)


def _cross(first: Floats, second: Floats) -> Floats:
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
