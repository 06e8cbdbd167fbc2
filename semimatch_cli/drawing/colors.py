"""Colors that say the same to every eye: marks, the heat ramp and the wheel of directions.

Marks use the palette of Okabe and Ito (jfly.uni-koeln.de/color, 2008), told apart by readers with
any common color vision; numbers tell apart what shares a color. Heat rises in lightness, so it
also reads in gray. Directions are hues of equal lightness and chroma in Oklab (Ottosson, 2020):
no direction looks stronger than another, as yellow and cyan do on an HSV wheel.
"""

import numpy as np
import numpy.typing as npt

from semimatch_cli.drawing.scene import INK, RGB, WHITE

OKABE_ITO: tuple[RGB, ...] = (
    (0, 114, 178),  # blue
    (230, 159, 0),  # orange
    (0, 158, 115),  # bluish green
    (204, 121, 167),  # reddish purple
    (86, 180, 233),  # sky blue
    (213, 94, 0),  # vermillion
    (240, 228, 66),  # yellow
)

# Dark blue over magenta and orange to pale yellow: even steps of lightness.
_HEAT_STOPS = np.array(
    [(13, 8, 60), (84, 15, 109), (156, 41, 100), (219, 85, 63), (249, 149, 20), (250, 245, 160)],
    dtype=np.float64,
)
# At this lightness sRGB holds this chroma in every hue, and hardly more.
_WHEEL_LIGHTNESS, _WHEEL_CHROMA = 0.74, 0.125  # of the rim; the middle is white


def mark_color(index: int) -> RGB:
    """Return the color of the mark in row `index`; the palette repeats after seven."""
    return OKABE_ITO[index % len(OKABE_ITO)]


def contrast_color(color: RGB) -> RGB:
    """Return ink or white, whichever reads better on a color (WCAG relative luminance)."""
    linear = _to_linear(np.asarray(color, dtype=np.float64) / 255.0)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return INK if luminance > 0.26 else WHITE


def heat_colors(heat: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Return (..., 3) sRGB for values in 0..1; values outside are clipped."""
    position = np.clip(np.asarray(heat, dtype=np.float64), 0.0, 1.0)
    stops = np.linspace(0.0, 1.0, len(_HEAT_STOPS))
    channels = [np.interp(position, stops, _HEAT_STOPS[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def flow_colors(flow: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Return colors of displacements: hue is the direction, saturation the length.

    Args:
        flow: (..., 2) xy displacement in units of the rim; longer ones take the rim's color.

    Returns:
        (..., 3) uint8 sRGB; no displacement is white.
    """
    displacement = np.asarray(flow, dtype=np.float64)
    length = np.clip(np.hypot(displacement[..., 0], displacement[..., 1]), 0.0, 1.0)
    angle = np.arctan2(displacement[..., 1], displacement[..., 0])
    lightness = 1.0 - (1.0 - _WHEEL_LIGHTNESS) * length
    chroma = _WHEEL_CHROMA * length
    return _oklab_to_srgb(
        np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)
    )


def _oklab_to_srgb(oklab: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Convert (..., 3) Oklab to sRGB; matrices of bottosson.github.io/posts/oklab."""
    to_roots = np.array(
        [
            [1.0, 0.3963377774, 0.2158037573],
            [1.0, -0.1055613458, -0.0638541728],
            [1.0, -0.0894841775, -1.2914855480],
        ]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((oklab @ to_roots.T) ** 3 @ to_linear.T, 0.0, 1.0)
    srgb: npt.NDArray[np.float64] = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return np.asarray(np.rint(srgb * 255.0), dtype=np.uint8)


def _to_linear(srgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4))
