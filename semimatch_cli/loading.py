"""From a name to a matcher: the table of weights, the file, the network, strictly filled."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from semimatch_cli.errors import WeightsError
from semimatch_cli.matching.matcher import Matcher
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from semimatch_cli.weights.checkpoint import differences, load_strict, read_checkpoint
from semimatch_cli.weights.entry import WeightsEntry
from semimatch_cli.weights.hub import locate
from semimatch_cli.weights.registry import find, read_table


def load_matcher(
    weights: str | Path = "tiny",
    *,
    device: str = "auto",
    offline: bool = False,
    on_download: Callable[[WeightsEntry, int | None], None] | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Matcher:
    """Load weights by name and return a matcher.

    Args:
        weights: A name of the table (`semimatch weights list`), a safetensors file, or
            `hf://owner/repo/file@revision`.
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        offline: Never touch the network.
        on_download: Called once before a file is fetched, with its size in bytes where known.
        on_progress: Called with bytes done and in all while it is fetched.

    Raises:
        ArgumentError: The name or the device is unknown.
        WeightsError: The file is missing, corrupted, or does not fit its network.
        OfflineError: The file would have to be fetched and cannot be.
        AccessError: The repository is gated.
    """
    entry = find(weights)
    path = locate(entry, offline=offline, on_download=on_download, on_progress=on_progress)
    state, header = read_checkpoint(path)
    if header:
        network = MatchingNetwork(NetworkConfig.from_dict(header))
        load_strict(network, state, entry.name)
    else:
        network = _foreign(entry, state)
    return Matcher(network, device)


def _foreign(entry: WeightsEntry, state: dict[str, Tensor]) -> MatchingNetwork:
    """Fill the backbone of a network from a file of the Hub that carries no config of ours."""
    if entry.network:
        return _filled(entry, state, entry.name)
    for known in read_table().values():
        if known.network and not known.embedded and _fits(known, state):
            return _filled(known, state, entry.name)
    raise WeightsError(
        f"{entry.name}: cannot tell which network these weights belong to",
        why="the file carries no configuration, and its tensors fit none of the known backbones",
        hint="add an entry with its `network` to your own weights.toml",
    )


def _filled(entry: WeightsEntry, state: dict[str, Tensor], name: str) -> MatchingNetwork:
    network = MatchingNetwork(NetworkConfig.from_dict(entry.network))
    load_strict(network.backbone, network.backbone.prepare_state(state), name)  # type: ignore[operator]
    return network


def _fits(entry: WeightsEntry, state: dict[str, Tensor]) -> bool:
    """Compare keys and shapes alone: on the meta device a network takes no memory."""
    with torch.device("meta"):
        backbone = MatchingNetwork(NetworkConfig.from_dict(entry.network)).backbone
    prepared = backbone.prepare_state(state)  # type: ignore[operator]
    return not differences(backbone.state_dict(), prepared)
