"""Frame: there and back, the same for image, points and boxes, and padding that knows itself."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from semimatch_cli.errors import ConfigError, ShapeError
from semimatch_cli.matching.frame import Frame
from semimatch_cli.matching.image import read_image

SIDES = st.integers(1, 12_000)
SIZES = st.tuples(SIDES, SIDES)
UNIT_POINTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8)
FRAMES = st.one_of(
    st.builds(Frame.fit, SIZES, st.integers(1, 1024), st.integers(1, 64)),
    st.builds(Frame.squash, SIZES, st.tuples(st.integers(1, 1024), st.integers(1, 1024))),
)


def on_photo(frame: Frame, unit: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Spread points of the unit square over the photo, from edge to edge."""
    return np.asarray(unit) * np.asarray(frame.photo_size) - 0.5


@given(FRAMES, UNIT_POINTS)
def test_points_return_from_the_canvas(frame: Frame, unit: Any) -> None:
    points = on_photo(frame, unit)
    returned = frame.points_to_photo(frame.points_to_canvas(points))
    assert returned.dtype == np.float64
    np.testing.assert_allclose(returned, points, rtol=0, atol=1e-3)


@given(FRAMES, UNIT_POINTS)
def test_canvas_points_return_from_the_photo(frame: Frame, unit: Any) -> None:
    points = np.asarray(unit) * np.asarray(frame.canvas_size) - 0.5
    returned = frame.points_to_canvas(frame.points_to_photo(points))
    np.testing.assert_allclose(returned, points, rtol=0, atol=1e-3)


@given(FRAMES, UNIT_POINTS)
def test_boxes_move_as_their_corners_and_return(frame: Frame, unit: Any) -> None:
    boxes = np.concatenate([on_photo(frame, unit), on_photo(frame, unit[::-1])], axis=1)
    moved = frame.boxes_to_canvas(boxes)
    np.testing.assert_array_equal(moved[:, :2], frame.points_to_canvas(boxes[:, :2]))
    np.testing.assert_array_equal(moved[:, 2:], frame.points_to_canvas(boxes[:, 2:]))
    np.testing.assert_allclose(frame.boxes_to_photo(moved), boxes, rtol=0, atol=1e-3)


@given(FRAMES)
def test_the_edges_of_the_photo_are_the_edges_of_the_content(frame: Frame) -> None:
    far_photo, far_content = np.asarray(frame.photo_size), np.asarray(frame.content_size)
    corners = frame.points_to_canvas([(-0.5, -0.5), far_photo - 0.5])
    np.testing.assert_allclose(corners, [(-0.5, -0.5), far_content - 0.5], rtol=0, atol=1e-6)


@given(SIZES, st.integers(1, 1024), st.integers(1, 64))
def test_fit_keeps_the_aspect_and_pads_less_than_a_stride(
    size: tuple[int, int], long_side: int, multiple: int
) -> None:
    frame = Frame.fit(size, long_side, multiple)
    assert max(frame.content_size) == long_side
    scale = long_side / max(size)
    for photo, content, canvas in zip(size, frame.content_size, frame.canvas_size, strict=True):
        assert abs(content - photo * scale) <= 0.5 or content == 1
        assert canvas % multiple == 0
        assert 0 <= canvas - content < multiple


@given(SIZES, st.tuples(st.integers(1, 1024), st.integers(1, 1024)))
def test_squash_leaves_no_padding(size: tuple[int, int], canvas: tuple[int, int]) -> None:
    frame = Frame.squash(size, canvas)
    assert frame.content_size == frame.canvas_size == canvas


@given(SIZES, st.integers(1, 512), st.integers(1, 32), st.integers(1, 3))
def test_a_cell_is_valid_when_its_center_lies_on_the_photo(
    size: tuple[int, int], long_side: int, stride: int, cells: int
) -> None:
    frame = Frame.fit(size, long_side, stride * cells)
    valid = frame.valid_cells(stride)
    assert valid.shape == frame.grid_size(stride)
    assert valid[0, 0]
    rows, columns = np.indices(valid.shape)
    centers = (np.stack([columns, rows], axis=-1) + 0.5) * stride - 0.5
    inside = (frame.points_to_photo(centers) <= np.asarray(size) - 0.5 + 1e-6).all(axis=-1)
    thin = min(frame.content_size) < stride / 2
    if not thin:
        np.testing.assert_array_equal(valid, inside)
    assert not (inside & ~valid).any()


def test_known_values() -> None:
    frame = Frame.fit((400, 200), long_side=100, multiple=16)
    assert frame.content_size == (100, 50)
    assert frame.canvas_size == (112, 64)
    assert frame.grid_size(16) == (4, 7)
    np.testing.assert_allclose(frame.points_to_canvas([(0, 0), (399, 199)]), [
        (-0.375, -0.375), (99.375, 49.375)
    ])  # fmt: skip
    np.testing.assert_allclose(frame.points_to_photo([7.5, 7.5]), [31.5, 31.5])
    np.testing.assert_allclose(frame.boxes_to_canvas([1.5, 1.5, 9.5, 5.5]), [0, 0, 2, 1])
    valid = frame.valid_cells(16)
    assert valid.sum() == 3 * 6  # centers at 40 <= 50 and at 88 <= 100; 56 and 104 are padding
    assert valid[2, 5] and not valid[3, 0] and not valid[0, 6]


def test_points_keep_the_shape_they_came_in() -> None:
    frame = Frame.fit((40, 30), 20, 8)
    for shape in [(2,), (0, 2), (3, 2), (4, 3, 2)]:
        assert frame.points_to_canvas(np.zeros(shape)).shape == shape
    for shape in [(4,), (0, 4), (3, 4), (2, 3, 4)]:
        assert frame.boxes_to_canvas(np.zeros(shape)).shape == shape


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (2, 1)])
def test_points_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    frame = Frame.fit((40, 30), 20, 8)
    with pytest.raises(ShapeError, match="points"):
        frame.points_to_canvas(np.zeros(shape))
    with pytest.raises(ShapeError, match="points"):
        frame.points_to_photo(np.zeros(shape))


@pytest.mark.parametrize("shape", [(), (3,), (2,), (2, 6), (4, 2)])
def test_boxes_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    frame = Frame.fit((40, 30), 20, 8)
    with pytest.raises(ShapeError, match="boxes"):
        frame.boxes_to_canvas(np.zeros(shape))
    with pytest.raises(ShapeError, match="boxes"):
        frame.boxes_to_photo(np.zeros(shape))


def test_an_image_of_another_size_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(40, 30\).*\(30, 40\)"):
        Frame.fit((40, 30), 20, 8).image_to_canvas(Image.new("RGB", (30, 40)))


@pytest.mark.parametrize(
    "sizes", [((0, 5), (5, 5), (5, 5)), ((5, 5), (5, 0), (5, 5)), ((5, 5), (5, 6), (5, 5))]
)
def test_an_impossible_frame_is_refused(sizes: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ConfigError):
        Frame(*sizes)


def test_a_frame_tells_its_sizes_as_plain_lists() -> None:
    assert Frame.fit((40, 30), 20, 8).to_dict() == {
        "photo_size": [40, 30],
        "content_size": [20, 15],
        "canvas_size": [24, 16],
    }


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.integers(1, 300), st.integers(1, 32))
def test_the_photo_fills_the_content_and_nothing_else(
    size: tuple[int, int], long_side: int, multiple: int
) -> None:
    frame = Frame.fit(size, long_side, multiple)
    canvas = frame.image_to_canvas(Image.new("RGB", size, "white"))
    assert canvas.shape == (frame.canvas_size[1], frame.canvas_size[0], 3)
    width, height = frame.content_size
    assert canvas[:height, :width].min() == 255
    assert not canvas[height:].any()
    assert not canvas[:, width:].any()


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(60, 400), st.integers(60, 400)),
    st.integers(100, 300),
    st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)),
    st.booleans(),
)
def test_a_mark_on_the_photo_appears_where_its_point_and_box_go(
    size: tuple[int, int], side: int, place: tuple[float, float], squash: bool
) -> None:
    frame = Frame.squash(size, (side, side + 20)) if squash else Frame.fit(size, side, 14)
    assume(min(frame.content_size) >= 30)
    x, y = (int(share * length) for share, length in zip(place, size, strict=True))
    image = Image.new("RGB", size)
    image.paste((255, 255, 255), (x - 7, y - 7, x + 8, y + 8))  # 15 pixels, centered on (x, y)
    weight = frame.image_to_canvas(image)[..., 0].astype(np.float64)
    rows, columns = np.indices(weight.shape)
    seen = np.asarray([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()
    np.testing.assert_allclose(seen, frame.points_to_canvas((x, y)), rtol=0, atol=0.1)
    edges = frame.boxes_to_canvas((x - 7.5, y - 7.5, x + 7.5, y + 7.5))
    area = (edges[2] - edges[0]) * (edges[3] - edges[1])
    assert weight.sum() / 255 == pytest.approx(area, rel=0.05)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_points_of_a_turned_photo_are_those_of_the_photo_as_displayed(orientation: int) -> None:
    shown = Image.new("RGB", (120, 80))
    shown.paste((255, 255, 255), (90, 20, 95, 25))  # centered on (92, 22)
    undo = Image.Exif()
    undo[0x0112] = {6: 8, 8: 6}.get(orientation, orientation)
    shown.info["exif"] = undo.tobytes()
    stored, file = ImageOps.exif_transpose(shown), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(file, "PNG", exif=exif)
    assert stored.size == ((120, 80) if orientation < 5 else (80, 120))
    photo = read_image(file.getvalue())
    frame = Frame.fit(photo.size, 60, 16)
    weight = frame.image_to_canvas(photo)[..., 0].astype(np.float64)
    rows, columns = np.indices(weight.shape)
    seen = np.asarray([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()
    np.testing.assert_allclose(seen, frame.points_to_canvas((92, 22)), rtol=0, atol=0.05)
    box = frame.boxes_to_canvas((90, 20, 94, 24))
    np.testing.assert_allclose(seen, (box[:2] + box[2:]) / 2, rtol=0, atol=0.05)


@given(FRAMES, UNIT_POINTS, st.integers(1, 32))
def test_cells_return_from_the_photo(frame: Frame, unit: Any, stride: int) -> None:
    points = on_photo(frame, unit)
    returned = frame.cells_to_photo(frame.photo_to_cells(points, stride), stride)
    np.testing.assert_allclose(returned, points, rtol=0, atol=1e-3)


def test_the_center_of_a_cell_is_where_the_convention_says() -> None:
    frame = Frame.fit((400, 200), long_side=100, multiple=16)
    np.testing.assert_allclose(frame.photo_to_cells([31.5, 95.5], 16), [0, 1])
    np.testing.assert_allclose(frame.cells_to_photo([0, 1], 16), [31.5, 95.5])
    with pytest.raises(ShapeError, match="cells"):
        frame.cells_to_photo([0, 1, 2], 16)
