"""The rasterizer covers what a triangle covers, keeps the nearest, and interpolates exactly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from semimatch_cli.datasets.synthetic.raster import rasterize

CORNER = st.tuples(st.floats(-10, 30), st.floats(-10, 30))


def drawn(points: list, depth: list, triangles: list, size: tuple[int, int] = (20, 16)):
    return rasterize(
        np.array(points, dtype=np.float32), np.array(depth, dtype=np.float32),
        np.array(triangles, dtype=np.int32).reshape(-1, 3), size,
    )  # fmt: skip


def covered(surface) -> np.ndarray:
    return surface.plane(np.ones(len(surface.pixels), dtype=bool), False)


def test_a_right_triangle_covers_the_pixel_centers_inside() -> None:
    seen = covered(drawn([(1, 1), (5, 1), (1, 5)], [1, 1, 1], [(0, 1, 2)]))
    rows, columns = np.mgrid[:16, :20]
    np.testing.assert_array_equal(seen, (columns >= 1) & (rows >= 1) & (rows + columns <= 6))


def test_the_nearest_of_two_surfaces_is_seen() -> None:
    square = [(0, 0), (10, 0), (0, 10)]
    surface = drawn(square + square, [5, 5, 5, 2, 2, 2], [(0, 1, 2), (3, 4, 5)])
    assert (surface.corners >= 3).all()
    assert (surface.depth == 2).all()


def test_values_are_interpolated_linearly() -> None:
    points = [(0, 0), (16, 0), (0, 12)]
    surface = drawn(points, [1, 1, 1], [(0, 1, 2)])
    mixed = surface.mix(np.array(points, dtype=float))
    rows, columns = np.divmod(surface.pixels, 20)
    np.testing.assert_allclose(mixed, np.stack([columns, rows], 1), atol=1e-4)


def test_nothing_on_the_canvas_is_nothing_seen() -> None:
    assert not covered(drawn([(-9, -9), (-5, -9), (-9, -5)], [1, 1, 1], [(0, 1, 2)])).any()
    assert not covered(drawn([(0, 0)], [1], [])).any()


@settings(max_examples=60, deadline=None)
@given(st.tuples(CORNER, CORNER, CORNER))
def test_winding_and_corner_order_do_not_matter(corners: tuple) -> None:
    points = np.round(np.array(corners), 2)
    first, second = (drawn(points, [1, 1, 1], [order]) for order in ((0, 1, 2), (2, 1, 0)))
    np.testing.assert_array_equal(covered(first), covered(second))


@settings(max_examples=60, deadline=None)
@given(st.tuples(CORNER, CORNER, CORNER, CORNER))
def test_triangles_that_share_an_edge_leave_no_gap(corners: tuple) -> None:
    """Every pixel strictly inside a convex quadrangle is covered by one of its two halves."""
    points = np.round(np.array(corners), 2)
    center = points.mean(axis=0)
    turn = np.argsort(np.arctan2(*(points - center).T[::-1]))
    a, b, c, d = points = points[turn]
    seen = covered(drawn(points, [1] * 4, [(0, 1, 2), (0, 2, 3)]))
    rows, columns = np.mgrid[:16, :20]
    inside = np.ones((16, 20), dtype=bool)
    for start, end in ((a, b), (b, c), (c, d), (d, a)):
        side = (end[0] - start[0]) * (rows - start[1]) - (end[1] - start[1]) * (columns - start[0])
        inside &= side > 1e-2
    assert not (inside & ~seen).any()
