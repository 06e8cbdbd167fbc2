"""Pixels land where the scene says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Casing, Disc, Item, Label, Picture, Scene, Segment

BLACK = (0, 0, 0)
RED = (255, 0, 0)


def draw(*items: Item, size: tuple[int, int] = (60, 40)) -> np.ndarray:
    """Draw on white and return floats."""
    return np.asarray(render_pixels(Scene(*size, items)), dtype=float)


def centroid(darkness: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(darkness.shape)
    total = darkness.sum()
    return float((columns * darkness).sum() / total), float((rows * darkness).sum() / total)


@settings(max_examples=40, deadline=None)
@given(
    x=st.floats(10.0, 50.0),
    y=st.floats(10.0, 30.0),
    radius=st.floats(1.5, 8.0),
)
def test_a_disc_has_its_center_and_area_to_a_fraction_of_a_pixel(
    x: float, y: float, radius: float
) -> None:
    disc = Disc((x, y), radius, BLACK, BLACK, 1.0)
    darkness = 1.0 - draw(disc)[..., 0] / 255.0
    assert centroid(darkness) == pytest.approx((x, y), abs=0.08)
    assert darkness.sum() == pytest.approx(np.pi * radius**2, rel=0.06)


def test_a_hollow_disc_leaves_its_middle_untouched() -> None:
    pixels = draw(Disc((30.0, 20.0), 8.0, None, RED, 2.0, Casing(BLACK, 1.0)))
    assert pixels[20, 30] == pytest.approx(255.0)
    assert pixels[20, 37] == pytest.approx(RED)
    assert pixels[20, 39].sum() < 2 * 255.0  # the casing outside


@pytest.mark.parametrize("end", [(50.0, 20.0), (10.0, 35.0), (45.0, 35.0), (12.0, 38.0)])
@pytest.mark.parametrize("width", [1.0, 3.5])
def test_a_line_covers_length_times_width_in_any_direction(
    end: tuple[float, float], width: float
) -> None:
    start = (10.0, 5.0)
    darkness = 1.0 - draw(Segment(start, end, width, BLACK), size=(60, 50))[..., 0] / 255.0
    length = np.hypot(end[0] - start[0], end[1] - start[1])
    expected = length * width + np.pi * width**2 / 4  # round ends
    assert darkness.sum() == pytest.approx(expected, rel=0.06)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    assert centroid(darkness) == pytest.approx(middle, abs=0.1)


def test_half_a_dashed_line_is_missing() -> None:
    start, end = (5.0, 20.0), (55.0, 20.0)
    solid = (255.0 - draw(Segment(start, end, 2.0, BLACK))).sum()
    dashed = (255.0 - draw(Segment(start, end, 2.0, BLACK, dash=(5.0, 5.0)))).sum()
    assert dashed / solid == pytest.approx(0.5, abs=0.08)


def test_opacity_mixes_with_what_lies_below() -> None:
    line = Segment((5.0, 20.0), (55.0, 20.0), 6.0, BLACK, opacity=0.25)
    assert draw(line)[20, 30, 0] == pytest.approx(255.0 * 0.75, abs=1.0)


def test_a_casing_lies_beside_its_line_and_not_under_it() -> None:
    line = Segment((5.0, 20.0), (55.0, 20.0), 4.0, RED, opacity=0.5, casing=Casing(BLACK, 3.0))
    pixels = draw(line)
    assert pixels[20, 30] == pytest.approx((255.0, 127.5, 127.5), abs=1.0)
    assert pixels[23, 30] == pytest.approx((127.5, 127.5, 127.5), abs=1.0)


@pytest.mark.parametrize("position", [(-500.0, 20.0), (30.0, 1e4), (-2.0, -2.0), (59.5, 39.5)])
def test_shapes_beyond_the_canvas_are_cut_off(position: tuple[float, float]) -> None:
    items = (
        Disc(position, 5.0, RED, BLACK, 1.0, Casing(BLACK, 1.0)),
        Segment((30.0, 20.0), position, 2.0, RED),
        Label("7", position, 12.0),
    )
    assert draw(*items).shape == (40, 60, 3)


def test_a_line_without_length_is_a_dot() -> None:
    darkness = 1.0 - draw(Segment((30.0, 20.0), (30.0, 20.0), 6.0, BLACK))[..., 0] / 255.0
    assert darkness.sum() == pytest.approx(np.pi * 9.0, rel=0.06)


def test_a_picture_fills_exactly_its_box() -> None:
    pixels = draw(Picture(Image.new("RGB", (3, 5), RED), 10, 7, 20, 11))
    red = (pixels == RED).all(axis=2)
    rows, columns = np.nonzero(red)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (7, 17, 10, 29)
    assert red.sum() == 20 * 11


@pytest.mark.parametrize(("align", "low", "high"), [("left", 30, 48), ("center", 20, 40)])
def test_text_stands_on_its_anchor(align: str, low: int, high: int) -> None:
    pixels = draw(Label("HH", (30.0, 25.0), 12.0, BLACK, align))  # type: ignore[arg-type]
    rows, columns = np.nonzero(pixels[..., 0] < 128)
    assert columns.min() >= low and columns.max() <= high
    assert abs(rows.max() - 25) <= 1


def test_later_items_cover_earlier_ones() -> None:
    below, above = Disc((30.0, 20.0), 8.0, RED, RED, 1.0), Disc((30.0, 20.0), 8.0, BLACK, BLACK, 1)
    assert draw(below, above)[20, 30] == pytest.approx(BLACK)
