"""Tiny: our own convolutional network, small enough to lie in the wheel.

A residual pyramid down to stride 32, two attention blocks there for the context that tells left
from right, and a top-down path back to stride 8. It answers one descriptor map and, from a second
head, how likely each cell lies on an object rather than on the background.
"""

import copy
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones._folding import fold_norm


@dataclass(frozen=True)
class TinyConfig:
    """The widths and depths of `Tiny`.

    Args:
        widths: Channels at strides 4, 8, 16 and 32.
        blocks: Residual blocks at strides 4, 8 and 16.
        attention_blocks: Self-attention blocks at stride 32.
        heads: Attention heads; they divide the last width.
        descriptor: Channels of the descriptor map.
    """

    widths: tuple[int, int, int, int] = (64, 128, 192, 240)
    blocks: tuple[int, int, int] = (1, 2, 2)
    attention_blocks: int = 2
    heads: int = 4
    descriptor: int = 128

    def __post_init__(self) -> None:
        if len(self.widths) != 4 or len(self.blocks) != 3:
            raise ConfigError(f"tiny: four widths and three block counts are needed, got {self}")
        if min(*self.widths, *self.blocks, self.heads, self.descriptor) < 1:
            raise ConfigError(f"tiny: every size must be positive, got {self}")
        if self.widths[-1] % self.heads:
            raise ConfigError(f"tiny: {self.heads} heads do not divide {self.widths[-1]} channels")


class Tiny(nn.Module):
    """Convolutional pyramid with attention at its top and descriptors at stride 8."""

    Config = TinyConfig
    stride = 8
    strides = (8,)
    multiple = 32

    def __init__(self, config: TinyConfig = TinyConfig()) -> None:
        super().__init__()
        w4, w8, w16, w32 = config.widths
        # One wide step to stride 4: at stride 2 the maps would cost more than all that follows.
        self.stem = ConvNorm(3, w4, kernel=7, stride=4)
        self.stage4 = nn.Sequential(*(ResidualBlock(w4) for _ in range(config.blocks[0])))
        self.stage8 = _stage(w4, w8, config.blocks[1])
        self.stage16 = _stage(w8, w16, config.blocks[2])
        self.stage32 = _stage(w16, w32, 0)
        self.context = nn.Sequential(
            *(AttentionBlock(w32, config.heads) for _ in range(config.attention_blocks))
        )
        self.lateral32 = nn.Conv2d(w32, w8, 1)
        self.lateral16 = nn.Conv2d(w16, w8, 1)
        self.lateral8 = nn.Conv2d(w8, w8, 1)
        self.smooth16 = ResidualBlock(w8)
        self.smooth8 = ResidualBlock(w8)
        self.descriptor = nn.Conv2d(w8, config.descriptor, 1)
        self.foreground = nn.Conv2d(w8, 1, 1)
        self.channels = (config.descriptor,)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Describe each cell of 8 pixels.

        Args:
            images: (B, 3, H, W) normalised; H and W multiples of 32.

        Returns:
            One map (B, D, H/8, W/8), not normalised.
        """
        return (self.descriptor(self._pyramid(images)),)

    def describe(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the descriptors (B, D, h, w) and the logits (B, h, w) of lying on an object."""
        pyramid = self._pyramid(images)
        return self.descriptor(pyramid), self.foreground(pyramid)[:, 0]

    def for_inference(self) -> Self:
        """Return a faster copy that gives the same maps but can be neither trained nor saved."""
        folded = copy.deepcopy(self).eval()
        for module in folded.modules():
            if isinstance(module, ConvNorm):
                fold_norm(module, "0", "1")
            elif isinstance(module, ResidualBlock):
                fold_norm(module, "second", "norm")
        return folded.requires_grad_(False)

    def _pyramid(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, w8, H/8, W/8)."""
        at8 = self.stage8(self.stage4(self.stem(images)))
        at16 = self.stage16(at8)
        at32 = self.context(self.stage32(at16))
        at16 = self.smooth16(self.lateral16(at16) + _double(self.lateral32(at32)))
        pyramid: Tensor = self.smooth8(self.lateral8(at8) + _double(at16))
        return pyramid


class ConvNorm(nn.Sequential):
    """Convolution (3x3 unless told otherwise), batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around an identity (He et al., 2016); the sum passes a ReLU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = ConvNorm(width, width)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> the same shape."""
        residual: Tensor = self.norm(self.second(self.first(x)))
        return F.relu(x + residual, inplace=True)


class AttentionBlock(nn.Module):
    """Pre-norm self-attention over all cells, then an MLP (Dosovitskiy et al., 2021).

    There are no position embeddings, so maps of any size are taken: the zero padding of the
    convolutions before it tells each cell where it is.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> the same shape."""
        b, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)  # (B, h w, C)
        heads = self.qkv(self.norm1(tokens)).unflatten(-1, (3, self.heads, -1))
        q, k, v = heads.transpose(1, 3).unbind(2)  # each (B, heads, h w, C / heads)
        # A few dozen tokens: plain products beat the fused kernels, which are slow on CPUs in
        # bfloat16.
        weights = torch.softmax(q @ k.mT * q.shape[-1] ** -0.5, dim=-1)
        tokens = tokens + self.out((weights @ v).transpose(1, 2).flatten(2))
        tokens = tokens + self.mlp(self.norm2(tokens))
        maps: Tensor = tokens.transpose(1, 2).reshape(b, c, h, w)
        return maps


def _stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(
        ConvNorm(inputs, outputs, stride=2), *(ResidualBlock(outputs) for _ in range(blocks))
    )


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
