"""DINOv2 (Oquab et al., 2023), with or without registers (Darcet et al., 2024).

Positions are learned on a square grid and resized to the grid of the photo. Files:
`facebook/dinov2-*` and `facebook/dinov2-with-registers-*`, under their own key names.
"""

from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones._vision_transformer import (
    Rotary,
    VisionTransformer,
    VisionTransformerConfig,
    fuse_qkv,
    rename_keys,
)

_SIZES = {"small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}
_BLOCK = r"encoder\.layer\.(\d+)\."
_RENAMES = (
    (r"embeddings\.(cls_token|register_tokens|position_embeddings)", r"\1"),
    (r"embeddings\.patch_embeddings\.projection\.(weight|bias)", r"patch_embedding.\1"),
    (_BLOCK + r"((?:norm[12]|mlp\.fc[12])\.(?:weight|bias))", r"blocks.\1.\2"),
    (_BLOCK + r"attention\.attention\.((?:query|key|value)\.\w+)", r"blocks.\1.attention.\2"),
    (_BLOCK + r"attention\.output\.dense\.(\w+)", r"blocks.\1.attention.output.\2"),
    (_BLOCK + r"layer_scale([12])\.lambda1", r"blocks.\1.scale\2"),
    (r"layernorm\.(weight|bias)", r"norm.\1"),
)


@dataclass(frozen=True, kw_only=True)
class DinoV2Config(VisionTransformerConfig):
    """Shape of a DINOv2 network.

    Args:
        grid: Cells per side of the learned positions (37: trained at 518 pixels).
    """

    patch: int = 14
    registers: int = 0
    grid: int = 37

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grid < 1:
            raise ConfigError(f"grid = {self.grid}", why="it must be positive")

    @classmethod
    def named(
        cls, size: str, *, registers: bool = False, levels: tuple[int, ...] | None = None
    ) -> Self:
        """Return the shape of `small`, `base` or `large`; the level is the last block."""
        if size not in _SIZES:
            raise ConfigError(f"unknown size {size!r}", why=f"DINOv2 has {', '.join(_SIZES)}")
        width, depth, heads = _SIZES[size]
        return cls(
            width=width,
            depth=depth,
            heads=heads,
            registers=4 if registers else 0,
            levels=(depth - 1,) if levels is None else levels,
        )


class DinoV2(VisionTransformer):
    """The network; see `VisionTransformer` for what goes in and comes out."""

    Config = DinoV2Config

    def __init__(self, config: DinoV2Config) -> None:
        super().__init__(config, norm_eps=1e-6)
        self.grid = config.grid
        self.position_embeddings = nn.Parameter(torch.zeros(1, 1 + config.grid**2, config.width))

    @staticmethod
    def prepare_state(state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the tensors of a Hub file (key names of transformers) under our own names."""
        return fuse_qkv(rename_keys(state, _RENAMES, unused="embeddings.mask_token"))

    def _embed(self, images: Tensor) -> tuple[Tensor, Rotary | None]:
        height, width = (side // self.stride for side in images.shape[-2:])
        patches = self._patches(images) + self._positions(height, width)
        return self._join(self.cls_token + self.position_embeddings[:, :1], patches), None

    def _positions(self, height: int, width: int) -> Tensor:
        """Return the learned positions on a grid of `height` by `width` cells, (1, h*w, D)."""
        learned = self.position_embeddings[:, 1:]
        if (height, width) == (self.grid, self.grid):
            return learned
        square = learned.transpose(1, 2).reshape(1, -1, self.grid, self.grid)
        # The files were published with these two ways of resizing; antialiasing counts for grids
        # smaller than the learned one.
        antialias = self.config.registers > 0
        resized = F.interpolate(square, (height, width), mode="bicubic", antialias=antialias)
        return resized.flatten(2).transpose(1, 2)
