"""Job: one network over one set of pairs, from header to records, by one or several processes.

What is done already (a file of predictions) is not done again; what cannot be done is collected
with its reason and told at the end.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from semimatch_cli import __version__
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.evaluation.predictions import PredictionLog
from semimatch_cli.evaluation.protocols import Protocol
from semimatch_cli.evaluation.records import PairRecord, RunHeader
from semimatch_cli.evaluation.runner import RunOptions, evaluate, in_sharing_order
from semimatch_cli.evaluation.shards import ALONE, Shard
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
    """

    header: RunHeader
    records: Sequence[PairRecord]
    broken: dict[str, str]


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
            found.append(record)
            if log:
                log.append(record)
        gathered = shard.gather((found, broken))
        for records, reasons in gathered:
            done.update((record.pair, record) for record in records)
            broken.update(reasons)
        records = [done[pair.id] for pair in job.pair_set.pairs if pair.id in done]
        if log and shard.is_first:
            log.finish(records)
    return Outcome(header, records if shard.is_first else [], broken)


def sample(pair_set: PairSet, limit: int) -> PairSet:
    """Return `limit` pairs spread evenly over the list, so that every category has its share."""
    count = len(pair_set)
    if limit >= count:
        return pair_set
    kept = tuple(pair_set.pairs[count * number // limit] for number in range(limit))
    return replace(pair_set, pairs=kept)


def with_few_dense(pair_set: PairSet, most: int) -> PairSet:
    """Return the set with at most `most` pairs whose dense truth is measured beside keypoints.

    A warp takes as long as some fifty transfers, and each pair brings thousands of its pixels.
    Pairs without keypoints keep their dense truth.
    """
    both = [pair.id for pair in pair_set.pairs if pair.dense_truth and pair.keypoint_ids]
    if len(both) <= most:
        return pair_set
    kept = {both[len(both) * number // most] for number in range(most)}
    dropped = set(both) - kept
    pairs = tuple(
        replace(pair, dense_truth=None) if pair.id in dropped else pair for pair in pair_set.pairs
    )
    note = f"dense truth measured for {len(kept):,} of {len(both):,} pairs, spread evenly"
    return replace(pair_set, pairs=pairs, notes=(*pair_set.notes, note))


def photo_root(pair_set: PairSet) -> Path:
    """Return the deepest folder that holds all photos of a set."""
    folders = {path.parent for pair in pair_set.pairs for path in (pair.source, pair.target)}
    return Path(os.path.commonpath(folders))
