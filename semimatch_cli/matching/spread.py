"""Choose matches that are good and far apart."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def spread_out(points: Floats, interest: Floats, count: int) -> npt.NDArray[np.int64]:
    """Choose points greedily by interest times the distance to those already chosen.

    Args:
        points: (N, 2) candidates.
        interest: (N,) how good each one is; those at 0 are never chosen.
        count: How many to choose at most.

    Returns:
        Indices of the chosen points, in the order of choice.
    """
    chosen: list[int] = []
    reach = _reach(points, interest, count)
    distance = np.full(len(points), reach)
    while len(chosen) < min(count, len(points)):
        # Beyond `reach` more distance is no merit: otherwise far outliers would win.
        worth = interest * np.minimum(distance, reach)
        best = int(worth.argmax())
        if worth[best] <= 0:
            break
        chosen.append(best)
        distance = np.minimum(distance, np.linalg.norm(points - points[best], axis=1))
    return np.asarray(chosen, dtype=np.int64)


def _reach(points: Floats, interest: Floats, count: int) -> float:
    """Return the spacing of `count` points laid evenly over where the interest lies."""
    if not len(points) or interest.sum() <= 0:
        return 1.0
    mean = np.average(points, axis=0, weights=interest)
    variance = np.average((points - mean) ** 2, axis=0, weights=interest)
    # A uniform box of this variance has sides sqrt(12 var).
    area = 12 * float(np.sqrt(variance.prod()))
    return max(1.0, float(np.sqrt(area / count)))
