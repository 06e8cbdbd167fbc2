"""Left-right confusion: how often a keypoint is taken for its mirror image on the other side.

The commonest error of matchers on symmetric objects (Zhang et al., "Telling Left from Right", CVPR
2024, arXiv 2311.17034). It needs names that pair up, such as `left_eye` and `right_eye`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from semimatch_cli.evaluation.pck import plain
from semimatch_cli.evaluation.records import PairRecord

_SIDE = re.compile(r"(?<![A-Za-z])(left|right|Left|Right|LEFT|RIGHT|[lrLR])(?![a-z])")
_OTHER = {"left": "right", "Left": "Right", "LEFT": "RIGHT", "l": "r", "L": "R"}
_OTHER |= {other: side for side, other in _OTHER.items()}


@dataclass(frozen=True)
class LeftRight:
    """Answers that lie on the wrong one of two sides.

    Args:
        keypoints: Keypoints whose counterpart the target shows as well.
        confused: Those answered nearer to the counterpart than to themselves.
    """

    keypoints: int
    confused: int

    @property
    def share(self) -> float:
        """Share of confused answers, NaN if there is no such keypoint."""
        return self.confused / self.keypoints if self.keypoints else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return the share and what it is taken over."""
        return {"share": plain(self.share), "keypoints": self.keypoints}


def other_side(name: str) -> str | None:
    """Return the name of a keypoint's counterpart, None where the name tells no side.

    Left and right, or L and R, count as words of their own: "left_eye", "Eye L", "LEye".
    """
    swapped = _SIDE.sub(lambda found: _OTHER[found[0]], name)
    return swapped if swapped != name else None


def left_right_confusion(records: Iterable[PairRecord]) -> LeftRight:
    """Count answers that lie nearer to the counterpart's true point than to their own.

    Judged are the keypoints that the target shows together with their counterpart. An answer that
    is not finite is not confused.
    """
    keypoints = confused = 0
    for record in records:
        own, other = _counterparts(record)
        keypoints += len(own)
        wrong = np.linalg.norm(record.found[own] - record.true[other], axis=1)
        confused += int(np.count_nonzero(wrong < record.errors[own]))
    return LeftRight(keypoints, confused)


def _counterparts(record: PairRecord) -> tuple[list[int], list[int]]:
    """Return the rows of visible keypoints whose counterpart is visible, and of those."""
    rows = {
        name: row for row, name in enumerate(record.keypoint_names) if name and record.visible[row]
    }
    found = [(row, rows.get(other_side(name) or "")) for name, row in rows.items()]
    both = [(row, other) for row, other in found if other is not None]
    return [row for row, _ in both], [other for _, other in both]
