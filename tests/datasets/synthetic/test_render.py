"""A rendering is repeatable, and everything it says of itself agrees with its pixels."""

import numpy as np
import pytest

from semimatch_cli.datasets.synthetic import (
    CATEGORIES,
    Rendering,
    keypoint_names,
    part_names,
    render,
)
from semimatch_cli.datasets.synthetic.categories import canonical_vertices
from semimatch_cli.errors import ArgumentError

SIZE = 72
FIELDS = ("image", "keypoints", "visible", "mask", "canonical", "parts")


@pytest.fixture(scope="module")
def renderings() -> list[Rendering]:
    return [render(name, seed=seed, size=SIZE) for name in CATEGORIES for seed in (1, 2)]


def test_same_seed_gives_the_same_bytes() -> None:
    first, second = (render("bird", seed=5, size=SIZE) for _ in range(2))
    for name in FIELDS:
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_another_seed_gives_another_photo_of_another_shape() -> None:
    first, second = (render("car", seed=seed, size=SIZE) for seed in (1, 2))
    assert (first.image != second.image).any()
    assert not np.allclose(first.keypoints, second.keypoints)


def test_the_shapes_are_those_of_the_photo() -> None:
    rendering = render("fish", seed=3, size=(80, 48))
    assert rendering.image.shape == (48, 80, 3)
    assert rendering.mask.shape == rendering.parts.shape == (48, 80)
    assert rendering.canonical.shape == (48, 80, 3)
    assert len(rendering.keypoints) == len(rendering.visible) == len(rendering.names)


def test_a_larger_photo_shows_the_same_object_from_the_same_side() -> None:
    small, large = (render("chair", seed=4, size=size) for size in (64, 128))
    assert small.azimuth == large.azimuth
    known = np.isfinite(small.keypoints).all(axis=1)
    doubled = (small.keypoints[known] + 0.5) * 2.0 - 0.5
    np.testing.assert_allclose(doubled, large.keypoints[known], atol=0.5)


def test_every_category_names_at_least_ten_keypoints_and_pairs_its_sides() -> None:
    assert len(CATEGORIES) >= 8
    for category in CATEGORIES:
        names = keypoint_names(category)
        assert len(set(names)) == len(names) >= 10
        lefts = {name for name in names if name.startswith("left_")}
        assert {name.replace("left_", "right_", 1) for name in lefts} <= set(names)


def test_visible_keypoints_lie_on_the_mask(renderings: list[Rendering]) -> None:
    for rendering in renderings:
        columns, rows = np.rint(rendering.keypoints[rendering.visible]).astype(int).T
        assert rendering.mask[rows, columns].all()


def test_most_photos_show_enough_keypoints_to_be_paired(renderings: list[Rendering]) -> None:
    assert np.mean([rendering.visible.sum() >= 4 for rendering in renderings]) > 0.9


def test_the_box_is_tight_around_the_mask(renderings: list[Rendering]) -> None:
    for rendering in renderings:
        x1, y1, x2, y2 = rendering.bbox
        inside = np.zeros_like(rendering.mask)
        inside[y1 : y2 + 1, x1 : x2 + 1] = True
        assert not (rendering.mask & ~inside).any()
        for edge in (np.s_[y1, :], np.s_[y2, :], np.s_[:, x1], np.s_[:, x2]):
            assert rendering.mask[edge].any()


def test_mask_parts_and_canonical_coordinates_cover_the_same_pixels(
    renderings: list[Rendering],
) -> None:
    for rendering in renderings:
        assert ((rendering.parts > 0) == rendering.mask).all()
        assert (np.isfinite(rendering.canonical).all(axis=2) == rendering.mask).all()
        assert rendering.parts.max() <= len(part_names(rendering.category))


def test_canonical_coordinates_lie_on_the_template_part_they_name() -> None:
    rendering = render("dog", seed=2, size=SIZE)
    vertices = canonical_vertices("dog")
    for number in np.unique(rendering.parts[rendering.mask]):
        corners = vertices[part_names("dog")[number - 1]]
        here = rendering.canonical[rendering.parts == number]
        assert (here >= corners.min(axis=0) - 1e-3).all()
        assert (here <= corners.max(axis=0) + 1e-3).all()


def test_left_is_the_objects_own_left() -> None:
    """Whoever faces the camera has its left on the photo's right."""
    person = next(
        shot
        for shot in (render("person", seed=seed, size=SIZE) for seed in range(20))
        if abs(shot.azimuth) < 25
    )
    at = dict(zip(person.names, person.keypoints, strict=True))
    assert at["left_shoulder"][0] > at["right_shoulder"][0]
    assert at["left_hip"][0] > at["right_hip"][0]


def test_the_far_eye_of_an_animal_in_profile_is_hidden() -> None:
    for seed in range(6):
        cow = render("cow", seed=seed, size=SIZE)
        seen = dict(zip(cow.names, cow.visible, strict=True))
        near, far = ("left", "right") if np.sin(np.radians(cow.azimuth)) > 0 else ("right", "left")
        assert not seen[f"{far}_hip"]
        assert seen[f"{near}_hip"] or cow.occluded or cow.truncated


def test_an_unknown_category_names_the_close_ones() -> None:
    with pytest.raises(ArgumentError, match="unknown category 'hors'") as caught:
        render("hors", seed=0)
    assert "horse" in caught.value.hint


@pytest.mark.parametrize(("seed", "size"), [(-1, 64), (0, 8), (0, (200, 31)), (0, 0)])
def test_bad_numbers_are_refused(seed: int, size: int | tuple[int, int]) -> None:
    with pytest.raises(ArgumentError):
        render("dog", seed=seed, size=size)
