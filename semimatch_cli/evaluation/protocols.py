"""Protocols: what is asked, in which frame, and how long an error may be, under a name.

A PCK means nothing without them, so every number carries its protocol in full (`to_dict`).

- `standard`: keypoints of the source are looked for in the target, in original pixels; the length
  that alpha multiplies is the benchmark's own (Min et al., SPair-71k, arXiv 1908.10543).
- `cats`: what the tables of CATs (Cho et al., NeurIPS 2021) and SemiMatch (Kim et al., CVPR 2022)
  were measured with. Keypoints of the *target* are looked for in the *source*, both squashed to
  256x256; the length is taken on the source side; the query is truncated to whole pixels and moved
  by a 16x16 flow (`cats_flow`). Where the length is the extent of the keypoints (PF-WILLOW), the
  original code measures it over a list padded with -1, so that it is the largest coordinate + 1:
  too lenient. `corrected` gives the same records with the extent as it was meant.

In both, an answer at exactly alpha times the length is right (`<=`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.pair import Box, Pair, ThresholdBase
from semimatch_cli.errors import ArgumentError, DatasetError
from semimatch_cli.evaluation.cats_flow import FLOW_FRAME, whole_pixels
from semimatch_cli.evaluation.records import PairRecord

Floats = npt.NDArray[np.float64]
_OWN_READOUT = " (own read-out)"


@dataclass(frozen=True)
class Protocol:
    """How a benchmark is asked and judged.

    Args:
        name: Name of the preset.
        direction: Which photo's keypoints are asked; they are looked for in the other one.
        frame: Pixels of the square that both photos are squashed to; None keeps original pixels.
        readout: Whether points are moved by the 16x16 flow of CATs, or by the matcher's own means.
        truncated: Whether asked keypoints are truncated to whole pixels and held inside the frame.
        padded_extent: Whether a keypoint extent starts at -1 rather than at the first keypoint.
        alphas: Shares of the threshold length that PCK is given at, unless others are asked for.
        dense_alphas: Shares of the longer side of the answering photo that dense truth is counted
            at; always in original pixels.
    """

    name: str
    direction: Literal["source to target", "target to source"]
    frame: int | None
    readout: Literal["own", "16x16 flow"]
    truncated: bool
    padded_extent: bool
    alphas: tuple[float, ...]
    dense_alphas: tuple[float, ...] = (0.01, 0.05, 0.1)

    @property
    def is_reversed(self) -> bool:
        """Whether the pair's target is asked and its source answers."""
        return self.direction == "target to source"

    def threshold_text(self, base: ThresholdBase) -> str:
        """Say in words which length alpha multiplies."""
        side = "source" if self.is_reversed else "target"
        if base == "box":
            return f"longer side of the {side} box"
        if base == "image":
            return f"{self.frame} pixels" if self.frame else f"longer side of the {side} photo"
        if self.padded_extent:
            return f"largest coordinate of the {side} keypoints + 1"
        return f"larger extent of the {side} keypoints"

    def to_dict(self, base: ThresholdBase | None = None) -> dict[str, Any]:
        """Return every choice as plain values.

        Args:
            base: What the data set holds errors against, where that is known.
        """
        return {
            **asdict(self),
            "alphas": list(self.alphas),
            "dense_alphas": list(self.dense_alphas),
            "frame": f"{self.frame}x{self.frame}" if self.frame else "original pixels",
            "comparison": "<=",
            "threshold": self.threshold_text(base) if base else None,
        }


PROTOCOLS = {
    "standard": Protocol(
        name="standard",
        direction="source to target",
        frame=None,
        readout="own",
        truncated=False,
        padded_extent=False,
        alphas=(0.01, 0.05, 0.1, 0.15),
    ),
    "cats": Protocol(
        name="cats",
        direction="target to source",
        frame=FLOW_FRAME,
        readout="16x16 flow",
        truncated=True,
        padded_extent=True,
        alphas=(0.05, 0.1, 0.15),
    ),
}


def own_readout(protocol: Protocol) -> Protocol:
    """Return the protocol for a network without a 16x16 grid: marked, and asked at exact points.

    Direction, frame and threshold stay. A protocol that asks for no flow is returned as it is.
    """
    if protocol.readout == "own":
        return protocol
    return replace(protocol, name=protocol.name + _OWN_READOUT, readout="own", truncated=False)


def protocol_named(name: str) -> Protocol:
    """Return a preset by the name that stands in files, "(own read-out)" included.

    Raises:
        ArgumentError: There is no such preset.
    """
    preset = PROTOCOLS.get(name.removesuffix(_OWN_READOUT))
    if preset is None:
        known = ", ".join(PROTOCOLS)
        raise ArgumentError(f"unknown protocol {name!r}", hint=f"choose one of: {known}")
    return own_readout(preset) if name.endswith(_OWN_READOUT) else preset


@dataclass(frozen=True)
class Query:
    """What a protocol asks about a pair, and the answer it expects.

    "Source" is the photo whose points are asked here: the pair's *target* where the protocol is
    reversed.

    Args:
        source: Photo the asked points lie on.
        target: Photo they are looked for in.
        source_size: (width, height) of the source, original pixels.
        target_size: (width, height) of the target, original pixels.
        asked: (N, 2) points of the source in the protocol's frame, finite.
        true: (N, 2) where they are in the target, in the protocol's frame; NaN where not visible.
        keypoint_ids: N ids.
        keypoint_names: N names.
        threshold: Length that alpha multiplies, pixels of the frame; 0 if no keypoint is visible.
        frame: Side of the protocol's square, None for original pixels.
    """

    source: Path
    target: Path
    source_size: tuple[int, int]
    target_size: tuple[int, int]
    asked: Floats
    true: Floats
    keypoint_ids: tuple[str, ...]
    keypoint_names: tuple[str, ...]
    threshold: float
    frame: int | None

    @property
    def asked_pixels(self) -> Floats:
        """(N, 2) the asked points in original pixels of the source."""
        return self.asked / _scale(self.source_size, self.frame)

    def to_frame(self, points: npt.ArrayLike) -> Floats:
        """Map answers (N, 2) from original pixels of the target to the protocol's frame."""
        found: Floats = np.asarray(points, dtype=np.float64) * _scale(self.target_size, self.frame)
        return found


def prepare(pair: Pair, protocol: Protocol, base: ThresholdBase) -> Query:
    """Return what the protocol asks about a pair.

    A keypoint that the target does not show is asked where the source is asked, and has no true
    position; where the target is asked it is left out.

    Args:
        pair: The pair.
        protocol: How to ask.
        base: What the data set holds errors against (`PairSet.threshold`).

    Raises:
        DatasetError: The threshold would be the size of a box that is missing or empty, or of
            keypoints that all lie at one place.
    """
    source_points, target_points = pair.source_keypoints, pair.target_keypoints
    photos, sizes = (pair.source, pair.target), (pair.source_size, pair.target_size)
    box, rows = pair.target_box, np.arange(len(source_points))
    if protocol.is_reversed:
        source_points, target_points = target_points, source_points
        photos, sizes = photos[::-1], sizes[::-1]
        box, rows = pair.source_box, np.flatnonzero(pair.visible)
    asked = source_points[rows] * _scale(sizes[0], protocol.frame)
    if protocol.truncated:
        asked = whole_pixels(asked)
    true = target_points[rows] * _scale(sizes[1], protocol.frame)
    query = Query(
        *photos,
        *sizes,
        asked,
        true,
        tuple(pair.keypoint_ids[row] for row in rows),
        tuple(pair.keypoint_names[row] for row in rows),
        0.0,
        protocol.frame,
    )
    if not pair.visible.any():
        return query
    length = _threshold(query, box, base, padded=protocol.padded_extent)
    if not 0 < length < np.inf:
        raise DatasetError(
            f"pair {pair.id} has no length to hold errors against",
            why=f"{protocol.threshold_text(base)}: {'none' if box is None else length}",
            hint="mend its annotation, or leave it out with --skip-broken",
        )
    return replace(query, threshold=length)


def corrected(records: Iterable[PairRecord]) -> list[PairRecord]:
    """Return records with the true extent of their keypoints as threshold, for `cats`."""
    return [replace(record, threshold=keypoint_extent(record.true)) for record in records]


def box_length(box: Box | None, scale: npt.ArrayLike = (1.0, 1.0)) -> float:
    """Return the longer side of a box, after scaling (x, y); NaN where there is no box."""
    if box is None:
        return float("nan")
    x1, y1, x2, y2 = box
    return float(np.max(np.multiply((x2 - x1, y2 - y1), scale)))


def keypoint_extent(points: Floats, *, padded: bool = False) -> float:
    """Return the larger extent of the finite rows of `points` (N, 2), 0 where there are none.

    Args:
        points: (N, 2) xy.
        padded: Whether the list is taken to be padded with (-1, -1), as in the code of CATs.
    """
    finite = points[np.isfinite(points).all(axis=1)]
    if len(finite) == 0:
        return 0.0
    lowest = np.minimum(finite.min(axis=0), -1.0) if padded else finite.min(axis=0)
    return float(np.max(finite.max(axis=0) - lowest))


def _threshold(query: Query, box: Box | None, base: ThresholdBase, *, padded: bool) -> float:
    if base == "box":
        return box_length(box, _scale(query.target_size, query.frame))
    if base == "image":
        return float(query.frame or max(query.target_size))
    return keypoint_extent(query.true, padded=padded)


def _scale(size: tuple[int, int], frame: int | None) -> Floats:
    """Return what (x, y) are multiplied by; edge to edge, as the papers' code does."""
    if frame is None:
        return np.ones(2)
    return frame / np.asarray(size, dtype=np.float64)
