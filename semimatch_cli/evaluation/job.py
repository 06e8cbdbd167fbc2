"""Job: one network over one set of pairs, from header to records, by one or several processes.

What is done already (a file of predictions) is not done again; what cannot be done is collected
with its reason and told at the end.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from semimatch_cli import __version__
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.evaluation.floors import floor_records
from semimatch_cli.evaluation.pck import right
from semimatch_cli.evaluation.predictions import PredictionLog
from semimatch_cli.evaluation.protocols import Protocol
from semimatch_cli.evaluation.records import PairRecord, RunHeader
from semimatch_cli.evaluation.runner import RunOptions, evaluate, in_sharing_order
from semimatch_cli.evaluation.shards import ALONE, Shard
from semimatch_cli.evaluation.summary import EvalResult, summarize
from semimatch_cli.matching.matcher import Matcher

Progress = Callable[[Iterator[PairRecord], int, int], Iterable[PairRecord]]


@dataclass(frozen=True)
class Job:
    """What is measured, whatever the network.

    Args:
        pair_set: The pairs, in the order of records.
        protocol: How they are asked.
        options: How the run goes about them.
        limited: Whether the pairs are a sample of their set.
    """

    pair_set: PairSet
    protocol: Protocol
    options: RunOptions = field(default_factory=RunOptions)
    limited: bool = False

    def header(self, weights: str, sha256: str) -> RunHeader:
        """Return the first line of the predictions of some weights.

        Args:
            weights: Their name.
            sha256: Digest of their file.
        """
        ids = "\n".join(pair.id for pair in self.pair_set.pairs)
        return RunHeader(
            self.pair_set.name,
            self.pair_set.split,
            self.protocol.name,
            weights,
            sha256,
            len(self.pair_set),
            hashlib.sha256(ids.encode()).hexdigest(),
            self.limited,
            __version__,
        )


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    Args:
        header: What was run on what.
        records: One per pair that could be asked, in the order of the set.
        broken: {id of a pair: why it could not be asked}.
        seconds: How long it took, without loading the network.
        device: What it ran on.
    """

    header: RunHeader
    records: Sequence[PairRecord]
    broken: dict[str, str]
    seconds: float
    device: str


def run(
    matcher: Matcher,
    job: Job,
    header: RunHeader,
    *,
    save: Path | None = None,
    shard: Shard = ALONE,
    progress: Progress = lambda steps, total, done: steps,
) -> Outcome:
    """Measure one network.

    Args:
        matcher: The network.
        job: What to measure.
        header: `job.header` of its weights.
        save: File of predictions to write; one of the same run is continued.
        shard: Which of several processes this is. The first gets all records, the others none.
        progress: Passes records through and may show them, given how many there will be and how
            many were done before.

    Raises:
        InputError: The file of predictions holds another run, or cannot be written.
    """
    broken: dict[str, str] = {}
    began = time.perf_counter()
    with PredictionLog(save, header, rank=shard.rank) if save else nullcontext() as log:
        done = dict(log.done) if log else {}
        shard.wait()  # everybody has read the file before anybody writes
        left = [pair for pair in in_sharing_order(job.pair_set.pairs) if pair.id not in done]
        part = replace(job.pair_set, pairs=tuple(shard.part(left)))

        def note(pair: Pair, error: Exception) -> None:
            broken[pair.id] = str(error)

        steps = evaluate(matcher, part, job.protocol, options=job.options, on_broken=note)
        found: list[PairRecord] = []
        for record in progress(steps, len(part), len(done)):
            found.append(log.append(record) if log else record)
        gathered = shard.gather((found, broken))
        for records, reasons in gathered:
            done.update((record.pair, record) for record in records)
            broken.update(reasons)
        records = [done[pair.id] for pair in job.pair_set.pairs if pair.id in done]
        if log and shard.is_first:
            log.finish(records)
    seconds = time.perf_counter() - began
    device = f"{shard.count} x {matcher.device}" if shard.count > 1 else str(matcher.device)
    return Outcome(header, records if shard.is_first else [], broken, seconds, device)


@dataclass(frozen=True)
class Summary:
    """The numbers of every network on one set, and of the floors.

    Args:
        results: One per network, in the order of the runs.
        floors: One per floor, over the pairs that the first network was asked about.
    """

    results: tuple[EvalResult, ...]
    floors: tuple[EvalResult, ...]


def summarize_all(job: Job, outcomes: Sequence[Outcome], alphas: Sequence[float] = ()) -> Summary:
    """Compute the numbers of all runs of a job.

    Args:
        job: What was measured.
        outcomes: One per network, at least one.
        alphas: Shares of the threshold; the protocol's own where empty.
    """

    def numbers(header: RunHeader, records: Sequence[PairRecord]) -> EvalResult:
        return summarize(header, records, alphas=alphas, threshold=job.pair_set.threshold)

    answered = {record.pair for record in outcomes[0].records}
    pairs = [pair for pair in job.pair_set.pairs if pair.id in answered]
    floors = floor_records(pairs, job.protocol, job.pair_set.threshold)
    return Summary(
        tuple(numbers(outcome.header, outcome.records) for outcome in outcomes),
        tuple(numbers(job.header(name, ""), records) for name, records in floors.items()),
    )


class RunningPck:
    """PCK per image of the pairs so far, to be shown while a run lasts.

    Args:
        alpha: Share of the threshold.
    """

    def __init__(self, alpha: float) -> None:
        self._alpha = alpha
        self._sum, self._count = 0.0, 0

    def add(self, record: PairRecord) -> None:
        """Count one more pair, if anything of it can be judged."""
        visible = record.visible
        if visible.any():
            self._sum += float(right(record, [self._alpha])[0, visible].mean())
            self._count += 1

    @property
    def share(self) -> float | None:
        """PCK so far, 0..1; None before the first pair with a keypoint."""
        return self._sum / self._count if self._count else None
