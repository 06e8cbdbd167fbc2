"""The picture of matches shows each match once per photo, where it is."""

import numpy as np
import pytest
from golden_scenes import CAPTIONS, checker, gradient, make_matches, spread_matches
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from semimatch_cli.drawing.keypoints import keypoints_scene, line_strength
from semimatch_cli.drawing.layout import Captions
from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Disc, Label, Picture, Scene, Segment
from semimatch_cli.matching.results import Matches

SIZE = (320, 320)  # shown pixel by pixel: the lowest height of a row


def discs(scene: Scene) -> list[Disc]:
    return [item for item in scene.items if isinstance(item, Disc)]


def numbers(scene: Scene) -> list[str]:
    return [item.text for item in scene.items if isinstance(item, Label) and item.bold]


def lines_of_matches(scene: Scene) -> list[Segment]:
    """Lines between the photos; the key below holds three more."""
    return [item for item in scene.items if isinstance(item, Segment)][:-3]


def scene_of(matches: Matches, size: tuple[int, int] = SIZE) -> Scene:
    return keypoints_scene(gradient(size), checker(size), matches, CAPTIONS)


def test_each_match_has_a_disc_in_both_photos_and_one_line() -> None:
    scene = scene_of(spread_matches(5, SIZE))
    assert len(discs(scene)) == 10
    assert len(lines_of_matches(scene)) == 5


def test_number_and_color_are_the_same_on_both_sides() -> None:
    scene = scene_of(spread_matches(9, SIZE))
    marks = discs(scene)
    looks = [(mark.fill, mark.edge, mark.radius) for mark in marks]
    assert looks[:9] == looks[9:]
    texts = numbers(scene)
    assert sorted(texts[:9], key=int) == [str(number) for number in range(1, 10)]
    assert texts[:9] == texts[9:]


@settings(max_examples=30, deadline=None)
@given(x=st.floats(0.0, 239.0), y=st.floats(0.0, 179.0))
def test_the_drawn_disc_lies_on_the_point_of_an_enlarged_photo(x: float, y: float) -> None:
    photo = Image.new("RGB", (240, 180), "white")
    matches = make_matches([(x, y)], [(100.0, 100.0)])
    scene = keypoints_scene(photo, photo, matches)
    picture = next(item for item in scene.items if isinstance(item, Picture))
    marked = np.asarray(render_pixels(scene), dtype=float)
    disc = discs(scene)[0]
    blue = np.abs(marked - np.array((0, 114, 178))).sum(axis=2) < 40
    left, top = (int(side) - 12 for side in disc.center)
    near = np.zeros_like(blue)
    near[max(top, 0) : top + 25, max(left, 0) : left + 25] = True
    rows, columns = np.nonzero(blue & near)
    scale = 320 / 180
    assert picture.height == 320
    # The digit and the line take some of the disc's pixels: its extent tells its center.
    expected = (
        (x + 0.5) * picture.width / 240 - 0.5 + picture.left,
        (y + 0.5) * scale - 0.5 + picture.top,
    )
    assert disc.center == pytest.approx(expected, abs=1e-6)
    extent = ((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2)
    assert extent == pytest.approx(expected, abs=0.6)


@pytest.mark.parametrize("pixel", [0, 179])
def test_the_first_and_last_pixel_lie_half_a_pixel_inside_the_photo(pixel: int) -> None:
    photo = Image.new("RGB", (180, 180))
    scene = keypoints_scene(photo, photo, make_matches([(pixel, pixel)], [(pixel, pixel)]))
    picture = next(item for item in scene.items if isinstance(item, Picture))
    half = 0.5 * picture.width / 180
    edge = picture.left - 0.5 + (half if pixel == 0 else picture.width - half)
    assert discs(scene)[0].center[0] == pytest.approx(edge)


@given(low=st.floats(0.0, 0.98), step=st.floats(0.01, 1.0), count=st.integers(1, 300))
def test_a_surer_match_has_a_wider_and_more_opaque_line(
    low: float, step: float, count: int
) -> None:
    weak, strong = line_strength(low, count), line_strength(min(low + step, 1.0), count)
    assert weak[0] < strong[0]
    assert weak[1] < strong[1] <= 1.0


def test_strong_lines_lie_over_weak_ones_and_marks_over_all() -> None:
    scene = scene_of(spread_matches(8, SIZE))
    lines = lines_of_matches(scene)
    assert lines[0].dash  # the invisible match comes first
    widths = [line.width for line in lines[1:]]
    assert widths == sorted(widths)
    positions = {kind: [] for kind in (Segment, Disc)}
    for index, item in enumerate(scene.items):
        if item in lines or item in discs(scene):
            positions[type(item)].append(index)
    assert max(positions[Segment]) < min(positions[Disc])


@pytest.mark.parametrize("reach", [0.45, 0.1])
def test_an_invisible_match_is_an_open_mark_on_a_dashed_line(reach: float) -> None:
    matches = spread_matches(12, SIZE, reach)
    scene = scene_of(matches)
    dashed = [line for line in lines_of_matches(scene) if line.dash]
    opened = [disc for disc in discs(scene) if disc.fill in {None, (255, 255, 255)}]
    assert len(dashed) == 1
    assert len(opened) == 2
    assert dashed[0].opacity <= min(line.opacity for line in lines_of_matches(scene))


def test_hundreds_of_matches_become_small_dots_without_numbers() -> None:
    scene = scene_of(spread_matches(300, SIZE))
    assert len(discs(scene)) == 600
    assert numbers(scene) == []
    assert discs(scene)[0].radius < discs(scene_of(spread_matches(5, SIZE)))[0].radius / 2


def test_crowded_numbers_stand_beside_their_dots_without_overlap() -> None:
    scene = scene_of(spread_matches(30, SIZE, 0.2))
    texts = numbers(scene)
    half = len(texts) // 2
    assert texts[:half] == texts[half:]
    assert 20 <= half <= 30


def test_short_ids_are_the_numbers_and_long_ones_are_not() -> None:
    matches = make_matches([(50.0, 50.0), (200.0, 200.0)], [(60.0, 60.0), (210.0, 210.0)])
    short = Matches(**{**vars(matches), "ids": ("L1", "R1")})
    long = Matches(**{**vars(matches), "ids": ("left eye", "R1")})
    assert set(numbers(scene_of(short))) == {"L1", "R1"}
    assert set(numbers(scene_of(long))) == {"1", "2"}


def test_names_are_listed_if_they_fit() -> None:
    matches = spread_matches(3, SIZE)
    named = Matches(**{**vars(matches), "names": ("nose", "", "tail")})
    texts = [item.text for item in scene_of(named).items if isinstance(item, Label)]
    assert "1 nose" in texts
    assert "3 tail" in texts
    many = spread_matches(60, SIZE)
    too_many = Matches(**{**vars(many), "names": ("a rather long name",) * 60})
    texts = [item.text for item in scene_of(too_many).items if isinstance(item, Label)]
    assert not any("rather" in text for text in texts)


def test_the_caption_tells_weights_and_visible_count() -> None:
    texts = [i.text for i in scene_of(spread_matches(5, SIZE)).items if isinstance(i, Label)]
    assert "tiny · 4 of 5 visible" in texts
    assert {"source.png", "target.png"} <= set(texts)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_very_few_matches_can_be_drawn(count: int) -> None:
    scene = scene_of(spread_matches(count, SIZE))
    assert len(discs(scene)) == 2 * count
    render_pixels(scene)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ((1, 1), (1, 1)),
        ((1, 3000), (3000, 1)),
        ((12000, 2), (2, 12000)),
        ((4000, 3000), (5, 9)),
        ((900, 300), (2000, 500)),
        ((300, 900), (500, 375)),
    ],
)
def test_photos_of_any_size_give_a_canvas_of_bounded_size(
    source: tuple[int, int], target: tuple[int, int]
) -> None:
    matches = make_matches([(0.0, 0.0)], [(target[0] - 1.0, target[1] - 1.0)])
    scene = keypoints_scene(gradient(source), gradient(target), matches, CAPTIONS)
    picture = render_pixels(scene)
    assert 100 <= picture.height <= 2100
    assert 300 <= picture.width <= 2100


def test_a_hostile_file_name_is_drawn_on_one_line() -> None:
    captions = Captions("a\nb\t日本語\x00.jpg", "$x^2$" * 80, "tiny")
    photo = gradient((300, 300))
    scene = keypoints_scene(photo, photo, spread_matches(2, (300, 300)), captions)
    render_pixels(scene)
    texts = [item.text for item in scene.items if isinstance(item, Label)]
    assert "a b ????.jpg" in texts
    assert any(text.startswith("$x^2$") and "…" in text for text in texts)
