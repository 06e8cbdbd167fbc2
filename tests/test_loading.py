"""From a name, a file or a foreign file to a matcher."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from semimatch_cli.errors import ArgumentError, OfflineError, WeightsError
from semimatch_cli.loading import load_matcher
from semimatch_cli.matching.backbones.dinov2 import DinoV2, DinoV2Config
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from semimatch_cli.weights.checkpoint import save_checkpoint

SMALL = {"widths": [8, 8, 16, 16], "blocks": [1, 1, 1], "descriptor": 12}


def test_tiny_is_the_default_and_is_small_enough_for_the_wheel() -> None:
    matcher = load_matcher(device="cpu")
    assert matcher.config.backbone == "tiny"
    here = Path(__file__).parents[1] / "semimatch_cli" / "weights" / "tiny.safetensors"
    assert here.stat().st_size <= 12_000_000


def test_a_checkpoint_of_ours_brings_its_own_network(tmp_path: Path) -> None:
    config = NetworkConfig("tiny", SMALL, long_side=96, window=1)
    network = MatchingNetwork(config)
    save_checkpoint(network.state_dict(), tmp_path / "mine.safetensors", config.to_dict())
    matcher = load_matcher(tmp_path / "mine.safetensors", device="cpu")
    assert matcher.config == config
    photo = torch.randint(0, 255, (60, 80, 3), dtype=torch.uint8).numpy()
    expected = load_matcher(tmp_path, device="cpu").encode(photo).descriptors
    torch.testing.assert_close(matcher.encode(photo).descriptors, expected)


def test_a_file_of_the_hub_is_recognized_by_its_keys_and_shapes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = DinoV2(DinoV2Config.named("small")).state_dict()
    save_file(dict(state), tmp_path / "model.safetensors")
    matcher = load_matcher(tmp_path / "model.safetensors", device="cpu")
    assert (matcher.config.backbone, matcher.config.backbone_options["size"]) == ("dinov2", "small")


def test_a_file_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="which network"):
        load_matcher(tmp_path / "other.safetensors")


def test_a_checkpoint_with_a_key_too_few_names_it(tmp_path: Path) -> None:
    config = NetworkConfig("tiny", SMALL)
    state = MatchingNetwork(config).state_dict()
    del state["backbone.descriptor.bias"]
    save_checkpoint(state, tmp_path / "broken.safetensors", config.to_dict())
    with pytest.raises(WeightsError) as caught:
        load_matcher(tmp_path / "broken.safetensors")
    assert "backbone.descriptor.bias" in str(caught.value)


def test_unknown_names_and_absent_weights_are_refused() -> None:
    with pytest.raises(ArgumentError, match="tinny"):
        load_matcher("tinny")
    with pytest.raises(OfflineError):
        load_matcher("dinov2-small", offline=True)
