"""The picture of a dense warp: source, target, and the source's colors laid out as the target.

The third panel is the target photo repainted: each pixel takes the color of its counterpart in
the source, fading to pale gray with the match's confidence; a light hatch lies where the target has
no counterpart.
"""

import numpy as np
from PIL import Image

from semimatch_cli.drawing.ground import blend, check_warp, hatch, panel_pixels, sample
from semimatch_cli.drawing.layout import (
    Captions,
    Panel,
    arrange,
    bounded,
    canvas_height,
)
from semimatch_cli.drawing.scene import Scene
from semimatch_cli.drawing.warp_sheet import warp_items
from semimatch_cli.matching.frame import Frame
from semimatch_cli.matching.results import Warp

_PALE = 238  # gray below the colors
_FAINTEST = 0.35  # opacity of a visible pixel without any confidence: still seen as visible


def dense_scene(
    source: Image.Image, target: Image.Image, warp: Warp, captions: Captions | None = None
) -> Scene:
    """Draw what a dense warp found.

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
    sheet = arrange([source.size, target.size, target.size], titled=True)
    painted = _paint(source, warp, sheet.panels[2], sheet.unit)
    words = ["target in the source's colors", "opacity: confidence"]
    items = warp_items(sheet, (source, target, painted), warp, captions, words)
    return Scene(sheet.width, canvas_height(sheet, 1), tuple(items))


def _paint(source: Image.Image, warp: Warp, panel: Panel, unit: float) -> Image.Image:
    rows, columns = np.ix_(*panel_pixels(panel))
    palette = bounded(source)
    positions = Frame.squash(source.size, palette.size).points_to_canvas(
        warp.source_points[rows, columns]
    )
    visible = warp.visible[rows, columns]
    positions[~visible] = 0.0  # whatever stands there, NaN included, means nothing
    confidence = _FAINTEST + (1.0 - _FAINTEST) * np.clip(warp.scores[rows, columns], 0.0, 1.0)
    painted = blend(np.full((*visible.shape, 3), _PALE), sample(palette, positions), confidence)
    return blend(hatch(panel.size, unit), np.asarray(painted), visible)
