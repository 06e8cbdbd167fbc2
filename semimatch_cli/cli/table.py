"""Tables on a terminal, and the same as plain aligned text where there is none."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from semimatch_cli.evaluation.document import Table
    from semimatch_cli.evaluation.summary import EvalResult

_NARROWEST_NAMES = 12  # letters that names keep however narrow the terminal
_GAP = 2  # between columns


def print_results(
    results: "Sequence[EvalResult]",
    *,
    floors: "Sequence[EvalResult]" = (),
    file: TextIO | None = None,
) -> None:
    """Write the results of one data set and protocol, several weights side by side.

    Args:
        results: One per weights, at least one.
        floors: What any matcher should beat; told in rows of their own.
        file: Where to; stdout if left out.
    """
    from semimatch_cli.evaluation import result_tables
    from semimatch_cli.evaluation.numbers import NOT_COMPARABLE

    out = file or sys.stdout
    print_facts(result_tables.protocol_rows(results), file=out)
    if results[0].header.limited:
        print(NOT_COMPARABLE, file=out)
    alpha = result_tables.main_alpha(results[0])
    if result_tables.has_keypoints(results):
        print_table(result_tables.headline_table(results, floors), title="PCK", file=out)
        by_category = result_tables.category_table(results, floors)
        print_table(by_category, title=f"PCK@{alpha:g} by category", file=out)
    dense = result_tables.dense_table(results, floors)
    if dense:
        print_table(dense, title=result_tables.DENSE_RULE, file=out)
        by_category = result_tables.dense_category_table(results, floors)
        print_table(by_category, title="Dense truth by category", file=out)


def print_facts(rows: "list[tuple[str, str]]", *, file: TextIO | None = None) -> None:
    """Write names and values in two columns."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}", file=file or sys.stdout)


def print_table(table: "Table", *, title: str = "", file: TextIO | None = None) -> None:
    """Write a table: ruled and colored on a terminal, aligned text elsewhere.

    Args:
        table: What to write; names stand at the left, numbers at the right.
        title: A line above it.
        file: Where to; stdout if left out.
    """
    out = file or sys.stdout
    if title:
        print(f"\n{title}", file=out)
    if out.isatty():
        _print_rich(table, out)
    else:
        _print_plain(table, out)


def _print_rich(table: "Table", out: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    ruled = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    # A narrow terminal folds names, never numbers.
    names, *heads = table.columns
    shortest = min(_NARROWEST_NAMES, max(len(row[0]) for row in (table.columns, *table.rows)))
    ruled.add_column(Text(names), overflow="fold", vertical="bottom", min_width=shortest)
    for column, head in enumerate(heads, start=1):
        folded = head.replace("per point @", "per\npoint @").replace(" @", "\n@")
        cells = [*folded.splitlines(), *(row[column] for row in table.rows)]
        ruled.add_column(
            Text(folded), justify="right", vertical="bottom", min_width=max(map(len, cells))
        )
    for index, row in enumerate(table.rows):
        style = "bold" if index in table.strong else "dim" if index in table.muted else ""
        ruled.add_row(*(Text(cell) for cell in row), style=style)
    console = Console(file=out)
    needed = sum((column.min_width or 0) + _GAP for column in ruled.columns) - _GAP
    console.width = max(console.width, needed)
    console.print(ruled)


def _print_plain(table: "Table", out: TextIO) -> None:
    lines = [table.columns, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    for first, *others in lines:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join(cells).rstrip(), file=out)
