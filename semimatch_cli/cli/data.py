"""`semimatch data`: make the rendered data set."""

import os
from pathlib import Path
from typing import Annotated

import typer

from semimatch_cli.cli.app import Session, app

data = typer.Typer(no_args_is_help=True)
app.add_typer(data, name="data", help="Make data sets.")

_MOST_WORKERS = 8


@data.command()
def synth(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.")],
    images: Annotated[int, typer.Option(help="Photos per category.")] = 100,
    size: Annotated[int, typer.Option(help="Side of the square photos, in pixels.")] = 256,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all cores, at most 8.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier one.")] = False,
) -> None:
    """Render photos of known truth: SPair-71k's layout, plus every pixel's correspondence.

    Eleven categories of animals, vehicles and things, each instance with its own shape, pose,
    view, paint, light and surroundings. Split by photo into trn (70 %), val and test (15 % each).
    """
    from semimatch_cli.cli.progress import track
    from semimatch_cli.datasets.synthetic import Plan, write_dataset

    session: Session = ctx.obj
    plan = Plan(images_per_category=images, size=size, seed=seed)
    total = images * len(plan.categories)
    count = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    summary = write_dataset(
        folder,
        plan,
        force=force,
        workers=max(1, min(count, total // 16)),
        progress=lambda photos: track(photos, total, "photos", quiet=session.quiet),
    )
    pairs = ", ".join(f"{number:,} {split}" for split, number in summary.pairs.items())
    session.note(
        f"{folder}: {summary.photos:,} photos of {summary.categories} categories; pairs: {pairs}"
    )
