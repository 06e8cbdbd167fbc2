"""ResNet-101 (He et al., 2016) as a source of hyperpixels (Min et al., 2019).

Every bottleneck's output, taken before its last ReLU, is a map that can be asked for. Modules bear
torchvision's names, which are those of the Hub's file (`timm/resnet101.tv_in1k`).
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones._checks import check_images, check_levels
from semimatch_cli.matching.backbones._folding import fold_norm

_EXPANSION = 4  # a bottleneck's output is this much wider than its inside


@dataclass(frozen=True, kw_only=True)
class ResNetConfig:
    """Shape of a bottleneck ResNet, ResNet-101 unless told otherwise, and the maps wanted.

    Args:
        levels: Level ids, in the order of the answer: 0 is the map after max-pooling, `i` the
            output of the i-th bottleneck before its last ReLU.
        blocks: Bottlenecks of each of the four stages.
        width: Channels of the stem; the stages have 4, 8, 16 and 32 times as many.

    Raises:
        ConfigError: a size that is not positive, or a level that does not exist.
    """

    levels: tuple[int, ...]
    blocks: tuple[int, int, int, int] = (3, 4, 23, 3)
    width: int = 64

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        object.__setattr__(self, "blocks", tuple(self.blocks))
        if len(self.blocks) != 4 or min(self.blocks) < 1:
            raise ConfigError(f"blocks = {self.blocks}", why="expected four positive numbers")
        if self.width < 1:
            raise ConfigError(f"width = {self.width}", why="it must be positive")
        check_levels(self.levels, count=1 + sum(self.blocks))


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolution beside a shortcut; the last ReLU is left to the caller."""

    def __init__(self, channels: int, inside: int, stride: int) -> None:
        super().__init__()
        outside = _EXPANSION * inside
        self.conv1 = nn.Conv2d(channels, inside, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inside)
        self.conv2 = nn.Conv2d(inside, inside, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(inside)
        self.conv3 = nn.Conv2d(inside, outside, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outside)
        self.downsample: nn.Sequential | None = None
        if stride > 1 or channels != outside:
            shortcut = nn.Conv2d(channels, outside, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outside))

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H / stride, W / stride), before the last ReLU."""
        inside = torch.relu_(self.bn1(self.conv1(features)))
        inside = torch.relu_(self.bn2(self.conv2(inside)))
        shortcut = features if self.downsample is None else self.downsample(features)
        return self.bn3(self.conv3(inside)).add_(shortcut)  # type: ignore[no-any-return]


class ResNet(nn.Module):
    """The network without its classifier.

    Attributes:
        strides: Pixels per cell of each level.
        stride: The largest of them, to be taken as the grid.
        multiple: H and W must be multiples of this, the same number.
        channels: Channels of each level.
    """

    Config = ResNetConfig

    def __init__(self, config: ResNetConfig) -> None:
        super().__init__()
        self.config = config
        self.conv1 = nn.Conv2d(3, config.width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(config.width)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels, shapes = config.width, [(4, config.width)]
        for stage, count in enumerate(config.blocks):
            inside, blocks = config.width * 2**stage, []
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                blocks.append(Bottleneck(channels, inside, stride))
                channels = _EXPANSION * inside
                shapes.append((4 * 2**stage, channels))
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.strides = tuple(shapes[level][0] for level in config.levels)
        self.channels = tuple(shapes[level][1] for level in config.levels)
        self.stride = self.multiple = max(self.strides)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return one map per level of the configuration, each at its own resolution.

        Args:
            images: (B, 3, H, W) normalized; H and W multiples of `multiple`.

        Returns:
            Maps (B, D, h, w); D and H / h differ between levels.

        Raises:
            ShapeError: the images are not of this shape.
        """
        check_images(images, multiple=self.multiple)
        features = self.maxpool(torch.relu_(self.bn1(self.conv1(images))))
        maps = {0: features}
        deepest = max(self.config.levels)
        for level, block in enumerate(self._bottlenecks(), start=1):
            if level > deepest:
                break
            output = block(features)
            if level in self.config.levels:
                maps[level] = output
                features = torch.relu(output)
            else:
                features = torch.relu_(output)
        return tuple(maps[level] for level in self.config.levels)

    @staticmethod
    def prepare_state(state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the tensors of a Hub file (torchvision's names) without the classifier."""
        return {name: state[name] for name in state if name not in ("fc.weight", "fc.bias")}

    def for_inference(self) -> Self:
        """Return a faster copy that gives the same maps but can be neither trained nor saved.

        Batch norms are folded into the convolutions before them, and weights are laid out with
        channels last, as the CPU kernels like them.
        """
        folded = copy.deepcopy(self).eval()
        fold_norm(folded, "conv1", "bn1")
        for block in folded._bottlenecks():
            for index in (1, 2, 3):
                fold_norm(block, f"conv{index}", f"bn{index}")
            if block.downsample is not None:
                fold_norm(block.downsample, "0", "1")
        return folded.requires_grad_(False)

    def _bottlenecks(self) -> Iterator[Bottleneck]:
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            yield from stage  # type: ignore[misc]
