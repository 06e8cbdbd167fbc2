"""The flow transfer of CATs; its golden values are in test_protocols."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semimatch_cli.errors import ShapeError
from semimatch_cli.evaluation.cats_flow import transfer_by_flow


def test_a_flow_of_zero_truncates_and_does_nothing_else() -> None:
    moved = transfer_by_flow(np.zeros((2, 16, 16)), [[3.9, 255.9], [-2.0, 300.0]])
    np.testing.assert_array_equal(moved, [[3, 255], [0, 255]])


def test_flow_is_interpolated_between_cell_centers() -> None:
    flow = np.zeros((2, 16, 16))
    flow[0, :, 1:] = 1.0
    # Centers of the first two columns lie at 7.5 and 23.5; pixel 10 is 2.5/16 of the way.
    moved = transfer_by_flow(flow, [[10.0, 100.0], [0.0, 0.0], [30.0, 0.0]])
    np.testing.assert_allclose(moved, [[12.5, 100.0], [0.0, 0.0], [46.0, 0.0]])


@given(st.floats(-9, 9), st.floats(-9, 9), st.integers(0, 255), st.integers(0, 255))
def test_a_constant_flow_moves_every_whole_pixel_alike(
    right: float, down: float, x: int, y: int
) -> None:
    flow = np.broadcast_to(np.array([right, down])[:, None, None], (2, 16, 16))
    moved = transfer_by_flow(flow, [[x, y]])
    np.testing.assert_allclose(moved, [[x + 16 * right, y + 16 * down]], atol=1e-9)


def test_no_keypoints_are_moved_to_no_keypoints() -> None:
    assert transfer_by_flow(np.zeros((2, 16, 16)), np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(("flow", "points"), [((2, 8, 8), (3, 2)), ((2, 16, 16), (3, 3))])
def test_wrong_shapes_are_refused(flow: tuple[int, ...], points: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="expected"):
        transfer_by_flow(np.zeros(flow), np.zeros(points))
