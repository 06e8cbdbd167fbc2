"""Floors: answers that look at no photo. A matcher that does not beat them has learned nothing.

- identity: the same relative place in the other photo; answers dense truth as well.
- box map: the same relative place in the object's box. It is told the box of the answer, so it is
  a hard floor on photos that show the object from one side.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.pair import Box, Pair, ThresholdBase
from semimatch_cli.evaluation.protocols import Protocol, Query, prepare
from semimatch_cli.evaluation.records import DenseCount, PairRecord
from semimatch_cli.evaluation.runner import count_dense, record_of

Floats = npt.NDArray[np.float64]


def floor_records(
    pairs: Iterable[Pair], protocol: Protocol, base: ThresholdBase
) -> dict[str, list[PairRecord]]:
    """Answer pairs by each floor.

    Args:
        pairs: Pairs that can be asked.
        protocol: How they are asked.
        base: What errors are held against.

    Returns:
        Records by name of the floor, in the order of the pairs. "box map" is left out where a pair
        lacks a box.
    """
    floors: dict[str, list[PairRecord]] = {"identity": [], "box map": []}
    boxes = True
    for pair in pairs:
        query = prepare(pair, protocol, base)
        scores = np.zeros(len(query.asked))
        dense = _identity_dense(pair, protocol)
        floors["identity"].append(record_of(pair, query, same_place(query), scores, dense=dense))
        source_box, target_box = pair.source_box, pair.target_box
        if protocol.is_reversed:
            source_box, target_box = target_box, source_box
        if source_box is None or target_box is None or not _has_area(source_box):
            boxes = False
        elif boxes:
            found = same_place_in_box(query.asked_pixels, source_box, target_box)
            floors["box map"].append(record_of(pair, query, found, scores))
    return floors if boxes else {"identity": floors["identity"]}


def same_place(query: Query) -> Floats:
    """Return (N, 2) the same relative places in the target photo, pixels."""
    return _scaled(query.asked_pixels, query.source_size, query.target_size)


def same_place_in_box(points: Floats, source_box: Box, target_box: Box) -> Floats:
    """Return (N, 2) the same relative places in the target's box, pixels.

    Args:
        points: (N, 2) xy pixels of the source photo.
        source_box: Box of the object there, of a size above zero.
        target_box: Box of the object in the target photo.
    """
    (start, end), (to_start, to_end) = (np.reshape(box, (2, 2)) for box in (source_box, target_box))
    found: Floats = to_start + (points - start) / (end - start) * (to_end - to_start)
    return found


def _identity_dense(pair: Pair, protocol: Protocol) -> DenseCount | None:
    if pair.dense_truth is None:
        return None
    true = pair.dense_truth()
    rows, columns = np.indices(true.shape[:2])
    pixels = np.stack((columns, rows), axis=-1)
    found = _scaled(pixels, pair.target_size, pair.source_size).astype(np.float32)
    return count_dense(found, true, max(pair.source_size), protocol.dense_alphas)


def _scaled(points: npt.ArrayLike, size: tuple[int, int], to_size: tuple[int, int]) -> Floats:
    """Map points (..., 2) from a photo to the same relative places of one of another size."""
    scaled: Floats = (np.asarray(points) + 0.5) * np.divide(to_size, size) - 0.5
    return scaled


def _has_area(box: Box) -> bool:
    return box[2] > box[0] and box[3] > box[1]
