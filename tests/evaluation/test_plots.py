"""Plots show every series and row, in colors of their own, and come out the same each time."""

import re
from collections.abc import Callable

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from semimatch_cli.evaluation.plots import (
    Curve,
    DotRow,
    Reliability,
    bars_height,
    dots_height,
    plot_changes,
    plot_dots,
    plot_pck,
    plot_reliability,
    plot_risk,
    render_svg,
)

ALPHAS = (0.05, 0.1, 0.15)
CURVES = (
    Curve("tiny", ALPHAS, (0.2, 0.4, 0.5)),
    Curve("large", ALPHAS, (0.3, 0.6, 0.7)),
    Curve("identity", ALPHAS, (0.1, 0.2, 0.3), floor=True),
)
ROWS = (
    DotRow("cat (3)", (0.4, 0.2), "category"),
    DotRow("dog (4)", (0.6, None), "category"),
    DotRow("viewpoint 0", (0.5, 0.3), "viewpoint"),
)
BINS = Reliability("tiny", (0.2, 0.8), (0.3, 0.7), (0.25, 0.75), 0.1)

DRAWINGS: list[Callable[[Axes], None]] = [
    lambda axes: plot_pck(axes, CURVES),
    lambda axes: plot_dots(axes, ("tiny", "identity"), ROWS, floors=1),
    lambda axes: plot_reliability(axes, [BINS]),
    lambda axes: plot_risk(axes, [Curve("tiny", (0.5, 1.0), (0.1, 0.3))]),
    lambda axes: plot_changes(axes, ["cat", "dog"], [0.1, -0.2]),
]


def axes_of(draw: Callable[[Axes], None]) -> Axes:
    axes = Figure().add_subplot()
    draw(axes)
    return axes


def names_in_legend(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_same_numbers_give_the_same_bytes_and_no_date(draw: Callable[[Axes], None]) -> None:
    first, second = render_svg(draw, name="plot"), render_svg(draw, name="plot")
    assert first == second
    assert "<dc:date>" not in first


def test_identifiers_of_two_plots_on_one_page_differ() -> None:
    draw = DRAWINGS[0]
    ids = [set(re.findall(r'id="(m[0-9a-f]{8,})"', render_svg(draw, name=n))) for n in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_plots_leave_the_settings_of_others_alone() -> None:
    before = dict(mpl.rcParams)
    render_svg(DRAWINGS[0], name="plot")
    assert dict(mpl.rcParams) == before


def test_words_stay_words() -> None:
    assert ">tiny</text>" in render_svg(DRAWINGS[0], name="plot")


def test_each_series_has_a_color_and_a_marker_of_its_own_and_floors_are_dashed() -> None:
    lines = axes_of(DRAWINGS[0]).get_lines()
    assert [line.get_label() for line in lines] == ["tiny", "large", "identity"]
    assert lines[0].get_color() != lines[1].get_color()
    assert lines[0].get_marker() != lines[1].get_marker()
    assert lines[2].get_linestyle() == "--"


def test_a_row_shows_its_values_and_leaves_out_what_is_missing() -> None:
    axes = axes_of(DRAWINGS[1])
    tiny, identity = axes.get_lines()
    assert list(tiny.get_xdata()) == [0.4, 0.6, 0.5]
    assert list(identity.get_xdata()) == [0.2, 0.3]
    assert [label.get_text() for label in axes.get_yticklabels()] == [r.label for r in ROWS]
    assert names_in_legend(axes) == ["tiny", "identity"]


def test_groups_of_rows_stand_apart() -> None:
    heights = axes_of(DRAWINGS[1]).get_yticks()
    assert heights[0] - heights[1] < heights[1] - heights[2]


def test_a_plot_grows_with_its_rows() -> None:
    assert dots_height(ROWS) > dots_height(ROWS[:2])
    assert bars_height(9) > bars_height(2)


def test_the_legend_of_a_reliability_diagram_tells_the_calibration_error() -> None:
    assert "tiny (ECE 10.0 %)" in names_in_legend(axes_of(DRAWINGS[2]))


def test_risk_is_drawn_over_coverage() -> None:
    (line,) = axes_of(DRAWINGS[3]).get_lines()
    assert list(line.get_xdata()) == [0.5, 1.0]
    assert list(line.get_ydata()) == [0.1, 0.3]


def test_gains_and_losses_are_bars_of_different_colors_in_points() -> None:
    bars = axes_of(DRAWINGS[4]).patches
    assert [round(bar.get_width(), 6) for bar in bars] == [10.0, -20.0]
    assert bars[0].get_facecolor() != bars[1].get_facecolor()
