"""`semimatch eval`: measure weights on a benchmark or on labels of one's own."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semimatch_cli.cli.app import Session, app
from semimatch_cli.errors import ArgumentError, DatasetError

if TYPE_CHECKING:
    from semimatch_cli.datasets.pair import PairSet
    from semimatch_cli.evaluation.job import Job, Outcome
    from semimatch_cli.evaluation.records import PairRecord
    from semimatch_cli.evaluation.shards import Shard

_DENSE_PAIRS = 100
_SHOWN_ALPHA = 0.1
_ALPHA_HINT = "--alpha 0.05,0.1"


@app.command("eval", no_args_is_help=True)
def evaluate(
    ctx: typer.Context,
    dataset: Annotated[
        str,
        typer.Argument(help="spair, pf-pascal, pf-willow, tss, synth, or the path of your own."),
    ],
    data_root: Annotated[
        Path | None, typer.Option(help="Folder that holds the named benchmarks.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="trn, val or test, where there are.")] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(help="Name, file or hf:// address; several by commas or repeating."),
    ] = None,
    protocol: Annotated[str, typer.Option(help="standard or cats.")] = "standard",
    alpha: Annotated[
        list[str] | None,
        typer.Option(help="Share of the threshold length; several by commas or repeating."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Measure only so many pairs: not comparable.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Write the numbers as JSON; - prints them.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a page with plots and pictures.")
    ] = None,
    min_pck: Annotated[
        float | None, typer.Option(min=0, max=1, help="Exit with 3 below this share, such as 0.4.")
    ] = None,
    save_predictions: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jsonl", help="Keep every answer; go on where a run stopped."),
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Do not fail over photos that cannot be read.")
    ] = False,
    cache_mb: Annotated[
        int, typer.Option(min=1, help="Memory for encoded photos, in megabytes.")
    ] = 1024,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
    force: Annotated[
        bool, typer.Option("--force", help="Replace existing JSON and report.")
    ] = False,
) -> None:
    """Measure weights on pairs with known keypoints: PCK, with its protocol.

    semimatch eval spair

    semimatch eval my-labels/ --weights tiny,dinov2-small --json numbers.json

    torchrun --nproc_per_node 4 -m semimatch_cli eval spair --weights dinov2-base
    """
    from semimatch_cli.cli.eval_output import Output, judge, show
    from semimatch_cli.datasets import catalog
    from semimatch_cli.evaluation.job import summarize_all
    from semimatch_cli.evaluation.shards import joined

    names = list(dict.fromkeys(_listed(weights))) or ["tiny"]
    alphas = _read_alphas(alpha)
    saves = _prediction_files(save_predictions, names)
    output = Output(json, report, force)
    output.check()
    with joined() as shard:
        session: Session = ctx.obj if shard.is_first else Session(True, offline=ctx.obj.offline)
        if shard.is_first:
            _bring_named(session, dataset, data_root)
        shard.wait()
        whole = catalog.load(dataset, data_root=data_root, split=split, skip_broken=skip_broken)
        job = _job(whole, protocol, limit=limit, cache_mb=cache_mb)
        outcomes = [
            _measure(session, job, name, saves.get(name), shard, device=device) for name in names
        ]
    if shard.is_first:
        summary = summarize_all(job, outcomes, alphas)
        show(session, job, outcomes, summary, output)
        judge(job, outcomes, summary, min_pck, skip_broken=skip_broken)


def _listed(values: list[str] | None) -> list[str]:
    """Return what was given by commas, by repeating the option, or both."""
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def _read_alphas(values: list[str] | None) -> tuple[float, ...]:
    """Return the alphas in rising order; none if none were given."""
    try:
        alphas = {float(value) for value in _listed(values)}
    except ValueError as error:
        raise ArgumentError(f"--alpha: {error}", hint=_ALPHA_HINT) from error
    for alpha in alphas:
        if not 0 < alpha <= 1:
            why = "it is a share of the threshold length"
            raise ArgumentError(
                f"--alpha must be above 0 and at most 1, got {alpha:g}", why=why, hint=_ALPHA_HINT
            )
    return tuple(sorted(alphas))


def _prediction_files(path: Path | None, names: list[str]) -> dict[str, Path]:
    """Return the file of each weights; of several, each name stands in its file's."""
    from semimatch_cli.evaluation.predictions import check_destination

    if path is None:
        return {}
    check_destination(path)
    if len(names) == 1:
        return {names[0]: path}
    return {
        name: path.with_stem(f"{path.stem}-{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}")
        for name in names
    }


def _bring_named(session: Session, dataset: str, data_root: Path | None) -> None:
    """Download a benchmark that is named and is not on this machine yet."""
    from semimatch_cli.cli.fetching import bring
    from semimatch_cli.datasets import catalog
    from semimatch_cli.datasets.sources import SOURCES

    if data_root is not None or dataset not in SOURCES:
        return
    try:
        catalog.find(dataset)
    except DatasetError:
        bring(session, SOURCES[dataset])


def _job(whole: "PairSet", protocol: str, *, limit: int | None, cache_mb: int) -> "Job":
    """Choose what is asked of the pairs, before any weights are loaded."""
    from semimatch_cli.evaluation.job import Job
    from semimatch_cli.evaluation.protocols import own_readout, protocol_named
    from semimatch_cli.evaluation.runner import RunOptions
    from semimatch_cli.evaluation.sampling import photo_root, sample, with_few_dense

    asked = own_readout(protocol_named(protocol))  # no network here has a 16x16 grid
    options = RunOptions(cache_mb=cache_mb, root=photo_root(whole))
    pair_set = with_few_dense(sample(whole, limit or len(whole)), _DENSE_PAIRS)
    return Job(pair_set, asked, options, limited=len(pair_set) < len(whole))


def _measure(
    session: Session, job: "Job", name: str, save: Path | None, shard: "Shard", *, device: str
) -> "Outcome":
    from semimatch_cli.cli.fetching import FetchDisplay
    from semimatch_cli.evaluation.job import run
    from semimatch_cli.loading import load_matcher
    from semimatch_cli.lock_file import digest
    from semimatch_cli.weights.hub import locate
    from semimatch_cli.weights.registry import find

    if not shard.is_first:
        shard.wait()  # the first one fetches
    with FetchDisplay(session) as shown:
        matcher = load_matcher(
            name,
            device=shard.device(device),
            offline=session.offline,
            on_download=shown.announce,
            on_progress=shown.advance,
        )
    header = job.header(name, digest(locate(find(name), offline=True)))
    if shard.is_first:
        shard.wait()

    def progress(steps: "Iterator[PairRecord]", total: int, done: int) -> "Iterable[PairRecord]":
        if done:
            session.note(f"{save}: {done:,} of {len(job.pair_set):,} pairs are there already")
        return _shown(session, steps, total, name)

    return run(matcher, job, header, save=save, shard=shard, progress=progress)


def _shown(
    session: Session, steps: "Iterator[PairRecord]", total: int, name: str
) -> "Iterable[PairRecord]":
    """Show the work on the pairs, with the PCK so far."""
    from semimatch_cli.cli.progress import track
    from semimatch_cli.evaluation.job import RunningPck

    running = RunningPck(_SHOWN_ALPHA)

    def note(record: "PairRecord") -> str:
        running.add(record)
        share = running.share
        return name if share is None else f"{name}: PCK@{_SHOWN_ALPHA:g} {100 * share:.1f} %"

    return track(steps, total, "pairs", quiet=session.quiet, note=note)
