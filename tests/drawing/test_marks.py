"""Marks shrink as they crowd, and numbers never hide other marks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semimatch_cli.drawing.layout import Panel
from semimatch_cli.drawing.marks import MarkStyle, choose_style, place_numbers
from semimatch_cli.drawing.text import text_width
from semimatch_cli.matching.frame import Frame

PANEL = Panel(Frame.squash((300, 300), (300, 300)), 0, 0)
BESIDE = MarkStyle(radius=4.0, number_size=11.0, inside=False)


def grid(side: int, step: float) -> np.ndarray:
    return np.stack(np.meshgrid(*[20.0 + step * np.arange(side)] * 2), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize(
    ("points", "inside", "numbered"),
    [
        (grid(3, 60.0), True, True),
        (grid(3, 18.0), True, True),
        (grid(3, 8.0), False, True),
        (grid(10, 8.0), False, False),
        (grid(1, 1.0), True, True),
    ],
)
def test_the_style_follows_the_crowding(points: np.ndarray, inside: bool, numbered: bool) -> None:
    style = choose_style([points, grid(1, 1.0)], 1.0)
    assert style.inside is inside
    assert (style.number_size > 0) is numbered


def test_one_crowded_photo_is_enough_to_shrink_the_marks() -> None:
    roomy, crowded = grid(3, 60.0), grid(3, 8.0)
    assert choose_style([roomy, crowded], 1.0).radius < choose_style([roomy, roomy], 1.0).radius


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 299), st.floats(0, 299)), min_size=1, max_size=40))
def test_numbers_beside_dots_overlap_neither_dots_nor_each_other(
    points: list[tuple[float, float]],
) -> None:
    places = np.array(points)
    texts = [str(row + 1) for row in range(len(points))]
    found = place_numbers(places, texts, range(len(points)), PANEL, BESIDE)
    boxes = []
    for row, (x, baseline) in found.items():
        half = text_width(texts[row], BESIDE.number_size, bold=True) / 2
        box = (x - half, baseline - 8.0, x + half, baseline)
        assert box[0] >= 0.0 and box[1] >= 0.0 and box[2] <= 300.0 and box[3] <= 300.0
        near_x = np.clip(places[:, 0], box[0], box[2]) - places[:, 0]
        near_y = np.clip(places[:, 1], box[1], box[3]) - places[:, 1]
        assert (np.maximum(abs(near_x), abs(near_y)) >= BESIDE.radius - 1e-6).all()
        for other in boxes:
            apart_x = box[2] <= other[0] or other[2] <= box[0]
            assert apart_x or box[3] <= other[1] or other[3] <= box[1]
        boxes.append(box)


def test_the_most_important_number_gets_the_only_place() -> None:
    places = np.array([[150.0, 150.0], [150.5, 150.0]])
    narrow = Panel(Frame.squash((30, 12), (30, 12)), 140, 144)
    for order in ([0, 1], [1, 0]):
        found = place_numbers(places, ["1", "2"], order, narrow, BESIDE)
        assert next(iter(found)) == order[0]
