"""Checkpoints: safetensors files with the network's configuration in their header.

A file read here is memory-mapped, so that opening one costs little until its values are used. What
is loaded must fit exactly; a difference is told by key and shape, never skipped. Pickles are never
read: see `registry` for how they are refused.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from semimatch_cli.errors import InputError, WeightsError
from semimatch_cli.files import written_whole

HEADER_KEY = "semimatch"
_SHOWN = 3


def read_checkpoint(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Open a safetensors file.

    Args:
        path: A safetensors file.

    Returns:
        The tensors by key, on the CPU in the file's dtype, memory-mapped; and the configuration
        that `save_checkpoint` wrote, empty for files made elsewhere.

    Raises:
        WeightsError: The file is missing, truncated or not safetensors, or its header is not ours.
    """
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            header = _read_header(path, file.metadata())
            return {key: file.get_tensor(key) for key in file.keys()}, header
    except (SafetensorError, OSError) as error:
        why = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise WeightsError(
            f"cannot read the weights {path}",
            why=f"not a whole safetensors file: {why}" if path.is_file() else why,
            hint="fetch or copy it again; `semimatch weights verify` checks downloaded files",
        ) from error


def save_checkpoint(
    state: Mapping[str, torch.Tensor], path: Path, config: Mapping[str, Any], *, force: bool = False
) -> None:
    """Write tensors and configuration; the file appears whole or not at all.

    Args:
        state: The tensors by key, on any device.
        path: Where to write; ends in `.safetensors`.
        config: The plain configuration that rebuilds the network, kept as JSON in the header.
        force: Replace an existing file.

    Raises:
        InputError: The name does not end so, the file exists, or the folder cannot be written.
    """
    if path.suffix != ".safetensors":
        raise InputError(f"weights are saved as .safetensors, not as {path.name}")
    whole = {key: value.detach().to("cpu", copy=True).contiguous() for key, value in state.items()}
    metadata = {HEADER_KEY: json.dumps(dict(config), sort_keys=True)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, force=force) as part:
            save_file(whole, part, metadata=metadata)
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"cannot write {path}", why=str(error), hint="check the folder and the free space"
        ) from error


def load_strict(module: torch.nn.Module, state: Mapping[str, torch.Tensor], what: str) -> None:
    """Load tensors into a module of exactly the same keys and shapes.

    Values take the module's dtype and device, so a float16 file fills a float32 network.

    Args:
        module: The network to fill in place.
        state: The tensors by key.
        what: How to call the weights in the message.

    Raises:
        WeightsError: A key is missing or unexpected, or a shape differs. Nothing was loaded.
    """
    difference = differences(module.state_dict(), state)
    if difference:
        raise WeightsError(
            f"the weights {what} do not fit this network",
            why="; ".join(difference),
            hint="check that the network's configuration belongs to this file",
        )
    module.load_state_dict(dict(state), strict=True)


def _read_header(path: Path, metadata: Mapping[str, str] | None) -> dict[str, Any]:
    text = (metadata or {}).get(HEADER_KEY, "{}")
    try:
        header = json.loads(text)
    except json.JSONDecodeError:
        header = None
    if not isinstance(header, dict):
        raise WeightsError(
            f"cannot read the weights {path}",
            why=f"the {HEADER_KEY!r} entry of its header is not a JSON object",
            hint="write the file again with save_checkpoint",
        )
    return header


def differences(network: Mapping[str, torch.Tensor], file: Mapping[str, torch.Tensor]) -> list[str]:
    """Describe how a file departs from a network, at most one phrase for each kind; empty if not.

    Args:
        network: The state that the network has; only keys and shapes count.
        file: The state that was read.
    """
    shapes = [
        f"{key} (file {tuple(file[key].shape)}, network {tuple(value.shape)})"
        for key, value in network.items()
        if key in file and file[key].shape != value.shape
    ]
    kinds = {
        "missing": [key for key in network if key not in file],
        "unexpected": [key for key in file if key not in network],
        "of another shape": shapes,
    }
    return [f"{len(keys)} {kind}: {_first(keys)}" for kind, keys in kinds.items() if keys]


def _first(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_SHOWN]) + (", ..." if len(shown) > _SHOWN else "")
