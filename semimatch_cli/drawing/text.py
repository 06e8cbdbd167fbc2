"""Text that both renderers set alike: one typeface, measured before anything is drawn.

DejaVu Sans comes with matplotlib, so its files are read from there without importing matplotlib;
pixels and vectors then share glyphs and widths, and Latin, Greek and Cyrillic file names are
covered. Where the files have been taken out of the installation, Pillow's own font steps in.
"""

import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

CAP_HEIGHT = 0.73  # of the font size: digits and capitals of DejaVu Sans
_ELLIPSIS = "…"
_NO_SUCH_GLYPH = "\U0010ffff"  # a code point that no font assigns

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=32)
def load_font(size: float, *, bold: bool = False) -> Font:
    """Return the typeface at a size in pixels."""
    package = find_spec("matplotlib")
    if package is not None and package.origin is not None:
        name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
        path = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / name
        if path.is_file():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how many pixels a line of text advances."""
    return float(load_font(size, bold=bold).getlength(text))


def clean(text: str) -> str:
    """Return what of a text can be drawn: on one line, with a "?" where the font has no glyph.

    Decomposed accents, as macOS writes them in file names, are composed first.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c if _has_glyph(c) else "?" for c in line)


def shorten(text: str, size: float, width: float) -> str:
    """Return the text, its middle left out until it fits; empty if hardly anything would remain.

    Args:
        text: A cleaned text, such as a file name: both of its ends matter.
        size: Font size in pixels.
        width: Room in pixels.
    """
    if text_width(text, size) <= width:
        return text
    for kept in range(len(text) - 1, 3, -1):
        tail = kept // 2
        candidate = text[: kept - tail] + _ELLIPSIS + text[-tail:]
        if text_width(candidate, size) <= width:
            return candidate
    return ""


def _has_glyph(character: str) -> bool:
    if character.isascii() or not character.isprintable():
        return character.isprintable()
    font = load_font(16)
    return bytes(font.getmask(character)) != bytes(font.getmask(_NO_SUCH_GLYPH))
