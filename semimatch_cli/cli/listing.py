"""What lists and descriptions look like on stdout: aligned text, or JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    print(json.dumps(value, indent=2))


def print_facts(facts: Mapping[str, str]) -> None:
    """Print names and values, one line each; what has no value is left out."""
    shown = {name: value for name, value in facts.items() if value}
    width = max(map(len, shown))
    for name, value in shown.items():
        print(f"{name:<{width}}  {value}")


def print_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Draw a table on a terminal; elsewhere aligned columns that never wrap."""
    if sys.stdout.isatty():
        _draw_table(header, rows)
        return
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, *rows]:
        print(
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _draw_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    for column, title in enumerate(header):
        table.add_column(title, no_wrap=column < len(header) - 1)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
