"""Look cells of one photo up in another: positions, confidence, the way there and back.

All positions here are fractional (column, row) cells of a grid; `Matcher` turns pixels into them.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from semimatch_cli.matching.confidence import score_matches
from semimatch_cli.matching.correlation import (
    cost_volume,
    dense_soft_argmax,
    mutual_nearest,
    read_windowed_soft_argmax,
    sample_descriptors,
)
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.frame import Floats
from semimatch_cli.matching.network import NetworkConfig
from semimatch_cli.matching.precision import inference_precision

# Costs held at once: 64 MB in float32, whatever the grids.
_COSTS_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class Found:
    """Where cells of the source were found.

    Args:
        cells: (N, 2) on the target grid.
        scores: (N,) confidence in 0..1.
        cycle_errors: (N,) pixels of the source photo between a cell and its way back.
    """

    cells: Floats
    scores: Floats
    cycle_errors: Floats


def look_up(source: Features, target: Features, cells: Floats, config: NetworkConfig) -> Found:
    """Find cells (N, 2) of the source in the target, and what was found back in the source."""
    found, mass = _read(source, target, cells, config)
    back, _ = _read(target, source, found, config)
    there = source.frame.cells_to_photo(cells, source.stride)
    returned = source.frame.cells_to_photo(back, source.stride)
    cycle_errors = np.linalg.norm(there - returned, axis=1)
    scores = score_matches(mass, cycle_errors, source.frame.photo_size)
    return Found(found, scores, cycle_errors)


def mutual_cells(source: Features, target: Features) -> Floats:
    """Return the source cells (N, 2) that choose one target cell and are chosen back by it."""
    cells = source.cells()
    with inference_precision(source.descriptors.device):
        cost = cost_volume(source.descriptors.flatten(1).T, target.descriptors, target.valid)
        cost = cost.masked_fill(~source.valid.flatten()[:, None], -torch.inf)
        chosen: Floats = cells[mutual_nearest(cost).cpu().numpy()]
    return chosen


def heat_over(source: Features, target: Features, cells: Floats, config: NetworkConfig) -> Floats:
    """Return how well each target cell answers one source cell (1, 2): (h, w), the best at 1."""
    with inference_precision(source.descriptors.device):
        cost = cost_volume(_queries(source, cells), target.descriptors, target.valid)
        heat = ((cost - cost.max()) / config.temperature).exp()
    values: Floats = heat.reshape(target.valid.shape).double().cpu().numpy()
    return values


def _read(
    source: Features, target: Features, cells: Floats, config: NetworkConfig
) -> tuple[Floats, Floats]:
    """Return positions (N, 2) on the target grid and peak masses (N,), by the config's window."""
    if config.window == 0:
        with inference_precision(source.descriptors.device):
            whole = dense_soft_argmax(
                _queries(source, cells), target.descriptors, target.valid, config.temperature
            )
        return whole.double().cpu().numpy(), np.ones(len(cells))
    rows = max(1, _COSTS_AT_ONCE // target.valid.numel())
    parts = [
        _read_window(source, target, cells[start : start + rows], config)
        for start in range(0, max(len(cells), 1), rows)
    ]
    positions, masses = (np.concatenate(part) for part in zip(*parts, strict=True))
    return positions, masses


def _read_window(
    source: Features, target: Features, cells: Floats, config: NetworkConfig
) -> tuple[Floats, Floats]:
    with inference_precision(source.descriptors.device):
        cost = cost_volume(_queries(source, cells), target.descriptors, target.valid)
        xy, mass = read_windowed_soft_argmax(
            cost, target.valid.shape[1], config.temperature, config.window
        )
    return xy.double().cpu().numpy(), mass.double().cpu().numpy()


def _queries(source: Features, cells: Floats) -> Tensor:
    """Return the descriptors (N, D) at cells (N, 2)."""
    at = torch.from_numpy(cells).to(source.descriptors.device, source.descriptors.dtype)
    return sample_descriptors(source.descriptors, at)
