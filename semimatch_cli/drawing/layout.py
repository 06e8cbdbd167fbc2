"""Where everything lies on the canvas: panels in a row or a column, titles, one line of notes.

Panels in a row share their height, panels in a column (photos twice as wide as high) their width.
Small photos are enlarged to a readable size; the canvas never grows beyond `LONG_SIDE` by much,
whatever the photos' sizes. Points travel through `Frame`, as everywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.drawing.scene import INK, MUTED, Item, Label, Picture, Point
from semimatch_cli.drawing.text import clean, shorten, text_width
from semimatch_cli.matching.frame import Floats, Frame

LONG_SIDE = 1900  # pixels of all panels together, along the row or column
_LOWEST, _HIGHEST = 320, 1000  # height of a row of panels
_WIDE = 2.0  # width over height from which photos are stacked
_NARROWEST = 420  # a narrower sheet would leave no room for words

_SMALLEST_UNIT, _LARGEST_UNIT = 0.9, 2.0
_MARGIN, _GAP = 12.0, 14.0  # times the unit, as all that follows
_TITLE_SIZE, _NOTE_SIZE = 12.0, 11.0
_TITLE_ROW, _NOTE_ROW = 20.0, 19.0


@dataclass(frozen=True)
class Captions:
    """Words below a picture; what is empty is left out.

    Args:
        source: Name of the source photo.
        target: Name of the target photo.
        weights: Name of the weights that matched them.
    """

    source: str = ""
    target: str = ""
    weights: str = ""


@dataclass(frozen=True)
class Panel:
    """The place of one image on the canvas.

    Args:
        frame: From the image's pixels to the panel's.
        left, top: The panel's first pixel on the canvas.
    """

    frame: Frame
    left: int
    top: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) on the canvas."""
        return self.frame.content_size

    @property
    def right(self) -> int:
        """First column beyond the panel."""
        return self.left + self.size[0]

    @property
    def bottom(self) -> int:
        """First row below the panel."""
        return self.top + self.size[1]

    def place(self, points: npt.ArrayLike) -> Floats:
        """Map (..., 2) xy pixels of the image to the canvas."""
        placed: Floats = self.frame.points_to_canvas(points) + np.array((self.left, self.top))
        return placed

    def picture(self, image: Image.Image) -> Picture:
        """Put an image here; what is far larger than any canvas is reduced to `LONG_SIDE`."""
        return Picture(bounded(image), self.left, self.top, *self.size)


@dataclass(frozen=True)
class Sheet:
    """A canvas with its panels laid out.

    Args:
        panels: In the order of the images.
        unit: Scale of marks and words: 1 for a picture of about 1000 x 360 pixels.
        left, right: The columns between which words lie.
        width: Canvas width.
        bottom: First row below panels and titles; notes follow there.
    """

    panels: tuple[Panel, ...]
    unit: float
    left: int
    right: int
    width: int
    bottom: int

    @property
    def margin(self) -> int:
        """Free pixels around everything, so that marks on a photo's edge are whole."""
        return round(_MARGIN * self.unit)


def bounded(image: Image.Image, long_side: int = LONG_SIDE) -> Image.Image:
    """Return the image, reduced if its longer side exceeds `long_side` pixels."""
    if max(image.size) <= long_side:
        return image
    scale = long_side / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def arrange(sizes: Sequence[tuple[int, int]], *, titled: bool, column: float = 0.0) -> Sheet:
    """Lay out panels for images of these sizes.

    Args:
        sizes: (width, height) of each image.
        titled: Leave room for a title below each panel.
        column: Free width right of the panels, in units.
    """
    stacked = all(width >= _WIDE * height for width, height in sizes)
    limit = LONG_SIDE - _LARGEST_UNIT * column
    shown = _stack_sizes(sizes, limit) if stacked else _row_sizes(sizes, limit)
    along, across = (1, 0) if stacked else (0, 1)  # axes of the sheet
    span, breadth = sum(size[along] for size in shown), max(size[across] for size in shown)
    unit = min(max((breadth * span) ** 0.5 / 600.0, _SMALLEST_UNIT), _LARGEST_UNIT)
    margin, gap = round(_MARGIN * unit), round(_GAP * unit)
    title = round(_TITLE_ROW * unit) if titled else 0
    panels: list[Panel] = []
    x = y = margin
    for photo, size in zip(sizes, shown, strict=True):
        slack = (breadth - size[across]) // 2
        left, top = (x + slack, y) if stacked else (x, y + slack)
        panels.append(Panel(Frame.squash(photo, size), left, top))
        x, y = (x, y + size[1] + title + gap) if stacked else (x + size[0] + gap, y)
    return _finish(panels, unit, title, round(column * unit))


def title_labels(sheet: Sheet, titles: Sequence[str]) -> list[Item]:
    """Write a title below each panel, shortened to the panel's width."""
    size = _TITLE_SIZE * sheet.unit
    labels: list[Item] = []
    for panel, title in zip(sheet.panels, titles, strict=True):
        text = shorten(clean(title), size, panel.size[0])
        anchor = (panel.left, panel.bottom + 0.8 * _TITLE_ROW * sheet.unit)
        if text:
            labels.append(Label(text, anchor, size, INK))
    return labels


def note_label(sheet: Sheet, text: str, width: float) -> tuple[Label, float]:
    """Write the line of notes at the left of the strip below the panels.

    Returns:
        The label and the column at which it ends.
    """
    size = _NOTE_SIZE * sheet.unit
    fitted = shorten(clean(text), size, width)
    label = Label(fitted, note_anchor(sheet), size, MUTED)
    return label, sheet.left + text_width(fitted, size)


def note_anchor(sheet: Sheet, row: int = 0) -> Point:
    """Return the left end of the baseline of a row of notes."""
    return sheet.left, sheet.bottom + (0.85 + row) * _NOTE_ROW * sheet.unit


def canvas_height(sheet: Sheet, rows: int) -> int:
    """Return the canvas height with this many rows of notes."""
    return sheet.bottom + round(rows * _NOTE_ROW * sheet.unit) + sheet.margin


def _row_sizes(sizes: Sequence[tuple[int, int]], limit: float) -> list[tuple[int, int]]:
    """Give all panels one height, each within its share of the width if that gets too low."""
    tallest = max(height for _, height in sizes)
    natural = min(max(tallest, _LOWEST), _HIGHEST)
    height = min(natural, limit / sum(width / height for width, height in sizes))
    if height >= _LOWEST / 2:
        return [_fit(size, limit, height) for size in sizes]
    return [_fit(size, limit / len(sizes), min(natural, 2 * _LOWEST)) for size in sizes]


def _stack_sizes(sizes: Sequence[tuple[int, int]], limit: float) -> list[tuple[int, int]]:
    """Give all panels one width; they are at least twice as wide as high."""
    widest = max(width for width, _ in sizes)
    natural = min(max(widest, 2 * _LOWEST), limit)
    width = min(natural, limit / sum(height / width for width, height in sizes))
    return [_fit(size, width, limit) for size in sizes]


def _fit(size: tuple[int, int], width: float, height: float) -> tuple[int, int]:
    scale = min(width / size[0], height / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _finish(panels: list[Panel], unit: float, title: int, column: int) -> Sheet:
    """Center the panels if they are narrower than the words need."""
    margin = round(_MARGIN * unit)
    occupied = max(panel.right for panel in panels) - margin + column
    content = max(occupied, round(_NARROWEST * unit))
    shift = (content - occupied) // 2
    moved = tuple(replace(panel, left=panel.left + shift) for panel in panels)
    bottom = max(panel.bottom for panel in panels) + title
    return Sheet(moved, unit, margin, margin + content, content + 2 * margin, bottom)
