"""Plots of evaluation: functions that draw on the Axes they are given, and one that makes SVG.

Colors are those of Okabe and Ito, with another marker for each series, so that a plot also reads
in gray. The same numbers give the same bytes: no date, fixed identifiers, no changed settings.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from semimatch_cli.drawing.colors import mark_color

INK = "#262626"
_MUTED, _GRID = "#8c8c8c", "#b4b4b4"
_MARKERS = "osD^vPX"
_FLOOR_MARKERS = "|x+"
_MOST_MARKERS = 10  # along one curve
_LEGEND_LETTERS = 64  # in one line of a legend
_WIDTH, _HEIGHT = 5.2, 3.4  # inches: one column of a paper, with room for the legend
_ROW, _FRAME = 0.24, 1.0  # inches of a row of dots, and of everything around the rows
_SETTINGS: dict[str, Any] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9.0,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.5,
    "grid.alpha": 0.5,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 5.0,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "svg.fonttype": "none",
    "path.simplify": False,
}


@dataclass(frozen=True)
class Curve:
    """One line of a plot.

    Args:
        label: Its name in the legend.
        x: Positions, in rising order.
        y: Shares in 0..1, one for each position.
        floor: Whether this is a floor that any matcher should beat: gray and dashed.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    floor: bool = False


@dataclass(frozen=True)
class DotRow:
    """One row of a plot of dots.

    Args:
        label: What the row is about.
        values: A share in 0..1 for each series; None where there is none.
        group: Rows of another group stand apart.
    """

    label: str
    values: Sequence[float | None]
    group: str = ""


@dataclass(frozen=True)
class Reliability:
    """How often answers of some confidence are right.

    Args:
        label: Name of the weights.
        confidence: Mean confidence of each bin.
        accuracy: Share of right answers in each bin.
        share: Share of all answers that each bin holds.
        error: Expected calibration error.
    """

    label: str
    confidence: Sequence[float]
    accuracy: Sequence[float]
    share: Sequence[float]
    error: float


def plot_pck(axes: Axes, curves: Sequence[Curve]) -> None:
    """Draw PCK over alpha."""
    _draw_curves(axes, curves)
    axes.set(xlabel="alpha (share of the threshold base)", ylabel="PCK", ylim=(0.0, 1.0))
    axes.set_xlim(left=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    _finish(axes, "both", legend=True)


def plot_dots(axes: Axes, series: Sequence[str], rows: Sequence[DotRow], *, floors: int) -> None:
    """Draw one row per category or attribute, with a dot for each series.

    Args:
        axes: Where to draw.
        series: Names, floors last.
        rows: From top to bottom.
        floors: How many of the series are floors.
    """
    heights = _heights(rows)
    for index, label in enumerate(series):
        drawn = [
            (value, height)
            for row, height in zip(rows, heights, strict=True)
            if (value := row.values[index]) is not None
        ]
        place = index - (len(series) - floors)
        look = _floor_look(place) if place >= 0 else _series_look(index)
        axes.plot(*zip(*drawn, strict=True), linestyle="none", label=label, **look)
    axes.set_yticks(heights, [row.label for row in rows])
    axes.tick_params(axis="y", length=0, pad=7)
    axes.set(xlabel="PCK", xlim=(0.0, 1.0), ylim=(min(heights) - 0.7, 0.7))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    _finish(axes, "both", legend=True)


def plot_reliability(axes: Axes, series: Sequence[Reliability]) -> None:
    """Draw the share of right answers over the confidence; the areas are shares of answers."""
    axes.axline((0.0, 0.0), slope=1.0, color=_MUTED, linestyle="--", linewidth=1.0, label="ideal")
    for index, one in enumerate(series):
        label = f"{one.label} (ECE {100.0 * one.error:.1f} %)"
        axes.plot(one.confidence, one.accuracy, label=label, **_series_look(index))
        sizes = [1200.0 * share for share in one.share]
        color = _series_look(index)["color"]
        axes.scatter(one.confidence, one.accuracy, sizes, color=color, alpha=0.18, linewidths=0)
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    _finish(axes, "both", legend=True)


def plot_risk(axes: Axes, curves: Sequence[Curve]) -> None:
    """Draw the share of wrong answers among the most confident ones, over how many are kept."""
    for index, curve in enumerate(curves):
        look = {**_series_look(index), "marker": "none"}
        axes.plot(curve.x, curve.y, label=curve.label, **look)
    axes.set(xlabel="share of answers kept, most confident first", ylabel="share wrong")
    axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    _finish(axes, "both", legend=True)


def plot_changes(axes: Axes, labels: Sequence[str], changes: Sequence[float]) -> None:
    """Draw what rose and what fell: one bar per label, differences of shares in -1..1."""
    heights = [-float(index) for index in range(len(labels))]
    colors = [_hex(0 if change >= 0 else 5) for change in changes]
    axes.barh(heights, [100.0 * change for change in changes], 0.6, color=colors)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_yticks(heights, labels)
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel="change of PCK, points", ylim=(min(heights) - 0.7, 0.7))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    _finish(axes, "x", legend=False)


def dots_height(rows: Sequence[DotRow]) -> float:
    """Return the height in inches that suits a plot of these rows."""
    return _FRAME + _ROW * -min(_heights(rows))


def bars_height(count: int) -> float:
    """Return the height in inches that suits `count` bars."""
    return _FRAME + _ROW * count


def render_svg(
    draw: Callable[[Axes], None], *, name: str, width: float = _WIDTH, height: float = _HEIGHT
) -> str:
    """Make a figure with one Axes and return it as SVG text.

    Args:
        draw: Draws on the Axes.
        name: Tells its identifiers apart from those of other figures on one page.
        width: Inches.
        height: Inches.
    """
    with mpl.rc_context():  # restores what the caller had
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, {**_SETTINGS, "svg.hashsalt": name}))
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Creator": "semimatch", "Date": None})
    return file.getvalue()


def _draw_curves(axes: Axes, curves: Sequence[Curve]) -> None:
    series = floors = 0
    for curve in curves:
        if curve.floor:
            look: dict[str, Any] = {"color": _MUTED, "linestyle": ("--", ":")[floors % 2]}
            floors += 1
        else:
            every = max(1, len(curve.x) // _MOST_MARKERS)
            look = {**_series_look(series), "markevery": every}
            series += 1
        axes.plot(curve.x, curve.y, label=curve.label, **look)


def _series_look(index: int) -> dict[str, Any]:
    marker = _MARKERS[index % len(_MARKERS)]
    return {"color": _hex(index), "marker": marker, "markeredgewidth": 0.0, "clip_on": False}


def _floor_look(index: int) -> dict[str, Any]:
    marker = _FLOOR_MARKERS[index % len(_FLOOR_MARKERS)]
    return {"color": _MUTED, "marker": marker, "markeredgewidth": 1.4, "clip_on": False}


def _hex(index: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*mark_color(index))


def _heights(rows: Sequence[DotRow]) -> list[float]:
    """Return where rows lie, downwards from 0; groups stand half a row apart."""
    heights = [0.0]
    for above, row in pairwise(rows):
        heights.append(heights[-1] - (1.0 if above.group == row.group else 1.5))
    return heights


def _finish(axes: Axes, lines: str, *, legend: bool) -> None:
    axes.grid(True, axis=cast(Any, lines))
    if legend:  # above the plot, where it covers nothing
        longest = max(map(len, axes.get_legend_handles_labels()[1]))
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=max(1, _LEGEND_LETTERS // longest),
            borderaxespad=0.2,
        )
