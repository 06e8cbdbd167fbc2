"""Backbones: normalized images -> feature maps, one class per file, built by name."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from semimatch_cli.errors import ConfigError


def _tiny(options: Mapping[str, Any]) -> nn.Module:
    from semimatch_cli.matching.backbones.tiny import Tiny, TinyConfig

    return Tiny(TinyConfig(**options))


def _resnet(options: Mapping[str, Any]) -> nn.Module:
    from semimatch_cli.matching.backbones.resnet import ResNet, ResNetConfig

    return ResNet(ResNetConfig(**options))


def _dinov2(options: Mapping[str, Any]) -> nn.Module:
    from semimatch_cli.matching.backbones.dinov2 import DinoV2, DinoV2Config

    return DinoV2(DinoV2Config.named(**options))


def _dinov3(options: Mapping[str, Any]) -> nn.Module:
    from semimatch_cli.matching.backbones.dinov3 import DinoV3, DinoV3Config

    return DinoV3(DinoV3Config.named(**options))


BACKBONES: dict[str, Callable[[Mapping[str, Any]], nn.Module]] = {
    "tiny": _tiny,
    "resnet101": _resnet,
    "dinov2": _dinov2,
    "dinov3": _dinov3,
}


def build_backbone(name: str, options: Mapping[str, Any]) -> nn.Module:
    """Build a backbone with fresh weights.

    Raises:
        ConfigError: The name or an option is unknown, or a value impossible.
    """
    if name not in BACKBONES:
        raise ConfigError(f"unknown backbone {name!r}", why=f"known: {', '.join(BACKBONES)}")
    try:
        return BACKBONES[name](options)
    except TypeError as error:
        raise ConfigError(f"backbone {name}: unknown option", why=str(error)) from error
