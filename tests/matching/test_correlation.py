"""Correlation against plain computations written out here."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from semimatch_cli.matching.correlation import (
    cost_volume,
    dense_soft_argmax,
    mutual_nearest,
    read_argmax,
    read_soft_argmax,
    read_windowed_soft_argmax,
    sample_descriptors,
)


def unit_maps(seed: int, channels: int = 8, h: int = 5, w: int = 7) -> Tensor:
    maps = torch.randn(channels, h, w, generator=torch.Generator().manual_seed(seed))
    return F.normalize(maps, dim=0)


def test_descriptor_at_a_cell_is_that_cells_descriptor() -> None:
    maps = unit_maps(0)
    cells = torch.tensor([[0.0, 0.0], [6.0, 4.0], [3.0, 1.0]])
    expected = torch.stack([maps[:, 0, 0], maps[:, 4, 6], maps[:, 1, 3]])
    torch.testing.assert_close(sample_descriptors(maps, cells), expected)


def test_descriptor_between_cells_is_their_normalized_mean() -> None:
    maps = unit_maps(1)
    between = sample_descriptors(maps, torch.tensor([[2.5, 3.0]]))[0]
    torch.testing.assert_close(between, F.normalize(maps[:, 3, 2] + maps[:, 3, 3], dim=0))


def test_descriptor_off_the_grid_is_the_borders() -> None:
    maps = unit_maps(2)
    outside = sample_descriptors(maps, torch.tensor([[-3.0, 2.0], [9.0, 4.4]]))
    torch.testing.assert_close(outside, torch.stack([maps[:, 2, 0], maps[:, 4, 6]]))


def test_cost_is_the_cosine_and_padding_is_out_of_reach() -> None:
    source, target = unit_maps(3).flatten(1).T, unit_maps(4)
    valid = torch.ones(5, 7, dtype=torch.bool)
    valid[:, 5:] = False
    cost = cost_volume(source, target, valid)
    assert cost.shape == (35, 35)
    assert cost[9, 3 * 7 + 4] == pytest.approx(float(source[9] @ target[:, 3, 4]), abs=1e-6)
    assert cost.reshape(35, 5, 7)[:, :, 5:].isneginf().all()


def test_every_cell_of_a_map_is_its_own_mutual_neighbor() -> None:
    maps = unit_maps(5)
    cost = cost_volume(maps.flatten(1).T, maps, torch.ones(5, 7, dtype=torch.bool))
    assert mutual_nearest(cost).all()


def test_mutual_nearest_drops_rows_that_are_not_chosen_back_and_empty_rows() -> None:
    empty = [-torch.inf] * 3
    cost = torch.tensor([[0.9, 0.1, 0.0], [0.8, 0.2, 0.1], [0.0, 0.1, 0.7], empty])
    assert mutual_nearest(cost).tolist() == [True, False, True, False]


def test_argmax_reads_column_then_row() -> None:
    cost = torch.zeros(2, 12)
    cost[0, 4 * 2 + 3] = 1
    cost[1, 1] = 1
    assert read_argmax(cost, 4).tolist() == [[3, 2], [1, 0]]


def test_soft_argmax_of_a_flat_cost_is_the_middle_of_the_grid() -> None:
    assert read_soft_argmax(torch.zeros(1, 12), 4, 0.05)[0].tolist() == pytest.approx([1.5, 1.0])


def test_windowed_soft_argmax_ignores_a_second_mode_outside_its_window() -> None:
    cost = torch.full((1, 100), -1.0)
    cost[0, [22, 23]] = torch.tensor([0.9, 0.9])  # (2, 2) and (3, 2)
    cost[0, 88] = 0.89
    position, mass = read_windowed_soft_argmax(cost, 10, 0.02, 2)
    assert position[0].tolist() == pytest.approx([2.5, 2.0], abs=1e-3)
    rival = torch.tensor(-0.01 / 0.02).exp()
    assert float(mass) == pytest.approx(float(2 / (2 + rival)), abs=1e-3)


def test_windowed_soft_argmax_never_lands_on_padding() -> None:
    valid = torch.ones(5, 7, dtype=torch.bool)
    valid[:, 3:] = False
    cost = cost_volume(unit_maps(6).flatten(1).T, unit_maps(7), valid)
    position, _ = read_windowed_soft_argmax(cost, 7, 1.0, 3)
    assert float(position[:, 0].max()) <= 2


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.02, 1.0))
def test_a_window_over_everything_is_the_plain_soft_argmax(seed: int, temperature: float) -> None:
    cost = cost_volume(
        unit_maps(seed).flatten(1).T, unit_maps(seed + 1), torch.ones(5, 7, dtype=torch.bool)
    )
    windowed, mass = read_windowed_soft_argmax(cost, 7, temperature, 7)
    torch.testing.assert_close(windowed, read_soft_argmax(cost, 7, temperature))
    torch.testing.assert_close(mass, torch.ones(35))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.03, 1.0), st.integers(1, 7))
def test_dense_soft_argmax_equals_the_plain_computation(
    seed: int, temperature: float, columns: int
) -> None:
    source, target = unit_maps(seed, h=4, w=6), unit_maps(seed + 1)
    valid = torch.ones(5, 7, dtype=torch.bool)
    valid[:, columns:] = False
    queries = source.flatten(1).T
    plain = read_soft_argmax(cost_volume(queries, target, valid), 7, temperature)
    dense = dense_soft_argmax(queries, target, valid, temperature)
    torch.testing.assert_close(dense, plain, atol=1e-4, rtol=0)
