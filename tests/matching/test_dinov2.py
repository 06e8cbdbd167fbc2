"""DINOv2: equal to transformers with the same random weights, read under the file's names."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from semimatch_cli.errors import ConfigError, ShapeError
from semimatch_cli.matching.backbones.dinov2 import DinoV2, DinoV2Config

transformers = pytest.importorskip("transformers")
safetensors_torch = pytest.importorskip("safetensors.torch")

SMALL = DinoV2Config(width=24, depth=3, heads=2, patch=4, grid=5, levels=(0, 2))
SMALL_WITH_REGISTERS = DinoV2Config(
    width=24, depth=3, heads=2, patch=4, grid=5, levels=(0, 2), registers=3
)
BOTH = pytest.mark.parametrize("config", [SMALL, SMALL_WITH_REGISTERS])


def randomize(network: nn.Module, seed: int = 0) -> None:
    """Fill every parameter with random numbers, so that none of them can be forgotten."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            scale = 1.5 * parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.5
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)


def reference(config: DinoV2Config) -> nn.Module:
    """Build the same network with transformers, with random weights."""
    options = {
        "hidden_size": config.width,
        "num_hidden_layers": config.depth,
        "num_attention_heads": config.heads,
        "patch_size": config.patch,
        "image_size": config.patch * config.grid,
    }
    if config.registers:
        settings = transformers.Dinov2WithRegistersConfig(
            **options, num_register_tokens=config.registers
        )
        network = transformers.Dinov2WithRegistersModel(settings)
    else:
        network = transformers.Dinov2Model(transformers.Dinov2Config(**options))
    randomize(network)
    return network.eval()


def file_tensors(network: nn.Module, folder: Path) -> dict[str, Tensor]:
    """Save as the Hub's files are saved and read back the tensors under their names there."""
    network.save_pretrained(folder)
    return safetensors_torch.load_file(folder / "model.safetensors")


def random_images(height: int, width: int, count: int = 2) -> Tensor:
    return torch.randn(count, 3, height, width, generator=torch.Generator().manual_seed(3))


# The learned grid itself, a larger one that is not square, and a smaller one.
@pytest.mark.parametrize(("height", "width"), [(20, 20), (24, 36), (12, 16), (20, 24)])
@BOTH
def test_levels_equal_those_of_transformers(
    config: DinoV2Config, height: int, width: int, tmp_path: Path
) -> None:
    theirs, ours = reference(config), DinoV2(config).eval()
    ours.load_state_dict(DinoV2.prepare_state(file_tensors(theirs, tmp_path)), strict=True)
    images = random_images(height, width)
    with torch.inference_mode():
        maps = ours(images)
        hidden = theirs(images, output_hidden_states=True).hidden_states
        for level, found in zip(config.levels, maps, strict=True):
            tokens = theirs.layernorm(hidden[level + 1])[:, 1 + config.registers :]
            expected = tokens.transpose(1, 2).reshape(found.shape)
            assert found.shape == (2, config.width, height // 4, width // 4)
            assert expected.std() > 0.1
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


@BOTH
def test_every_parameter_counts(config: DinoV2Config) -> None:
    network = DinoV2(config)
    randomize(network)
    sum(level.square().mean() for level in network(random_images(24, 28))).backward()
    # Softmax ignores what it adds to all keys alike.
    key_bias = slice(config.width, 2 * config.width)
    for name, parameter in network.named_parameters():
        gradient = parameter.grad
        assert gradient is not None, name
        if name.endswith("qkv.bias"):
            assert gradient[key_bias].abs().max() < 1e-6
            gradient = torch.cat([gradient[: config.width], gradient[2 * config.width :]])
        assert gradient.abs().sum() > 0, name


def test_levels_without_the_final_norm_are_the_blocks_own_output() -> None:
    plain = DinoV2Config(
        width=24, depth=3, heads=2, patch=4, grid=5, levels=(2, 0), final_norm=False
    )
    normed, raw = DinoV2(SMALL), DinoV2(plain)
    randomize(normed)
    raw.load_state_dict(normed.state_dict())
    images = random_images(16, 20)
    with torch.inference_mode():
        last, first = raw(images)
        for found, level in zip(normed(images), (first, last), strict=True):
            expected = normed.norm(level.movedim(1, -1)).movedim(-1, 1)
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_nothing_is_computed_beyond_the_deepest_level() -> None:
    network = DinoV2(DinoV2Config(width=24, depth=3, heads=2, patch=4, grid=5, levels=(1,)))
    torch.nn.init.constant_(network.get_parameter("blocks.2.mlp.fc1.weight"), torch.nan)
    assert network(random_images(16, 16))[0].isfinite().all()


@pytest.mark.parametrize(
    ("size", "parameters"), [("small", 22_056_576), ("base", 86_580_480), ("large", 304_368_640)]
)
@pytest.mark.parametrize("registers", [False, True])
def test_named_sizes_have_the_parameters_of_the_published_networks(
    size: str, parameters: int, registers: bool
) -> None:
    config = DinoV2Config.named(size, registers=registers)
    with torch.device("meta"):
        network = DinoV2(config)
    # The published counts include a mask token, which has no use here.
    extra = (4 if registers else 0) - 1
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == parameters + extra * config.width
    assert config.levels == (config.depth - 1,)
    assert network.stride == network.multiple == 14
    assert network.channels == (config.width,)


def test_photos_of_a_large_batch_do_not_influence_one_another() -> None:
    network = DinoV2(SMALL)
    randomize(network)
    images = random_images(64, 48, count=200)  # its tokens pass the MLP in several parts
    with torch.inference_mode():
        together = network(images)
        alone = network(images[150:151])
    for found, expected in zip(together, alone, strict=True):
        torch.testing.assert_close(found[150:151], expected, rtol=0, atol=1e-5)


def test_own_names_pass_unchanged() -> None:
    state = DinoV2(SMALL).state_dict()
    assert DinoV2.prepare_state(state).keys() == state.keys()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda state: state.pop("encoder.layer.1.attention.attention.key.bias"), "Missing"),
        (lambda state: state.pop("encoder.layer.1.layer_scale2.lambda1"), "Missing"),
        (lambda state: state.pop("embeddings.register_tokens"), "Missing"),
        (lambda state: state.update({"encoder.layer.3.norm1.bias": torch.ones(24)}), "Unexpected"),
        (lambda state: state.update({"classifier.weight": torch.ones(2)}), "Unexpected"),
        (lambda state: state.update({"layernorm.bias": torch.ones(25)}), "size mismatch"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(damage: object, message: str, tmp_path: Path) -> None:
    state = file_tensors(reference(SMALL_WITH_REGISTERS), tmp_path)
    damage(state)  # type: ignore[operator]
    with pytest.raises(RuntimeError, match=message):
        DinoV2(SMALL_WITH_REGISTERS).load_state_dict(DinoV2.prepare_state(state), strict=True)


@pytest.mark.parametrize(
    "change",
    [
        {"levels": ()},
        {"levels": (3,)},
        {"levels": (-1,)},
        {"heads": 5},
        {"heads": 0},
        {"width": 0},
        {"depth": 0},
        {"patch": 0},
        {"grid": 0},
        {"registers": -1},
    ],
)
def test_an_impossible_configuration_is_refused(change: dict[str, object]) -> None:
    options: dict[str, object] = {"width": 24, "depth": 3, "heads": 2, "levels": (0,), **change}
    with pytest.raises(ConfigError):
        DinoV2Config(**options)  # type: ignore[arg-type]


def test_an_unknown_size_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="small, base, large"):
        DinoV2Config.named("giant")


@pytest.mark.parametrize("shape", [(3, 20, 20), (1, 1, 20, 20), (1, 3, 20, 22), (1, 3, 0, 20)])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError):
        DinoV2(SMALL)(torch.zeros(shape))
