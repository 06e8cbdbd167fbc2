"""Picture: the colors of a photo: surface, paint, light, backdrop, lens, eight bits."""

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.camera import Camera
from semimatch_cli.datasets.synthetic.mesh import Mesh
from semimatch_cli.datasets.synthetic.raster import Surface, rasterize
from semimatch_cli.datasets.synthetic.scene import Scene
from semimatch_cli.datasets.synthetic.shading import box_blur, occlusion, unit

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

FINE = 2
"""The object is drawn with this many pixels a side for each of the photo's."""


def see(mesh: Mesh, camera: Camera, size: tuple[int, int], lofts: int | None = None) -> Surface:
    """Return the visible surface, of the first `lofts` lofts only where given."""
    points, depth = camera.project(mesh.vertices)
    towards = camera.position - mesh.vertices[mesh.triangles[:, 0]]
    front = np.einsum("td,td->t", mesh.facing, towards) > 0
    front &= _before(depth, mesh.triangles)
    if lofts is not None:
        front &= mesh.lofts[mesh.triangles[:, 0]] < lofts
    return rasterize(
        points.astype(np.float32), depth.astype(np.float32), mesh.triangles[front], size
    )


def picture_of(scene: Scene, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return the photo: the objects drawn at `FINE` times its size, then averaged.

    Args:
        scene: The scene.
        size: (width, height) of the photo.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    fine_size = (size[0] * FINE, size[1] * FINE)
    surface = see(scene.mesh, scene.camera.magnified(FINE), fine_size)
    shadow = _shadow(scene, size)
    behind = scene.backdrop.paint(scene.camera, size, shadow, scene.generator)
    opaque = np.ones((len(surface.pixels), 1), dtype=np.float32)
    drawn = _halved(surface.plane(np.hstack([_lit(scene, surface), opaque]), 0.0))
    return _develop(scene, behind * (1.0 - drawn[..., 3:]) + drawn[..., :3])


def _lit(scene: Scene, surface: Surface) -> Floats:
    """Return (P, 3), the linear light from each visible pixel."""
    mesh = scene.mesh
    owners = mesh.lofts[surface.corners[:, 0]]
    known = np.concatenate([mesh.canonical, mesh.normals], axis=1)
    canonical, normals = np.split(surface.mix(known), 2, axis=1)
    colors = np.empty_like(canonical)
    gloss = np.empty(len(owners), dtype=np.float32)
    paints = list({id(paint): paint for paint in scene.paints}.values())
    identities = [id(paint) for paint in paints]
    worn = np.array([identities.index(id(paint)) for paint in scene.paints], dtype=np.int8)[owners]
    for index, paint in enumerate(paints):
        chosen = np.flatnonzero(worn == index)
        colors[chosen] = paint.colors(canonical[chosen], scene.noise)
        gloss[chosen] = paint.gloss
    towards_camera = (-scene.camera.axes[2]).astype(np.float32)
    lit = scene.light.shade(colors, unit(normals), towards_camera, gloss)
    return lit * _openness(scene, surface)[:, None]


def _openness(scene: Scene, surface: Surface) -> Floats:
    """Return (P,), how little each visible pixel is shut in; computed at the photo's size."""
    depth = surface.plane(surface.depth, surface.depth.max(initial=0.0))[::FINE, ::FINE]
    extent = float(np.ptp(scene.mesh.vertices, axis=0).max())
    opened = occlusion(depth, max(1, round(max(depth.shape) / 50)), 0.07 * extent)
    y, x = np.divmod(surface.pixels, surface.size[0])
    seen: Floats = opened[y // FINE, x // FINE]
    return seen


def _shadow(scene: Scene, size: tuple[int, int]) -> Floats:
    """Return (H, W), how much of the key light the object takes from the ground."""
    mesh, camera, light = scene.mesh, scene.camera, scene.light.direction.astype(np.float64)
    if scene.backdrop.ground is None:
        return np.zeros(size[::-1], dtype=np.float32)
    above = np.maximum(mesh.vertices[:, 2] - scene.backdrop.height, 0.0)
    fallen = mesh.vertices - (above / light[2])[:, None] * light
    points, depth = camera.project(fallen)
    lit_side = (mesh.facing @ light > 0) & _before(depth, mesh.triangles)
    cast = rasterize(
        points.astype(np.float32), depth.astype(np.float32), mesh.triangles[lit_side], size
    )
    shadow = cast.plane(np.ones(len(cast.pixels), dtype=np.float32), 0.0)
    return box_blur(shadow, max(1, round(max(size) / 90)))


def _develop(scene: Scene, light: Floats) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) uint8: lens blur, exposure, a soft shoulder, gamma, sensor noise."""
    lens, longest = scene.lens, max(light.shape[:2])
    radius = round(lens.blur * longest / 256)
    exposed = np.maximum(box_blur(light, radius, 1) * lens.gain.astype(np.float32), 0.0)
    toned = np.float32(1.05) * (1.0 - np.exp(np.float32(-1.35) * exposed))
    coded = np.sqrt(np.clip(toned, 0.0, 1.0))  # the inverse of `linear`
    coded += scene.generator.normal(0.0, lens.noise, coded.shape).astype(np.float32)
    return np.rint(np.clip(coded, 0.0, 1.0) * 255.0).astype(np.uint8)


def _before(depth: npt.NDArray[np.float64], triangles: npt.NDArray[np.int32]) -> Mask:
    """Tell which triangles lie wholly before the camera."""
    before: Mask = depth > 0.05
    whole: Mask = before[triangles[:, 0]] & before[triangles[:, 1]] & before[triangles[:, 2]]
    return whole


def _halved(canvas: Floats) -> Floats:
    """Average squares of FINE x FINE pixels: (H, W, C)."""
    corners = [canvas[row::FINE, column::FINE] for row in range(FINE) for column in range(FINE)]
    total: Floats = sum(corners[1:], corners[0])
    return total * np.float32(1.0 / len(corners))
