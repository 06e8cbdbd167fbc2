"""The network's configuration, and what reaches the backbone."""

import numpy as np
import pytest
import torch

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.frame import Frame
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig

SMALL = {"widths": [8, 8, 16, 16], "blocks": [1, 1, 1], "descriptor": 12}


def small_network(**settings: object) -> MatchingNetwork:
    return MatchingNetwork(
        NetworkConfig.from_dict({"backbone": "tiny", "backbone_options": SMALL, **settings})
    ).eval()


def test_a_config_comes_back_from_its_own_dict() -> None:
    config = NetworkConfig("tiny", SMALL, long_side=128, frame="squash", window=3)
    assert NetworkConfig.from_dict(config.to_dict()) == config


def test_an_unknown_setting_names_the_close_one() -> None:
    with pytest.raises(ConfigError) as caught:
        NetworkConfig.from_dict({"backbone": "tiny", "longside": 3})
    assert "long_side" in caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [{"long_side": 0}, {"frame": "crop"}, {"temperature": 0.0}, {"window": -1}, {"std": (0, 1, 1)}],
)
def test_an_impossible_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        NetworkConfig.from_dict({"backbone": "tiny", **wrong})


def test_an_unknown_backbone_or_option_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown backbone"):
        MatchingNetwork(NetworkConfig("resnet9000"))
    with pytest.raises(ConfigError, match="unknown option"):
        MatchingNetwork(NetworkConfig("tiny", {"depth": 3}))


def test_descriptors_have_unit_length_and_foreground_is_a_share() -> None:
    network = small_network()
    descriptors, foreground = network(torch.rand(2, 3, 64, 96))
    torch.testing.assert_close(descriptors.norm(dim=1), torch.ones(2, 8, 12))
    assert ((foreground >= 0) & (foreground <= 1)).all()


def test_padding_is_the_mean_color_after_normalization() -> None:
    network = small_network(long_side=64)
    frame = network.frame((100, 50))
    assert frame == Frame((100, 50), (64, 32), (64, 32))
    tall = network.frame((30, 100))
    canvas = np.full((1, *tall.canvas_size[::-1], 3), 255, dtype=np.uint8)
    images = network.prepare(canvas, [tall])
    assert images.shape == (1, 3, 64, 32)
    assert (images[:, :, :, 19:] == 0).all()
    assert (images[:, :, :, :19] > 1).all()


def test_squash_ignores_the_aspect_ratio() -> None:
    frame = small_network(frame="squash", long_side=64).frame((100, 50))
    assert frame.content_size == frame.canvas_size == (64, 64)


def test_levels_weigh_the_same_in_the_joined_descriptor() -> None:
    network = MatchingNetwork(
        NetworkConfig(
            "resnet101", {"levels": [1, 2, 4], "width": 4, "blocks": [1, 1, 1, 1]}, long_side=64
        )
    ).eval()
    descriptors, foreground = network(torch.rand(1, 3, 64, 64))
    assert descriptors.shape[-2:] == (64 // network.stride, 64 // network.stride)
    torch.testing.assert_close(
        descriptors[:, :16].square().sum(1), torch.full_like(foreground, 1 / 3)
    )
    assert (foreground == 1).all()
