"""The vision transformer that DINOv2 and DINOv3 share: photo -> maps of patch tokens.

Pre-norm blocks with layer scale (Touvron et al., 2021) over one class token, some register tokens
(Darcet et al., 2024) and the patch tokens, in this order. The two families differ in how a token
knows its place and in the names of their files; `dinov2.py` and `dinov3.py` add just that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones._checks import check_images, check_levels

_WIDE_ELEMENTS = 2**20  # 4 MiB of float32

Rotary = tuple[Tensor, Tensor]
"""Cosines and signed sines, both (1 + registers + h*w, head width)."""


@dataclass(frozen=True, kw_only=True)
class VisionTransformerConfig:
    """Shape of a vision transformer and which of its maps are wanted.

    Args:
        width: Channels of a token, D.
        depth: Number of blocks.
        heads: Attention heads; divides `width`.
        patch: Side of a patch in pixels, P.
        registers: Number of register tokens.
        levels: Blocks whose output is returned, counted from 0, in the order of the answer.
        final_norm: Whether the last layer norm is applied to every level.

    Raises:
        ConfigError: a size that is not positive, or a level that does not exist.
    """

    width: int
    depth: int
    heads: int
    patch: int
    registers: int
    levels: tuple[int, ...]
    final_norm: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        for name in ("width", "depth", "heads", "patch"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}", why="it must be positive")
        if self.registers < 0:
            raise ConfigError(f"registers = {self.registers}", why="it cannot be negative")
        if self.width % self.heads:
            raise ConfigError(f"width = {self.width}", why=f"{self.heads} heads do not divide it")
        check_levels(self.levels, count=self.depth)


class Attention(nn.Module):
    """Multi-head self-attention with query, key and value from one product."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, tokens: Tensor, rotary: Rotary | None) -> Tensor:
        """Let every token look at all: (B, N, D) -> (B, N, D)."""
        qkv = self.qkv(tokens).unflatten(2, (3, self.heads, -1))  # (B, N, 3, heads, D / heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind()  # (B, heads, N, D / heads) each
        if rotary is not None:
            query, key = rotate(query, rotary), rotate(key, rotary)
        mixed = F.scaled_dot_product_attention(query, key, value)
        return self.output(mixed.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]


def rotate(tokens: Tensor, rotary: Rotary) -> Tensor:
    """Turn each pair of channels (c, c + half) of (..., N, D / heads) by its token's angle."""
    cosine, signed_sine = rotary
    swapped = tokens.roll(tokens.shape[-1] // 2, dims=-1)
    return torch.addcmul(tokens * cosine, swapped, signed_sine)


class Mlp(nn.Module):
    """Two linear layers, four times as wide between them, and GELU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, N, D) -> (B, N, D), each token for itself."""
        return self.fc2(F.gelu(self.fc1(tokens)))  # type: ignore[no-any-return]


class Block(nn.Module):
    """Attention, then MLP; both read normalized tokens and add their scaled answer."""

    def __init__(self, width: int, heads: int, norm_eps: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=norm_eps)
        self.attention = Attention(width, heads)
        self.scale1 = nn.Parameter(torch.ones(width))
        self.norm2 = nn.LayerNorm(width, eps=norm_eps)
        self.mlp = Mlp(width)
        self.scale2 = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Tensor, rotary: Rotary | None) -> Tensor:
        """(B, N, D) -> (B, N, D)."""
        tokens = torch.addcmul(tokens, self.attention(self.norm1(tokens), rotary), self.scale1)
        parts = torch.split(tokens, _tokens_at_once(tokens), dim=1)
        return torch.cat(
            [torch.addcmul(part, self.mlp(self.norm2(part)), self.scale2) for part in parts], dim=1
        )


def _tokens_at_once(tokens: Tensor) -> int:
    """Return how many of N tokens (B, N, D) should pass the MLP together.

    The MLP's inside for all tokens is larger than what a CPU's allocator keeps, so every block
    would have its pages mapped anew, at the price of its GELU. Other devices take all at once.
    """
    batch, count, width = tokens.shape
    if tokens.device.type != "cpu":
        return count
    return max(1, _WIDE_ELEMENTS // (4 * width * batch))


class VisionTransformer(nn.Module):
    """What both families do alike; a family says in `_embed` how tokens are placed.

    Attributes:
        stride: Pixels per cell, the side of a patch.
        strides: The same, for each level.
        multiple: H and W must be multiples of this, the patch again.
        channels: Channels of each level.
    """

    def __init__(self, config: VisionTransformerConfig, norm_eps: float) -> None:
        super().__init__()
        self.config = config
        self.stride = config.patch
        self.multiple = config.patch
        self.strides = (config.patch,) * len(config.levels)
        self.channels = (config.width,) * len(config.levels)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.width))
        if config.registers:
            self.register_tokens = nn.Parameter(torch.zeros(1, config.registers, config.width))
        self.patch_embedding = nn.Conv2d(3, config.width, config.patch, stride=config.patch)
        self.blocks = nn.ModuleList(
            Block(config.width, config.heads, norm_eps) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.width, eps=norm_eps)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return one map per level of the configuration.

        Args:
            images: (B, 3, H, W) normalized; H and W multiples of the patch.

        Returns:
            Maps (B, D, h, w) of patch tokens, h = H / patch.

        Raises:
            ShapeError: the images are not of this shape.
        """
        check_images(images, multiple=self.multiple)
        height, width = (side // self.stride for side in images.shape[-2:])
        tokens, rotary = self._embed(images)
        maps: dict[int, Tensor] = {}
        for index in range(max(self.config.levels) + 1):
            tokens = self.blocks[index](tokens, rotary)
            if index in self.config.levels:
                level = self.norm(tokens) if self.config.final_norm else tokens
                patches = level[:, 1 + self.config.registers :]
                maps[index] = patches.transpose(1, 2).unflatten(2, (height, width))
        return tuple(maps[level] for level in self.config.levels)

    def _embed(self, images: Tensor) -> tuple[Tensor, Rotary | None]:
        """Return the tokens (B, N, D) of the first block and the angles of every block."""
        raise NotImplementedError

    def _join(self, cls_token: Tensor, patches: Tensor) -> Tensor:
        """Put class token (1, 1, D), registers and patches (B, h*w, D) in a row."""
        count = len(patches)
        tokens = [cls_token.expand(count, -1, -1), patches]
        if self.config.registers:
            tokens.insert(1, self.register_tokens.expand(count, -1, -1))
        return torch.cat(tokens, dim=1)

    def _patches(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, h*w, D), row by row."""
        return self.patch_embedding(images).flatten(2).transpose(1, 2)  # type: ignore[no-any-return]


def rename_keys(
    state: dict[str, Tensor], renames: Sequence[tuple[str, str]], *, unused: str
) -> dict[str, Tensor]:
    """Give the tensors of a file the names of the modules above.

    Args:
        state: The file's tensors by their names there.
        renames: Pairs of a pattern that fits a whole name and its replacement, as for `re`.
        unused: The one name that is known to be of no use and is left out.

    Returns:
        The renamed tensors; an unknown name stays as it is, for strict loading to report.
    """
    renamed = {}
    for name, tensor in state.items():
        if name == unused:
            continue
        fits = ((re.fullmatch(pattern, name), own) for pattern, own in renames)
        renamed[next((fit.expand(own) for fit, own in fits if fit), name)] = tensor
    return renamed


def fuse_qkv(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Stack `query`, `key` and `value` into the one `qkv` of `Attention`, where all three exist."""
    fused = dict(state)
    for name in state:
        names = [re.sub(r"\.query\.", f".{part}.", name) for part in ("query", "key", "value")]
        if ".query." in name and all(part in state for part in names):
            fused[name.replace(".query.", ".qkv.")] = torch.cat([fused.pop(n) for n in names])
    return fused
