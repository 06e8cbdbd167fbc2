"""The picture of answers beside the truth: what was asked, where it is, and where it was found.

The first photo bears the asked points; in the second a ring marks each true position, a disc the
answer, and a line the error between them. Right answers are blue and wrong ones vermillion, told
apart by every common color vision; a faint circle shows how far off an answer may be. Points that
the second photo does not show are gray rings in the first.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.drawing.colors import OKABE_ITO
from semimatch_cli.drawing.layout import (
    Captions,
    Panel,
    Sheet,
    arrange,
    canvas_height,
    note_anchor,
    note_label,
    title_labels,
)
from semimatch_cli.drawing.marks import MarkStyle, place_numbers
from semimatch_cli.drawing.scene import (
    INK,
    MUTED,
    RGB,
    WHITE,
    Casing,
    Disc,
    Item,
    Label,
    Point,
    Scene,
    Segment,
)
from semimatch_cli.drawing.text import CAP_HEIGHT, text_width
from semimatch_cli.errors import ShapeError
from semimatch_cli.matching.frame import Floats

RIGHT: RGB = OKABE_ITO[0]
WRONG: RGB = OKABE_ITO[5]
_ABSENT: RGB = (150, 150, 150)
_RING, _DISC, _NUMBER, _WORDS = 6.4, 3.6, 10.5, 11.0  # times the unit
_DASHES = 24  # of a tolerance circle
_MOST_NUMBERED = 48


def truth_scene(
    asking: Image.Image,
    answering: Image.Image,
    asked: npt.ArrayLike,
    true: npt.ArrayLike,
    found: npt.ArrayLike,
    radius: float,
    *,
    captions: Captions | None = None,
) -> Scene:
    """Draw answers beside the truth.

    Args:
        asking: RGB photo whose points were asked for.
        answering: RGB photo in which they were looked for.
        asked: (N, 2) xy pixels of the asking photo.
        true: (N, 2) xy pixels of the answering photo; NaN where it does not show the point.
        found: (N, 2) xy pixels of the answering photo; one that is not finite is wrong.
        radius: Largest error of a right answer, in pixels of the answering photo.
        captions: `source` stands below the asking photo, `target` below the answering one, and
            `weights` in the line of notes.

    Raises:
        ShapeError: The three arrays are not of one shape (N, 2).
    """
    points = [np.asarray(values, dtype=np.float64) for values in (asked, true, found)]
    if len({array.shape for array in points}) > 1 or points[0].shape[1:] != (2,):
        shapes = ", ".join(str(array.shape) for array in points)
        raise ShapeError(f"asked, true and found: expected one shape (N, 2), got {shapes}")
    captions = captions or Captions()
    sheet = arrange([asking.size, answering.size], titled=bool(captions.source or captions.target))
    left, right = sheet.panels
    judged = np.asarray(np.isfinite(points[1]).all(axis=1))
    good = _within(points[1], points[2], radius)  # False where there is no truth
    order = np.flatnonzero(judged)[np.argsort(~good[judged], kind="stable")].tolist()
    items: list[Item] = [left.picture(asking), right.picture(answering)]
    placed = left.place(points[0]), right.place(points[1]), right.place(points[2])
    items += [_open_mark(placed[0][row], sheet.unit) for row in np.flatnonzero(~judged).tolist()]
    items += [_asked_mark(placed[0][row], _color(good[row]), sheet.unit) for row in order]
    for row in order:
        items += _tolerance(right, points[1][row], radius, sheet.unit)
    for row in order:
        items += _answer(placed[1][row], placed[2][row], _color(good[row]), sheet.unit)
    items += _numbers(sheet, placed, order[::-1])
    items += title_labels(sheet, [captions.source, captions.target])
    items += _notes(sheet, captions, _count(good, judged))
    return Scene(sheet.width, canvas_height(sheet, 1), tuple(items))


def _within(true: Floats, found: Floats, radius: float) -> npt.NDArray[np.bool_]:
    errors: Floats = np.linalg.norm(found - true, axis=1)
    return np.less_equal(errors, radius)


def _count(good: npt.NDArray[np.bool_], judged: npt.NDArray[np.bool_]) -> str:
    absent = int((~judged).sum())
    right = f"{int(good.sum())} of {int(judged.sum())} right"
    return f"{right} · {absent} not visible" if absent else right


def _color(good: bool) -> RGB:
    return RIGHT if good else WRONG


def _asked_mark(point: Floats, color: RGB, unit: float) -> Disc:
    return Disc(_as_point(point), 5.0 * unit, color, WHITE, 1.0 * unit, Casing(INK, 0.8, 0.55))


def _open_mark(point: Floats, unit: float) -> Disc:
    casing = Casing(INK, 0.8, 0.55)
    return Disc(_as_point(point), 5.0 * unit, None, _ABSENT, 1.6 * unit, casing)


def _tolerance(panel: Panel, point: Floats, radius: float, unit: float) -> list[Item]:
    """Draw a dashed circle, as far as it lies on the photo."""
    angles = np.linspace(0.0, 2.0 * np.pi, 2 * _DASHES + 1)
    circle = panel.place(point + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1))
    low, high = (panel.left, panel.top), (panel.right - 1, panel.bottom - 1)
    inside = np.asarray(((circle >= low) & (circle <= high)).all(axis=1))
    casing = Casing(INK, 0.4 * unit, 0.6)
    return [
        Segment(_as_point(circle[at]), _as_point(circle[at + 1]), 0.8 * unit, WHITE, 0.75, casing)
        for at in range(0, 2 * _DASHES, 2)
        if inside[at] and inside[at + 1]
    ]


def _answer(true: Floats, found: Floats, color: RGB, unit: float) -> list[Item]:
    """Draw one answer: the error's line lies under ring and disc."""
    start, end = _as_point(true), _as_point(found)
    halo = Casing(WHITE, 0.9 * unit, 0.9)
    ring = Disc(start, _RING * unit, None, color, 1.8 * unit, halo)
    if not np.isfinite(found).all():  # no answer was given
        return [ring]
    disc = Disc(end, _DISC * unit, color, WHITE, 0.8 * unit, Casing(INK, 0.7, 0.5))
    line = _outside_ring(start, end, _RING * unit)
    return [*([Segment(*line, 1.8 * unit, color, 0.95, halo)] if line else []), ring, disc]


def _outside_ring(start: Point, end: Point, radius: float) -> tuple[Point, Point] | None:
    """Return the part of a line that leaves the ring around its start, if any does."""
    one, other = np.asarray(start), np.asarray(end)
    length = float(np.hypot(*(other - one)))
    return None if length <= radius else (_as_point(one + (other - one) * (radius / length)), end)


def _numbers(
    sheet: Sheet, placed: tuple[Floats, Floats, Floats], order: Sequence[int]
) -> list[Item]:
    """Number the points beside their marks, where both photos have room; wrong ones first."""
    asked, true, found = placed
    if not 0 < len(order) <= _MOST_NUMBERED:
        return []
    texts = [str(row + 1) for row in range(len(asked))]
    style = MarkStyle(_RING * sheet.unit, _NUMBER * sheet.unit, inside=False)
    obstacles = np.concatenate([points[list(order)] for points in (true, found)])
    obstacles = obstacles[np.isfinite(obstacles).all(axis=1)]
    left, right = sheet.panels
    sides = [
        place_numbers(asked, texts, order, left, style),
        _places_among(true, obstacles, texts, order, right, style),
    ]
    kept = [row for row in order if all(row in side for side in sides)]
    casing = Casing(INK, 0.16 * style.number_size, 0.85)
    return [
        Label(texts[row], side[row], style.number_size, WHITE, "center", bold=True, casing=casing)
        for side in sides
        for row in kept
    ]


def _places_among(
    true: Floats,
    obstacles: Floats,
    texts: Sequence[str],
    order: Sequence[int],
    panel: Panel,
    style: MarkStyle,
) -> dict[int, Point]:
    """Place numbers beside true positions, clear of every answer too."""
    points = np.concatenate([true[list(order)], obstacles])
    named = [texts[row] for row in order]
    found = place_numbers(points, named, range(len(named)), panel, style)
    return {row: found[place] for place, row in enumerate(order) if place in found}


def _notes(sheet: Sheet, captions: Captions, count: str) -> list[Item]:
    """Write weights and count at the left, and the key at the right if it fits."""
    words = " · ".join(word for word in (captions.weights, count) if word)
    label, end = note_label(sheet, words, sheet.right - sheet.left)
    key, start = _key(sheet)
    return [label, *key] if start > end + 16 * sheet.unit else [label]


def _key(sheet: Sheet) -> tuple[list[Item], float]:
    """Return the key of the marks and the column where it begins."""
    unit, size = sheet.unit, _WORDS * sheet.unit
    baseline = note_anchor(sheet)[1]
    middle, x = baseline - CAP_HEIGHT * size / 2, float(sheet.right)
    items: list[Item] = []
    for text, fill, edge in (
        ("true", None, MUTED),
        ("wrong", WRONG, WHITE),
        ("right", RIGHT, WHITE),
    ):
        x -= text_width(text, size)
        items.append(Label(text, (x, baseline), size, MUTED))
        x -= 9 * unit
        items.append(Disc((x, middle), 4.6 * unit, fill, edge, 1.5 * unit if fill is None else 0.5))
        x -= 16 * unit
    return items, x


def _as_point(point: Floats) -> Point:
    return float(point[0]), float(point[1])
