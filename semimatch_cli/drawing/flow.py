"""The picture of a dense flow: both photos, and the displacement of each target pixel as a color.

The two photos show different objects in different places and sizes, so displacement is measured
from "the same relative position": a target pixel a third of the way across its photo that matches
a third of the way across the source has none. It is given in pixels of the source photo, and
points from that relative position to the counterpart. Hue is its direction (on the wheel, right
means further right in the source, down further down) and saturation its length, up to the rim's;
the form follows Baker et al., "A Database and Evaluation Methodology for Optical Flow", IJCV 2011.
"""

from math import floor, log10

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.drawing.colors import flow_colors
from semimatch_cli.drawing.ground import (
    blend,
    check_warp,
    hatch,
    panel_pixels,
    relative_positions,
)
from semimatch_cli.drawing.layout import (
    Captions,
    Sheet,
    arrange,
    canvas_height,
)
from semimatch_cli.drawing.scene import MUTED, WHITE, Item, Label, Picture, Scene
from semimatch_cli.drawing.warp_sheet import warp_items
from semimatch_cli.matching.frame import Floats
from semimatch_cli.matching.results import Warp

_COLUMN = 118.0  # room for the wheel, times the unit
_WHEEL = 92.0  # its diameter
_WORDS = 11.0
_RIM_SHARE = 98.0  # percentile of the lengths that the rim covers


def flow_scene(
    source: Image.Image, target: Image.Image, warp: Warp, captions: Captions | None = None
) -> Scene:
    """Draw the displacement field of a dense warp, with its color wheel.

    Args:
        source: RGB source photo as displayed.
        target: RGB target photo as displayed.
        warp: Source position of each pixel of the target.
        captions: Names below the picture.

    Raises:
        ShapeError: The warp was made for photos of other sizes.
    """
    check_warp(source, target, warp)
    captions = captions or Captions()
    sheet = arrange([source.size, target.size, target.size], titled=True, column=_COLUMN)
    panel = sheet.panels[2]
    rows, columns = panel_pixels(panel)
    grid = np.ix_(rows, columns)
    visible = warp.visible[grid]
    displacement = warp.source_points[grid] - relative_positions(warp, rows, columns)
    displacement[~visible] = 0.0  # whatever stands there, NaN included, means nothing
    rim = rim_length(displacement, visible)
    colored = blend(hatch(panel.size, sheet.unit), flow_colors(displacement / rim), visible)
    words = ["flow: from target pixel to source"]
    items = warp_items(sheet, (source, target, colored), warp, captions, words)
    items += _wheel(sheet, rim)
    return Scene(sheet.width, canvas_height(sheet, 1), tuple(items))


def rim_length(displacement: Floats, visible: npt.NDArray[np.bool_]) -> float:
    """Return the length at the wheel's rim: a round number that covers nearly all pixels.

    Args:
        displacement: (H, W, 2) xy pixels.
        visible: (H, W) which of them count.
    """
    lengths = np.hypot(*displacement[visible].T)
    longest = float(np.percentile(lengths, _RIM_SHARE)) if lengths.size else 0.0
    if longest < 1.0:
        return 1.0
    power = 10.0 ** floor(log10(longest))
    return next(
        step * power for step in (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0) if longest <= step * power
    )


def _wheel(sheet: Sheet, rim: float) -> list[Item]:
    """Draw the legend in the free column, its foot level with the last panel's."""
    diameter = 2 * round(_WHEEL * sheet.unit / 2)
    panel, size = sheet.panels[-1], _WORDS * sheet.unit
    left = sheet.right - diameter - round(2 * sheet.unit)
    top = max(panel.bottom - diameter - round(2 * size), sheet.margin)
    center = left + diameter / 2 - 0.5
    baseline = top + diameter + 1.4 * size
    return [
        Picture(_wheel_image(diameter), left, top, diameter, diameter),
        Label(f"rim: {rim:g} px", (center, baseline), size, MUTED, "center"),
    ]


def _wheel_image(diameter: int) -> Image.Image:
    axis = (np.arange(diameter) + 0.5) / (diameter / 2) - 1.0
    field = np.stack(np.meshgrid(axis, axis), axis=-1)
    reach = np.hypot(field[..., 0], field[..., 1])
    inside = np.clip((1.0 - reach) * diameter / 2 + 0.5, 0.0, 1.0)
    paper = np.full((diameter, diameter, 3), WHITE)
    return blend(paper, flow_colors(field), inside)
