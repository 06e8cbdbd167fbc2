"""A progress bar on stderr with the rate per second; silent when quiet or piped."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def track(
    items: Iterable[Item],
    total: int,
    unit: str,
    *,
    quiet: bool,
    note: Callable[[Item], str] = lambda item: "",
) -> Iterator[Item]:
    """Pass items through and show how many of `total` are done.

    Args:
        items: What is being worked on, one after another.
        total: How many there will be.
        unit: What they are called, in the plural.
        quiet: Show nothing.
        note: Says, for each item, what else to show of the work so far.
    """
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.completed}/{task.total} " + unit),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total, rate="", note="")
        for item in items:
            yield item
            progress.advance(task)
            speed = progress.tasks[0].speed
            rate = f"{speed:.1f} {unit}/s" if speed else ""
            progress.update(task, rate=rate, note=note(item))
