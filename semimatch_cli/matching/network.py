"""MatchingNetwork: a backbone and how its maps become descriptors, from one frozen config.

The direct network: unit descriptors whose cosines are the costs. Several levels are resized to the
finest grid, normalized each, and joined, so that every level weighs the same.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semimatch_cli.errors import ConfigError
from semimatch_cli.matching.backbones import build_backbone
from semimatch_cli.matching.backbones.tiny import Tiny
from semimatch_cli.matching.frame import Frame

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that turns weights into matches.

    Args:
        backbone: A name in `BACKBONES`.
        backbone_options: Its own options, such as the size or the levels.
        long_side: Pixels of a photo's longer side (`fit`) or of both sides (`squash`).
        frame: Keep the aspect ratio and pad, or squash as CATs and SemiMatch were trained.
        mean: Per channel, subtracted from pixels in 0..1.
        std: Per channel, divides afterwards.
        temperature: Divides the cosines before a softmax.
        window: Cells on each side of the best one that the read-out looks at; 0 means all.
    """

    backbone: str
    backbone_options: Mapping[str, Any] = field(default_factory=dict)
    long_side: int = 256
    frame: Literal["fit", "squash"] = "fit"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    temperature: float = 0.05
    window: int = 2

    def __post_init__(self) -> None:
        if self.frame not in ("fit", "squash"):
            raise ConfigError(f"frame must be 'fit' or 'squash', got {self.frame!r}")
        if self.long_side < 1 or self.window < 0:
            raise ConfigError(f"long_side must be >= 1 and window >= 0, got {self}")
        if not self.temperature > 0 or not min(self.std) > 0:
            raise ConfigError(f"temperature and std must be positive, got {self}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "NetworkConfig":
        """Build from a plain mapping, as weights.toml and file headers hold it.

        Raises:
            ConfigError: A key is unknown (the close one is named) or `backbone` is missing.
        """
        known = [item.name for item in fields(cls)]
        for key in values:
            if key not in known:
                close = difflib.get_close_matches(key, known, 1)
                raise ConfigError(
                    f"unknown network setting {key!r}",
                    hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}",
                )
        if "backbone" not in values:
            raise ConfigError("a network needs a backbone")
        lists = {key: tuple(values[key]) for key in ("mean", "std") if key in values}
        return cls(**{**values, **lists})

    def to_dict(self) -> dict[str, Any]:
        """Return the plain mapping that `from_dict` reads."""
        return {**asdict(self), "backbone_options": dict(self.backbone_options)}


class MatchingNetwork(nn.Module):
    """Photos on their canvases -> unit descriptors per cell.

    Args:
        config: What to build.
        backbone: A backbone to use as it is; otherwise one with fresh weights is built.
    """

    Config = NetworkConfig

    def __init__(self, config: NetworkConfig, backbone: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self.backbone = backbone or build_backbone(config.backbone, config.backbone_options)
        self.register_buffer("mean", torch.tensor(config.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(config.std)[:, None, None], persistent=False)
        self.mean: Tensor
        self.std: Tensor

    def for_inference(self) -> "MatchingNetwork":
        """Return a network in evaluation that answers the same, faster where its backbone can.

        The folded ones are copies; a backbone that cannot be folded is shared.
        """
        fold = getattr(self.backbone, "for_inference", None)
        return MatchingNetwork(self.config, fold() if fold else self.backbone).eval()

    @property
    def stride(self) -> int:
        """Canvas pixels per descriptor cell."""
        return int(min(self.backbone.strides))  # type: ignore[arg-type]

    def frame(self, photo_size: tuple[int, int]) -> Frame:
        """Return the frame in which this network sees a photo of (width, height)."""
        side = self.config.long_side
        multiple = int(self.backbone.multiple)  # type: ignore[arg-type]
        if self.config.frame == "squash":
            return Frame.squash(photo_size, (side, side))
        return Frame.fit(photo_size, side, multiple)

    def prepare(self, canvases: npt.NDArray[np.uint8], frames: list[Frame]) -> Tensor:
        """Normalize canvases; the padding becomes zero, the mean color.

        Args:
            canvases: (B, H, W, 3) uint8.
            frames: B frames, one per canvas.

        Returns:
            (B, 3, H, W) float32, channels last in memory.
        """
        pixels = torch.from_numpy(canvases).to(self.mean.device).permute(0, 3, 1, 2)
        images = (pixels.float() / 255 - self.mean) / self.std
        for image, frame in zip(images, frames, strict=True):
            image[:, frame.content_size[1] :] = 0
            image[:, :, frame.content_size[0] :] = 0
        return images.contiguous(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Describe each cell.

        Args:
            images: (B, 3, H, W) normalized.

        Returns:
            (B, D, h, w) unit descriptors, and (B, h, w) how likely each cell lies on an object,
            0..1; 1 everywhere for backbones that do not tell.
        """
        if isinstance(self.backbone, Tiny):
            descriptors, logits = self.backbone.describe(images)
            return F.normalize(descriptors, dim=1), logits.sigmoid()
        descriptors = _join(self.backbone(images))
        return descriptors, torch.ones_like(descriptors[:, 0])


def _join(levels: tuple[Tensor, ...]) -> Tensor:
    """Resize every level to the finest grid, normalize each, concatenate to unit length."""
    finest = max((level.shape[-2:] for level in levels), key=lambda shape: shape[0] * shape[1])
    unit = [
        F.normalize(F.interpolate(x, size=finest, mode="bilinear", align_corners=False), dim=1)
        for x in levels
    ]
    joined: Tensor = torch.cat(unit, dim=1) / len(unit) ** 0.5
    return joined
