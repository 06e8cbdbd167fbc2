"""Scene -> file: the name says the format, and the file appears whole or not at all."""

from pathlib import Path
from typing import Any

from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.scene import Scene
from semimatch_cli.errors import ArgumentError
from semimatch_cli.files import written_whole

# Thin colored lines suffer first from chroma subsampling, so JPEG goes without.
_PIXEL_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {"compress_level": 1}),  # photos get hardly smaller at higher levels
    ".jpg": ("JPEG", {"quality": 93, "subsampling": 0, "optimize": True}),
    ".jpeg": ("JPEG", {"quality": 93, "subsampling": 0, "optimize": True}),
    ".webp": ("WEBP", {"quality": 92}),
}
_VECTOR_FORMATS = (".pdf", ".svg")


def check_format(path: Path) -> None:
    """Refuse a file name whose format cannot be written; call it before long work.

    Raises:
        ArgumentError: The suffix is none of the known ones.
    """
    known = (*_PIXEL_FORMATS, *_VECTOR_FORMATS)
    if path.suffix.lower() not in known:
        raise ArgumentError(
            f"cannot write a picture as {path.name!r}",
            why="the end of its name says no known format",
            hint=f"end the name in one of {', '.join(known)}",
        )


def save_scene(scene: Scene, path: Path, *, force: bool) -> None:
    """Draw a scene into a file; PDF and SVG load matplotlib, the others do not.

    Args:
        scene: What to draw.
        path: Its suffix chooses the format.
        force: Whether an existing file may be replaced.

    Raises:
        ArgumentError: Unknown format.
        InputError: The file exists, or cannot be written.
    """
    check_format(path)
    suffix = path.suffix.lower()
    with written_whole(path, force=force) as part:
        if suffix in _VECTOR_FORMATS:
            from semimatch_cli.drawing.vector_renderer import write_vectors

            write_vectors(scene, part)
            return
        name, settings = _PIXEL_FORMATS[suffix]
        render_pixels(scene).save(part, name, **settings)
