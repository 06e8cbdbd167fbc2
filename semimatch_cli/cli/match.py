"""`semimatch match`: find the parts of one photo in another, and draw them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from semimatch_cli.cli.app import Session, app
from semimatch_cli.errors import ArgumentError, InputError, SemimatchError

if TYPE_CHECKING:
    from semimatch_cli.matching_job import Job, Workbench
    from semimatch_cli.pairs import PhotoPair

_DEFAULT_FOLDER = Path("matches")


@app.command(no_args_is_help=True)
def match(
    ctx: typer.Context,
    source: Annotated[Path | None, typer.Argument(help="Photo whose parts are looked for.")] = None,
    target: Annotated[
        Path | None, typer.Argument(help="Photo they are looked for in, or a folder of photos.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Picture to draw: .png .jpg .webp .pdf .svg"),
    ] = None,
    points: Annotated[
        str | None,
        typer.Option(help='Points of the source, "x,y x,y ..." or a .json, .csv or .npz file.'),
    ] = None,
    count: Annotated[
        int, typer.Option(min=1, help="Matches to find where no points are given.")
    ] = 12,
    mode: Annotated[
        str, typer.Option(help="What is drawn: keypoints, dense, flow or heat.")
    ] = "keypoints",
    weights: Annotated[
        str, typer.Option(help="Name, file or hf:// address; `semimatch weights list`.")
    ] = "tiny",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
    save: Annotated[
        Path | None, typer.Option(help="Matches to write: .json .csv .npz; --points reads them.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the matches as JSON.")] = False,
    pairs: Annotated[
        Path | None, typer.Option(help="CSV file of many pairs: source,target.")
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option(help="Folder for the pictures and matches of many pairs.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what exists.")] = False,
) -> None:
    """Match two photos, or many.

    semimatch match a.jpg b.jpg --out vis.png

    semimatch match a.jpg b.jpg --points "120,80 200,95" --save matches.csv

    semimatch match a.jpg folder/ --out-dir matches/
    """
    session: Session = ctx.obj
    many = pairs is not None or (target is not None and target.is_dir())
    _check_sources(source, target, pairs)
    if many:
        _refuse({"--out": out, "--save": save, "--json": json}, "many pairs; use --out-dir")
    else:
        _refuse({"--out-dir": out_dir}, "one pair; use --out or --save")
        _check_photos(source, target)
        _check_outputs(out, save, force=force)
    job = _job(weights, mode, points, count)
    listed = _list_pairs(source, target, pairs) if many else []
    workbench = _workbench(session, job, weights, device)
    if many:
        _run_many(session, workbench, listed, out_dir or _DEFAULT_FOLDER, force=force)
    elif source and target:
        _run_one(session, workbench, (source, target), (out, save, json), force=force)


def _check_sources(source: Path | None, target: Path | None, pairs: Path | None) -> None:
    """Refuse a command line that names no photos, or names them twice."""
    if pairs and source:
        raise ArgumentError("both photos and --pairs are given", hint="leave one of them out")
    if not pairs and not target:
        raise ArgumentError(
            "two photos are needed" if source else "no photos are given",
            hint="semimatch match a.jpg b.jpg --out vis.png",
        )


def _refuse(options: dict[str, object], why: str) -> None:
    for option, value in options.items():
        if value:
            raise ArgumentError(f"{option} does not apply to {why}")


def _check_photos(*photos: Path | None) -> None:
    """Refuse photos that are not there before the weights are loaded."""
    from semimatch_cli.files import check_readable

    for photo in photos:
        if photo:
            check_readable(photo)


def _check_outputs(out: Path | None, save: Path | None, *, force: bool) -> None:
    """Refuse destinations that cannot be written, before any work is spent."""
    from semimatch_cli.drawing.save import check_format
    from semimatch_cli.files import check_writable
    from semimatch_cli.matches_file import check_save_suffix

    if out:
        check_format(out)
        check_writable(out, force)
    if save:
        check_save_suffix(save)
        check_writable(save, force)


def _job(weights: str, mode: str, points: str | None, count: int) -> "Job":
    from semimatch_cli.matching_job import Job, Mode
    from semimatch_cli.points import parse_points

    modes: tuple[Mode, ...] = get_args(Mode)
    for known in modes:
        if mode == known:
            given = None if points is None else parse_points(points)
            return Job(weights, known, given, count)
    raise ArgumentError(f"unknown mode {mode!r}", hint=f"choose one of {', '.join(modes)}")


def _list_pairs(source: Path | None, target: Path | None, pairs: Path | None) -> "list[PhotoPair]":
    from semimatch_cli.pairs import pairs_of_file, pairs_with_folder

    if source and target:
        return pairs_with_folder(source, target)
    return pairs_of_file(pairs) if pairs else []


def _workbench(session: Session, job: "Job", weights: str, device: str) -> "Workbench":
    """Load the weights, announcing a download."""
    from semimatch_cli.cli.fetching import FetchDisplay
    from semimatch_cli.loading import load_matcher
    from semimatch_cli.matching_job import Workbench

    with FetchDisplay(session) as shown:
        matcher = load_matcher(
            weights,
            device=device,
            offline=session.offline,
            on_download=shown.announce,
            on_progress=shown.advance,
        )
    return Workbench(matcher, job)


def _run_one(
    session: Session,
    workbench: "Workbench",
    photos: tuple[Path, Path],
    outputs: tuple[Path | None, Path | None, bool],
    *,
    force: bool,
) -> None:
    from semimatch_cli.drawing.save import save_scene
    from semimatch_cli.matches_file import matches_to_csv, matches_to_json, save_matches

    out, save, as_json = outputs
    found = workbench.match(*photos)
    about = workbench.about(*photos)
    if save:
        save_matches(found, save, force=force, about=about)
    if out:
        save_scene(workbench.draw(*photos, found), out, force=force)
    if as_json:
        sys.stdout.write(matches_to_json(found, about))
    elif not (out or save):
        sys.stdout.write(matches_to_csv(found))
    seen = int(found.visible.sum())
    written = ", ".join(str(path) for path in (out, save) if path)
    session.note(f"{len(found)} matches, {seen} visible{f': {written}' if written else ''}")
    _name_weights(session, workbench)


def _run_many(
    session: Session, workbench: "Workbench", pairs: "list[PhotoPair]", folder: Path, *, force: bool
) -> None:
    from semimatch_cli.cli.progress import track

    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    steps = workbench.run(pairs, folder, force=force)
    for pair, error in track(steps, len(pairs), "pairs", quiet=session.quiet):
        if error is not None:
            failed += 1
            _report(pair, error)
    session.note(f"{len(pairs) - failed} of {len(pairs)} pairs matched: {folder}")
    _name_weights(session, workbench)
    if failed:
        raise InputError(
            f"{failed} of {len(pairs)} pairs could not be matched",
            why="each is named above; the others are done",
            hint="mend them and run the same command again: finished pairs are skipped",
        )


def _name_weights(session: Session, workbench: "Workbench") -> None:
    """Say beside a result of `tiny` which larger weights there are."""
    from semimatch_cli.cli.fetching import suggest_larger

    if workbench.job.weights == "tiny":
        session.note(suggest_larger())


def _report(pair: "PhotoPair", error: SemimatchError) -> None:
    print(f"Skipped {pair.source} -> {pair.target}: {error}", file=sys.stderr)
