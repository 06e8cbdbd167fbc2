"""How CATs and SemiMatch move keypoints: by a coarse flow, from truncated pixels.

Up to a pixel is lost by the truncation, and a flow that is constant beyond the outer cell centers
bends the rim; both are kept exactly, for tables that can be compared with the papers'. Everything
else in this package looks points up at their exact place (`Matcher.transfer`).

Reference: Cho et al., "CATs: Cost Aggregation Transformers", NeurIPS 2021.
"""

import numpy as np
import numpy.typing as npt

from semimatch_cli.errors import ShapeError

Floats = npt.NDArray[np.float64]
FLOW_FRAME = 256
FLOW_CELLS = 16


def transfer_by_flow(flow: npt.ArrayLike, keypoints: npt.ArrayLike) -> Floats:
    """Move keypoints by a coarse flow as CATs does.

    Each keypoint is truncated to a whole pixel; the flow there is interpolated bilinearly between
    cell centers, and constant beyond the outer ones.

    Args:
        flow: (2, 16, 16) displacement (x, y) in cells, from the photo that is asked to the other.
        keypoints: (N, 2) xy in the 256x256 frame, finite.

    Returns:
        (N, 2) xy in the 256x256 frame.

    Raises:
        ShapeError: `flow` or `keypoints` has another shape.
    """
    cells = np.asarray(flow, dtype=np.float64)
    if cells.shape != (2, FLOW_CELLS, FLOW_CELLS):
        raise ShapeError(f"flow: expected (2, {FLOW_CELLS}, {FLOW_CELLS}), got {cells.shape}")
    points = np.asarray(keypoints, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(f"keypoints: expected (N, 2), got {points.shape}")
    stride = FLOW_FRAME // FLOW_CELLS
    pixels = whole_pixels(points)
    at = np.clip((pixels + 0.5) / stride - 0.5, 0, FLOW_CELLS - 1)
    low = np.floor(at).astype(np.int64)
    high = np.minimum(low + 1, FLOW_CELLS - 1)
    right, down = (at - low).T
    top = cells[:, low[:, 1], low[:, 0]] * (1 - right) + cells[:, low[:, 1], high[:, 0]] * right
    bottom = (
        cells[:, high[:, 1], low[:, 0]] * (1 - right) + cells[:, high[:, 1], high[:, 0]] * right
    )
    moved: Floats = pixels + stride * (top * (1 - down) + bottom * down).T
    return moved


def whole_pixels(points: Floats) -> Floats:
    """Truncate points (N, 2) of the 256x256 frame to whole pixels and hold them inside it."""
    return np.clip(np.trunc(points), 0, FLOW_FRAME - 1)
