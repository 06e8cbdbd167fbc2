"""Scene: one picture as a flat tuple of immutable items, drawn in order.

The pictures of this package are built as scenes by pure functions (`keypoints.py`, `dense.py`,
`flow.py`, `heat.py`) and drawn by two renderers that know nothing of matching: pixels
(`pillow_renderer.py`) and vectors (`vector_renderer.py`). Positions are (x, y) in canvas pixels
with an integer at a pixel's center, lengths are canvas pixels, colors are sRGB in 0..255.
"""

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from semimatch_cli.errors import ConfigError

RGB = tuple[int, int, int]
Point = tuple[float, float]

WHITE: RGB = (255, 255, 255)
INK: RGB = (38, 38, 38)
MUTED: RGB = (105, 105, 105)


@dataclass(frozen=True)
class Casing:
    """A thin contrasting band around a shape: keeps it readable on bright and dark photos.

    Args:
        color: Color of the band.
        width: How far it reaches beyond the shape.
        opacity: 0..1.
    """

    color: RGB
    width: float
    opacity: float = 1.0


@dataclass(frozen=True)
class Picture:
    """A raster image that fills a box of whole canvas pixels.

    Args:
        image: RGB, of any size; each renderer resamples it by its own means.
        left, top: The box's first pixel.
        width, height: The box's size in pixels.
    """

    image: Image.Image
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Segment:
    """A straight line with round ends.

    Args:
        start, end: The two ends.
        width: Thickness without the casing.
        color: Color of the line.
        opacity: 0..1, of line and casing alike.
        casing: Band along both sides.
        dash: Lengths of mark and pause; None draws it solid.
    """

    start: Point
    end: Point
    width: float
    color: RGB
    opacity: float = 1.0
    casing: Casing | None = None
    dash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Disc:
    """A filled disc, or a ring where `fill` is None.

    Args:
        center: The middle.
        radius: Outer radius, edge included, casing not.
        fill: Color inside the edge; None leaves the ground visible.
        edge: Color of the edge.
        edge_width: Thickness of the edge, inwards from the radius.
        casing: Band outside the edge, and inside it where the disc is hollow.
    """

    center: Point
    radius: float
    fill: RGB | None
    edge: RGB
    edge_width: float
    casing: Casing | None = None


@dataclass(frozen=True)
class Label:
    """One line of text.

    Args:
        text: What is written; characters that the font lacks are replaced by `text.clean`.
        anchor: A point on the baseline: its left end, middle or right end, by `align`.
        size: Font size.
        color: Color of the letters.
        align: Which part of the text lies at the anchor.
        bold: Use the bold face.
        casing: Halo around the letters.
    """

    text: str
    anchor: Point
    size: float
    color: RGB = INK
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    casing: Casing | None = None


Item = Picture | Segment | Disc | Label


@dataclass(frozen=True)
class Scene:
    """One picture, ready to be drawn by any renderer.

    Args:
        width, height: Canvas size in pixels.
        items: What is drawn, in this order.
        background: Color under everything.
    """

    width: int
    height: int
    items: tuple[Item, ...]
    background: RGB = WHITE

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1:
            raise ConfigError(f"a scene needs a canvas, got {self.width} x {self.height}")
