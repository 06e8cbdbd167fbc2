"""How big the marks are and where their numbers go, so that a figure stays readable.

The rule: up to 48 points are numbered, more are bare dots, smaller the more there are. Numbers lie
inside discs while at most one in eight touches a neighbor in either photo, at the larger of two
radii that allows it; else they stand beside dots. A number beside takes the first of
eight places around its dot that is free of other dots and numbers in its photo; one that finds no
place in one photo is left out of both. The strongest matches choose first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semimatch_cli.drawing.layout import Panel
from semimatch_cli.drawing.scene import Point
from semimatch_cli.drawing.text import CAP_HEIGHT, text_width
from semimatch_cli.matching.frame import Floats

_INSIDE_RADII = (9.5, 7.5)  # times the unit, as all lengths here
_DOT_RADIUS, _DOT_NUMBER = 4.6, 11.0
_NUMBER_PER_RADIUS = 1.2  # font size of a number inside
_MOST_CROWDED = 1 / 8
_MOST_NUMBERED = 48

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class MarkStyle:
    """How all marks of a picture look.

    Args:
        radius: Of a disc, in canvas pixels.
        number_size: Font size of the numbers; 0 draws none.
        inside: Numbers lie in the discs, not beside them.
    """

    radius: float
    number_size: float
    inside: bool


def choose_style(placed: Sequence[Floats], unit: float) -> MarkStyle:
    """Choose the marks for points (N, 2) on the canvas, once per photo."""
    count = len(placed[0])
    if count > _MOST_NUMBERED:
        shrink = max((_MOST_NUMBERED / count) ** 0.25, 0.6)
        return MarkStyle(_DOT_RADIUS * unit * shrink, 0.0, inside=False)
    for radius in (factor * unit for factor in _INSIDE_RADII):
        if all(_crowding(points, 2.2 * radius) <= _MOST_CROWDED for points in placed):
            return MarkStyle(radius, _NUMBER_PER_RADIUS * radius, inside=True)
    return MarkStyle(_DOT_RADIUS * unit, _DOT_NUMBER * unit, inside=False)


def place_numbers(
    points: Floats, texts: Sequence[str], order: Sequence[int], panel: Panel, style: MarkStyle
) -> dict[int, Point]:
    """Find a place for each number in one photo.

    Args:
        points: (N, 2) marks on the canvas.
        texts: N numbers.
        order: Rows, most important first.
        panel: The photo, which numbers beside their dots do not leave.
        style: Radius and font size.

    Returns:
        For each row that found a place, the middle of its text's baseline.
    """
    rise = CAP_HEIGHT * style.number_size
    if style.inside:
        return {row: (points[row, 0], points[row, 1] + rise / 2) for row in order}
    taken: list[Box] = [_around(x, y, style.radius, style.radius) for x, y in points]
    found: dict[int, Point] = {}
    for row in order:
        half_width = text_width(texts[row], style.number_size, bold=True) / 2
        for x, y in _places_around(points[row], style.radius, half_width, rise / 2):
            box = _around(x, y, half_width + 1.0, rise / 2 + 1.0)
            if _within(box, panel) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found[row] = (x, y + rise / 2)
                break
    return found


def _crowding(points: Floats, distance: float) -> float:
    """Return the share of points with a neighbor nearer than `distance`."""
    if len(points) < 2:
        return 0.0
    apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    return float((apart.min(axis=1) < distance).mean())


def _places_around(
    point: Floats, radius: float, half_width: float, half_height: float
) -> list[tuple[float, float]]:
    """Return eight middles for a text around a dot: right, left, above, below, then corners."""
    gap = radius + 2.0
    aside, apart = gap + half_width, gap + half_height
    slant_x, slant_y = 0.6 * gap + half_width, 0.6 * gap + half_height
    steps = [(aside, 0.0), (-aside, 0.0), (0.0, -apart), (0.0, apart)]
    steps += [(slant_x * x, slant_y * y) for y in (-1, 1) for x in (1, -1)]
    return [(float(point[0]) + dx, float(point[1]) + dy) for dx, dy in steps]


def _around(x: float, y: float, half_width: float, half_height: float) -> Box:
    return x - half_width, y - half_height, x + half_width, y + half_height


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(box: Box, panel: Panel) -> bool:
    return (
        box[0] >= panel.left
        and box[1] >= panel.top
        and box[2] <= panel.right
        and box[3] <= panel.bottom
    )
