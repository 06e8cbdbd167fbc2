"""Tables of results: several weights side by side, floors below them, the protocol in words.

Terminal and report print the same tables; shares are percent here, as in papers.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from semimatch_cli.evaluation.document import Table
from semimatch_cli.evaluation.numbers import percent, run_name
from semimatch_cli.evaluation.statistics import RESAMPLES
from semimatch_cli.evaluation.summary import EvalResult

_USUAL_ALPHA = 0.1
_USUAL_DENSE = 0.05  # as in TSS
_DENSE = "longer side of the photo that is searched"
_GRADES = {"0": "easy", "1": "medium", "2": "hard"}
_SIDES = {"0": "none", "1": "source", "2": "target", "3": "both"}
# What SPair-71k means by its numbers (Min et al., arXiv 1908.10543).
_MEANINGS = {"viewpoint": _GRADES, "scale": _GRADES, "truncation": _SIDES, "occlusion": _SIDES}
DENSE_RULE = f"Dense truth: a pixel is right if its error <= alpha x {_DENSE}; error: mean."


def main_alpha(result: EvalResult) -> float:
    """Return the alpha that is told where there is room for one: 0.1, else the largest."""
    return _USUAL_ALPHA if _USUAL_ALPHA in result.alphas else max(result.alphas)


def at_main(result: EvalResult, values: npt.NDArray[np.float64]) -> float:
    """Return the one of (A,) values that belongs to `main_alpha`."""
    return float(values[result.alphas.index(main_alpha(result))])


def of_category(result: EvalResult, name: str) -> float | None:
    """Return PCK of a category at `main_alpha`, None where no pair of it was judged."""
    shares = result.pck.per_category.get(name)
    return None if shares is None else at_main(result, shares)


def of_attribute(result: EvalResult, attribute: str, value: str) -> float | None:
    """Return PCK of the pairs with a value of an attribute at `main_alpha`, None likewise."""
    group = result.attributes.get(attribute, {}).get(value)
    return None if group is None else at_main(result, group.per_image)


def attribute_label(attribute: str, value: str) -> str:
    """Return an attribute and its value in words: "viewpoint: hard"."""
    return f"{attribute}: {_MEANINGS.get(attribute, {}).get(value, value)}"


def protocol_rows(results: Sequence[EvalResult]) -> list[tuple[str, str]]:
    """Say what was measured on what, and how; all results are of one data set and protocol."""
    result = results[0]
    protocol = result.protocol
    frame = f"{protocol.frame}x{protocol.frame} frame" if protocol.frame else "original pixels"
    length = protocol.threshold_text(result.threshold) if result.threshold else "the threshold"
    numbers = "PCK in percent, per image (mean over pairs) unless said otherwise"
    if result.dense and not result.pck.points:
        numbers, length = "share of pixels right in percent, per image (mean over pairs)", _DENSE
    rows = [
        ("data", f"{result.header.dataset}, split {result.header.split}, {_pairs_text(result)}"),
        ("protocol", f"{protocol.name}: {protocol.direction}, {frame}, {_readout(result)}"),
        ("right if", f"error <= alpha x {length}"),
        ("numbers", numbers),
        ("interval", f"95 %, {RESAMPLES} resamples of the photos, seed {result.seed}"),
    ]
    names = [run_name(one.header) for one in results]
    return [*rows, *(("weights", name) for name in names)]


def protocol_sentence(result: EvalResult) -> str:
    """Say in one line how the numbers of a table were measured."""
    rows = dict(protocol_rows([result]))
    return f"{rows['numbers']}. {rows['protocol']}; right if {rows['right if']}. {rows['data']}."


def headline_table(results: Sequence[EvalResult], floors: Sequence[EvalResult]) -> Table:
    """PCK at every alpha, one row per weights, the floors below them."""
    alpha = main_alpha(results[0])
    heads = [f"@{level:g}" for level in results[0].alphas]
    more = (
        f"95 % @{alpha:g}",
        f"per point @{alpha:g}",
        f"PCK-dagger @{alpha:g}",
        f"KAP @{alpha:g}",
    )
    rows: list[tuple[str, ...]] = []
    muted: set[int] = set()
    for index, one in enumerate((*results, *floors)):
        is_floor = index >= len(results)
        if is_floor:
            muted.add(len(rows))
        rows.append(_headline(one, is_floor=is_floor))
        if one.pck_corrected:
            name = f"{one.header.weights}, corrected threshold"
            shares = [percent(share) for share in one.pck_corrected.per_image]
            per_point = percent(at_main(one, one.pck_corrected.per_point))
            muted.add(len(rows))
            rows.append((name, *shares, "", per_point, "", ""))
    return Table(("weights", *heads, *more), rows, muted=frozenset(muted))


def category_table(
    results: Sequence[EvalResult],
    floors: Sequence[EvalResult],
    counts: Mapping[str, int] | None = None,
) -> Table:
    """PCK of each category at one alpha, and the mean over categories; one column per weights.

    Args:
        results: One per weights.
        floors: Further columns.
        counts: Pairs of each category, for a column of their own.
    """
    columns = [*results, *floors]
    rows = [
        [name, *([str(counts.get(name, 0))] if counts else [])]
        + [percent(of_category(one, name)) for one in columns]
        for name in results[0].pck.per_category
    ]
    means = [percent(at_main(one, one.pck.mean_over_categories)) for one in columns]
    total = [str(sum(counts.values()))] if counts else []
    heads = ["category", *(["pairs"] if counts else []), *(one.header.weights for one in columns)]
    last = ["mean over categories", *total, *means]
    return Table(heads, [*rows, last], strong=frozenset([len(rows)]))


def attribute_table(results: Sequence[EvalResult], floors: Sequence[EvalResult]) -> Table:
    """PCK for each value of each attribute at one alpha; one column per weights."""
    columns = [*results, *floors]
    rows = [
        [attribute_label(attribute, value), str(group.pairs)]
        + [percent(of_attribute(one, attribute, value)) for one in columns]
        for attribute, groups in results[0].attributes.items()
        for value, group in groups.items()
    ]
    return Table(["attribute", "pairs", *(one.header.weights for one in columns)], rows)


def dense_table(results: Sequence[EvalResult], floors: Sequence[EvalResult]) -> Table | None:
    """Dense accuracy and end-point error, where the truth is dense."""
    measured = [(one.header.weights, one.dense) for one in results if one.dense]
    below = [(one.header.weights, one.dense) for one in floors if one.dense]
    if not measured:
        return None
    heads = [f"@{alpha:g}" for alpha in measured[0][1].alphas]
    rows = [
        (name, *(percent(share) for share in dense.per_image), f"{dense.end_point_error:.1f}")
        for name, dense in (*measured, *below)
    ]
    muted = frozenset(range(len(measured), len(rows)))
    return Table(("weights", *heads, "error, px"), rows, muted=muted)


def dense_category_table(results: Sequence[EvalResult], floors: Sequence[EvalResult]) -> Table:
    """Dense accuracy of each category at one alpha; one column per weights."""
    columns = [(one.header.weights, one.dense) for one in (*results, *floors) if one.dense]
    alphas = columns[0][1].alphas
    row = alphas.index(_USUAL_DENSE) if _USUAL_DENSE in alphas else len(alphas) - 1
    cells = [
        [name] + [percent(dense.per_category[name][row]) for _, dense in columns]
        for name in columns[0][1].per_category
    ]
    return Table([f"category, dense @{alphas[row]:g}", *(name for name, _ in columns)], cells)


def confidence_table(results: Sequence[EvalResult]) -> Table:
    """Tell what the confidence is worth, and how often left and right are confused."""
    heads = ("weights", "calibration error", "risk-coverage area", "left-right confusion")
    rows = [
        (
            one.header.weights,
            percent(one.calibration.error),
            percent(one.risk.area),
            percent(one.left_right.share),
        )
        for one in results
    ]
    return Table(heads, rows)


def has_keypoints(results: Sequence[EvalResult]) -> bool:
    """Tell whether any keypoint was judged; where not, only dense truth was."""
    return any(one.pck.points for one in results)


def _headline(result: EvalResult, *, is_floor: bool) -> tuple[str, ...]:
    low, high = (at_main(result, end) for end in (result.interval.low, result.interval.high))
    interval = "-" if np.isnan(low) else f"{percent(low)}-{percent(high)}"
    kap = "" if is_floor else percent(at_main(result, result.kap.per_point))
    return (
        result.header.weights,
        *(percent(share) for share in result.pck.per_image),
        interval,
        percent(at_main(result, result.pck.per_point)),
        percent(at_main(result, result.pck_dagger.per_image)),
        kap,
    )


def _pairs_text(result: EvalResult) -> str:
    words = [f"{result.pairs:,} pairs"]
    if result.pck.points or not result.dense:
        words.append(f"{result.pck.points:,} keypoints")
    if result.dense:
        words.append(f"{result.dense.pixels:,} pixels of dense truth")
    missing = result.header.pairs - result.pairs
    if missing:
        words.append(f"{missing:,} pairs broken and left out")
    if result.excluded and result.pck.points:
        words.append(f"{result.excluded:,} pairs without a visible keypoint left out")
    return ", ".join(words)


def _readout(result: EvalResult) -> str:
    return "own read-out" if result.protocol.readout == "own" else result.protocol.readout
