"""`semimatch doctor`: what a bug report needs, ready to paste; exit 1 if something is broken."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from semimatch_cli.cli.app import Session, app

if TYPE_CHECKING:
    from semimatch_cli.diagnosis import Diagnosis

_MARKS = {"ok": " ", "note": "!", "broken": "X"}


@app.command()
def doctor(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Examine the installation and this machine; paste the answer into a bug report.

    Example: semimatch doctor --offline
    """
    from semimatch_cli.diagnosis import diagnose

    session: Session = ctx.obj
    diagnosis = diagnose(offline=session.offline)
    if as_json:
        print(json.dumps(diagnosis.to_dict(), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(diagnosis)))
    if diagnosis.broken:
        raise typer.Exit(1)


def _lines(diagnosis: "Diagnosis") -> Iterator[str]:
    findings = [finding for section in diagnosis.sections.values() for finding in section]
    width = max(len(finding.name) for finding in findings)
    for section, members in diagnosis.sections.items():
        yield section
        for finding in members:
            yield f"{_MARKS[finding.state]} {finding.name:<{width}}  {finding.value}"
            if finding.hint:
                yield f"  {'':<{width}}  Hint: {finding.hint}"
        yield ""
    broken = diagnosis.broken
    yield f"X Broken: {', '.join(broken)}." if broken else "Nothing is broken."
