"""read_image: whatever shows a photo becomes one loaded RGB image, upright, or one clear error.

The first stage of the data flow, and the only one that meets foreign bytes: it opens the formats
that photos come in and no other, looks at the size in the header before any pixel is decoded, and
words every complaint of a decoder as an `InputError`. `benchmarks/fuzz_read_image.py` proves that
nothing else comes out of it.
"""

import io
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageChops, UnidentifiedImageError

from semimatch_cli.errors import InputError, ShapeError
from semimatch_cli.files import check_readable

ImageLike = str | os.PathLike[str] | bytes | Image.Image | npt.NDArray[Any]

MAX_PIXELS = 144_000_000

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "PPM")  # MPO opens as JPEG
_READABLE = "JPEG, PNG, WebP, GIF, TIFF, BMP, MPO or PPM"
_DAMAGED_HINT = "copy or download it again, or open it in a viewer and save it as PNG or JPEG"
_TOO_LARGE_HINT = "make it smaller first; a few thousand pixels a side are plenty for matching"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF 2.32, table 6, "Orientation"

# `warnings.catch_warnings` changes a list of the whole process; one reader at a time keeps it sane.
_one_reader = threading.Lock()


def read_image(source: ImageLike) -> Image.Image:
    """Read a photo as it is displayed.

    EXIF orientation is applied, transparency is laid on white, an animation gives its first frame,
    16 bits per channel are scaled (not clipped) to 8. The scale of 32-bit grey (modes I and F) is
    not recorded anywhere: white is the smallest of 1 (F only), 255 and 65535 that no pixel exceeds.

    Args:
        source: A path; the bytes of an image file; a PIL image; or an array (H, W), (H, W, 1),
            (H, W, 3) or (H, W, 4) of bool, uint8, uint16 or floats in 0..1.

    Returns:
        An RGB image of its own: it shares no memory with the source and holds no file open.

    Raises:
        InputError: It cannot be read; names the file and the reason.
    """
    if isinstance(source, Image.Image):
        name = str(getattr(source, "filename", "")) or "the image"
        with _reading(name):
            return _turned(*_decode(source, name))
    if isinstance(source, np.ndarray):
        return _read_array(source)
    if isinstance(source, bytes):
        if not source:
            raise InputError("cannot read the image", why="it is empty: 0 bytes")
        return _read_file(io.BytesIO(source), "the image")
    if not isinstance(source, str | os.PathLike):
        raise InputError(
            f"cannot read a photo from a {type(source).__name__}",
            hint="pass a path, bytes, a PIL image or a numpy array",
        )
    path = Path(source)
    check_readable(path)
    with path.open("rb") as file:
        return _read_file(file, str(path))


def _read_file(file: BinaryIO, name: str) -> Image.Image:
    with _reading(name):
        with Image.open(file, formats=_FORMATS) as image:
            rgb, turn = _decode(image, name)
        del image  # a WebP decoder keeps two more copies of the photo
        return _turned(rgb, turn)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Word whatever a decoder raises as an `InputError`, and keep its warnings to ourselves.

    On damaged files Pillow raises nearly anything (OSError, SyntaxError, struct.error, zlib.error,
    KeyError, OverflowError, ...), hence the broad clause. It also warns, from 89 megapixels on and
    about broken metadata; our own limit and errors say all that a caller can act on.
    """
    try:
        with _one_reader, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise _unreadable(name, f"a decompression bomb: {error}", _TOO_LARGE_HINT) from error
    except UnidentifiedImageError as error:
        raise _unreadable(name, f"it is no intact {_READABLE} image") from error
    except MemoryError as error:
        raise _unreadable(name, "it needs more memory than there is", _TOO_LARGE_HINT) from error
    except Exception as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise _unreadable(name, f"it is damaged or cut off ({reason})") from error


def _unreadable(name: str, why: str, hint: str = _DAMAGED_HINT) -> InputError:
    return InputError(f"cannot read {name}", why=why, hint=hint)


def _check_size(width: int, height: int, name: str) -> None:
    if min(width, height) < 1:
        raise _unreadable(name, f"it has no pixels: {width} x {height}", "choose another image")
    if width * height > MAX_PIXELS:
        why = f"{width} x {height} is more than {MAX_PIXELS // 1_000_000} megapixels"
        raise _unreadable(name, why, _TOO_LARGE_HINT)


def _decode(image: Image.Image, name: str) -> tuple[Image.Image, Image.Transpose | None]:
    """Return the pixels as stored, in RGB, and how to turn them."""
    _check_size(*image.size, name)  # from the header: nothing is decoded yet
    image.load()
    return _to_rgb(image), _TURNS.get(_orientation(image))


def _turned(rgb: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    upright = rgb if turn is None else rgb.transpose(turn)
    upright.info.clear()  # the orientation in there would turn it a second time
    return upright


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (upright) where the metadata is absent or broken."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # the pixels are fine: broken metadata is no reason to refuse the photo
        return 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        levels = np.asarray(image)
        white = 65535 if image.mode.startswith("I;16") else _guess_white(levels)
        return Image.fromarray(_to_uint8(levels, white)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    if image.mode == "La":  # premultiplied; Pillow converts it to nothing else
        image = image.convert("LA")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    rgb = layer.convert("RGB")
    rgb.paste("white", mask=ImageChops.invert(layer.getchannel("A")))
    return rgb


def _guess_white(levels: npt.NDArray[Any]) -> int:
    """Return the level of white of 32-bit grey, which no format records."""
    low, high = levels.min(), levels.max()
    if not (low >= 0 and high <= 65535):  # NaN fails as well
        raise ValueError(f"grey levels from {low} to {high} instead of 0 to 65535")
    whites = (1, 255, 65535) if levels.dtype.kind == "f" else (255, 65535)
    return next(white for white in whites if high <= white)


def _read_array(array: npt.NDArray[Any]) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise ShapeError(
            f"cannot read a photo from an array of shape {array.shape}",
            why="expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)",
            hint="channels come last: array.transpose(1, 2, 0) puts them there",
        )
    _check_size(array.shape[1], array.shape[0], "the array")
    levels = np.ascontiguousarray(_to_uint8(array, _white_of(array)))
    return _to_rgb(Image.fromarray(levels))


def _white_of(array: npt.NDArray[Any]) -> int:
    """Return the value that stands for white in an array of this type."""
    whites = {"b1": 1, "u1": 255, "u2": 65535}
    if array.dtype.kind != "f":
        white = whites.get(array.dtype.str[1:])
        if white is None:
            raise InputError(
                f"cannot read a photo from an array of {array.dtype}",
                why="expected bool, uint8, uint16 or floats in 0..1",
                hint="convert it first: array.astype('uint8') for levels of 0 to 255",
            )
        return white
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 1):  # NaN fails as well
        raise InputError(
            f"cannot read a photo from {array.dtype} values between {low} and {high}",
            why="floats must lie in 0..1, without NaN",
            hint="divide by the value of white first, such as array / 255",
        )
    return 1


def _to_uint8(levels: npt.NDArray[Any], white: int) -> npt.NDArray[np.uint8]:
    """Scale 0..white to 0..255, a few rows at a time: a photo in float64 takes gigabytes."""
    if white == 255 and levels.dtype == np.uint8:
        return levels
    scaled = np.empty(levels.shape, dtype=np.uint8)
    rows = max(1, 1_000_000 // levels.shape[1])
    for top in range(0, len(levels), rows):
        block = levels[top : top + rows].astype(np.float64)
        scaled[top : top + rows] = np.rint(block * (255.0 / white))
    return scaled
