"""The shape contract of the embedded network."""

import pytest
import torch

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones.tiny import Tiny, TinyConfig

SMALL = TinyConfig(widths=(8, 8, 16, 16), blocks=(1, 1, 1), descriptor=12)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 96), (160, 32)])
def test_one_cell_of_eight_pixels_for_any_size(height: int, width: int) -> None:
    network = Tiny(SMALL).eval()
    descriptors, foreground = network.describe(torch.rand(2, 3, height, width))
    assert descriptors.shape == (2, 12, height // 8, width // 8)
    assert foreground.shape == (2, height // 8, width // 8)
    (alone,) = network(torch.rand(2, 3, height, width))
    assert alone.shape == descriptors.shape


def test_the_shipped_shape_has_at_most_five_million_parameters() -> None:
    assert sum(parameter.numel() for parameter in Tiny().parameters()) <= 5_000_000


def test_a_photo_is_described_alike_alone_and_in_a_batch() -> None:
    network = Tiny(SMALL).eval()
    images = torch.rand(3, 3, 64, 64)
    (together,) = network(images)
    (alone,) = network(images[1:2])
    torch.testing.assert_close(together[1:2], alone, atol=1e-5, rtol=1e-4)


def test_folding_for_inference_changes_no_map() -> None:
    network = Tiny(SMALL)
    with torch.no_grad():
        for _ in range(3):  # gives the norms statistics of their own
            network(torch.rand(4, 3, 64, 64))
    network.eval()
    folded = network.for_inference()
    images = torch.rand(2, 3, 64, 96)
    for ours, theirs in zip(folded.describe(images), network.describe(images), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())


@pytest.mark.parametrize(
    "wrong",
    [
        {"widths": (8, 8, 8)},
        {"blocks": (0, 1, 1)},
        {"descriptor": 0},
        {"widths": (8, 8, 8, 10), "heads": 4},
    ],
)
def test_an_impossible_shape_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        TinyConfig(**wrong)  # type: ignore[arg-type]
