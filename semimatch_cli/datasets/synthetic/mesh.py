"""Mesh: the triangles of a model, each vertex knowing its canonical coordinate.

Vertex (row, column) of a part of one instance corresponds to vertex (row, column) of the same part
of any other, so a vertex carries the position it has on the category's template.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.loft import Loft
from semimatch_cli.datasets.synthetic.model import Model

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

# Thin parts are thickened on the template, so that the two faces of a wing or an ear stay apart
# by more than the tolerance with which canonical coordinates are compared.
_LEAST_TEMPLATE_RADIUS = 0.06


@dataclass(frozen=True)
class Mesh:
    """Triangles in object space.

    Args:
        vertices: (V, 3) positions.
        normals: (V, 3) outward unit normals.
        canonical: (V, 3) positions on the category's template.
        lofts: (V,) index of the part in its model, in the order of `Model.parts`.
        triangles: (T, 3) vertex indices.
        facing: (T, 3) outward normals of the triangles, not of unit length.
    """

    vertices: Floats
    normals: Floats
    canonical: Floats
    lofts: Ints
    triangles: Ints
    facing: Floats


def canonical_of(template: Model) -> dict[str, Floats]:
    """Return the template's vertices, (V, 3) by part."""
    return {part.name: _thickened(part).vertices().reshape(-1, 3) for part in template.parts}


def mesh_of(model: Model, canonical: Mapping[str, Floats]) -> Mesh:
    """Tessellate a model.

    Args:
        model: The instance.
        canonical: The vertices of its template, from `canonical_of`.
    """
    return joined([_piece(part, canonical[part.name]) for part in model.parts])


def joined(meshes: list[Mesh]) -> Mesh:
    """Put several meshes into one, their lofts numbered on."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])[:-1]
    counts = np.cumsum([0] + [int(mesh.lofts.max()) + 1 for mesh in meshes])[:-1]
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        normals=np.concatenate([mesh.normals for mesh in meshes]),
        canonical=np.concatenate([mesh.canonical for mesh in meshes]),
        lofts=np.concatenate(
            [mesh.lofts + count for mesh, count in zip(meshes, counts, strict=True)]
        ).astype(np.int32),
        triangles=np.concatenate(
            [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=True)]
        ).astype(np.int32),
        facing=np.concatenate([mesh.facing for mesh in meshes]),
    )


def _thickened(part: Loft) -> Loft:
    return replace(
        part,
        widths=np.maximum(part.widths, _LEAST_TEMPLATE_RADIUS),
        heights=np.maximum(part.heights, _LEAST_TEMPLATE_RADIUS),
    )


def _piece(part: Loft, canonical: Floats) -> Mesh:
    grid = part.vertices()  # (rows, columns, 3)
    rows, columns = part.grid
    faces = _quad_normals(grid) * (-1.0 if part.mirrored else 1.0)
    return Mesh(
        vertices=grid.reshape(-1, 3),
        normals=_vertex_normals(faces).reshape(-1, 3),
        canonical=canonical,
        lofts=np.zeros(rows * columns, dtype=np.int32),
        triangles=_triangles(rows, columns),
        facing=np.repeat(faces.reshape(-1, 3), 2, axis=0),
    )


def _quad_normals(grid: Floats) -> Floats:
    """Return (rows - 1, columns, 3): the cross product of each quad's diagonals, outward."""
    beside = np.roll(grid, -1, axis=1)
    return np.cross(beside[1:] - grid[:-1], grid[1:] - beside[:-1])


def _vertex_normals(faces: Floats) -> Floats:
    around = faces + np.roll(faces, 1, axis=1)
    normals = np.concatenate([around[:1], around[:-1] + around[1:], around[-1:]])
    # The first and last row close in one point each, with one normal.
    normals[0], normals[-1] = faces[0].sum(axis=0), faces[-1].sum(axis=0)
    unit: Floats = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    return unit


def _triangles(rows: int, columns: int) -> Ints:
    """Return (2 (rows - 1) columns, 3): two triangles per quad, quad by quad."""
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    beside = np.roll(index, -1, axis=1)
    first = np.stack([index[:-1], index[1:], beside[:-1]], axis=-1)
    second = np.stack([beside[:-1], index[1:], beside[1:]], axis=-1)
    return np.stack([first, second], axis=2).reshape(-1, 3)
