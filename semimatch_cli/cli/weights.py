"""`semimatch weights`: list, info, get, verify, remove and path."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from semimatch_cli.cli.app import Session, app
from semimatch_cli.cli.fetching import FetchDisplay, size_text
from semimatch_cli.cli.listing import print_facts, print_json, print_table

if TYPE_CHECKING:
    from semimatch_cli.weights.inventory import Standing


weights = typer.Typer(no_args_is_help=True)
app.add_typer(weights, name="weights", help="List, fetch, check and remove weights.")

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A name of the list, or hf://owner/repo/file.")
]
Names = Annotated[list[str], typer.Argument(metavar="NAME", help="Names of the list.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@weights.command("list")
def list_weights(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show every name that --weights knows, and which of them are here."""
    from semimatch_cli.weights.inventory import look
    from semimatch_cli.weights.registry import read_table

    standings = [look(entry) for entry in read_table().values()]
    if as_json:
        print_json([standing.to_dict() for standing in standings])
    else:
        print_table(("NAME", "STATE", "SIZE", "LICENSE", "WHAT"), [_row(s) for s in standings])
        session: Session = ctx.obj
        session.note("* has further terms: semimatch weights info NAME")


@weights.command()
def info(name: Name, as_json: AsJson = False) -> None:
    """Show all that is known of one: where it comes from, its terms, its data, its network."""
    from semimatch_cli.weights.inventory import look
    from semimatch_cli.weights.registry import find, model_card

    entry = find(name)
    standing, card = look(entry), model_card(entry)
    if as_json:
        print_json(standing.to_dict() | {"card": card})
        return
    print_facts(_facts(standing))
    if card:
        print(f"\n{card.strip()}")


@weights.command()
def get(ctx: typer.Context, names: Names) -> None:
    """Fetch weights into the Hub's cache, check them, and print where they are.

    Example: semimatch weights get dinov2-small
    """
    from semimatch_cli.weights.hub import locate
    from semimatch_cli.weights.registry import find

    session: Session = ctx.obj
    for entry in [find(name) for name in names]:
        with FetchDisplay(session) as shown:
            path = locate(
                entry,
                offline=session.offline,
                on_download=shown.announce,
                on_progress=shown.advance,
            )
        print(path)


@weights.command()
def verify(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="All that are here if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read files whole and compare them with their record; exit with 1 on a difference."""
    from semimatch_cli.weights.inventory import look
    from semimatch_cli.weights.inventory import verify as check
    from semimatch_cli.weights.registry import find, read_table

    session: Session = ctx.obj
    present = (entry for entry in read_table().values() if look(entry).path)
    verdicts = [check(entry) for entry in ([find(name) for name in names or []] or present)]
    if not verdicts:
        session.note("No weights are here, nothing to verify")
    if as_json:
        print_json([verdict.to_dict() for verdict in verdicts])
    elif verdicts:
        rows = [(v.name, "ok" if v.ok else "FAILED", v.detail) for v in verdicts]
        print_table(("NAME", "RESULT", "DETAIL"), rows)
    failed = [verdict.name for verdict in verdicts if not verdict.ok]
    for name in failed:
        session.note(f"Hint: {name}: {look(find(name)).next_step}")
    if failed:
        raise typer.Exit(1)


@weights.command()
def remove(ctx: typer.Context, names: Names) -> None:
    """Remove downloaded weights from the Hub's cache, and forget the commit they were pinned to."""
    from semimatch_cli.weights.inventory import remove as delete
    from semimatch_cli.weights.registry import find

    session: Session = ctx.obj
    for entry in [find(name) for name in names]:
        freed = delete(entry)
        done = f"removed, {size_text(freed)} freed" if freed else "not downloaded, nothing to do"
        session.note(f"{entry.name}: {done}")


@weights.command()
def path(name: Name, as_json: AsJson = False) -> None:
    """Print the local file of weights; exit with 1 when they are not here. Never fetches."""
    from semimatch_cli.errors import WeightsError
    from semimatch_cli.weights.inventory import look
    from semimatch_cli.weights.registry import find

    standing = look(find(name))
    if standing.path is None:
        raise WeightsError(f"{name} is not on this machine", hint=standing.next_step)
    if as_json:
        print_json({"name": name, "path": str(standing.path)})
    else:
        print(standing.path)


def _row(standing: "Standing") -> tuple[str, ...]:
    entry = standing.entry
    size = size_text(standing.size) or entry.download
    terms = f"{entry.license} *" if entry.terms else entry.license
    return entry.name, standing.state, size or "-", terms or "-", entry.summary


def _facts(standing: "Standing") -> dict[str, str]:
    entry = standing.entry
    return {
        "name": entry.name,
        "summary": entry.summary,
        "state": standing.state,
        "path": str(standing.path or ""),
        "size": size_text(standing.size) or entry.download,
        "from": entry.address,
        "commit": standing.commit,
        "sha256": standing.sha256,
        "license": entry.license,
        "terms": entry.terms,
        "training data": entry.training_data,
        "paper": entry.paper,
        "network": json.dumps(dict(entry.network)) if entry.network else "",
    }
