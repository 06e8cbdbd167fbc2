"""The report of a comparison: how large the change is, where it lies, and what it looks like."""

from collections.abc import Mapping, Sequence

from semimatch_cli.evaluation.compare import Comparison, PairChange, Run
from semimatch_cli.evaluation.document import Block, Document, Facts, Figure, Remark, Section, Table
from semimatch_cli.evaluation.numbers import NOT_COMPARABLE, percent, points, run_name
from semimatch_cli.evaluation.pair_pictures import PairPainter
from semimatch_cli.evaluation.plots import bars_height, plot_changes, render_svg
from semimatch_cli.evaluation.records import PairRecord

_MOST_PICTURES = 3  # pairs that got worse, and as many that got better
_MOST_ROWS = 10


def summary_rows(comparison: Comparison) -> list[tuple[str, str]]:
    """Say in a few lines what changed, and by which protocol."""
    before, (low, high) = comparison.before, comparison.interval
    protocol = f"{before.protocol}, PCK@{comparison.alpha:g} per image (mean over pairs), <="
    change = f"{percent(comparison.pck_before)} -> {percent(comparison.pck_after)} %"
    return [
        ("data", f"{before.dataset}, split {before.split}, {len(comparison.pairs)} pairs"),
        ("protocol", protocol),
        ("before", run_name(before)),
        ("after", run_name(comparison.after)),
        ("PCK", f"{change}, {points(comparison.change)} points"),
        ("95 % interval", f"{points(low)} to {points(high)} points, paired bootstrap over photos"),
        ("p-value", f"{comparison.p_value:.2g}, two-sided"),
        ("keypoints", f"{comparison.gained} gained, {comparison.lost} lost"),
    ]


def category_table(comparison: Comparison) -> Table:
    """List categories from the largest loss to the largest gain, and all pairs together."""
    rows = [
        (
            category.category,
            str(category.pairs),
            percent(category.before),
            percent(category.after),
            points(category.change),
        )
        for category in comparison.categories
    ]
    shares = (percent(comparison.pck_before), percent(comparison.pck_after))
    everything = ("all", str(len(comparison.pairs)), *shares, points(comparison.change))
    columns = ("category", "pairs", "before", "after", "change")
    return Table(columns, [*rows, everything], strong=frozenset([len(rows)]))


def pair_table(changes: Sequence[PairChange]) -> Table:
    """List single pairs."""
    rows = [
        (
            change.pair,
            change.category,
            percent(change.before),
            percent(change.after),
            points(change.change),
        )
        for change in changes
    ]
    return Table(("pair", "category", "before", "after", "change"), rows)


def worst_pairs(comparison: Comparison, most: int = _MOST_ROWS) -> list[PairChange]:
    """Return the pairs that lost most, the largest loss first."""
    return [change for change in comparison.pairs[:most] if change.change < 0]


def best_pairs(comparison: Comparison, most: int = _MOST_ROWS) -> list[PairChange]:
    """Return the pairs that gained most, the largest gain first."""
    return [change for change in comparison.pairs[::-1][:most] if change.change > 0]


def diff_document(
    comparison: Comparison, before: Run, after: Run, painter: PairPainter
) -> Document:
    """Put the report of a comparison together.

    Args:
        comparison: What `compare` found.
        before: Header and records of the first run.
        after: The same of the second run.
        painter: Draws the pairs whose photos are here.
    """
    header = comparison.before
    first, second = ({record.pair: record for record in run[1]} for run in (before, after))
    facts: list[Block] = [Facts(summary_rows(comparison))]
    if header.limited:
        facts.append(Remark(NOT_COMPARABLE, warning=True))
    by_category: list[Block] = [category_table(comparison)]
    if len(comparison.categories) > 1:
        by_category.append(_category_figure(comparison))
    sections = [
        Section("What was compared", facts),
        Section("By category", by_category),
    ]
    for title, changes in (
        ("What got worse", worst_pairs(comparison)),
        ("What got better", best_pairs(comparison)),
    ):
        if changes:
            shown = _pictures(changes[:_MOST_PICTURES], comparison, first, second, painter)
            sections.append(Section(title, [pair_table(changes), *shown]))
    title = f"{comparison.after.weights} against {header.weights} on {header.dataset}"
    subtitle = (
        f"PCK@{comparison.alpha:g} {points(comparison.change)} points, protocol {header.protocol}"
    )
    return Document(title, subtitle, sections)


def _category_figure(comparison: Comparison) -> Figure:
    rows = comparison.categories[::-1]  # gains on top
    labels, changes = [row.category for row in rows], [row.change for row in rows]
    svg = render_svg(
        lambda axes: plot_changes(axes, labels, changes),
        name="by-category",
        height=bars_height(len(rows)),
    )
    caption = f"Change of PCK@{comparison.alpha:g} by category, in percentage points."
    return Figure("by-category", "svg", svg.encode(), caption)


def _pictures(
    changes: Sequence[PairChange],
    comparison: Comparison,
    before: Mapping[str, PairRecord],
    after: Mapping[str, PairRecord],
    painter: PairPainter,
) -> list[Block]:
    """Draw each pair twice: before and after."""
    figures: list[Block] = []
    for number, change in enumerate(changes, start=1):
        kind = "worse" if change.change < 0 else "better"
        for when, records, header in (
            ("before", before, comparison.before),
            ("after", after, comparison.after),
        ):
            share = percent(change.before if when == "before" else change.after)
            caption = f"{change.pair}, {when}: {share} % right."
            name = f"{kind}-{number}-{when}"
            figure = painter.figure(
                records[change.pair], name, weights=header.weights, caption=caption
            )
            if figure:
                figures.append(figure)
    return figures or [
        Remark("The photos of these pairs were not found; --data-root names their folder.")
    ]
