"""Truth: where each pixel of one photo lies in another photo of the same category.

Both photos know, for each pixel of the object, its part and its position on the category's
template. Two pixels correspond when these agree; so the nearest source pixel on the template, if
it is near enough, is the true counterpart, and a part that the source does not show has none.
"""

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import ShapeError

Floats = npt.NDArray[np.float32]
Parts = npt.NDArray[np.uint8]

TOLERANCE = 0.03
"""Template distance (a trunk or a car's half length is 1) up to which two pixels correspond."""

_CHUNK = 4_000_000


def dense_truth(
    source_canonical: npt.NDArray[np.floating],
    source_parts: Parts,
    target_canonical: npt.NDArray[np.floating],
    target_parts: Parts,
    *,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Return the source position of every target pixel.

    Args:
        source_canonical: (Hs, Ws, 3) template positions of the source photo's pixels.
        source_parts: (Hs, Ws) part numbers; 0 is no part.
        target_canonical: (H, W, 3) template positions of the target photo's pixels.
        target_parts: (H, W) part numbers; 0 is no part.
        tolerance: Largest template distance between corresponding pixels.

    Returns:
        (H, W, 2) xy pixels of the source photo, float32; NaN off the target's object and where the
        source does not show the spot.

    Raises:
        ShapeError: A map of positions and its part numbers differ in size.
    """
    _check(source_canonical, source_parts, "source")
    _check(target_canonical, target_parts, "target")
    found = np.full((*target_parts.shape, 2), np.nan, dtype=np.float32)
    shared = np.intersect1d(np.unique(source_parts), np.unique(target_parts))
    for part in shared[shared > 0]:
        there, here = source_parts == part, target_parts == part
        nearest, distance = _nearest(
            source_canonical[there].astype(np.float32), target_canonical[here].astype(np.float32)
        )
        rows, columns = np.nonzero(there)
        xy = np.stack([columns, rows], axis=1).astype(np.float32)[nearest]
        xy[distance > tolerance] = np.nan
        found[here] = xy
    return found


def _check(canonical: npt.NDArray[np.floating], parts: Parts, name: str) -> None:
    if canonical.shape != (*parts.shape, 3) or parts.ndim != 2:
        raise ShapeError(
            f"{name}: expected positions (H, W, 3) and parts (H, W), "
            f"got {canonical.shape} and {parts.shape}"
        )


def _nearest(points: Floats, queries: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return for each query (M, 3) the index of the nearest point and its distance."""
    nearest = np.empty(len(queries), dtype=np.intp)
    lengths = (points**2).sum(axis=1)
    step = max(1, _CHUNK // max(len(points), 1))
    for start in range(0, len(queries), step):
        chosen = slice(start, start + step)
        gaps = lengths - 2.0 * queries[chosen] @ points.T
        nearest[chosen] = gaps.argmin(axis=1)
    return nearest, np.linalg.norm(points[nearest] - queries, axis=1)
