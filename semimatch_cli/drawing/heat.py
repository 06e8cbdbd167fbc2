"""The picture of one point's heat: where in the target a source point matches, and how well.

The target is shown in gray with the heat laid over it, the more opaque the hotter: the photo stays
readable where nothing matches, and the color bar shows the same mixture over middle gray.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.drawing.colors import heat_colors
from semimatch_cli.drawing.ground import blend
from semimatch_cli.drawing.layout import (
    Captions,
    Panel,
    Sheet,
    arrange,
    bounded,
    canvas_height,
    note_anchor,
    note_label,
    title_labels,
)
from semimatch_cli.drawing.scene import (
    INK,
    MUTED,
    WHITE,
    Casing,
    Disc,
    Item,
    Label,
    Picture,
    Scene,
)
from semimatch_cli.drawing.text import CAP_HEIGHT, text_width
from semimatch_cli.errors import ShapeError

_COLDEST, _HOTTEST = 0.25, 0.8  # opacity of heat 0 and 1
_MIDDLE_GRAY = 128
_BAR_WIDTH, _BAR_HEIGHT, _WORDS = 120.0, 9.0, 11.0  # times the unit


def heat_scene(
    source: Image.Image,
    target: Image.Image,
    point: tuple[float, float],
    heat: npt.ArrayLike,
    match: tuple[float, float] | None = None,
    captions: Captions | None = None,
) -> Scene:
    """Draw how well one source point matches each pixel of the target.

    Args:
        source: RGB source photo as displayed.
        target: RGB target photo as displayed.
        point: (x, y) pixels of the source photo.
        heat: (H, W) in 0..1, over the pixels of the target photo.
        match: (x, y) pixels of the target photo: the position found, marked by a ring.
        captions: Names below the picture.

    Raises:
        ShapeError: The heat has another size than the target.
    """
    values = np.asarray(heat, dtype=np.float32)
    if values.shape != (target.height, target.width):
        expected = (target.height, target.width)
        raise ShapeError(f"heat: expected shape {expected}, got {values.shape}")
    captions = captions or Captions()
    sheet = arrange([source.size, target.size], titled=bool(captions.source or captions.target))
    left, right = sheet.panels
    items: list[Item] = [left.picture(source), right.picture(_glow(target, values, right))]
    items.append(_ring(left, point, sheet.unit))
    if match is not None:
        items.append(_ring(right, match, sheet.unit))
    items += title_labels(sheet, [captions.source, captions.target])
    items += _notes(sheet, captions, point)
    return Scene(sheet.width, canvas_height(sheet, 1), tuple(items))


def _glow(target: Image.Image, heat: npt.NDArray[np.float32], panel: Panel) -> Image.Image:
    gray = bounded(target).convert("L").convert("RGB").resize(panel.size, Image.Resampling.LANCZOS)
    shown = Image.fromarray(heat).resize(panel.size, Image.Resampling.BILINEAR)
    return _overlay(np.asarray(gray), np.asarray(shown))


def _ring(panel: Panel, point: tuple[float, float], unit: float) -> Disc:
    """Mark a position without hiding it."""
    x, y = panel.place(point)
    return Disc(
        (float(x), float(y)), 7.5 * unit, None, WHITE, 2.0 * unit, Casing(INK, 1.2 * unit, 0.9)
    )


def _notes(sheet: Sheet, captions: Captions, point: tuple[float, float]) -> list[Item]:
    """Write weights and point at the left, and draw the color bar at the right if it fits."""
    place = f"point ({point[0]:.0f}, {point[1]:.0f})"
    words = " · ".join(word for word in (captions.weights, place) if word)
    note, end = note_label(sheet, words, sheet.right - sheet.left)
    size, unit = _WORDS * sheet.unit, sheet.unit
    width, height = round(_BAR_WIDTH * unit), round(_BAR_HEIGHT * unit)
    baseline = note_anchor(sheet)[1]
    high, low = "1", "match strength 0"
    left = sheet.right - round(text_width(high, size) + 5 * unit) - width
    start = left - 5 * unit - text_width(low, size)
    if start <= end + 16 * unit:
        return [note]
    top = round(baseline - (CAP_HEIGHT * size + height) / 2)
    return [
        note,
        Label(low, (left - 5 * unit, baseline), size, MUTED, "right"),
        Picture(_bar(width, height), left, top, width, height),
        Label(high, (sheet.right, baseline), size, MUTED, "right"),
    ]


def _bar(width: int, height: int) -> Image.Image:
    ramp = np.broadcast_to(np.linspace(0.0, 1.0, width), (height, width))
    return _overlay(np.full((height, width, 3), _MIDDLE_GRAY), ramp)


def _overlay(ground: npt.ArrayLike, heat: npt.ArrayLike) -> Image.Image:
    share = np.clip(np.asarray(heat, dtype=np.float64), 0.0, 1.0)
    return blend(ground, heat_colors(share), _COLDEST + (_HOTTEST - _COLDEST) * share)
