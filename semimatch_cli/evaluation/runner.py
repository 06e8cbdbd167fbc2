"""evaluate: ask a matcher about every pair of a set, each photo encoded once.

Pairs are taken in an order in which neighbors share photos: category by category, source by source,
the targets to and fro. So a cache that holds the photos of one category suffices, and a smaller one
loses little. While the network works on some photos the next ones are decoded.

Pair -> Query (protocol) -> Features (photos) -> matches -> PairRecord
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.errors import ArgumentError, DatasetError, SemimatchError
from semimatch_cli.evaluation.cache import FeatureCache
from semimatch_cli.evaluation.photos import EncodedPhotos
from semimatch_cli.evaluation.protocols import Protocol, Query, prepare
from semimatch_cli.evaluation.records import DenseCount, PairRecord
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.matcher import Matcher

OnBroken = Callable[[Pair, SemimatchError], None]
_LONGEST_WINDOW = 16
_PAIRS_LOOKED_AHEAD = 32


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about its pairs; the records are the same whatever is chosen.

    Args:
        cache_mb: Megabytes of encoded photos held at most.
        batch_size: Photos that run through the network together; None takes one at a time on a
            CPU, where more are no faster, and eight elsewhere.
        dense: Whether dense truth is measured where a pair has it.
        root: Folder that the photos of records are named from; None keeps their whole paths.
    """

    cache_mb: int = 1024
    batch_size: int | None = None
    dense: bool = True
    root: Path | None = None

    def __post_init__(self) -> None:
        if self.cache_mb < 1 or (self.batch_size is not None and self.batch_size < 1):
            raise ArgumentError(
                f"cache and batch must be at least 1, got {self.cache_mb} MB, {self.batch_size}"
            )


def evaluate(
    matcher: Matcher,
    pair_set: PairSet,
    protocol: Protocol,
    *,
    options: RunOptions = RunOptions(),
    on_broken: OnBroken | None = None,
) -> Iterator[PairRecord]:
    """Ask about every pair, in the order of `in_sharing_order`.

    Args:
        matcher: Finds points by its own means.
        pair_set: The pairs, and what errors are held against.
        protocol: How to ask; its read-out is "own" (see `own_readout`).
        options: How to go about it.
        on_broken: Told of every pair that cannot be asked, which is then passed over.

    Yields:
        One record per pair that can be asked.

    Raises:
        SemimatchError: A pair cannot be asked, and there is no `on_broken`.
    """
    if protocol.readout != "own":
        raise ArgumentError(
            f"protocol {protocol.name} reads a 16x16 flow, which this network does not give",
            hint="evaluate own_readout(protocol)",
        )
    cache = FeatureCache(options.cache_mb << 20)
    pairs = in_sharing_order(pair_set.pairs)
    names = _names(pairs, options.root)
    batch_size = options.batch_size or (1 if matcher.device.type == "cpu" else 8)
    with EncodedPhotos(matcher, cache, batch_size) as photos:
        for window in _windows(pairs, photos, batch_size):
            features = photos.take(path for pair in window for path in (pair.source, pair.target))
            for pair in window:
                try:
                    _check_photos(pair, features, photos)
                    query = prepare(pair, protocol, pair_set.threshold)
                    found = _find(matcher, query, features)
                    dense = _count_dense(matcher, pair, protocol, features, options)
                except SemimatchError as error:
                    if on_broken is None:
                        raise
                    on_broken(pair, error)
                    continue
                both = names[pair.source], names[pair.target]
                yield record_of(pair, query, *found, dense=dense, names=both)


def in_sharing_order(pairs: Sequence[Pair]) -> list[Pair]:
    """Order pairs so that neighbors share photos.

    Categories and sources come as they first appear; the targets of a source come in the order in
    which the category first shows them, of every other source backwards.
    """
    groups: dict[str, dict[Path, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    places: dict[tuple[str, Path], int] = {}
    for pair in pairs:
        groups[pair.category][pair.source].append(pair)
        places.setdefault((pair.category, pair.target), len(places))
    return [
        pair
        for sources in groups.values()
        for turn, group in enumerate(sources.values())
        for pair in sorted(
            group, key=lambda pair: places[pair.category, pair.target], reverse=bool(turn % 2)
        )
    ]


def record_of(
    pair: Pair,
    query: Query,
    found: npt.NDArray[np.float64],
    scores: npt.NDArray[np.float64],
    *,
    dense: DenseCount | None = None,
    names: tuple[str, str] | None = None,
) -> PairRecord:
    """Put an answer beside the truth.

    Args:
        pair: The pair.
        query: What was asked.
        found: (N, 2) the answers, pixels of the photo that was searched.
        scores: (N,) confidence.
        dense: Dense truth counted.
        names: What the record calls the source and the target photo; their paths if left out.
    """
    source, target = names or (pair.source.as_posix(), pair.target.as_posix())
    # What a record has in common with its pair is kept once: there may be a million of them.
    whole = query.keypoint_ids == pair.keypoint_ids
    asks_source = whole and np.array_equal(query.asked, pair.source_keypoints)
    return PairRecord(
        pair.id,
        pair.category,
        source,
        target,
        pair.keypoint_ids if whole else query.keypoint_ids,
        pair.keypoint_names if whole else query.keypoint_names,
        pair.source_keypoints if asks_source else query.asked,
        query.true,
        query.to_frame(found),
        scores,
        query.threshold,
        pair.attributes,
        dense,
    )


def _names(pairs: list[Pair], root: Path | None) -> dict[Path, str]:
    """Return what records call each photo; one text for all its pairs keeps them small."""
    photos = {path for pair in pairs for path in (pair.source, pair.target)}
    return {
        path: (path.relative_to(root) if root and path.is_relative_to(root) else path).as_posix()
        for path in photos
    }


def _windows(pairs: list[Pair], photos: EncodedPhotos, batch_size: int) -> Iterator[list[Pair]]:
    """Cut the pairs so that the photos a window lacks make one batch (or one pair's two).

    While a window is worked on, the photos that the following ones lack are decoded.
    """
    start = 0
    while start < len(pairs):
        lacking: set[Path] = set()
        end = start
        while end < min(len(pairs), start + _LONGEST_WINDOW):
            new = {p for p in (pairs[end].source, pairs[end].target) if photos.is_missing(p)}
            if end > start and len(lacking | new) > batch_size:
                break
            lacking |= new
            end += 1
        photos.read_ahead(lacking)
        photos.read_ahead(_lacking(pairs[end : end + _PAIRS_LOOKED_AHEAD], photos, batch_size + 1))
        yield pairs[start:end]
        start = end


def _lacking(pairs: list[Pair], photos: EncodedPhotos, most: int) -> list[Path]:
    """Return the first photos that are missing for these pairs."""
    paths = dict.fromkeys(path for pair in pairs for path in (pair.source, pair.target))
    return [path for path in paths if photos.is_missing(path)][:most]


def _check_photos(pair: Pair, features: dict[Path, Features], photos: EncodedPhotos) -> None:
    """Refuse a pair whose photo cannot be read or is not the one that was annotated."""
    annotated = ((pair.source, pair.source_size), (pair.target, pair.target_size))
    for path, (width, height) in annotated:
        if path in photos.broken:
            raise photos.broken[path]
        size = features[path].frame.photo_size
        if size != (width, height):
            raise DatasetError(
                f"{path} is {size[0]} x {size[1]} pixels",
                why=f"it was annotated at {width} x {height}",
                hint="copy or download the data set again",
            )


def _find(
    matcher: Matcher, query: Query, features: dict[Path, Features]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return positions (N, 2) and scores (N,) for the asked points.

    Points that the benchmark placed beyond the edge of a photo are asked at the edge.
    """
    asked = np.clip(query.asked_pixels, 0, np.asarray(query.source_size) - 1)
    matches = matcher.transfer(features[query.source], features[query.target], asked)
    return matches.target_points, matches.scores


def _count_dense(
    matcher: Matcher,
    pair: Pair,
    protocol: Protocol,
    features: dict[Path, Features],
    options: RunOptions,
) -> DenseCount | None:
    """Compare the warp with the dense truth, in original pixels of the pair's source."""
    if pair.dense_truth is None or not options.dense:
        return None
    true = pair.dense_truth()
    warp = matcher.dense(features[pair.source], features[pair.target])
    if true.shape != warp.source_points.shape:
        raise DatasetError(
            f"pair {pair.id}: the dense truth is {true.shape[1]} x {true.shape[0]}",
            why=f"its photo is {warp.target_size[0]} x {warp.target_size[1]}",
        )
    return count_dense(warp.source_points, true, max(pair.source_size), protocol.dense_alphas)


def count_dense(
    found: npt.NDArray[np.float32],
    true: npt.NDArray[np.float32],
    length: float,
    alphas: Sequence[float],
) -> DenseCount:
    """Count how many pixels are right at each alpha.

    Args:
        found: (H, W, 2) positions found.
        true: (H, W, 2) true positions, NaN where there is none.
        length: What alpha multiplies, pixels.
        alphas: Shares of the length.
    """
    known = np.isfinite(true).all(axis=-1)
    errors = np.linalg.norm((found[known] - true[known]).astype(np.float64), axis=-1)
    right = tuple(int((errors <= alpha * length).sum()) for alpha in alphas)
    return DenseCount(int(known.sum()), right, float(errors.sum()))
