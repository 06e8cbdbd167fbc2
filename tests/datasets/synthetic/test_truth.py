"""The dense truth maps a photo to itself, agrees with the keypoints, and knows what is hidden."""

import numpy as np
import pytest

from semimatch_cli.datasets.synthetic import Rendering, dense_truth, render
from semimatch_cli.errors import ShapeError


def warp(source: Rendering, target: Rendering) -> np.ndarray:
    return dense_truth(source.canonical, source.parts, target.canonical, target.parts)


def test_a_photo_corresponds_to_itself_pixel_by_pixel() -> None:
    shot = render("horse", seed=1, size=96)
    found = warp(shot, shot)
    rows, columns = np.nonzero(shot.mask)
    np.testing.assert_allclose(found[rows, columns], np.stack([columns, rows], 1), atol=1.0)
    assert np.isnan(found[~shot.mask]).all()


@pytest.mark.parametrize("category", ["dog", "car", "chair", "person"])
def test_keypoints_visible_in_both_agree_with_the_dense_truth(category: str) -> None:
    shots = [render(category, seed=seed, size=128) for seed in range(4)]
    errors = []
    for source in shots:
        for target in shots:
            found = warp(source, target)
            for index in np.flatnonzero(source.visible & target.visible):
                column, row = np.rint(target.keypoints[index]).astype(int)
                errors.append(np.linalg.norm(found[row, column] - source.keypoints[index]))
    known = np.array(errors)[np.isfinite(errors)]
    assert len(known) > 0.6 * len(errors)
    assert np.median(known) < 1.0
    assert np.mean(known < 4.0) > 0.95


def test_the_truth_there_and_back_returns_to_the_pixel() -> None:
    first, second = (render("car", seed=seed, size=96) for seed in (0, 3))
    there, back = warp(first, second), warp(second, first)
    rows, columns = np.nonzero(np.isfinite(there[..., 0]))
    assert len(rows) > 100
    x, y = there[rows, columns].astype(int).T
    returned = back[y, x]
    gaps = np.linalg.norm(returned - np.stack([columns, rows], 1), axis=1)
    assert np.nanmedian(gaps) < 1.5


def test_what_the_source_does_not_show_has_no_counterpart() -> None:
    shots = [render("cow", seed=seed, size=96) for seed in range(8)]
    left = next(shot for shot in shots if 60 < shot.azimuth % 360 < 120)
    right = next(shot for shot in shots if 240 < shot.azimuth % 360 < 300)
    same_side, other_side = warp(left, left), warp(left, right)
    seen = np.isfinite(other_side[..., 0]).sum() / right.mask.sum()
    assert np.isfinite(same_side[..., 0]).sum() == left.mask.sum()
    assert seen < 0.6


def test_half_precision_as_in_the_files_gives_the_same_truth() -> None:
    first, second = (render("chair", seed=seed, size=96) for seed in (0, 2))
    exact = warp(first, second)
    halves = [shot.canonical.astype(np.float16) for shot in (first, second)]
    rounded = dense_truth(halves[0], first.parts, halves[1], second.parts)
    gaps = np.linalg.norm(exact - rounded, axis=-1)
    both = np.isfinite(gaps)
    assert both.sum() > 0.95 * np.isfinite(exact[..., 0]).sum() > 100
    assert np.mean(gaps[both] < 1.5) > 0.99


def test_no_tolerance_leaves_only_exact_twins() -> None:
    first, second = (render("fish", seed=seed, size=64) for seed in (0, 1))
    found = dense_truth(first.canonical, first.parts, second.canonical, second.parts, tolerance=0.0)
    assert np.isnan(found).all()


def test_maps_of_different_sizes_are_refused() -> None:
    shot = render("fish", seed=0, size=64)
    with pytest.raises(ShapeError, match="source"):
        dense_truth(shot.canonical[:-1], shot.parts, shot.canonical, shot.parts)
    with pytest.raises(ShapeError, match="target"):
        dense_truth(shot.canonical, shot.parts, shot.canonical[..., :2], shot.parts)
