"""Lofts, meshes and the camera: known shapes, outward normals, and points where they belong."""

import numpy as np
import pytest

from semimatch_cli.datasets.synthetic import CATEGORIES
from semimatch_cli.datasets.synthetic.camera import Camera
from semimatch_cli.datasets.synthetic.categories import category_named, template_of
from semimatch_cli.datasets.synthetic.loft import ball, plate, tube
from semimatch_cli.datasets.synthetic.mesh import canonical_of, mesh_of
from semimatch_cli.datasets.synthetic.model import Dial, Model


def test_a_ball_is_round() -> None:
    vertices = ball("ball", (1.0, 2.0, 3.0), 0.5).vertices().reshape(-1, 3)
    np.testing.assert_allclose(np.linalg.norm(vertices - (1, 2, 3), axis=1), 0.5, atol=2e-3)


def test_angles_of_a_loft_along_x_are_left_up_right_down() -> None:
    bar = plate("bar", [(-1, 0, 0), (1, 0, 0)], [0.3, 0.3], [0.2, 0.2])
    expected = {0: (0, 0.3, 0), 90: (0, 0, 0.2), 180: (0, -0.3, 0), 270: (0, 0, -0.2)}
    for angle, point in expected.items():
        np.testing.assert_allclose(bar.at(0.5, angle), point, atol=1e-12)


def test_a_mirrored_loft_is_reflected_left_to_right() -> None:
    knots, radii = [(0, 0.5, 0), (0.2, 0.6, -1)], [0.1, 0.05]
    left = tube("leg", knots, radii, up=(1, 0, 0))
    right = tube("leg", knots, radii, up=(1, 0, 0), mirrored=True)
    np.testing.assert_allclose(left.vertices() * (1, -1, 1), right.vertices())


def test_a_squarer_section_fills_its_box() -> None:
    round_bar, square_bar = (
        plate("bar", [(-1, 0, 0), (1, 0, 0)], [1, 1], [1, 1], squareness=p) for p in (2.0, 12.0)
    )
    assert np.linalg.norm(round_bar.at(0.5, 45)) == pytest.approx(1.0)
    assert np.linalg.norm(square_bar.at(0.5, 45)) > 1.3


@pytest.mark.parametrize("category", CATEGORIES)
def test_normals_point_outwards_on_every_part(category: str) -> None:
    for part in template_of(category).parts:
        model = Model((part,), ())
        mesh = mesh_of(model, canonical_of(model))
        center = mesh.vertices[mesh.triangles].mean(axis=1)
        volume = (center * mesh.facing).sum()
        assert volume > 0, part.name


@pytest.mark.parametrize("category", CATEGORIES)
def test_instances_have_no_part_or_keypoint_that_the_template_lacks(category: str) -> None:
    template = template_of(category)
    names = [part.name for part in template.parts]
    assert len(set(names)) == len(names)
    assert {spot.part for spot in template.spots} <= set(names)
    for seed in range(3):
        model = category_named(category).build(Dial(np.random.default_rng(seed)))
        assert {part.name for part in model.parts} <= set(names)
        assert model.spots == template.spots


@pytest.mark.parametrize("category", CATEGORIES)
def test_left_keypoints_of_the_template_lie_on_the_left(category: str) -> None:
    template = template_of(category)
    for spot, point in zip(template.spots, template.spot_points(), strict=True):
        if spot.name.startswith(("left_", "right_")):
            assert (point[1] > 0) == spot.name.startswith("left_"), spot.name


def test_the_camera_sees_its_target_in_the_middle_and_left_as_promised() -> None:
    front = Camera.looking(np.zeros(3), azimuth=0.0, elevation=0.0, distance=5.0)
    points, depth = front.project(np.array([[0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0.0]]))
    np.testing.assert_allclose(points[0], 0, atol=1e-12)
    assert points[1, 0] > 0  # who faces the camera has the left hand on the photo's right
    assert points[2, 1] < 0  # up is up
    np.testing.assert_allclose(depth, [5, 5, 5, 4])


def test_framing_puts_the_box_where_it_is_told() -> None:
    points = np.random.default_rng(0).normal(size=(50, 3))
    camera = Camera.looking(np.zeros(3), 40.0, 20.0, 8.0).framing(points, np.array([30, 20]), 16.0)
    flat, _ = camera.project(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    np.testing.assert_allclose((low + high) / 2, [30, 20], atol=1e-9)
    assert (high - low).max() == pytest.approx(16.0)


def test_a_ray_leads_to_the_point_that_is_projected_from_it() -> None:
    camera = Camera.looking(np.zeros(3), 70.0, 10.0, 6.0).rolled(5.0)
    camera = camera.framing(np.eye(3), np.array([12.0, 9.0]), 10.0)
    ray = camera.rays((24, 18))[7, 15]
    pixel, depth = camera.project((camera.position + 3.0 * ray)[None])
    np.testing.assert_allclose(pixel[0], [15, 7], atol=1e-4)
    np.testing.assert_allclose(depth, 3.0, rtol=1e-6)
