"""Dense accuracy and end-point error, where the true position of every pixel is known.

Pixels were counted when the pair was answered (`DenseCount`); here the counts become means. As in
TSS (Taniai et al., CVPR 2016) accuracy is the mean over pairs of the share of right pixels.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.pck import by_alpha, plain
from semimatch_cli.evaluation.records import DenseCount, PairRecord

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DenseScore:
    """Dense truth of many pairs; shares in 0..1.

    Args:
        alphas: A shares of the longer side of the photo.
        per_image: (A,) mean over pairs of the share of right pixels.
        per_pixel: (A,) share of right pixels of all pairs together.
        per_category: {category: (A,)} mean over the pairs of each, in order of name.
        end_point_error: Mean over pairs of the mean distance to the true position, pixels.
        pairs: Pairs with dense truth.
        pixels: Their pixels with a true position.
    """

    alphas: tuple[float, ...]
    per_image: Floats
    per_pixel: Floats
    per_category: Mapping[str, Floats]
    end_point_error: float
    pairs: int
    pixels: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "pairs": self.pairs,
            "pixels": self.pixels,
            "per_image": by_alpha(self.alphas, self.per_image),
            "per_pixel": by_alpha(self.alphas, self.per_pixel),
            "per_category": {
                category: by_alpha(self.alphas, shares)
                for category, shares in self.per_category.items()
            },
            "end_point_error": plain(self.end_point_error),
        }


def dense_score(records: Iterable[PairRecord], alphas: Sequence[float]) -> DenseScore | None:
    """Average the dense counts of records.

    Args:
        records: The answers; those without a single pixel of dense truth are passed over.
        alphas: What their `right` was counted at, in this order.

    Returns:
        None if no record has dense truth.

    Raises:
        InputError: A record was counted at another number of alphas.
    """
    counted = [
        (record.category, record.dense)
        for record in records
        if record.dense is not None and record.dense.pixels > 0
    ]
    if not counted:
        return None
    hits = np.array([_hits(count, len(alphas)) for _, count in counted], dtype=np.float64)
    pixels = np.array([count.pixels for _, count in counted], dtype=np.float64)
    errors = np.array([count.error_sum for _, count in counted], dtype=np.float64)
    shares = hits / pixels[:, None]
    categories = np.array([category for category, _ in counted], dtype=object)
    return DenseScore(
        alphas=tuple(alphas),
        per_image=shares.mean(axis=0),
        per_pixel=hits.sum(axis=0) / pixels.sum(),
        per_category={
            category: shares[categories == category].mean(axis=0)
            for category in sorted(set(categories))
        },
        end_point_error=float(np.mean(errors / pixels)),
        pairs=len(counted),
        pixels=int(pixels.sum()),
    )


def _hits(count: DenseCount, alphas: int) -> tuple[int, ...]:
    if len(count.right) != alphas:
        raise InputError(
            f"dense truth was counted at {len(count.right)} alphas, the protocol has {alphas}"
        )
    return count.right
