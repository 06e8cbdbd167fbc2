"""Matcher: what a person can rely on, whatever the weights.

The weights are `tiny`, and the photo is of the kind that they were trained on.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from semimatch_cli.errors import ArgumentError, InputError, ShapeError
from semimatch_cli.loading import load_matcher
from semimatch_cli.matching.correlation import (
    cost_volume,
    read_soft_argmax,
    sample_descriptors,
)
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.matcher import Matcher
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return load_matcher("tiny", device="cpu")


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """A rendered dog, 200 x 150."""
    with Image.open(EXAMPLES / "dog_a.jpg") as image:
        return image.convert("RGB").crop((0, 60, 480, 420)).resize((200, 150))


POINTS = np.array([[29.0, 58.0], [85.75, 88.25], [143.0, 86.0]])  # nose, shoulder, hip


def test_a_photo_matches_itself_with_confidence(matcher: Matcher, photo: Image.Image) -> None:
    matches = matcher.transfer(photo, photo, POINTS)
    np.testing.assert_allclose(matches.target_points, POINTS, atol=4)
    assert (matches.cycle_errors < 4).all()
    assert matches.visible.all()


def test_transfer_keeps_order_ids_and_names(matcher: Matcher, photo: Image.Image) -> None:
    matches = matcher.transfer(photo, photo, POINTS, ids=("c", "a", "b"), names=("x", "", "z"))
    assert matches.ids == ("c", "a", "b")
    assert matches.names == ("x", "", "z")
    np.testing.assert_array_equal(matches.source_points, POINTS)
    backwards = matcher.transfer(photo, photo, POINTS[::-1])
    np.testing.assert_allclose(backwards.target_points[::-1], matches.target_points, atol=1e-4)
    assert backwards.ids == ("1", "2", "3")


def test_no_points_give_no_matches(matcher: Matcher, photo: Image.Image) -> None:
    assert len(matcher.transfer(photo, photo, np.empty((0, 2)))) == 0


def test_path_bytes_image_array_and_features_say_the_same(
    matcher: Matcher, photo: Image.Image, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    photo.save(path)
    doors = (path, str(path), path.read_bytes(), photo, np.asarray(photo), matcher.encode(photo))
    expected = matcher.transfer(photo, photo, POINTS)
    for door in doors:
        matches = matcher.transfer(door, door, POINTS)
        np.testing.assert_allclose(matches.target_points, expected.target_points, atol=1e-3)


def test_a_batch_is_encoded_like_its_photos_alone_and_in_order(
    matcher: Matcher, photo: Image.Image
) -> None:
    other = photo.rotate(90, expand=True)
    batch = matcher.encode_batch([photo, other, matcher.encode(other), photo], batch_size=2)
    assert [item.frame.photo_size for item in batch] == [
        (200, 150),
        (150, 200),
        (150, 200),
        (200, 150),
    ]
    torch.testing.assert_close(
        batch[3].descriptors, matcher.encode(photo).descriptors, atol=1e-5, rtol=1e-4
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (700, 31)])
def test_thin_and_tiny_photos_are_answered(matcher: Matcher, size: tuple[int, int]) -> None:
    thin = Image.new("RGB", size, (200, 10, 10))
    square = Image.new("RGB", (64, 64), (10, 200, 10))
    matches = matcher.transfer(thin, square, [(0, 0), (size[0] - 1, size[1] - 1)])
    assert np.isfinite(matches.target_points).all()
    warp = matcher.dense(square, thin)
    assert warp.target_size == size
    assert len(matcher.match(thin, square, count=3)) <= 3


def test_answers_lie_on_the_target_photo(matcher: Matcher, photo: Image.Image) -> None:
    target = Image.fromarray(np.asarray(photo)[:, :90])
    matches = matcher.transfer(photo, target, POINTS)
    assert (matches.target_points >= -0.5).all()
    assert (matches.target_points <= np.array([90, 150]) - 0.5).all()


def test_dense_warp_of_a_photo_onto_itself_is_the_identity(
    matcher: Matcher, photo: Image.Image
) -> None:
    warp = matcher.dense(photo, photo)
    assert warp.source_points.shape == (150, 200, 2)
    expected = np.stack(np.meshgrid(np.arange(200), np.arange(150)), -1)
    error = np.linalg.norm(warp.source_points - expected, axis=-1)
    assert np.median(error) < 4
    assert ((warp.scores >= 0) & (warp.scores <= 1)).all()


def test_found_matches_are_at_most_count_distinct_and_well_spread(
    matcher: Matcher, photo: Image.Image
) -> None:
    matches = matcher.match(photo, photo, count=9)
    assert len(matches) == 9
    assert len(matcher.match(photo, photo, count=1)) == 1
    gaps = np.linalg.norm(matches.source_points[:, None] - matches.source_points[None], axis=-1)
    assert (gaps + 1e9 * np.eye(9)).min() > 10
    np.testing.assert_allclose(matches.target_points, matches.source_points, atol=8)


def test_heat_is_one_at_the_match(matcher: Matcher, photo: Image.Image) -> None:
    heat = matcher.heat(photo, photo, (86, 88))
    assert heat.shape == (150, 200)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert heat.max() == pytest.approx(1, abs=0.1)
    assert np.hypot(column - 86, row - 88) < 8


@pytest.mark.parametrize("point", [(-1, 5), (200, 5), (5, 150), (5, -0.6)])
def test_a_point_outside_the_photo_is_refused_with_its_size(
    matcher: Matcher, photo: Image.Image, point: tuple[float, float]
) -> None:
    with pytest.raises(InputError, match="outside") as caught:
        matcher.transfer(photo, photo, [point])
    assert "200 x 150" in caught.value.why


@pytest.mark.parametrize("points", [[1, 2], [[1, 2, 3]], [[[1, 2]]]])
def test_points_of_another_shape_are_refused(
    matcher: Matcher, photo: Image.Image, points: list[object]
) -> None:
    with pytest.raises(ShapeError, match=r"\(N, 2\)"):
        matcher.transfer(photo, photo, points)


def test_points_that_are_not_numbers_are_refused(matcher: Matcher, photo: Image.Image) -> None:
    with pytest.raises(InputError):
        matcher.transfer(photo, photo, [(float("nan"), 3)])


def test_a_count_below_one_is_refused(matcher: Matcher, photo: Image.Image) -> None:
    with pytest.raises(ArgumentError):
        matcher.match(photo, photo, count=0)


def test_features_of_two_networks_are_not_compared(matcher: Matcher, photo: Image.Image) -> None:
    features = matcher.encode(photo)
    other = Features(
        features.frame,
        features.stride,
        features.descriptors[:5],
        features.valid,
        features.foreground,
    )
    with pytest.raises(ShapeError, match="cannot"):
        matcher.transfer(features, other, POINTS)


def test_the_cost_volume_is_read_in_bounded_parts(
    matcher: Matcher, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = matcher.dense(photo, photo)
    monkeypatch.setattr("semimatch_cli.matching.lookup._COSTS_AT_ONCE", 500)
    np.testing.assert_allclose(
        matcher.dense(photo, photo).source_points, whole.source_points, atol=1e-3
    )


def test_a_window_of_zero_reads_the_whole_target(photo: Image.Image) -> None:
    config = NetworkConfig("tiny", long_side=128, temperature=0.01, window=0)
    torch.manual_seed(0)
    matcher = Matcher(MatchingNetwork(config), "cpu")
    features = matcher.encode(photo)
    found = matcher.transfer(features, features, POINTS)
    cells = features.frame.photo_to_cells(POINTS, features.stride)
    queries = sample_descriptors(features.descriptors, torch.from_numpy(cells).float())
    cost = cost_volume(queries, features.descriptors, features.valid)
    plain = read_soft_argmax(cost, features.valid.shape[1], 0.01).double().numpy()
    np.testing.assert_allclose(found.target_points, features.to_photo(plain), atol=1e-2)
