"""Render: one photo of one object, with everything that is true about it.

Scene -> nearest surface at each pixel's center -> mask, parts, canonical coordinates, visibility;
and the picture of the same scene beside them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.categories import keypoint_names, part_names
from semimatch_cli.datasets.synthetic.picture import picture_of, see
from semimatch_cli.datasets.synthetic.raster import Surface
from semimatch_cli.datasets.synthetic.scene import Scene, draw_scene
from semimatch_cli.errors import ArgumentError

Floats = npt.NDArray[np.float32]
Parts = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

SMALLEST_SIDE = 32
_THIN, _TOUCHING = 0.02, 0.006
"""Shares of the object's extent: how thick a part is seen through, and what counts as contact."""


@dataclass(frozen=True)
class Rendering:
    """A photo and its truth; all coordinates are (x, y) with an integer at a pixel's center.

    Args:
        image: (H, W, 3) uint8 RGB.
        keypoints: (K, 2) xy pixels, float64; NaN where the instance lacks the part. Invisible
            keypoints have a position too, possibly outside the photo.
        visible: (K,) True where a keypoint is in the photo and nothing is in front of it.
        names: K names, the same for the whole category.
        bbox: x1, y1, x2, y2: centers of the outermost pixels of the mask.
        mask: (H, W) bool, the visible part of the object.
        canonical: (H, W, 3) float32, position on the category's template; NaN off the mask.
        parts: (H, W) uint8, part number from 1 (`part_names`); 0 off the mask.
        category: The category's name.
        azimuth: Degrees; 0 from the front, 90 from the object's own left.
        elevation: Degrees above the horizon.
        truncated: Whether the object reaches beyond the photo.
        occluded: Whether something stands in front of it.
    """

    image: npt.NDArray[np.uint8]
    keypoints: npt.NDArray[np.float64]
    visible: npt.NDArray[np.bool_]
    names: tuple[str, ...]
    bbox: tuple[int, int, int, int]
    mask: npt.NDArray[np.bool_]
    canonical: Floats
    parts: npt.NDArray[np.uint8]
    category: str
    azimuth: float
    elevation: float
    truncated: bool
    occluded: bool


def render(category: str, *, seed: int, size: int | tuple[int, int] = 256) -> Rendering:
    """Render an instance of a category; the same arguments give the same bytes.

    Args:
        category: One of `CATEGORIES`.
        seed: Not negative; chooses shape, pose, view, paint, light and surroundings.
        size: Side of a square photo, or (width, height), in pixels.

    Raises:
        ArgumentError: An unknown category, a negative seed or a side below 32 pixels.
    """
    width, height = (size, size) if isinstance(size, int) else size
    if min(width, height) < SMALLEST_SIDE:
        raise ArgumentError(
            f"cannot render {width}x{height} pixels",
            why=f"an object needs at least {SMALLEST_SIDE} pixels a side",
            hint="choose a larger size",
        )
    if seed < 0:
        raise ArgumentError(f"seed {seed} is negative", hint="use 0 or more")
    return _photograph(draw_scene(category, seed, (width, height)), (width, height))


def _photograph(scene: Scene, size: tuple[int, int]) -> Rendering:
    surface = see(scene.mesh, scene.camera, size)
    parts = surface.plane(_part_numbers(scene)[scene.mesh.lofts[surface.corners[:, 0]]], 0)
    canonical = surface.plane(surface.mix(scene.mesh.canonical), np.nan)
    canonical[parts == 0] = np.nan
    keypoints, depth = scene.camera.project(scene.model.spot_points())
    rows, columns = np.nonzero(parts)
    box = (columns.min(), rows.min(), columns.max(), rows.max()) if len(rows) else (0, 0, 0, 0)
    return Rendering(
        image=picture_of(scene, size),
        keypoints=keypoints,
        visible=_visible(scene, surface, parts, (keypoints, depth)),
        names=keypoint_names(scene.category),
        bbox=(int(box[0]), int(box[1]), int(box[2]), int(box[3])),
        mask=parts > 0,
        canonical=canonical,
        parts=parts,
        category=scene.category,
        azimuth=scene.azimuth,
        elevation=scene.elevation,
        truncated=_is_truncated(scene, size),
        occluded=_is_occluded(scene, parts),
    )


def _part_numbers(scene: Scene) -> Parts:
    """Return (lofts,), each loft's number on the template; 0 for distractors."""
    order = {name: number for number, name in enumerate(part_names(scene.category), 1)}
    numbers = np.zeros(len(scene.paints), dtype=np.uint8)
    numbers[: len(scene.model.parts)] = [order[part.name] for part in scene.model.parts]
    return numbers


def _visible(
    scene: Scene, surface: Surface, parts: Parts, keypoints: tuple[Points, Points]
) -> npt.NDArray[np.bool_]:
    """Tell which keypoints are seen.

    A keypoint is seen where its own part is what the photo shows at its place (from either side:
    the tip of an ear is seen from behind too), or where it lies on the very surface that is shown.
    """
    points, depth = keypoints
    height, width = parts.shape
    known = np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])
    pixel = np.rint(np.where(known[:, None], points, -1)).astype(np.intp)
    x, y = np.clip(pixel[:, 0], 0, width - 1), np.clip(pixel[:, 1], 0, height - 1)
    inside = known & (x == pixel[:, 0]) & (y == pixel[:, 1]) & (parts[y, x] > 0)
    nearest = surface.plane(surface.depth, np.inf)[y, x]
    extent = float(np.ptp(scene.mesh.vertices[_own(scene)], axis=0).max())
    names = part_names(scene.category)
    own = np.array([names.index(spot.part) + 1 for spot in scene.model.spots]) == parts[y, x]
    hidden_by = np.where(known, depth, np.inf) - nearest
    seen: npt.NDArray[np.bool_] = inside & (
        (own & (hidden_by < _THIN * extent)) | (hidden_by < _TOUCHING * extent)
    )
    return seen


def _own(scene: Scene) -> npt.NDArray[np.bool_]:
    """Tell which vertices belong to the object rather than to a distractor."""
    return scene.mesh.lofts < len(scene.model.parts)


def _is_truncated(scene: Scene, size: tuple[int, int]) -> bool:
    points, _ = scene.camera.project(scene.mesh.vertices[_own(scene)])
    return bool((points < -0.5).any() or (points > np.asarray(size) - 0.5).any())


def _is_occluded(scene: Scene, parts: Parts) -> bool:
    """Tell whether distractors hide more than a twentieth of the object."""
    _, depth = scene.camera.project(scene.mesh.vertices)
    own = _own(scene)
    if (depth[~own] > depth[own].max()).all():
        return False
    alone = see(scene.mesh, scene.camera, parts.shape[::-1], lofts=len(scene.model.parts))
    return bool((parts > 0).sum() < 0.95 * len(alone.pixels))
