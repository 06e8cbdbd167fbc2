"""Scene -> PDF or SVG: lines, discs and text stay vectors, photos keep their own resolution.

matplotlib's object interface only: no pyplot, no global figure, no changed settings. One canvas
pixel is one point (1/72 inch). The same scene gives the same bytes: no date, fixed identifiers.
"""

from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import Stroke

from semimatch_cli.drawing.scene import RGB, Disc, Label, Picture, Scene, Segment

_SETTINGS: dict[str, Any] = {
    "font.family": ["sans-serif"],
    # Verdana has nearly the widths of DejaVu Sans, for a viewer that lacks it.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "image.composite_image": False,  # each photo on its own, at its own resolution
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "semimatch",
    "svg.image_inline": True,
    "path.simplify": False,
}
_CANVASES = {".pdf": FigureCanvasPdf, ".svg": FigureCanvasSVG}
_METADATA: dict[str, dict[str, str | None]] = {
    ".pdf": {"Creator": "semimatch", "Producer": None, "CreationDate": None},
    ".svg": {"Creator": "semimatch", "Date": None},
}
_POINTS_PER_INCH = 72


def write_vectors(scene: Scene, path: Path) -> None:
    """Write a scene as PDF or SVG.

    Args:
        scene: What to draw.
        path: Ends in ".pdf" or ".svg"; an existing file is overwritten.
    """
    suffix = path.suffix.lower()
    with mpl.rc_context():  # restores what the caller had
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, _SETTINGS))
        figure = Figure(
            figsize=(scene.width / _POINTS_PER_INCH, scene.height / _POINTS_PER_INCH),
            dpi=_POINTS_PER_INCH,
            facecolor=_fraction(scene.background),
        )
        canvas = _CANVASES[suffix](figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        for depth, item in enumerate(scene.items):
            _add(axes, item, depth)
        axes.set_axis_off()
        axes.set(xlim=(-0.5, scene.width - 0.5), ylim=(scene.height - 0.5, -0.5), aspect="auto")
        canvas.print_figure(
            path, format=suffix[1:], dpi=_POINTS_PER_INCH, metadata=_METADATA[suffix]
        )


def _add(axes: Axes, item: Picture | Segment | Disc | Label, depth: int) -> None:
    """Add one item's artists; `depth` keeps the scene's drawing order."""
    match item:
        case Picture():
            _add_picture(axes, item, depth)
        case Segment():
            _add_segment(axes, item, depth)
        case Disc():
            _add_disc(axes, item, depth)
        case Label():
            _add_label(axes, item, depth)


def _add_picture(axes: Axes, item: Picture, depth: int) -> None:
    left, top = item.left - 0.5, item.top - 0.5
    axes.imshow(
        np.asarray(item.image.convert("RGB")),
        extent=(left, left + item.width, top + item.height, top),
        interpolation="none",
        zorder=depth,
        clip_on=False,
    )


def _add_segment(axes: Axes, item: Segment, depth: int) -> None:
    strokes = [(item.width, item.color, item.opacity)]
    if item.casing:
        width = item.width + 2 * item.casing.width
        strokes.insert(0, (width, item.casing.color, item.casing.opacity * item.opacity))
    for width, color, opacity in strokes:
        line = Line2D(
            *zip(item.start, item.end, strict=True),
            linewidth=width,
            color=_fraction(color),
            alpha=opacity,
            solid_capstyle="round",
            zorder=depth,
            clip_on=False,
        )
        if item.dash:
            line.set_linestyle((0, tuple(length / width for length in item.dash)))
        axes.add_line(line)


def _add_disc(axes: Axes, item: Disc, depth: int) -> None:
    middle = item.radius - item.edge_width / 2
    if item.casing:
        band = Circle(
            item.center,
            middle,
            fill=False,
            edgecolor=_fraction(item.casing.color),
            linewidth=item.edge_width + 2 * item.casing.width,
            alpha=item.casing.opacity,
            zorder=depth,
            clip_on=False,
        )
        axes.add_patch(band)
    disc = Circle(
        item.center,
        middle,
        facecolor="none" if item.fill is None else _fraction(item.fill),
        edgecolor=_fraction(item.edge),
        linewidth=item.edge_width,
        zorder=depth,
        clip_on=False,
    )
    axes.add_patch(disc)


def _add_label(axes: Axes, item: Label, depth: int) -> None:
    """Add the text; its halo lies below as a path, so that the letters remain text."""
    settings: dict[str, Any] = {
        "fontsize": item.size,
        "fontweight": "bold" if item.bold else "normal",
        "color": _fraction(item.color),
        "horizontalalignment": item.align,
        "verticalalignment": "baseline",
        "parse_math": False,
        "zorder": depth,
        "clip_on": False,
    }
    if item.casing:
        halo = Stroke(
            linewidth=2 * item.casing.width,
            foreground=_fraction(item.casing.color),
            alpha=item.casing.opacity,
        )
        axes.text(*item.anchor, item.text, path_effects=[halo], **settings)
    axes.text(*item.anchor, item.text, **settings)


def _fraction(color: RGB) -> tuple[float, float, float]:
    red, green, blue = (channel / 255.0 for channel in color)
    return red, green, blue
