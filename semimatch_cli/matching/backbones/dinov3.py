"""DINOv3 (Siméoni et al., 2025): vision transformer with rotary positions.

The angle of a token comes from its place in the photo, scaled to -1..1 along each side, so any
grid works without resizing. Files: the ungated `timm/vit_*_patch16_dinov3.lvd1689m` under timm's
key names, and the gated originals under those of transformers.
"""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones._vision_transformer import (
    Rotary,
    VisionTransformer,
    VisionTransformerConfig,
    fuse_qkv,
    rename_keys,
)

_SIZES = {"small": (384, 12, 6), "base": (768, 12, 12)}
_LAYER, _BLOCK = r"layer\.(\d+)\.", r"blocks\.(\d+)\."
_TRANSFORMERS_NAMES = (
    (r"embeddings\.(cls_token|register_tokens)", r"\1"),
    (r"embeddings\.patch_embeddings\.(weight|bias)", r"patch_embedding.\1"),
    (_LAYER + r"(norm[12]\.(?:weight|bias))", r"blocks.\1.\2"),
    (_LAYER + r"attention\.q_proj\.(\w+)", r"blocks.\1.attention.query.\2"),
    (_LAYER + r"attention\.k_proj\.(\w+)", r"blocks.\1.attention.key.\2"),
    (_LAYER + r"attention\.v_proj\.(\w+)", r"blocks.\1.attention.value.\2"),
    (_LAYER + r"attention\.o_proj\.(\w+)", r"blocks.\1.attention.output.\2"),
    (_LAYER + r"layer_scale([12])\.lambda1", r"blocks.\1.scale\2"),
    (_LAYER + r"mlp\.up_proj\.(\w+)", r"blocks.\1.mlp.fc1.\2"),
    (_LAYER + r"mlp\.down_proj\.(\w+)", r"blocks.\1.mlp.fc2.\2"),
)
_TIMM_NAMES = (
    (r"reg_token", r"register_tokens"),
    (r"patch_embed\.proj\.(weight|bias)", r"patch_embedding.\1"),
    (_BLOCK + r"attn\.qkv\.(\w+)", r"blocks.\1.attention.qkv.\2"),
    (_BLOCK + r"attn\.proj\.(\w+)", r"blocks.\1.attention.output.\2"),
    (_BLOCK + r"gamma_([12])", r"blocks.\1.scale\2"),
)


@dataclass(frozen=True, kw_only=True)
class DinoV3Config(VisionTransformerConfig):
    """Shape of a DINOv3 network.

    Args:
        rotary_base: Ratio of the longest wavelength to the shortest.
    """

    patch: int = 16
    registers: int = 4
    rotary_base: float = 100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rotary_base <= 1:
            raise ConfigError(f"rotary_base = {self.rotary_base}", why="it must be above 1")
        if self.width % (4 * self.heads):
            raise ConfigError(
                f"width = {self.width}",
                why=f"rotary positions need 4, 8, 12 ... channels in each of {self.heads} heads",
            )

    @classmethod
    def named(cls, size: str, *, levels: tuple[int, ...] | None = None) -> Self:
        """Return the shape of `small` or `base`; the level is the last block."""
        if size not in _SIZES:
            raise ConfigError(f"unknown size {size!r}", why=f"DINOv3 has {', '.join(_SIZES)}")
        width, depth, heads = _SIZES[size]
        levels = (depth - 1,) if levels is None else levels
        return cls(width=width, depth=depth, heads=heads, levels=levels)


class DinoV3(VisionTransformer):
    """The network; see `VisionTransformer` for what goes in and comes out."""

    Config = DinoV3Config

    def __init__(self, config: DinoV3Config) -> None:
        super().__init__(config, norm_eps=1e-5)
        self.rotary_base = config.rotary_base

    @staticmethod
    def prepare_state(state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the tensors of a Hub file (names of timm or transformers) under our own names."""
        renames = _TRANSFORMERS_NAMES + _TIMM_NAMES
        renamed = rename_keys(state, renames, unused="embeddings.mask_token")
        for name, tensor in list(renamed.items()):
            # The keys have no bias in the files of transformers, nothing has one in those of timm.
            if name.endswith((".attention.key.weight", ".attention.qkv.weight")):
                bias = name.removesuffix("weight") + "bias"
                renamed.setdefault(bias, tensor.new_zeros(len(tensor)))
        return fuse_qkv(renamed)

    def _embed(self, images: Tensor) -> tuple[Tensor, Rotary | None]:
        height, width = (side // self.stride for side in images.shape[-2:])
        tokens = self._join(self.cls_token, self._patches(images))
        return tokens, self._rotary(height, width, tokens)

    def _rotary(self, height: int, width: int, like: Tensor) -> Rotary:
        """Return cosines and signed sines; class token and registers are not turned."""
        quarter = self.config.width // self.config.heads // 4
        exponents = torch.arange(quarter, device=like.device) / quarter
        frequencies = 2 * math.pi / self.rotary_base**exponents  # (D / heads / 4,)
        rows_norm, columns_norm = (
            (2 * torch.arange(side, device=like.device) + 1) / side - 1 for side in (height, width)
        )
        places_norm = torch.cartesian_prod(rows_norm, columns_norm)  # (h*w, 2) of y, x
        angles = (places_norm[:, :, None] * frequencies).flatten(1)  # (h*w, D / heads / 2)
        still = angles.new_zeros(1 + self.config.registers, angles.shape[1])
        angles = torch.cat([still, angles])
        cosine, sine = angles.cos().to(like.dtype), angles.sin().to(like.dtype)
        return torch.cat([cosine, cosine], dim=1), torch.cat([-sine, sine], dim=1)
