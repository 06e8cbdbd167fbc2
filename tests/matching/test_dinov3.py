"""DINOv3: equal to transformers with the same random weights, and to a golden file of timm's."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones.dinov3 import DinoV3, DinoV3Config

transformers = pytest.importorskip("transformers")
safetensors_torch = pytest.importorskip("safetensors.torch")

SMALL = DinoV3Config(width=24, depth=3, heads=2, patch=4, registers=2, levels=(0, 2))


def randomize(network: nn.Module) -> None:
    """Fill every parameter with random numbers, so that none of them can be forgotten."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            scale = 1.5 * parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.5
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)


def reference(config: DinoV3Config) -> nn.Module:
    """Build the same network with transformers, with random weights."""
    settings = transformers.DINOv3ViTConfig(
        hidden_size=config.width,
        num_hidden_layers=config.depth,
        num_attention_heads=config.heads,
        intermediate_size=4 * config.width,
        patch_size=config.patch,
        num_register_tokens=config.registers,
    )
    network = transformers.DINOv3ViTModel(settings)
    randomize(network)
    return network.eval()


def file_tensors(network: nn.Module, folder: Path) -> dict[str, Tensor]:
    """Save as the Hub's files are saved and read back the tensors under their names there."""
    network.save_pretrained(folder)
    return safetensors_torch.load_file(folder / "model.safetensors")


def random_images(height: int, width: int, count: int = 2) -> Tensor:
    return torch.randn(count, 3, height, width, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(("height", "width"), [(16, 16), (24, 36)])
def test_levels_equal_those_of_transformers(height: int, width: int, tmp_path: Path) -> None:
    theirs, ours = reference(SMALL), DinoV3(SMALL).eval()
    ours.load_state_dict(DinoV3.prepare_state(file_tensors(theirs, tmp_path)), strict=True)
    images = random_images(height, width)
    with torch.inference_mode():
        first, last = ours(images)
        output = theirs(images, output_hidden_states=True)
        for found, tokens in (
            (first, theirs.norm(output.hidden_states[1])),
            (last, output.last_hidden_state),
        ):
            expected = tokens[:, 1 + SMALL.registers :].transpose(1, 2).reshape(found.shape)
            assert found.shape == (2, SMALL.width, height // 4, width // 4)
            assert expected.std() > 0.1
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_golden_blocks_under_the_names_of_timm(golden: Path) -> None:
    path = golden / "dinov3_small_timm.npz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    values = np.load(path)
    recipe = _load_module(path.with_name("recipe.py"))
    state = {
        str(name): torch.from_numpy(
            recipe.tensor(str(name), ast.literal_eval(str(shape)), int(values["seed"]))
        )
        for name, shape in zip(values["parameter_names"], values["parameter_shapes"], strict=True)
    }
    network = DinoV3(DinoV3Config.named("small", levels=(5, 11))).eval()
    network.load_state_dict(DinoV3.prepare_state(state), strict=True)
    mean = torch.tensor([0.485, 0.456, 0.406])
    deviation = torch.tensor([0.229, 0.224, 0.225])
    images = ((torch.from_numpy(values["rgb"]) / 255 - mean) / deviation).permute(2, 0, 1)[None]
    with torch.inference_mode():
        for block, level in zip((5, 11), network(images), strict=True):
            expected = torch.from_numpy(values[f"block_{block}_normed"])
            torch.testing.assert_close(level[0], expected, rtol=1e-4, atol=1e-4)


def _load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_kinds_of_file_make_the_same_network(tmp_path: Path) -> None:
    network = reference(SMALL)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith(("q_proj.bias", "v_proj.bias")):
                parameter.zero_()
    state = file_tensors(network, tmp_path)
    expected = DinoV3.prepare_state(state)
    found = DinoV3.prepare_state(_under_names_of_timm(state))
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def _under_names_of_timm(state: dict[str, Tensor]) -> dict[str, Tensor]:
    names = {
        "embeddings.cls_token": "cls_token",
        "embeddings.register_tokens": "reg_token",
        "embeddings.patch_embeddings.weight": "patch_embed.proj.weight",
        "embeddings.patch_embeddings.bias": "patch_embed.proj.bias",
        "norm.weight": "norm.weight",
        "norm.bias": "norm.bias",
    }
    parts = {
        "attention.o_proj": "attn.proj",
        "mlp.up_proj": "mlp.fc1",
        "mlp.down_proj": "mlp.fc2",
        "norm1": "norm1",
        "norm2": "norm2",
    }
    timm = {own: state[name] for name, own in names.items()}
    for index in range(SMALL.depth):
        layer, block = f"layer.{index}", f"blocks.{index}"
        for part, own in parts.items():
            for kind in ("weight", "bias"):
                timm[f"{block}.{own}.{kind}"] = state[f"{layer}.{part}.{kind}"]
        for scale in (1, 2):
            timm[f"{block}.gamma_{scale}"] = state[f"{layer}.layer_scale{scale}.lambda1"]
        timm[f"{block}.attn.qkv.weight"] = torch.cat(
            [state[f"{layer}.attention.{part}_proj.weight"] for part in "qkv"]
        )
    return timm


def test_own_names_pass_unchanged() -> None:
    state = DinoV3(SMALL).state_dict()
    assert DinoV3.prepare_state(state).keys() == state.keys()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda state: state.pop("layer.1.attention.q_proj.bias"), "Missing"),
        (lambda state: state.pop("layer.1.attention.k_proj.weight"), "Missing"),
        (lambda state: state.pop("layer.2.mlp.up_proj.weight"), "Missing"),
        (lambda state: state.update({"layer.3.norm1.bias": torch.ones(24)}), "Unexpected"),
        (lambda state: state.update({"norm.bias": torch.ones(25)}), "size mismatch"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(damage: object, message: str, tmp_path: Path) -> None:
    state = file_tensors(reference(SMALL), tmp_path)
    damage(state)  # type: ignore[operator]
    with pytest.raises(RuntimeError, match=message):
        DinoV3(SMALL).load_state_dict(DinoV3.prepare_state(state), strict=True)


@pytest.mark.parametrize(("size", "width"), [("small", 384), ("base", 768)])
def test_named_sizes_have_the_published_shape(size: str, width: int) -> None:
    config = DinoV3Config.named(size)
    with torch.device("meta"):
        network = DinoV3(config)
    assert network.channels == (width,)
    assert network.stride == network.multiple == 16
    assert config.levels == (11,)


@pytest.mark.parametrize(
    "change", [{"width": 18, "heads": 3}, {"rotary_base": 1.0}, {"levels": (12,)}, {"heads": 7}]
)
def test_an_impossible_configuration_is_refused(change: dict[str, object]) -> None:
    options: dict[str, object] = {"width": 24, "depth": 3, "heads": 2, "levels": (0,), **change}
    with pytest.raises(ConfigError):
        DinoV3Config(**options)  # type: ignore[arg-type]


def test_an_unknown_size_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="small, base"):
        DinoV3Config.named("huge")
