"""Scene -> pixels: every shape is the antialiased edge of its exact distance field.

A pixel's coverage by a disc or a line follows from its distance to the shape, so marks land with
subpixel accuracy and nothing is supersampled: the work is the area of the shapes themselves, not
of the canvas. matplotlib is not needed here.
"""

from math import ceil, floor, hypot

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from semimatch_cli.drawing.scene import RGB, Disc, Label, Picture, Scene, Segment
from semimatch_cli.drawing.text import load_font

Pixels = npt.NDArray[np.uint8]
Coverage = npt.NDArray[np.float32]

_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}  # Pillow's names: on the baseline


def render_pixels(scene: Scene) -> Image.Image:
    """Draw a scene as an RGB image of its canvas size."""
    pixels = np.full((scene.height, scene.width, 3), scene.background, dtype=np.uint8)
    for item in scene.items:
        match item:
            case Picture():
                _draw_picture(pixels, item)
            case Segment():
                _draw_segment(pixels, item)
            case Disc():
                _draw_disc(pixels, item)
            case Label():
                _draw_label(pixels, item)
    return Image.fromarray(pixels)


def _draw_picture(pixels: Pixels, item: Picture) -> None:
    size = (item.width, item.height)
    shrinks = item.width < item.image.width or item.height < item.image.height
    method = Image.Resampling.LANCZOS if shrinks else Image.Resampling.BICUBIC
    image = item.image if item.image.size == size else item.image.resize(size, method)
    rows, columns = (
        slice(item.top, item.top + item.height),
        slice(item.left, item.left + item.width),
    )
    pixels[rows, columns] = np.asarray(image.convert("RGB"))


def _draw_disc(pixels: Pixels, item: Disc) -> None:
    band = item.casing.width if item.casing else 0.0
    window, distance = _distance_to(item.center, item.radius + band + 1.0, pixels)
    outside = _inside(distance, item.radius)
    inner = _inside(distance, item.radius - item.edge_width)
    layers = [(outside - inner, item.edge)]
    if item.fill is not None:
        layers.append((inner, item.fill))
    if item.casing:
        around = _inside(distance, item.radius + band) - outside
        if item.fill is None:
            around += inner - _inside(distance, item.radius - item.edge_width - band)
        layers.append((around * item.casing.opacity, item.casing.color))
    pixels[window] = _mix(pixels[window], layers)


def _draw_segment(pixels: Pixels, item: Segment) -> None:
    (x0, y0), (x1, y1) = item.start, item.end
    if abs(y1 - y0) > abs(x1 - x0):  # steep: the same line on the transposed canvas
        pixels = pixels.transpose(1, 0, 2)
        x0, y0, x1, y1 = y0, x0, y1, x1
    band = item.casing.width if item.casing else 0.0
    rows, columns = _pixels_along((x0, y0), (x1, y1), item.width / 2 + band + 1.0, pixels)
    length = max(hypot(x1 - x0, y1 - y0), 1e-9)
    right, down = (x1 - x0) / length, (y1 - y0) / length
    along = np.clip((columns - x0) * right + (rows - y0) * down, 0.0, length)
    distance = np.hypot(columns - x0 - along * right, rows - y0 - along * down)
    strength = np.full(distance.shape, item.opacity)
    if item.dash:
        mark, pause = item.dash
        strength *= _inside(np.abs(along % (mark + pause) - mark / 2), mark / 2)
    line = _inside(distance, item.width / 2)
    layers = [(line * strength, item.color)]
    if item.casing:
        around = (_inside(distance, item.width / 2 + band) - line) * strength
        layers.append((around * item.casing.opacity, item.casing.color))
    pixels[rows, columns] = _mix(pixels[rows, columns], layers)


def _draw_label(pixels: Pixels, item: Label) -> None:
    halo = item.casing.width if item.casing else 0.0
    font, anchor = load_font(item.size, bold=item.bold), _ANCHORS[item.align]
    # Pillow counts from a pixel's corner, a scene from its center.
    x, y = item.anchor[0] + 0.5, item.anchor[1] + 0.5
    draft = ImageDraw.Draw(Image.new("L", (1, 1)))
    box = draft.textbbox((x, y), item.text, font=font, anchor=anchor, stroke_width=halo)
    left, top = max(floor(box[0]) - 1, 0), max(floor(box[1]) - 1, 0)
    right, bottom = min(ceil(box[2]) + 1, pixels.shape[1]), min(ceil(box[3]) + 1, pixels.shape[0])
    if right <= left or bottom <= top:
        return

    def coverage(stroke: float) -> Coverage:
        mask = Image.new("L", (right - left, bottom - top))
        position = (x - left, y - top)
        ImageDraw.Draw(mask).text(
            position, item.text, fill=255, font=font, anchor=anchor, stroke_width=stroke
        )
        return np.asarray(mask, dtype=np.float32) / 255.0

    letters = coverage(0.0)
    layers = [(letters, item.color)]
    if item.casing:
        around = np.maximum(coverage(halo) - letters, 0.0)
        layers.append((around * item.casing.opacity, item.casing.color))
    window = (slice(top, bottom), slice(left, right))
    pixels[window] = _mix(pixels[window], layers)


def _distance_to(
    center: tuple[float, float], reach: float, pixels: Pixels
) -> tuple[tuple[slice, slice], Coverage]:
    """Return the window of pixels within reach of a point, and their distances to it."""
    (x, y), (height, width) = center, pixels.shape[:2]
    top, bottom = max(floor(y - reach), 0), min(ceil(y + reach) + 1, height)
    left, right = max(floor(x - reach), 0), min(ceil(x + reach) + 1, width)
    rows = np.arange(top, max(top, bottom), dtype=np.float32) - y
    columns = np.arange(left, max(left, right), dtype=np.float32) - x
    window = (slice(top, max(top, bottom)), slice(left, max(left, right)))
    return window, np.hypot(rows[:, None], columns[None, :])


def _pixels_along(
    start: tuple[float, float], end: tuple[float, float], reach: float, pixels: Pixels
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows and columns of the pixels within reach of a line flatter than 45 degrees."""
    (x0, y0), (x1, y1), (height, width) = start, end, pixels.shape[:2]
    first, last = floor(min(x0, x1) - reach), ceil(max(x0, x1) + reach)
    columns = np.arange(max(first, 0), min(last + 1, width))
    slope = (y1 - y0) / (x1 - x0) if x1 != x0 else 0.0
    middle = np.rint(y0 + slope * (columns - x0)).astype(np.intp)
    tall = ceil(reach * hypot(1.0, slope)) + 1
    rows = middle[None, :] + np.arange(-tall, tall + 1)[:, None]
    on_canvas = (rows >= 0) & (rows < height)
    return rows[on_canvas], np.broadcast_to(columns, rows.shape)[on_canvas]


def _inside(distance: npt.NDArray[np.floating], radius: float) -> Coverage:
    """Return the share of each pixel that lies within `radius`, from its center's distance."""
    if radius <= 0.0:
        return np.zeros(distance.shape, dtype=np.float32)
    return np.asarray(np.clip(radius + 0.5 - distance, 0.0, 1.0), dtype=np.float32)


def _mix(ground: Pixels, layers: list[tuple[Coverage, RGB]]) -> Pixels:
    """Lay colors side by side over the ground; coverages (...) of one pixel sum to at most 1."""
    result = ground.astype(np.float32)
    change = np.zeros_like(result)
    for coverage, color in layers:
        change += coverage[..., None] * (np.asarray(color, dtype=np.float32) - result)
    result += change
    return np.rint(np.clip(result, 0.0, 255.0)).astype(np.uint8)
