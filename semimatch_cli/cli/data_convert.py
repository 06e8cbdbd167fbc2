"""`semimatch data convert`: write a data set in another layout."""

from pathlib import Path
from typing import Annotated

import typer

from semimatch_cli.cli.app import Session
from semimatch_cli.cli.data import data


@data.command()
def convert(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(metavar="DATASET", help="A benchmark's name, or a folder or file of yours."),
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; a new folder.")],
    layout: Annotated[
        str, typer.Option("--to", metavar="LAYOUT", help="pairs, spair, coco or csv.")
    ] = "pairs",
    split: Annotated[
        str | None, typer.Option(help="Which split; by default the test split.")
    ] = None,
    data_root: Annotated[
        Path | None, typer.Option(help="The folder that holds named benchmarks.")
    ] = None,
) -> None:
    """Write a data set in another layout, photos and all.

    pairs.json and SPair-71k's layout keep the pairs; COCO and keypoints.csv keep photos and
    keypoints, and pairs are drawn again when they are read.

    Example: semimatch data convert my/keypoints.csv my_set --to spair
    """
    from semimatch_cli.datasets import catalog
    from semimatch_cli.datasets.convert import convert as write

    session: Session = ctx.obj
    pair_set = catalog.load(source, data_root=data_root, split=split)
    for note in pair_set.notes:
        session.note(note)
    if any(pair.dense_truth for pair in pair_set.pairs):
        session.note("the truth of every pixel cannot be written: keypoints only")
    written = write(pair_set, folder, layout)
    pairs = f", {written.pairs:,} pairs" if written.pairs else ""
    session.note(f"{folder}: {written.photos:,} photos{pairs} as {layout}")
