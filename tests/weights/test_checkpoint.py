"""Checkpoints: what is saved comes back, what does not fit or is broken is told."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from semimatch_cli.errors import InputError, WeightsError
from semimatch_cli.weights.checkpoint import load_strict, read_checkpoint, save_checkpoint


def network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))


def test_tensors_and_configuration_come_back_as_saved(tmp_path: Path) -> None:
    path = tmp_path / "run" / "best.safetensors"
    state = network().state_dict()
    save_checkpoint(state, path, {"backbone": "tiny", "mean": [0.5, 0.5, 0.5]})
    loaded, header = read_checkpoint(path)
    assert header == {"backbone": "tiny", "mean": [0.5, 0.5, 0.5]}
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[key], state[key]) for key in state)
    assert [entry.name for entry in path.parent.iterdir()] == ["best.safetensors"]


def test_shared_and_strided_tensors_can_be_saved(tmp_path: Path) -> None:
    base = torch.arange(6.0).reshape(2, 3)
    save_checkpoint({"a": base, "b": base.T}, tmp_path / "x.safetensors", {})
    loaded, _ = read_checkpoint(tmp_path / "x.safetensors")
    assert torch.equal(loaded["a"], base) and torch.equal(loaded["b"], base.T)


def test_a_file_made_elsewhere_has_an_empty_header(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / "x.safetensors", metadata={"format": "pt"})
    assert read_checkpoint(tmp_path / "x.safetensors")[1] == {}


@pytest.mark.parametrize("text", ["not json", "[1]"])
def test_a_header_that_is_not_an_object_is_refused(tmp_path: Path, text: str) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / "x.safetensors", metadata={"semimatch": text})
    with pytest.raises(WeightsError, match="JSON object"):
        read_checkpoint(tmp_path / "x.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 40, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "x.safetensors"
    save_checkpoint(network().state_dict(), path, {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        read_checkpoint(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        read_checkpoint(tmp_path / "absent.safetensors")


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_checkpoint({"a": torch.zeros(1)}, path, {})
    with pytest.raises(InputError) as caught:
        save_checkpoint({"a": torch.ones(1)}, path, {})
    assert "--force" in caught.value.hint
    assert read_checkpoint(path)[0]["a"].item() == 0
    save_checkpoint({"a": torch.ones(1)}, path, {}, force=True)
    assert read_checkpoint(path)[0]["a"].item() == 1


def test_only_safetensors_are_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="safetensors"):
        save_checkpoint({}, tmp_path / "x.pth", {})


def test_a_folder_that_cannot_be_made_is_told_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot write"):
        save_checkpoint({"a": torch.zeros(1)}, tmp_path / "file" / "x.safetensors", {})
    assert (tmp_path / "file").read_text() == "in the way"


def test_half_precision_fills_a_full_precision_network() -> None:
    module = network()
    state = {key: torch.full_like(value, 0.5).half() for key, value in module.state_dict().items()}
    load_strict(module, state, "mine")
    assert all(p.dtype == torch.float32 and bool((p == 0.5).all()) for p in module.parameters())


def test_a_misfit_is_told_by_key_and_shape_and_loads_nothing() -> None:
    module = network()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    state = {key: torch.zeros_like(value) for key, value in before.items()}
    del state["1.bias"]
    state |= {"1.weight": torch.zeros(2, 5)} | {f"extra{i}": torch.zeros(1) for i in range(5)}
    with pytest.raises(WeightsError) as caught:
        load_strict(module, state, "mine")
    assert "mine" in caught.value.what
    assert "1 missing: 1.bias" in caught.value.why
    assert "5 unexpected: extra0, extra1, extra2, ..." in caught.value.why
    assert "1.weight (file (2, 5), network (2, 4))" in caught.value.why
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
