"""Panels lie beside or above one another, never overlap, and stay within bounds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semimatch_cli.drawing.layout import Sheet, arrange, bounded, canvas_height, title_labels
from semimatch_cli.drawing.scene import Label
from semimatch_cli.drawing.text import text_width

SIDES = st.integers(1, 12_000)
SIZES = st.lists(st.tuples(SIDES, SIDES), min_size=2, max_size=3)


def overlap(sheet: Sheet) -> bool:
    return any(
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
        for one, other in combinations(sheet.panels, 2)
    )


@given(sizes=SIZES, column=st.sampled_from([0.0, 118.0]))
def test_panels_of_any_sizes_fit_a_bounded_canvas_without_overlap(
    sizes: list[tuple[int, int]], column: float
) -> None:
    sheet = arrange(sizes, titled=True, column=column)
    assert not overlap(sheet)
    assert sheet.width <= 2100
    assert canvas_height(sheet, 4) <= 2300
    for panel in sheet.panels:
        assert sheet.left <= panel.left and panel.right <= sheet.right
        assert sheet.margin <= panel.top and panel.bottom <= sheet.bottom
        assert min(panel.size) >= 1


@pytest.mark.parametrize(
    ("sizes", "heights"),
    [
        ([(500, 375), (500, 375)], [375, 375]),  # shown pixel by pixel
        ([(375, 500), (500, 375)], [500, 500]),
        ([(64, 64), (64, 64)], [320, 320]),
        ([(12_000, 9_000), (64, 48)], [712, 712]),
    ],
)
def test_photos_in_a_row_share_a_readable_height(
    sizes: list[tuple[int, int]], heights: list[int]
) -> None:
    sheet = arrange(sizes, titled=False)
    assert [panel.size[1] for panel in sheet.panels] == pytest.approx(heights, abs=1)
    assert sheet.panels[0].top == sheet.panels[1].top


def test_wide_photos_are_stacked_with_one_width() -> None:
    upper, lower = arrange([(1000, 300), (800, 390)], titled=False).panels
    assert upper.left == lower.left
    assert upper.size[0] == lower.size[0] == 1000
    assert upper.bottom < lower.top


@pytest.mark.parametrize("size", [(500, 375), (33, 47), (3000, 2000)])
def test_the_corners_of_a_photo_are_the_corners_of_its_panel(size: tuple[int, int]) -> None:
    panel = arrange([size, size], titled=False).panels[1]
    corners = panel.place([(-0.5, -0.5), (size[0] - 0.5, size[1] - 0.5)])
    expected = [(panel.left - 0.5, panel.top - 0.5), (panel.right - 0.5, panel.bottom - 0.5)]
    assert np.allclose(corners, expected)


def test_titles_are_no_wider_than_their_panels() -> None:
    sheet = arrange([(100, 500), (100, 500)], titled=True)
    labels = title_labels(sheet, ["a_very_long_name_of_a_photo.jpeg", ""])
    assert len(labels) == 1
    label = labels[0]
    assert isinstance(label, Label)
    assert text_width(label.text, label.size) <= 100
    assert label.text.endswith("g")


@pytest.mark.parametrize(
    ("size", "expected"),
    [((10, 20), (10, 20)), ((3800, 1900), (1900, 950)), ((1, 5000), (1, 1900))],
)
def test_only_photos_larger_than_any_canvas_are_reduced(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert bounded(Image.new("RGB", size)).size == expected
