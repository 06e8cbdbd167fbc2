"""Correlation: two feature maps -> a cosine cost volume -> where each source point lies.

Costs are cosines, higher is better. Padded target cells cost -inf, so no read-out can land there.
Positions are fractional (column, row) cell indices of the target grid; `Frame` turns them into
pixels. Every read-out has the same shape contract: (N, h w) costs in, (N, 2) positions out.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def sample_descriptors(maps: Tensor, cells: Tensor) -> Tensor:
    """Read unit descriptors at exact positions, bilinearly; never snapped to a cell.

    Args:
        maps: (D, h, w) descriptors.
        cells: (N, 2) fractional (column, row); positions off the grid read its border.

    Returns:
        (N, D), unit length.
    """
    _, h, w = maps.shape
    size = torch.tensor([w, h], device=cells.device, dtype=maps.dtype)
    grid_norm = (cells.to(maps.dtype) + 0.5) / size * 2 - 1
    sampled = F.grid_sample(
        maps[None], grid_norm[None, None], padding_mode="border", align_corners=False
    )  # (1, D, 1, N)
    return F.normalize(sampled[0, :, 0].T, dim=1)


def cost_volume(source: Tensor, target: Tensor, target_valid: Tensor) -> Tensor:
    """Compare every source descriptor with every target cell.

    Args:
        source: (N, D) unit descriptors.
        target: (D, h, w) unit descriptors.
        target_valid: (h, w) bool, False on padding.

    Returns:
        (N, h w) cosines, -inf on padding.
    """
    cost = source @ target.flatten(1)
    return cost.masked_fill(~target_valid.flatten(), -torch.inf)


def mutual_nearest(cost: Tensor) -> Tensor:
    """Tell which rows choose a column that chooses them back.

    Args:
        cost: (N, M); rows or columns that are -inf throughout choose nothing.

    Returns:
        (N,) bool.
    """
    column = cost.argmax(1)  # (N,)
    row = cost.argmax(0)  # (M,)
    rows = torch.arange(len(cost), device=cost.device)
    return (row[column] == rows) & cost[rows, column].isfinite()


def read_argmax(cost: Tensor, width: int) -> Tensor:
    """Return the best cell of each row, (N, 2) as (column, row)."""
    best = cost.argmax(1)
    return torch.stack((best % width, best // width), dim=1).to(cost.dtype)


def read_soft_argmax(cost: Tensor, width: int, temperature: float) -> Tensor:
    """Return the expected position under softmax(cost / temperature), (N, 2)."""
    return torch.softmax(cost / temperature, dim=1) @ _cell_positions(cost, width)


def read_windowed_soft_argmax(
    cost: Tensor, width: int, temperature: float, radius: int
) -> tuple[Tensor, Tensor]:
    """Return the expected position near the best cell, and how much of the mass lies there.

    Cells outside the window of (2 radius + 1)^2 cells around the arg-max cost -inf, not 0: a far
    second mode cannot pull the answer away from the first.

    Args:
        cost: (N, h w).
        width: w, cells per row of the target grid.
        temperature: Divides the costs.
        radius: Cells on each side of the best cell.

    Returns:
        (N, 2) positions and (N,) the share in 0..1 of softmax(cost / temperature) that lies inside
        the window.
    """
    positions = _cell_positions(cost, width)  # (h w, 2)
    best = positions[cost.argmax(1)]  # (N, 2)
    outside = ((positions[None] - best[:, None]).abs() > radius).any(-1)  # (N, h w)
    logits = cost / temperature
    inside = logits.masked_fill(outside, -torch.inf)
    mass = (torch.logsumexp(inside, 1) - torch.logsumexp(logits, 1)).exp()
    return torch.softmax(inside, dim=1) @ positions, mass


def dense_soft_argmax(
    source: Tensor, target: Tensor, target_valid: Tensor, temperature: float
) -> Tensor:
    """Read the soft-argmax of many source descriptors without building the cost volume.

    Soft-argmax over cosines is attention with the cells' coordinates as values. The fused CPU
    kernels apply only if the values are as wide as the keys and rows lie together in memory.

    Args:
        source: (N, D) unit descriptors.
        target: (D, h, w) unit descriptors.
        target_valid: (h, w) bool, False on padding.
        temperature: Divides the cosines.

    Returns:
        (N, 2) positions, equal to `read_soft_argmax` of the `cost_volume`.
    """
    keys = target.flatten(1).T.contiguous()  # (h w, D)
    values = F.pad(_cell_positions(keys.T, target.shape[2]), (0, len(target) - 2))
    read = F.scaled_dot_product_attention(
        source.contiguous()[None, None],
        keys[None, None],
        values[None, None],
        attn_mask=target_valid.flatten()[None, None, None],
        scale=1 / temperature,
    )  # (1, 1, N, D)
    return read[0, 0, :, :2]


def _cell_positions(like: Tensor, width: int) -> Tensor:
    """(M, 2) the (column, row) of every cell, for `like` with M cells on its last axis."""
    cells = torch.arange(like.shape[-1], device=like.device)
    return torch.stack((cells % width, cells // width), dim=1).to(like.dtype)
