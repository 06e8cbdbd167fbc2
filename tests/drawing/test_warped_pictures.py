"""The pictures of whole photos: dense warp, flow and heat."""

from dataclasses import replace

import numpy as np
import pytest
from golden_scenes import CAPTIONS, checker, gradient, make_warp
from PIL import Image

from semimatch_cli.drawing.colors import flow_colors
from semimatch_cli.drawing.dense import dense_scene
from semimatch_cli.drawing.flow import flow_scene, rim_length
from semimatch_cli.drawing.ground import sample
from semimatch_cli.drawing.heat import heat_scene
from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Disc, Label, Picture, Scene
from semimatch_cli.errors import ShapeError
from semimatch_cli.matching.results import Warp

SIZE = (320, 320)


def identity(size: tuple[int, int]) -> Warp:
    width, height = size
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    ones = np.ones((height, width))
    return Warp(grid.astype(np.float32), ones.astype(np.float32), ones.astype(bool), size)


def pictures(scene: Scene) -> list[np.ndarray]:
    return [np.asarray(item.image) for item in scene.items if isinstance(item, Picture)]


def texts(scene: Scene) -> list[str]:
    return [item.text for item in scene.items if isinstance(item, Label)]


def test_an_identity_warp_repaints_the_source() -> None:
    source = gradient(SIZE)
    painted = pictures(dense_scene(source, checker(SIZE), identity(SIZE)))[2]
    assert np.array_equal(painted, np.asarray(source))


def test_a_warp_of_another_size_of_source_takes_the_right_colors() -> None:
    source, target = gradient((320, 240)), checker((320, 320))
    warp = identity((320, 320))
    scaled = (warp.source_points + 0.5) * np.array([1.0, 0.75], dtype=np.float32) - 0.5
    painted = pictures(
        dense_scene(source, target, replace(warp, source_points=scaled, source_size=(320, 240)))
    )[2]
    expected = sample(source, scaled)
    assert np.abs(painted - expected).max() <= 1.0


def test_invisible_pixels_are_a_light_gray_hatch() -> None:
    warp = replace(identity(SIZE), visible=np.zeros((320, 320), dtype=bool))
    black = Image.new("RGB", SIZE)
    for build in (dense_scene, flow_scene):
        picture = pictures(build(black, black, warp))[2]
        assert (picture[..., 0] == picture[..., 2]).all()
        assert picture.min() > 190
        assert picture.std() > 1.0  # not plain: a hatch


def test_positions_of_invisible_pixels_do_not_matter() -> None:
    hidden = np.zeros((320, 320), dtype=bool)
    hidden[:100] = True
    for build in (dense_scene, flow_scene):
        drawn = []
        for nonsense in (np.nan, 1e9):
            warp = identity(SIZE)
            points = np.where(hidden[..., None], np.float32(nonsense), warp.source_points)
            changed = replace(warp, source_points=points, visible=~hidden)
            drawn.append(pictures(build(gradient(SIZE), gradient(SIZE), changed))[2])
        assert np.array_equal(drawn[0], drawn[1])


def test_less_confidence_fades_the_color() -> None:
    black = Image.new("RGB", SIZE)
    means = []
    for score in (0.0, 0.5, 1.0):
        warp = replace(identity(SIZE), scores=np.full((320, 320), score, dtype=np.float32))
        means.append(pictures(dense_scene(black, black, warp))[2].mean())
    assert means[0] > means[1] > means[2] == 0.0


def test_no_displacement_is_white_and_direction_is_hue() -> None:
    white, right, left = flow_colors([(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0)]).astype(int)
    assert (white >= 254).all()
    assert right[0] > right[2]  # reddish
    assert left[1] > left[0]  # greenish blue
    assert (flow_colors([(3.0, 0.0)]) == right).all()  # beyond the rim


def test_flow_is_measured_from_the_same_relative_position() -> None:
    warp = identity(SIZE)
    scaled = (warp.source_points + 0.5) * np.float32(0.5) - 0.5
    small = replace(warp, source_points=scaled, source_size=(160, 160))
    picture = pictures(flow_scene(gradient((160, 160)), gradient(SIZE), small))[2]
    assert picture.min() >= 254


def test_the_flow_points_from_the_target_pixel_to_the_source_position() -> None:
    scene = flow_scene(checker((160, 120)), gradient((160, 120)), make_warp((160, 120), (160, 120)))
    length = np.hypot(20.0, 10.0)
    shown = pictures(scene)[2][-1, -1]
    assert "rim: 30 px" in texts(scene)
    expected = flow_colors([(20.0 / 30.0, -10.0 / 30.0)])[0].astype(int)
    assert length < 30.0
    assert np.abs(shown.astype(int) - expected).max() <= 2


def test_the_wheel_is_drawn_in_the_frame_of_the_photo() -> None:
    wheel = pictures(flow_scene(gradient(SIZE), gradient(SIZE), identity(SIZE)))[3].astype(int)
    middle = wheel.shape[0] // 2
    rim = np.array([(0.97, 0.0), (0.0, 0.97)])
    right, down = flow_colors(rim).astype(int)
    near = round(0.97 * middle)
    assert np.abs(wheel[middle, middle + near] - right).max() < 12
    assert np.abs(wheel[middle + near, middle] - down).max() < 12


@pytest.mark.parametrize(
    ("length", "rim"), [(0.0, 1.0), (0.4, 1.0), (7.0, 7.5), (70.0, 75.0), (120.0, 150.0)]
)
def test_the_rim_is_a_round_number(length: float, rim: float) -> None:
    displacement = np.zeros((4, 4, 2))
    displacement[..., 1] = length
    assert rim_length(displacement, np.ones((4, 4), dtype=bool)) == rim
    assert rim_length(displacement, np.zeros((4, 4), dtype=bool)) == 1.0


def test_the_hottest_pixel_is_the_brightest_and_both_positions_are_ringed() -> None:
    heat = np.zeros((320, 320))
    heat[100:110, 200:210] = 1.0
    gray = Image.new("RGB", SIZE, (90, 90, 90))
    scene = heat_scene(gray, gray, (30.0, 40.0), heat, (204.0, 104.0), CAPTIONS)
    glow = pictures(scene)[1].astype(int).sum(axis=2)
    assert np.unravel_index(glow.argmax(), glow.shape) in {
        (row, column) for row in range(100, 110) for column in range(200, 210)
    }
    rings = [item for item in scene.items if isinstance(item, Disc)]
    left, right = (item for item in scene.items if isinstance(item, Picture) and item.height == 320)
    assert rings[0].center == pytest.approx((left.left + 30.0, left.top + 40.0))
    assert rings[1].center == pytest.approx((right.left + 204.0, right.top + 104.0))
    assert all(ring.fill is None for ring in rings)


def test_without_a_match_only_the_source_point_is_ringed() -> None:
    photo = gradient(SIZE)
    scene = heat_scene(photo, photo, (1.0, 2.0), np.zeros((320, 320)))
    assert sum(isinstance(item, Disc) for item in scene.items) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (2500, 40), (5000, 2)])
def test_every_picture_can_be_drawn_of_odd_sizes(size: tuple[int, int]) -> None:
    photo, warp = gradient(size), identity(size)
    heat = np.full((size[1], size[0]), 0.5)
    for scene in (
        dense_scene(photo, photo, warp, CAPTIONS),
        flow_scene(photo, photo, warp, CAPTIONS),
        heat_scene(photo, photo, (0.0, 0.0), heat, (0.0, 0.0), CAPTIONS),
    ):
        assert max(render_pixels(scene).size) <= 2100


def test_results_of_other_photos_are_refused() -> None:
    photo, other = gradient((30, 20)), gradient((20, 30))
    for build in (dense_scene, flow_scene):
        with pytest.raises(ShapeError, match="target"):
            build(photo, other, identity((30, 20)))
        with pytest.raises(ShapeError, match="source"):
            build(other, photo, identity((30, 20)))
    with pytest.raises(ShapeError, match="heat"):
        heat_scene(photo, photo, (0.0, 0.0), np.zeros((30, 20)))
