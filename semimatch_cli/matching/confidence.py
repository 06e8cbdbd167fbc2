"""Confidence: how far to trust a match, from its peak and from the way there and back.

The score is the share of the softmax mass near the chosen cell, damped by the cycle error as a
share of the source photo's longer side. It falls as the peak blurs and as the cycle opens; it is
not calibrated to a rate of correct matches.
"""

import numpy as np
import numpy.typing as npt

CYCLE_SCALE = 0.1  # cycle error, as a share of the longer side, that halves a score
VISIBLE_SCORE = 0.2  # below it the part counts as absent; chosen by tools/validate_tiny.py

Floats = npt.NDArray[np.float64]


def score_matches(mass: Floats, cycle_errors: Floats, source_size: tuple[int, int]) -> Floats:
    """Score matches from 0 to 1.

    Args:
        mass: (...,) share of the softmax mass inside the read-out window, 0..1.
        cycle_errors: (...,) pixels of the source photo between a point and its way back.
        source_size: (width, height) of the source photo.

    Returns:
        (...,) scores, monotone in both.
    """
    relative = cycle_errors / (CYCLE_SCALE * max(source_size))
    return mass / (1 + relative**2)
