"""The picture of answers shows which are right, where the truth lies and how far off they are."""

import numpy as np
import pytest
from golden_scenes import checker, gradient
from hypothesis import given, settings
from hypothesis import strategies as st

from semimatch_cli.drawing.layout import Captions
from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Disc, Label, Picture, Scene, Segment
from semimatch_cli.drawing.truth import RIGHT, WRONG, truth_scene
from semimatch_cli.errors import ShapeError

SIZE = (320, 320)  # shown pixel by pixel
KEY_DISCS = 3


def scene_of(
    true: list[tuple[float, float]], found: list[tuple[float, float]], radius: float = 10.0
) -> Scene:
    asked = np.linspace(40.0, 280.0, 2 * len(true)).reshape(-1, 2)
    return truth_scene(gradient(SIZE), checker(SIZE), asked, true, found, radius)


def marks(scene: Scene) -> list[Disc]:
    return [item for item in scene.items if isinstance(item, Disc)][:-KEY_DISCS]


def error_lines(scene: Scene) -> list[Segment]:
    """Lines in the colors of answers; the dashes of circles are white."""
    lines = [item for item in scene.items if isinstance(item, Segment)]
    return [line for line in lines if line.color in {RIGHT, WRONG}]


def words(scene: Scene) -> str:
    return " ".join(item.text for item in scene.items if isinstance(item, Label))


def test_an_answer_at_the_radius_is_right_and_beyond_it_wrong() -> None:
    scene = scene_of([(100, 100), (200, 200)], [(110, 100), (200, 210.01)])
    asked = [mark.fill for mark in marks(scene)[:2]]
    assert sorted(map(str, asked)) == sorted(map(str, [RIGHT, WRONG]))
    assert "1 of 2 right" in words(scene)


def test_the_ring_lies_on_the_truth_and_the_disc_on_the_answer() -> None:
    scene = scene_of([(100.5, 90.0)], [(160.0, 170.25)])
    right = [item for item in scene.items if isinstance(item, Picture)][1]
    _, ring, disc = marks(scene)
    assert ring.fill is None
    assert ring.center == pytest.approx((100.5 + right.left, 90.0 + right.top))
    assert disc.center == pytest.approx((160.0 + right.left, 170.25 + right.top))


def test_the_line_of_an_error_runs_from_the_rim_of_the_ring_to_the_answer() -> None:
    scene = scene_of([(100, 100)], [(200, 100)])
    (line,) = error_lines(scene)
    _, ring, disc = marks(scene)
    assert line.end == disc.center
    assert line.start == pytest.approx((ring.center[0] + ring.radius, ring.center[1]))


def test_an_answer_inside_the_ring_needs_no_line() -> None:
    assert not error_lines(scene_of([(100, 100)], [(101, 100)]))


def test_a_part_that_is_not_visible_is_an_open_mark_in_the_first_photo_alone() -> None:
    scene = scene_of([(np.nan, np.nan), (100, 100)], [(50, 50), (100, 100)])
    opened = marks(scene)[0]
    assert opened.fill is None
    assert opened.edge not in {RIGHT, WRONG}
    assert len(marks(scene)) == 4  # open, asked, ring, disc
    assert "1 of 1 right · 1 not visible" in words(scene)


def test_wrong_answers_lie_over_right_ones() -> None:
    scene = scene_of([(100, 100), (103, 100)], [(180, 100), (103, 103)])
    edges = [mark.edge for mark in marks(scene) if mark.fill is None]
    assert edges == [RIGHT, WRONG]


def test_the_circle_is_as_large_as_the_tolerance_and_stays_on_the_photo() -> None:
    scene = scene_of([(160, 160), (10, 160)], [(160, 160), (10, 160)], radius=50.0)
    right = [item for item in scene.items if isinstance(item, Picture)][1]
    dashes = np.array([item.start for item in scene.items if isinstance(item, Segment)])
    assert dashes[:, 0].min() >= right.left
    middle = np.array((160 + right.left, 160 + right.top))
    near = dashes[dashes[:, 0] > 80 + right.left]
    assert np.hypot(*(near - middle).T) == pytest.approx(50.0)


def test_points_bear_the_same_numbers_in_both_photos() -> None:
    true = [(60.0 + 50 * at, 250.0 - 40 * at) for at in range(5)]
    texts = [item.text for item in scene_of(true, true).items if isinstance(item, Label)]
    numbers = [text for text in texts if text.isdigit()]
    assert numbers[:5] == numbers[5:]
    assert sorted(numbers[:5]) == ["1", "2", "3", "4", "5"]


def test_captions_name_the_photos_and_the_weights() -> None:
    points = [(100.0, 100.0)]
    captions = Captions("one.jpg", "two.jpg", "tiny")
    scene = truth_scene(
        gradient(SIZE), checker(SIZE), points, points, points, 5.0, captions=captions
    )
    assert {"one.jpg", "two.jpg", "tiny · 1 of 1 right"} <= {
        item.text for item in scene.items if isinstance(item, Label)
    }


@pytest.mark.parametrize("found", [[(1.0, 1.0), (2.0, 2.0)], [(1.0,)]])
def test_arrays_of_other_shapes_are_refused(found: list[tuple[float, ...]]) -> None:
    with pytest.raises(ShapeError, match="expected one shape"):
        truth_scene(gradient(SIZE), checker(SIZE), [(1, 1)], [(1, 1)], found, 5.0)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-50, 400), st.floats(-50, 400), st.floats(-50, 400)), max_size=60),
    st.floats(0.0, 500.0),
)
def test_any_points_can_be_drawn(rows: list[tuple[float, float, float]], radius: float) -> None:
    values = np.array(rows, dtype=float).reshape(-1, 3)
    scene = truth_scene(
        gradient(SIZE), checker(SIZE), values[:, :2], values[:, 1:], values[:, ::2], radius
    )
    assert render_pixels(scene).size == (scene.width, scene.height)


def test_an_answer_that_was_lost_is_a_wrong_ring_alone() -> None:
    scene = scene_of([(100, 100), (200, 200)], [(np.nan, np.nan), (200, 200)])
    render_pixels(scene)
    assert "1 of 2 right" in words(scene)
    assert len(marks(scene)) == 5  # two asked, two rings, one disc
    assert not error_lines(scene)
