"""Colors can be told apart, rise in lightness, and text on them can be read."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from semimatch_cli.drawing.colors import (
    OKABE_ITO,
    contrast_color,
    flow_colors,
    heat_colors,
    mark_color,
)


def luminance(color: np.ndarray) -> np.ndarray:
    """WCAG relative luminance of (..., 3) sRGB in 0..255."""
    share = np.asarray(color, dtype=float) / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def test_marks_repeat_after_seven_different_colors() -> None:
    assert len({mark_color(row) for row in range(7)}) == 7
    assert mark_color(7) == mark_color(0)
    for one, other in combinations(OKABE_ITO, 2):
        assert np.abs(np.subtract(one, other)).sum() > 60


def test_text_on_a_mark_has_contrast() -> None:
    for color in OKABE_ITO:
        dark, bright = sorted(luminance(np.array([color, contrast_color(color)])))
        assert (bright + 0.05) / (dark + 0.05) > 3.0


def test_heat_grows_brighter_all_the_way() -> None:
    brightness = luminance(heat_colors(np.linspace(0.0, 1.0, 101)))
    assert (np.diff(brightness) > 0).all()


@given(st.floats(-5.0, 5.0))
def test_heat_beyond_its_range_takes_the_end_colors(value: float) -> None:
    clipped = min(max(value, 0.0), 1.0)
    assert (heat_colors(value) == heat_colors(clipped)).all()


def test_no_direction_looks_stronger_than_another() -> None:
    angles = np.linspace(0.0, 2 * np.pi, 73)
    rim = flow_colors(np.stack([np.cos(angles), np.sin(angles)], axis=-1))
    brightness = luminance(rim) ** (1 / 3)
    assert brightness.std() / brightness.mean() < 0.05
    assert rim.max() <= 255
    steps = np.abs(np.diff(rim.astype(int), axis=0)).sum(axis=1)
    assert steps.max() < 40  # hues pass smoothly: none is cut off by the gamut
