"""The picture of point matches: two photos, the same number and color on both sides, lines between.

A line's width and opacity grow with the match's confidence; weak lines lie below strong ones and
all lie below the marks. A match whose part seems absent from the target is a pair of hollow rings
on a faint dashed line.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from semimatch_cli.drawing.colors import contrast_color, mark_color
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
from semimatch_cli.drawing.marks import MarkStyle, choose_style, place_numbers
from semimatch_cli.drawing.scene import (
    INK,
    MUTED,
    WHITE,
    Casing,
    Disc,
    Item,
    Label,
    Point,
    Scene,
    Segment,
)
from semimatch_cli.drawing.text import CAP_HEIGHT, clean, text_width
from semimatch_cli.matching.frame import Floats
from semimatch_cli.matching.results import Matches

_FULL_STRENGTH = 24  # more matches than this are drawn with thinner, fainter lines
_KEY_SCORES = (0.2, 0.6, 1.0)
_MOST_LEGEND_ROWS = 3
_SMALL = 11.0  # font size of keys and legend, times the unit


def keypoints_scene(
    source: Image.Image, target: Image.Image, matches: Matches, captions: Captions | None = None
) -> Scene:
    """Draw matches between two photos.

    Args:
        source: RGB source photo as displayed.
        target: RGB target photo as displayed.
        matches: Points in pixels of these photos. Ids of at most three characters are the
            numbers; with longer ids the rows are counted from 1.
        captions: Names below the picture; names of the matches follow there if they fit.
    """
    captions = captions or Captions()
    sheet = arrange([source.size, target.size], titled=bool(captions.source or captions.target))
    sides = (matches.source_points, matches.target_points)
    placed = [panel.place(points) for panel, points in zip(sheet.panels, sides, strict=True)]
    style = choose_style(placed, sheet.unit)
    items: list[Item] = [
        panel.picture(photo) for panel, photo in zip(sheet.panels, (source, target), strict=True)
    ]
    order = np.lexsort((matches.scores, matches.visible)).tolist()  # weakest first
    items += [_line(placed, matches, row, style, sheet.unit) for row in order]
    items += [_mark(points[row], matches, row, style) for points in placed for row in order]
    items += _numbers(sheet.panels, placed, matches, order[::-1], style)
    items += title_labels(sheet, [captions.source, captions.target])
    legend = _legend(sheet, matches)
    items += _notes(sheet, matches, captions) + legend[0]
    return Scene(sheet.width, canvas_height(sheet, 1 + legend[1]), tuple(items))


def line_strength(score: float, count: int) -> tuple[float, float]:
    """Return width (in units) and opacity of a line, both rising with the score 0..1."""
    share = max(_FULL_STRENGTH / max(count, _FULL_STRENGTH), 0.15)
    confidence = min(max(score, 0.0), 1.0)
    return share**0.5 * (1.0 + 1.6 * confidence), share**0.3 * (0.4 + 0.55 * confidence)


def _line(
    placed: Sequence[Floats], matches: Matches, row: int, style: MarkStyle, unit: float
) -> Segment:
    start, end = (_as_point(points[row]) for points in placed)
    color = mark_color(row)
    few = len(matches) <= _FULL_STRENGTH  # many casings would gray the photo
    casing = Casing(contrast_color(color), 0.7 * unit, 0.45) if few else None
    visible = bool(matches.visible[row])
    width, opacity = line_strength(float(matches.scores[row]) if visible else 0.0, len(matches))
    if visible:
        return Segment(start, end, width * unit, color, opacity, casing)
    dash = (4.0 * unit, 4.0 * unit)
    return Segment(*_trim(start, end, style.radius), width * unit, color, opacity, casing, dash)


def _mark(point: Floats, matches: Matches, row: int, style: MarkStyle) -> Disc:
    color = mark_color(row)
    if matches.visible[row]:
        return Disc(
            _as_point(point),
            style.radius,
            fill=color,
            edge=WHITE,
            edge_width=max(0.15 * style.radius, 1.0),
            casing=Casing(INK, 0.8, 0.55),
        )
    return Disc(
        _as_point(point),
        style.radius,
        fill=WHITE if style.inside else None,  # an open mark, which still bears its number
        edge=color,
        edge_width=max(0.22 * style.radius, 1.2),
        casing=Casing(contrast_color(color), 1.0, 0.8),
    )


def _numbers(
    panels: Sequence[Panel],
    placed: Sequence[Floats],
    matches: Matches,
    order: Sequence[int],
    style: MarkStyle,
) -> list[Item]:
    """Write the numbers that found a place on both sides."""
    if not style.number_size:
        return []
    texts = _number_texts(matches)
    sides = [
        place_numbers(points, texts, order, panel, style)
        for panel, points in zip(panels, placed, strict=True)
    ]
    kept = [row for row in order if all(row in side for side in sides)]
    return [_number(texts[row], side[row], matches, row, style) for side in sides for row in kept]


def _number(text: str, anchor: Point, matches: Matches, row: int, style: MarkStyle) -> Label:
    if not style.inside:
        casing = Casing(INK, 0.16 * style.number_size, 0.85)
        return Label(text, anchor, style.number_size, WHITE, "center", bold=True, casing=casing)
    color = contrast_color(mark_color(row)) if matches.visible[row] else INK
    room = 1.5 * style.radius / text_width(text, style.number_size, bold=True)
    size = style.number_size * min(1.0, room)  # three digits still fit into the disc
    return Label(text, anchor, size, color, "center", bold=True)


def _number_texts(matches: Matches) -> list[str]:
    ids = [clean(text) for text in matches.ids]
    if all(0 < len(text) <= 3 for text in ids):
        return ids
    return [str(row + 1) for row in range(len(matches))]


def _notes(sheet: Sheet, matches: Matches, captions: Captions) -> list[Item]:
    """Write weights and counts at the left, and the key of the lines at the right if it fits."""
    seen = f"{int(matches.visible.sum())} of {len(matches)} visible"
    words = " · ".join(word for word in (captions.weights, seen) if word)
    label, end = note_label(sheet, words, sheet.right - sheet.left)
    key, start = _key(sheet, len(matches))
    return [label, *key] if start > end + 16 * sheet.unit else [label]


def _key(sheet: Sheet, count: int) -> tuple[list[Item], float]:
    """Draw sample lines of known confidence, from the right; also return where they begin."""
    size, unit = _SMALL * sheet.unit, sheet.unit
    x, baseline = float(sheet.right), note_anchor(sheet)[1]
    middle = baseline - CAP_HEIGHT * size / 2
    items: list[Item] = []
    for score in reversed(_KEY_SCORES):
        items.append(Label(f"{score:.1f}", (x, baseline), size, MUTED, "right"))
        x -= text_width(f"{score:.1f}", size) + 5 * unit
        width, opacity = line_strength(score, count)
        items.append(Segment((x - 20 * unit, middle), (x, middle), width * unit, INK, opacity))
        x -= 32 * unit
    items.append(Label("confidence", (x, baseline), size, MUTED, "right"))
    return items, x - text_width("confidence", size)


def _legend(sheet: Sheet, matches: Matches) -> tuple[list[Item], int]:
    """List the points' names in rows; return them and their number, nothing if too many."""
    size, unit = _SMALL * sheet.unit, sheet.unit
    items: list[Item] = []
    x, row = float(sheet.left), 1
    for index, (number, name) in enumerate(zip(_number_texts(matches), matches.names, strict=True)):
        text = clean(f"{number} {name}" if name else "")
        width = text_width(text, size) + 14 * unit
        if not text:
            continue
        if x + width > sheet.right and x > sheet.left:
            x, row = float(sheet.left), row + 1
        if row > _MOST_LEGEND_ROWS or x + width > sheet.right:
            return [], 0
        baseline = note_anchor(sheet, row)[1]
        center = (x + 4 * unit, baseline - CAP_HEIGHT * size / 2)
        items.append(Disc(center, 4 * unit, mark_color(index), WHITE, 0.5))
        items.append(Label(text, (x + 11 * unit, baseline), size, MUTED))
        x += width + 10 * unit
    return items, row if items else 0


def _as_point(point: Floats) -> Point:
    return float(point[0]), float(point[1])


def _trim(start: Point, end: Point, by: float) -> tuple[Point, Point]:
    """Shorten a line at both ends, so that it does not run into hollow rings."""
    one, other = np.asarray(start), np.asarray(end)
    length = float(np.hypot(*(other - one)))
    if length <= 2 * by:
        return start, start
    step = (other - one) * (by / length)
    return _as_point(one + step), _as_point(other - step)
