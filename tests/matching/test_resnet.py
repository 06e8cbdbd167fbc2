"""ResNet: its levels equal a plain reading of torchvision's definition and the golden values."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from semimatch_cli.errors import ConfigError, ShapeError
from semimatch_cli.matching.backbones.resnet import ResNet, ResNetConfig

SMALL = ResNetConfig(levels=(0, 1, 3, 4, 6, 7), blocks=(2, 1, 3, 1), width=8)
IMAGENET_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
IMAGENET_STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def random_resnet(config: ResNetConfig, seed: int = 0) -> ResNet:
    """Build a network whose every tensor, statistics included, is random."""
    generator = torch.Generator().manual_seed(seed)
    network = ResNet(config).eval()
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var") or (tensor.ndim == 1 and name.endswith("weight")):
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif tensor.is_floating_point():
            fan_in = tensor[0].numel() if tensor.ndim == 4 else 10
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * fan_in**-0.5)
    return network


def random_images(height: int, width: int, count: int = 1) -> Tensor:
    return torch.randn(count, 3, height, width, generator=torch.Generator().manual_seed(7))


def plain_levels(state: dict[str, Tensor], blocks: tuple[int, ...], images: Tensor) -> list[Tensor]:
    """Compute every level from the tensors alone: ResNet v1.5, stride in the 3x3 convolution."""

    def conv_norm(x: Tensor, conv: str, norm: str, stride: int = 1) -> Tensor:
        weight = state[f"{conv}.weight"]
        x = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2)
        mean, variance = state[f"{norm}.running_mean"], state[f"{norm}.running_var"]
        return F.batch_norm(x, mean, variance, state[f"{norm}.weight"], state[f"{norm}.bias"])

    x = F.max_pool2d(F.relu(conv_norm(images, "conv1", "bn1", 2)), 3, 2, 1)
    levels = [x]
    for stage, count in enumerate(blocks, start=1):
        for block in range(count):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            y = F.relu(conv_norm(x, f"{name}.conv1", f"{name}.bn1"))
            y = F.relu(conv_norm(y, f"{name}.conv2", f"{name}.bn2", stride))
            y = conv_norm(y, f"{name}.conv3", f"{name}.bn3")
            if f"{name}.downsample.0.weight" in state:
                x = conv_norm(x, f"{name}.downsample.0", f"{name}.downsample.1", stride)
            levels.append(x + y)
            x = F.relu(levels[-1])
    return levels


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 160)])
def test_every_level_equals_the_plain_reading_of_the_definition(height: int, width: int) -> None:
    network = random_resnet(SMALL)
    images = random_images(height, width, count=2)
    with torch.inference_mode():
        maps = network(images)
        expected = plain_levels(network.state_dict(), SMALL.blocks, images)
    for level, found in zip(SMALL.levels, maps, strict=True):
        torch.testing.assert_close(found, expected[level], rtol=0, atol=1e-4)


def test_the_whole_network_equals_that_of_transformers() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[32, 64, 128, 256], depths=[2, 1, 3, 1]
    )
    theirs = transformers.ResNetModel(config).eval()
    ours = random_resnet(SMALL)
    # Both list their tensors in the order of use, but they put the shortcut first.
    names = sorted(ours.state_dict(), key=_transformers_order)
    theirs.load_state_dict(
        {name: ours.state_dict()[own] for name, own in zip(theirs.state_dict(), names, strict=True)}
    )
    for height, width in ((64, 64), (96, 160)):
        images = random_images(height, width)
        with torch.inference_mode():
            found = F.relu(ours(images)[-1])
            expected = theirs(images).last_hidden_state
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def _transformers_order(name: str) -> tuple[str, str, bool]:
    stage, block = name.split(".")[:2] if name.startswith("layer") else ("", "")
    return stage, block, "downsample" not in name


def test_levels_come_in_the_order_asked_with_their_strides_and_channels() -> None:
    network = random_resnet(ResNetConfig(levels=(7, 0, 3), blocks=(2, 1, 3, 1), width=8))
    maps = network(random_images(64, 96))
    assert network.strides == (32, 4, 8)
    assert network.stride == network.multiple == 32
    assert network.channels == (256, 8, 64)
    assert [tuple(level.shape) for level in maps] == [
        (1, 256, 2, 3),
        (1, 8, 16, 24),
        (1, 64, 8, 12),
    ]


def test_levels_are_not_cut_by_the_relu_that_follows() -> None:
    maps = random_resnet(SMALL)(random_images(64, 64))
    assert all(level.min() < 0 for level in maps[1:])
    assert maps[0].min() >= 0


def test_nothing_is_computed_beyond_the_deepest_level() -> None:
    config = ResNetConfig(levels=(2,), blocks=(2, 1, 3, 1), width=8)
    network = random_resnet(config)
    torch.nn.init.constant_(network.get_parameter("layer2.0.conv1.weight"), torch.nan)
    assert network(random_images(64, 64))[0].isfinite().all()


def test_defaults_are_the_shape_of_resnet_101() -> None:
    with torch.device("meta"):
        network = ResNet(ResNetConfig(levels=(8, 30, 33)))
    assert network.channels == (1024, 1024, 2048)
    assert sum(p.numel() for p in network.parameters()) == 44_549_160 - 2048 * 1000 - 1000


def test_inference_copy_gives_the_same_maps_and_leaves_the_original_alone() -> None:
    network = random_resnet(SMALL)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    images = random_images(64, 96)
    with torch.inference_mode():
        expected = network(images)
        found = network.for_inference()(images)
    for left, right in zip(found, expected, strict=True):
        torch.testing.assert_close(left, right, rtol=0, atol=1e-4)
    torch.testing.assert_close(network.state_dict(), before, rtol=0, atol=0)


def test_inference_copy_of_a_network_in_training_uses_the_running_statistics() -> None:
    network = random_resnet(SMALL)
    images = random_images(64, 64)
    with torch.inference_mode():
        expected = network(images)[-1]
        found = network.train().for_inference()(images)[-1]
    assert network.training
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_gradients_reach_every_layer_up_to_the_deepest_level() -> None:
    network = random_resnet(SMALL).train()
    sum(level.square().mean() for level in network(random_images(64, 64, count=2))).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_a_file_under_torchvision_names_loads_strictly_without_its_classifier() -> None:
    source, network = random_resnet(SMALL, seed=1), ResNet(SMALL)
    state = {**source.state_dict(), "fc.weight": torch.ones(10, 256), "fc.bias": torch.ones(10)}
    network.load_state_dict(ResNet.prepare_state(state), strict=True)
    torch.testing.assert_close(network.state_dict(), source.state_dict())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda state: state.pop("layer2.0.conv2.weight"), "Missing"),
        (lambda state: state.update({"layer2.9.conv2.weight": torch.ones(1)}), "Unexpected"),
        (lambda state: state.update({"bn1.bias": torch.ones(9)}), "size mismatch"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(damage: object, message: str) -> None:
    state = random_resnet(SMALL).state_dict()
    damage(state)  # type: ignore[operator]
    with pytest.raises(RuntimeError, match=message):
        ResNet(SMALL).load_state_dict(ResNet.prepare_state(state), strict=True)


@pytest.mark.parametrize(
    "options",
    [
        {"levels": ()},
        {"levels": (34,)},
        {"levels": (-1,)},
        {"levels": (0,), "blocks": (3, 4, 23)},
        {"levels": (0,), "blocks": (3, 4, 0, 3)},
        {"levels": (0,), "width": 0},
    ],
)
def test_an_impossible_configuration_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        ResNetConfig(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 4, 64, 64), (1, 3, 64, 72), (1, 3, 0, 64)])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError):
        ResNet(SMALL)(torch.zeros(shape))


@pytest.mark.parametrize("dataset", ["spair", "pfpascal"])
def test_golden_features_of_the_source_photo(golden: Path, dataset: str) -> None:
    path = golden / f"cats_network_{dataset}_layers.npz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    values = np.load(path)
    network = ResNet(ResNetConfig(levels=tuple(int(i) for i in values["hyperpixel_ids"]))).eval()
    network.load_state_dict(ResNet.prepare_state(_golden_backbone(path)), strict=True)
    pixels = torch.from_numpy(values["source_rgb"]).permute(2, 0, 1) / 255
    images = ((pixels - IMAGENET_MEAN) / IMAGENET_STD)[None]
    for candidate in (network, network.for_inference()):
        with torch.inference_mode():
            maps = candidate(images)
        for index, level in enumerate(maps):
            _check_golden_level(level, values, index)


def _check_golden_level(level: Tensor, values: Mapping[str, np.ndarray], index: int) -> None:
    resized = F.interpolate(level, (16, 16), mode="bilinear", align_corners=True).contiguous()
    mean, deviation = (float(values[f"source_feature_{name}"][index]) for name in ("mean", "std"))
    assert float(resized.mean()) == pytest.approx(mean, rel=1e-4, abs=1e-4 * deviation)
    assert float(resized.std()) == pytest.approx(deviation, rel=1e-4)
    found = resized.flatten()[torch.linspace(0, resized.numel() - 1, 256).long()]
    expected = torch.from_numpy(values["source_feature_sample"][index])
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * deviation)


def _golden_backbone(path: Path) -> dict[str, Tensor]:
    """The backbone's tensors of the authors' network, under torchvision's names."""
    state = _load_module(path.with_name("recipe.py")).state_dict(str(path))
    prefix = next(name for name in state if name.endswith("conv1.weight"))
    prefix = prefix.removesuffix("conv1.weight")
    return {
        name.removeprefix(prefix): torch.from_numpy(value)
        for name, value in state.items()
        if name.startswith(prefix)
    }


def _load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
