"""The plots of a report: results -> figures, each left out where there is nothing to show."""

from collections.abc import Sequence

import numpy as np

from semimatch_cli.evaluation.confidence_quality import CORRECT_ALPHA
from semimatch_cli.evaluation.document import Figure
from semimatch_cli.evaluation.pck import pck
from semimatch_cli.evaluation.plots import (
    Curve,
    DotRow,
    Reliability,
    dots_height,
    plot_dots,
    plot_pck,
    plot_reliability,
    plot_risk,
    render_svg,
)
from semimatch_cli.evaluation.records import PairRecord
from semimatch_cli.evaluation.result_tables import (
    at_main,
    attribute_label,
    main_alpha,
    of_attribute,
    of_category,
)
from semimatch_cli.evaluation.summary import EvalResult

_CURVE_STEPS = 60
_RISK_STEPS = 100
Results = Sequence[EvalResult]
Records = Sequence[Sequence[PairRecord]]


def pck_figure(results: Results, floors: Results, records: Records) -> Figure:
    """PCK over alpha: a fine curve from the records, and each floor at the alphas measured."""
    largest = max(results[0].alphas)
    alphas = np.linspace(0.0, largest, _CURVE_STEPS + 1)[1:].tolist()
    curves = [
        Curve(one.header.weights, alphas, pck(answers, alphas).per_image.tolist())
        for one, answers in zip(results, records, strict=True)
    ]
    curves += [
        Curve(one.header.weights, one.alphas, one.pck.per_image.tolist(), floor=True)
        for one in floors
    ]
    svg = render_svg(lambda axes: plot_pck(axes, curves), name="pck")
    return Figure("pck", "svg", svg.encode(), "PCK over alpha, per image (mean over pairs).")


def category_figure(results: Results, floors: Results) -> Figure:
    """PCK of each category, the best of the first weights on top."""
    first = results[0].pck.per_category
    ordered = sorted(first, key=lambda name: -at_main(results[0], first[name]))
    columns = [*results, *floors]
    rows = [DotRow(name, [of_category(one, name) for one in columns]) for name in ordered]
    caption = f"PCK@{main_alpha(results[0]):g} by category."
    return _dots("by-category", rows, columns, len(floors), caption)


def attribute_figure(results: Results, floors: Results) -> Figure:
    """PCK for each value of each attribute that pairs have."""
    columns = [*results, *floors]
    rows = [
        DotRow(
            f"{attribute_label(attribute, value)} ({group.pairs})",
            [of_attribute(one, attribute, value) for one in columns],
            attribute,
        )
        for attribute, groups in results[0].attributes.items()
        for value, group in groups.items()
    ]
    caption = f"PCK@{main_alpha(results[0]):g} by attribute; pairs in parentheses."
    return _dots("by-attribute", rows, columns, len(floors), caption)


def reliability_figure(results: Results) -> Figure:
    """Share of right answers over confidence, with the expected calibration error."""
    series = [_reliability(one) for one in results]
    svg = render_svg(
        lambda axes: plot_reliability(axes, series), name="reliability", width=4.6, height=4.4
    )
    caption = (
        f"Share of answers right at alpha {CORRECT_ALPHA:g} over their confidence; the shaded "
        "areas are the shares of answers. ECE: expected calibration error."
    )
    return Figure("reliability", "svg", svg.encode(), caption)


def risk_figure(results: Results) -> Figure:
    """Share of wrong answers among the most confident ones."""
    steps = [(step + 1) / _RISK_STEPS for step in range(_RISK_STEPS)]
    curves = [
        Curve(one.header.weights, steps, [one.risk.at(step) for step in steps]) for one in results
    ]
    svg = render_svg(lambda axes: plot_risk(axes, curves), name="risk", width=4.6, height=4.4)
    caption = (
        f"Risk over coverage: the share of answers wrong at alpha {CORRECT_ALPHA:g} if only the "
        "most confident ones are kept."
    )
    return Figure("risk-coverage", "svg", svg.encode(), caption)


def _dots(name: str, rows: Sequence[DotRow], columns: Results, floors: int, caption: str) -> Figure:
    series = [one.header.weights for one in columns]
    svg = render_svg(
        lambda axes: plot_dots(axes, series, rows, floors=floors),
        name=name,
        height=dots_height(rows),
    )
    return Figure(name, "svg", svg.encode(), caption)


def _reliability(result: EvalResult) -> Reliability:
    bins = [row for row in result.calibration.bins if row.count]
    total = sum(row.count for row in bins)
    return Reliability(
        result.header.weights,
        [row.confidence for row in bins],
        [row.accuracy for row in bins],
        [row.count / total for row in bins],
        result.calibration.error,
    )
