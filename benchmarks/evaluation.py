"""What encoding every photo once is worth, what a pair costs then, memory, and two processes.

    python -m benchmarks.evaluation [--photos 120] [--pairs 3000] [--sample 12] [--data FOLDER]

Rendered photos of three categories (or the first photos of FOLDER, which `semimatch data synth`
wrote) and ordered pairs of them. Four measurements, each a ratio within one run:

- ResNet-101 (random weights; they cost what others cost) over all pairs, against encoding both
  photos of each pair. The latter is measured on a sample before and after, and extrapolated.
- `tiny`: seconds of all pairs less those of a tenth of them over the same photos, per pair.
- Peak memory of processes that go over 1,000 and 10,000 pairs of the same photos.
- Two processes with one thread each, as torchrun starts them, against one with one thread.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from semimatch_cli.datasets import spair
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.datasets.photo import AnnotatedPhoto, pair_of
from semimatch_cli.datasets.synthetic import Plan, write_dataset
from semimatch_cli.evaluation.pck import pck
from semimatch_cli.evaluation.protocols import PROTOCOLS
from semimatch_cli.evaluation.records import PairRecord, read_records

STANDARD = PROTOCOLS["standard"]
CATEGORIES = 3


def main() -> None:
    """Run one arm, or all of them and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--sample", type=int, default=12)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--arm", choices=ARMS, help=argparse.SUPPRESS)
    parser.add_argument("--save", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arm:
        ARMS[options.arm](options)
        return
    with tempfile.TemporaryDirectory() as folder:
        options.data = options.data or render(Path(folder) / "data", options.photos)
        report(options, Path(folder))


def report(options: argparse.Namespace, folder: Path) -> None:
    """Run every arm in processes of its own and print what they found."""
    print(f"{options.photos} photos, {options.pairs:,} pairs")
    once = run_arm(options, "once")
    print(
        f"encoding once: {once['faster']:.1f}x faster (target 15x); {once['seconds']:.1f} s "
        f"against {once['afresh']:.1f} s (extrapolated from {once['sample']} pairs); "
        f"points apart {once['apart']:.1e} px, PCK apart {once['pck_apart']:.1e}"
    )
    marginal = run_arm(options, "marginal")
    print(f"one more pair, tiny: {1e3 * marginal['seconds']:.2f} ms (target 3 ms)")
    few, many = (
        run_arm(options, "memory", pairs=count)["megabytes"]
        for count in (options.many // 10, options.many)
    )
    print(
        f"memory: {few:.0f} MB over {options.many // 10:,} pairs, {many:.0f} MB over "
        f"{options.many:,}: {100 * (many / few - 1):+.1f} % (target 5 %)"
    )
    saves = folder / "one.jsonl", folder / "two.jsonl"
    one = run_arm(options, "shard", save=saves[0])["seconds"]
    two = run_arm(options, "shard", save=saves[1], processes=2)["seconds"]
    apart, pck_apart = compare(*(read_records(path)[1] for path in saves))
    print(
        f"two processes: {one / two:.2f}x faster (target 1.6x); points apart {apart:.1e} px "
        f"(target 1e-3), PCK apart {pck_apart:.1e} (target 1e-4)"
    )


def run_arm(
    options: argparse.Namespace,
    arm: str,
    *,
    pairs: int | None = None,
    save: Path | None = None,
    processes: int = 0,
) -> dict[str, Any]:
    """Run one arm in another process (or several under torchrun) and return what it printed."""
    launcher = ["-m"]
    if processes:
        launcher = ["-m", "torch.distributed.run", f"--nproc_per_node={processes}", "-m"]
    command = [sys.executable, *launcher, "benchmarks.evaluation", "--arm", arm]
    command += ["--photos", options.photos, "--pairs", pairs or options.pairs]
    command += ["--sample", options.sample, "--data", options.data]
    command += ["--save", save] if save else []
    threads = {"OMP_NUM_THREADS": "1"} if arm == "shard" else {}
    done = subprocess.run(
        list(map(str, command)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **threads},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def render(folder: Path, photos: int) -> Path:
    """Render photos of a few categories."""
    plan = Plan(images_per_category=-(-photos // CATEGORIES))
    write_dataset(folder, replace(plan, categories=plan.categories[:CATEGORIES]))
    return folder


def pairs_of(folder: Path, photos: int, count: int) -> PairSet:
    """Return ordered pairs of the first photos of a few categories, repeated if there are fewer."""
    known = annotated_photos(folder)
    categories = list(dict.fromkeys(photo.category for photo in known))[:CATEGORIES]
    most = -(-photos // CATEGORIES)
    kept = [
        [photo for photo in known if photo.category == category][:most] for category in categories
    ]
    couples = [(a, b) for group in kept for a in group for b in group if a is not b]
    if len(couples) > count:
        couples = [couples[len(couples) * number // count] for number in range(count)]
    pairs = (pair_of(number, *couple) for number, couple in enumerate(cycle(couples)))
    return PairSet("rendered", "all", tuple(islice(pairs, count)), "box")


def annotated_photos(folder: Path) -> list[AnnotatedPhoto]:
    """Return every photo that a list of pairs names."""
    found: dict[Path, AnnotatedPhoto] = {}
    for split in spair.SPLITS:
        for pair in spair.load(folder, split).pairs:
            keypoints = dict(zip(pair.keypoint_ids, pair.source_keypoints.tolist(), strict=True))
            found.setdefault(
                pair.source,
                AnnotatedPhoto(
                    pair.source, pair.category, pair.source_size, keypoints, box=pair.source_box
                ),
            )
    return list(found.values())


def random_matcher(name: str) -> Any:
    """Return a matcher of the shape of known weights, with random values."""
    import torch

    from semimatch_cli.matching.matcher import Matcher
    from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
    from semimatch_cli.weights.registry import find

    torch.manual_seed(0)
    settings = find(name).network or {"backbone": name}
    return Matcher(MatchingNetwork(NetworkConfig.from_dict(settings)), "cpu")


def evaluate_once(options: argparse.Namespace) -> None:
    """Go over all pairs, photos encoded once; and over a sample, both photos encoded each time."""
    from semimatch_cli.evaluation.runner import evaluate

    matcher = random_matcher("resnet101")
    pair_set = pairs_of(options.data, options.photos, options.pairs)
    half = max(1, options.sample // 2)
    step = len(pair_set) // (2 * half)
    sample = pair_set.pairs[::step][: 2 * half]
    found: dict[str, Any] = {}
    spent = [time_afresh(matcher, sample[:half], found)]
    began = time.perf_counter()
    records = list(evaluate(matcher, pair_set, STANDARD))
    seconds = time.perf_counter() - began
    spent.append(time_afresh(matcher, sample[half:], found))
    afresh = sum(spent) / len(sample) * len(pair_set)
    ours = [record for record in records if record.pair in found]
    theirs = [replace(record, found=found[record.pair]) for record in ours]
    apart, pck_apart = compare(ours, theirs)
    tell(
        faster=afresh / seconds,
        seconds=seconds,
        afresh=afresh,
        sample=len(sample),
        apart=apart,
        pck_apart=pck_apart,
    )


def time_afresh(matcher: Any, pairs: tuple[Pair, ...], found: dict[str, Any]) -> float:
    """Return the seconds of reading, encoding and asking both photos of each pair."""
    matcher.transfer(pairs[0].source, pairs[0].target, pairs[0].source_keypoints)  # warms up
    began = time.perf_counter()
    for pair in pairs:
        matches = matcher.transfer(pair.source, pair.target, pair.source_keypoints)
        found[pair.id] = matches.target_points
    return time.perf_counter() - began


def time_one_more(options: argparse.Namespace) -> None:
    """Subtract a run over a tenth of the pairs from one over all, of the same photos."""
    from semimatch_cli.evaluation.runner import evaluate

    matcher = random_matcher("tiny")
    whole = pairs_of(options.data, options.photos, options.pairs)
    few = replace(whole, pairs=tuple(first_of_each_photo(whole.pairs)))
    seconds = []
    for pair_set in (few, whole):
        began = time.perf_counter()
        for _ in evaluate(matcher, pair_set, STANDARD):
            pass
        seconds.append(time.perf_counter() - began)
    tell(seconds=(seconds[1] - seconds[0]) / (len(whole) - len(few)))


def first_of_each_photo(pairs: tuple[Pair, ...]) -> Iterator[Pair]:
    """Yield the first pair that shows each photo."""
    seen: set[Path] = set()
    for pair in pairs:
        if not {pair.source, pair.target} <= seen:
            seen |= {pair.source, pair.target}
            yield pair


def measure_memory(options: argparse.Namespace) -> None:
    """Go over all pairs as the command does, keeping every record."""
    from semimatch_cli.evaluation.job import Job, run

    job = Job(pairs_of(options.data, options.photos, options.pairs), STANDARD)
    outcome = run(random_matcher("tiny"), job, job.header("tiny", ""))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tell(megabytes=kilobytes / 1024, records=len(outcome.records))


def run_shard(options: argparse.Namespace) -> None:
    """Be one of the processes that share out the pairs."""
    from semimatch_cli.evaluation.job import Job, run
    from semimatch_cli.evaluation.shards import joined

    job = Job(pairs_of(options.data, options.photos, options.pairs), STANDARD)
    with joined() as shard:
        matcher = random_matcher("tiny")
        shard.wait()
        outcome = run(matcher, job, job.header("tiny", ""), save=options.save, shard=shard)
    if shard.is_first:
        tell(seconds=outcome.seconds)


def compare(ours: list[PairRecord], theirs: list[PairRecord]) -> tuple[float, float]:
    """Return how far points and PCK of two runs over the same pairs are apart at most."""
    apart = max(
        float(np.abs(a.found - b.found).max(initial=0)) for a, b in zip(ours, theirs, strict=True)
    )
    shares = [pck(records, STANDARD.alphas).per_image for records in (ours, theirs)]
    return apart, float(np.abs(shares[0] - shares[1]).max())


def tell(**numbers: float) -> None:
    """Print numbers for `run_arm`."""
    print(json.dumps(numbers))


ARMS = {
    "once": evaluate_once,
    "marginal": time_one_more,
    "memory": measure_memory,
    "shard": run_shard,
}

if __name__ == "__main__":
    main()
