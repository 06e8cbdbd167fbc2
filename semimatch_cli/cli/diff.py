"""`semimatch diff`: what got better and what got worse between two saved runs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semimatch_cli.cli.app import Session, app
from semimatch_cli.errors import ArgumentError

if TYPE_CHECKING:
    from semimatch_cli.evaluation.compare import Comparison, Run

_EXIT_THRESHOLD = 3


@app.command()
def diff(
    ctx: typer.Context,
    before: Annotated[Path, typer.Argument(metavar="A.jsonl", help="Predictions to start from.")],
    after: Annotated[Path, typer.Argument(metavar="B.jsonl", help="Predictions to compare.")],
    alpha: Annotated[float, typer.Option(help="Share of the threshold that is right.")] = 0.1,
    tolerance: Annotated[
        float | None,
        typer.Option(help="Exit with 3 if PCK fell by more than this share, such as 0.01."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for a report with pictures of what changed.")
    ] = None,
    data_root: Annotated[
        Path | None, typer.Option(help="Folder of the photos, where they are not as recorded.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
) -> None:
    """Compare two files that `semimatch eval --save-predictions` wrote, pair by pair.

    semimatch diff before.jsonl after.jsonl --out diff/
    """
    from semimatch_cli.evaluation.compare import compare
    from semimatch_cli.evaluation.records import read_records
    from semimatch_cli.evaluation.report_folder import check_folder
    from semimatch_cli.files import check_readable

    session: Session = ctx.obj
    _check_numbers(alpha, tolerance)
    if out:
        check_folder(out, force=force)
    for path in (before, after):
        check_readable(path)
    runs = read_records(before), read_records(after)
    comparison = compare(*runs, alpha=alpha)
    if out:
        page = _save_report(comparison, runs, out, data_root, force=force)
        session.note(f"Report: {page}")
    if as_json:
        sys.stdout.write(json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False) + "\n")
    else:
        _print(comparison)
    if tolerance is not None and -comparison.change > tolerance:
        fell = f"PCK fell by {-100 * comparison.change:.2f} points"
        print(f"{fell}, more than the {100 * tolerance:g} allowed", file=sys.stderr)
        raise typer.Exit(_EXIT_THRESHOLD)


def _check_numbers(alpha: float, tolerance: float | None) -> None:
    if not 0.0 < alpha < float("inf"):
        raise ArgumentError(f"--alpha must be above 0, got {alpha:g}", hint="--alpha 0.1")
    if tolerance is not None and not 0.0 <= tolerance <= 1.0:
        raise ArgumentError(
            f"--tolerance is a share in 0..1, got {tolerance:g}",
            hint="--tolerance 0.01 allows one percentage point",
        )


def _save_report(
    comparison: "Comparison",
    runs: "tuple[Run, Run]",
    folder: Path,
    data_root: Path | None,
    *,
    force: bool,
) -> Path:
    from semimatch_cli.config import data_dir
    from semimatch_cli.evaluation.diff_report import diff_document
    from semimatch_cli.evaluation.pair_pictures import PairPainter, photo_finder
    from semimatch_cli.evaluation.protocols import protocol_named
    from semimatch_cli.evaluation.report_folder import save_document

    find = photo_finder([data_root or data_dir() / comparison.before.dataset])
    painter = PairPainter(protocol_named(comparison.before.protocol), comparison.alpha, find)
    return save_document(diff_document(comparison, *runs, painter), folder, force=force)


def _print(comparison: "Comparison") -> None:
    from semimatch_cli.cli.table import print_facts, print_table
    from semimatch_cli.evaluation import diff_report
    from semimatch_cli.evaluation.numbers import NOT_COMPARABLE

    print_facts(diff_report.summary_rows(comparison))
    if comparison.before.limited:
        print(NOT_COMPARABLE)
    print_table(diff_report.category_table(comparison), title="By category")
    for title, pairs in (
        ("Lost most", diff_report.worst_pairs(comparison, 5)),
        ("Gained most", diff_report.best_pairs(comparison, 5)),
    ):
        if pairs:
            print_table(diff_report.pair_table(pairs), title=title)
