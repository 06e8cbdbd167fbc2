"""What every pretrained backbone asks of its configuration and of its input."""

from torch import Tensor

from semimatch_cli.errors import ConfigError, ShapeError


def check_images(images: Tensor, *, multiple: int) -> None:
    """Raise ShapeError unless `images` is (B, 3, H, W) with H and W multiples of `multiple`."""
    if images.ndim != 4 or images.shape[1] != 3:
        raise ShapeError(f"images: expected (B, 3, H, W), got {tuple(images.shape)}")
    height, width = images.shape[-2:]
    if min(height, width) < 1 or height % multiple or width % multiple:
        raise ShapeError(
            f"images of {width}x{height} pixels",
            why=f"both sides must be multiples of {multiple}",
            hint="Bring photos into the network's frame with Frame.",
        )


def check_levels(levels: tuple[int, ...], *, count: int) -> None:
    """Raise ConfigError unless `levels` names at least one of the levels 0 to `count` - 1."""
    if not levels:
        raise ConfigError("levels = ()", why="a backbone must return at least one map")
    for level in levels:
        if not 0 <= level < count:
            raise ConfigError(f"level {level}", why=f"the levels are 0 to {count - 1}")
