"""What `semimatch eval` writes: the tables, the JSON, what was broken, and the verdict."""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from semimatch_cli.cli.app import Session
from semimatch_cli.errors import InputError

if TYPE_CHECKING:
    from semimatch_cli.evaluation.job import Job, Outcome, Summary
    from semimatch_cli.evaluation.summary import EvalResult

MANY_SCHEMA = "semimatch.eval-many/1"
_STDOUT = "-"
_EXIT_THRESHOLD = 3


@dataclass(frozen=True)
class Output:
    """What is written besides the tables.

    Args:
        json: File of the JSON, or "-" for stdout.
        report: Folder of the report.
        force: Whether what exists may be replaced.
    """

    json: str | None
    report: Path | None
    force: bool

    def check(self) -> None:
        """Refuse a destination that cannot be written, before any work is spent."""
        from semimatch_cli.evaluation.report_folder import check_folder
        from semimatch_cli.files import check_writable

        if self.json not in (None, _STDOUT):
            check_writable(Path(str(self.json)), self.force)
        if self.report:
            check_folder(self.report, force=self.force)


def show(
    session: Session,
    job: "Job",
    outcomes: "Sequence[Outcome]",
    summary: "Summary",
    output: Output,
) -> None:
    """Write the tables to stdout, or to stderr where the JSON takes stdout; then the rest."""
    from semimatch_cli.cli.fetching import suggest_larger
    from semimatch_cli.cli.table import print_results

    if output.json != _STDOUT:
        print_results(summary.results, floors=summary.floors)
    elif not session.quiet:
        print_results(summary.results, floors=summary.floors, file=sys.stderr)
    for note in job.pair_set.notes:
        session.note(f"Note: {note}")
    _name_broken(outcomes)
    if output.report:
        _report(session, job, outcomes, summary, output)
    if output.json is not None:
        text = json.dumps(_document(job, outcomes, summary), indent=2, ensure_ascii=False) + "\n"
        _write(text, output.json, force=output.force)
    if [result.header.weights for result in summary.results] == ["tiny"]:
        session.note(suggest_larger())


def judge(
    job: "Job",
    outcomes: "Sequence[Outcome]",
    summary: "Summary",
    min_pck: float | None,
    *,
    skip_broken: bool,
) -> None:
    """End with the code that the results deserve.

    Raises:
        InputError: Pairs were broken, and not `skip_broken`; or none could be measured.
        typer.Exit: With 3, where some weights stay below `min_pck`.
    """
    broken = {pair for outcome in outcomes for pair in outcome.broken}
    total = len(job.pair_set)
    if broken and (not skip_broken or len(broken) == total):
        raise InputError(
            f"{len(broken):,} of {total:,} pairs could not be measured",
            why="each reason is named above; the numbers are those of the others",
            hint="mend them and run again"
            + ("" if skip_broken else ", or leave them out with --skip-broken"),
        )
    below = [
        result for result in summary.results if min_pck is not None and not _pck(result) >= min_pck
    ]
    for result in below:
        name = f"{_pck_name(result)} of {result.header.weights}"
        wanted = f"below the {100 * (min_pck or 0):g} % asked for"
        print(f"{name} is {100 * _pck(result):.1f} %, {wanted}", file=sys.stderr)
    if below:
        raise typer.Exit(_EXIT_THRESHOLD)


def _report(
    session: Session,
    job: "Job",
    outcomes: "Sequence[Outcome]",
    summary: "Summary",
    output: Output,
) -> None:
    from semimatch_cli.evaluation.report import write_report

    page = write_report(
        Path(str(output.report)),
        summary.results,
        {outcome.header.weights: outcome.records for outcome in outcomes},
        job.pair_set,
        floors=summary.floors,
        facts=[
            (f"time, {outcome.header.weights}", f"{outcome.seconds:.1f} s on {outcome.device}")
            for outcome in outcomes
        ],
        force=output.force,
    )
    session.note(f"Report: {page}")


def _name_broken(outcomes: "Sequence[Outcome]") -> None:
    """Say each reason once, with the pairs it breaks."""
    reasons: dict[str, dict[str, None]] = defaultdict(dict)
    for outcome in outcomes:
        for pair, reason in outcome.broken.items():
            reasons[reason][pair] = None
    for reason, pairs in reasons.items():
        first, *others = pairs
        more = f" and {len(others):,} more" if others else ""
        print(f"Broken: {reason} (pair {first}{more})", file=sys.stderr)


def _document(job: "Job", outcomes: "Sequence[Outcome]", summary: "Summary") -> dict[str, Any]:
    """Return the JSON: of one network its object, of several a list of these."""
    floors = {floor.header.weights.replace(" ", "_"): floor for floor in summary.floors}
    documents = [
        {
            **result.to_dict(),
            "floors": {
                name: {
                    "pck": floor.pck.to_dict(),
                    "dense": floor.dense.to_dict() if floor.dense else None,
                }
                for name, floor in floors.items()
            },
            "broken": outcome.broken,
            "notes": list(job.pair_set.notes),
        }
        for result, outcome in zip(summary.results, outcomes, strict=True)
    ]
    return documents[0] if len(documents) == 1 else {"schema": MANY_SCHEMA, "results": documents}


def _write(text: str, destination: str, *, force: bool) -> None:
    from semimatch_cli.files import written_whole

    if destination == _STDOUT:
        sys.stdout.write(text)
        return
    with written_whole(Path(destination), force=force) as part:
        part.write_text(text, encoding="utf-8")


def _pck(result: "EvalResult") -> float:
    """Return the number that `--min-pck` looks at, 0..1: of keypoints, else of dense truth."""
    from semimatch_cli.evaluation.result_tables import at_main

    if result.dense and not result.pck.points:
        return float(result.dense.per_image[_dense_column(result)])
    return at_main(result, result.pck.per_image)


def _pck_name(result: "EvalResult") -> str:
    from semimatch_cli.evaluation.result_tables import main_alpha

    if result.dense and not result.pck.points:
        return f"dense accuracy @{result.dense.alphas[_dense_column(result)]:g}"
    return f"PCK@{main_alpha(result):g}"


def _dense_column(result: "EvalResult") -> int:
    """Return where the alpha of TSS stands, .05 of the longer side."""
    alphas = result.dense.alphas if result.dense else ()
    return alphas.index(0.05) if 0.05 in alphas else 0
