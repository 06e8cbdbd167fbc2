"""`semimatch data`: list, info, get and check data sets, and render one."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semimatch_cli.cli.app import Session, app
from semimatch_cli.cli.fetching import bring, size_text
from semimatch_cli.cli.listing import print_facts, print_json, print_table

if TYPE_CHECKING:
    from semimatch_cli.datasets.holdings import Holding

data = typer.Typer(no_args_is_help=True)
app.add_typer(data, name="data", help="List, get, check and make data sets.")

_MOST_WORKERS = 8

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of the list.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@data.command("list")
def list_data(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the benchmarks that can be fetched, and which of them are here."""
    from semimatch_cli.config import data_dir
    from semimatch_cli.datasets.holdings import look
    from semimatch_cli.datasets.sources import SOURCES

    holdings = [look(source) for source in SOURCES.values()]
    if as_json:
        print_json([holding.to_dict() for holding in holdings])
        return
    rows = [(h.source.name, h.state, h.source.license, h.source.summary) for h in holdings]
    print_table(("NAME", "STATE", "LICENSE", "WHAT"), rows)
    session: Session = ctx.obj
    session.note(f"They lie in {data_dir()} (SEMIMATCH_DATA). Terms: semimatch data info NAME")


@data.command()
def info(name: Name, as_json: AsJson = False) -> None:
    """Show all that is known of one: its files, addresses, digests, terms and state."""
    from semimatch_cli.datasets.holdings import look
    from semimatch_cli.datasets.sources import find

    holding = look(find(name))
    if as_json:
        print_json(holding.to_dict())
    else:
        print_facts(_facts(holding))


@data.command()
def get(
    ctx: typer.Context,
    name: Name,
    given: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="PATH", help="A file of it that is here, or their folder."),
    ] = None,
    mirror: Annotated[
        str, typer.Option(metavar="URL", help="A web folder with the same files, tried first.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace what is here.")] = False,
    accept_changed: Annotated[
        bool,
        typer.Option("--accept-changed", help="Take files that differ from the first time."),
    ] = False,
) -> None:
    """Fetch a benchmark, check and unpack it, and print where it is.

    An interrupted download goes on where it stopped. Where there is no network, bring the files and
    name them.

    Example: semimatch data get spair --from SPair-71k.tar.gz
    """
    from semimatch_cli.datasets.arrivals import Wishes
    from semimatch_cli.datasets.sources import find

    wishes = Wishes(
        given=tuple(given or ()), mirror=mirror, force=force, accept_changed=accept_changed
    )
    print(bring(ctx.obj, find(name), wishes))


@data.command()
def check(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME|PATH", help="A name of the list, or your own data.")
    ],
    split: Annotated[str | None, typer.Option(help="The one for testing if left out.")] = None,
    data_root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where data sets lie, if elsewhere.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at every photo and annotation of a split; name what is missing or broken.

    Prints a line for each problem and exits with 1 where there is one.
    """
    from semimatch_cli.datasets import catalog

    session: Session = ctx.obj
    pair_set = catalog.load(name, data_root=data_root, split=split)
    problems = list(catalog.check(pair_set))
    what = {"name": pair_set.name, "split": pair_set.split, "pairs": len(pair_set)}
    if as_json:
        print_json(what | {"notes": list(pair_set.notes), "problems": problems})
    else:
        for problem in problems:
            print(problem)
    for note in pair_set.notes:
        session.note(note)
    verdict = f"{len(problems):,} problems" if problems else "nothing is wrong"
    session.note(f"{pair_set.name} {pair_set.split}: {len(pair_set):,} pairs, {verdict}")
    if problems:
        raise typer.Exit(1)


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


def _facts(holding: "Holding") -> dict[str, str]:
    from semimatch_cli.datasets.sources import UNCHECKED

    source = holding.source
    facts = {
        "name": source.name,
        "summary": source.summary,
        "state": holding.state,
        "path": str(holding.path or ""),
        "lacking": ", ".join(holding.lacking),
        "downloaded so far": size_text(holding.waiting) if holding.waiting else "",
        "next": holding.next_step,
    }
    for file in source.files:
        facts[file.name] = " or ".join(file.addresses)
        pin = holding.pins.get(file.name)
        if pin or file.sha256:
            facts[f"  sha256 of {file.name}"] = file.sha256 or (pin.sha256 if pin else "")
    return facts | {
        "addresses": UNCHECKED,
        "license": source.license,
        "terms": source.terms,
        "home": source.page,
        "paper": source.paper,
    }
