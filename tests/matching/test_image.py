"""read_image: whatever shows a photo becomes one upright RGB image, or one clear error."""

import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from semimatch_cli.errors import InputError
from semimatch_cli.matching.image import read_image

ROOT = Path(__file__).parents[2]


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(height: int = 6, width: int = 9, channels: int = 3) -> npt.NDArray[np.uint8]:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    assert image.mode == "RGB"
    return np.asarray(image)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing of it."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 1000)),
        (b"IEND", b""),
    ]
    parts = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "PPM"])
def test_every_lossless_format_keeps_its_pixels(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(Image.fromarray(noise()), kind, **options)
    np.testing.assert_array_equal(pixels(read_image(data)), noise())


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "MPO"])
def test_every_lossy_format_is_read(kind: str) -> None:
    flat = Image.new("RGB", (9, 6), (200, 100, 50))
    image = read_image(encoded(flat, kind))
    assert image.size == (9, 6)
    np.testing.assert_allclose(pixels(image)[3, 4], [200, 100, 50], atol=4)


def test_path_text_bytes_and_image_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(noise()).save(path)
    for source in (path, str(path), path.read_bytes(), Image.fromarray(noise()), noise()):
        np.testing.assert_array_equal(pixels(read_image(source)), noise())


def test_the_file_is_closed_and_an_open_image_stays_usable(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(noise()).save(path)
    read_image(path)  # an unclosed file would be a ResourceWarning, hence an error
    with Image.open(path) as lazy:
        np.testing.assert_array_equal(pixels(read_image(lazy)), noise())
        assert lazy.getpixel((0, 0)) == tuple(noise()[0, 0])


def test_the_result_shares_nothing_with_an_image_or_array() -> None:
    array, image = noise(), Image.fromarray(noise())
    from_array, from_image = read_image(array), read_image(image)
    array[:] = 0
    image.paste((0, 0, 0), (0, 0, 9, 6))
    np.testing.assert_array_equal(pixels(from_array), noise())
    np.testing.assert_array_equal(pixels(from_image), noise())


@pytest.mark.parametrize("mode", ["L", "1", "I", "F", "I;16", "I;16B"])
def test_grey_of_any_depth_keeps_black_middle_and_white(mode: str) -> None:
    wide = mode.startswith("I")
    levels = np.asarray([[0, 128 * (257 if wide else 1), 65535 if wide else 255]])
    if mode == "1":
        image, middle = Image.fromarray(levels.astype(np.uint8)).convert("1", dither=0), 255
    elif mode in {"I", "F"}:
        image, middle = Image.fromarray(levels.astype({"I": np.int32, "F": np.float32}[mode])), 128
    else:
        dtype = {"L": "u1", "I;16": "<u2", "I;16B": ">u2"}[mode]
        image = Image.frombytes(mode, (3, 1), levels.astype(dtype).tobytes())
        middle = 128
    row = pixels(read_image(image))[0]
    np.testing.assert_array_equal(row, [[0] * 3, [middle] * 3, [255] * 3])


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "I;16"), ("TIFF", "I;16"), ("TIFF", "F")])
def test_deep_grey_files_are_scaled_rather_than_clipped(kind: str, mode: str) -> None:
    levels = np.asarray([[0, 257 * 40, 257 * 200, 65535]], dtype=np.uint16)
    image = Image.fromarray(levels if mode == "I;16" else (levels / 65535).astype(np.float32))
    row = pixels(read_image(encoded(image, kind)))[0, :, 0]
    np.testing.assert_array_equal(row, [0, 40, 200, 255])


def test_a_16_bit_pgm_is_scaled() -> None:
    data = b"P5 3 1 65535\n" + struct.pack(">3H", 0, 257 * 100, 65535)
    np.testing.assert_array_equal(pixels(read_image(data))[0, :, 0], [0, 100, 255])


@pytest.mark.parametrize(("white", "dtype"), [(1, "f4"), (255, "f4"), (255, "i4"), (65535, "i4")])
def test_the_white_of_32_bit_grey_is_the_smallest_that_fits(white: int, dtype: str) -> None:
    image = Image.fromarray(np.asarray([[0, white]], dtype=dtype))
    np.testing.assert_array_equal(pixels(read_image(image))[0, :, 0], [0, 255])


@pytest.mark.parametrize("level", [np.nan, np.inf, -1.0, 65536.0])
def test_32_bit_grey_without_a_scale_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="grey levels"):
        read_image(Image.fromarray(np.asarray([[0, level]], dtype=np.float32)))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGBa", "La"])
def test_alpha_is_laid_on_white(mode: str) -> None:
    image = Image.new("RGBA", (3, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    image.putpixel((2, 0), (0, 0, 0, 128))
    gray = image.convert("LA")
    image = {"RGBA": image, "LA": gray}.get(mode) or (
        gray.convert("La") if mode == "La" else image.convert("RGBa")
    )
    row = pixels(read_image(image))[0, :, 0]
    np.testing.assert_allclose(row, [255, 0, 127], atol=1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_of_a_file_is_laid_on_white(kind: str) -> None:
    image = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    np.testing.assert_array_equal(pixels(read_image(encoded(image, kind))), 255)


def test_palettes_keep_their_colors_and_their_transparency_becomes_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    np.testing.assert_array_equal(pixels(read_image(image))[0], [[255, 0, 0], [0, 0, 255]])
    for transparency in (1, b"\xff\x00"):
        data = encoded(image, "PNG", transparency=transparency)
        np.testing.assert_array_equal(pixels(read_image(data))[0], [[255, 0, 0], [255] * 3])


def test_a_transparent_color_becomes_white() -> None:
    image = Image.fromarray(np.asarray([[[1, 2, 3], [4, 5, 6]]], dtype=np.uint8))
    data = encoded(image, "PNG", transparency=(1, 2, 3))
    np.testing.assert_array_equal(pixels(read_image(data))[0], [[255] * 3, [4, 5, 6]])


def test_palette_with_alpha_is_read() -> None:
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 255)).convert("PA")
    np.testing.assert_array_equal(pixels(read_image(image))[0, 0], [255, 0, 0])


def test_cmyk_is_read_the_right_way_round() -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    np.testing.assert_array_equal(pixels(read_image(image))[0, 0], [255, 0, 0])
    jpeg = encoded(image, "JPEG", quality=100)
    assert b"Adobe" in jpeg  # the marker that says the inks are stored inverted
    np.testing.assert_allclose(pixels(read_image(jpeg))[4, 4], [255, 0, 0], atol=3)


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "RGBX"])
def test_other_color_modes_are_converted(mode: str) -> None:
    image = Image.new("RGB", (2, 2), (200, 40, 40)).convert(mode)
    np.testing.assert_allclose(pixels(read_image(image))[0, 0], [200, 40, 40], atol=3)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first_is_read(kind: str) -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    data = encoded(first, kind, save_all=True, append_images=[second])
    red, _, blue = pixels(read_image(data))[4, 4]
    assert red > 240
    assert blue < 15


# Where the corner shown at the top left is stored (row, column), by EXIF 2.32, "Orientation".
CORNERS = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (-1, 0), 7: (-1, -1)}
CORNERS[8] = (0, -1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_a_photo_is_upright_whatever_its_exif_orientation(kind: str, orientation: int) -> None:
    blocks = np.zeros((2, 4), dtype=np.uint8)
    blocks[CORNERS[orientation]] = 255
    stored = np.kron(blocks, np.ones((8, 8), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = pixels(read_image(encoded(Image.fromarray(stored).convert("RGB"), kind, exif=exif)))
    assert shown.shape[:2] == ((16, 32) if orientation < 5 else (32, 16))
    assert shown[:8, :8].min() > 240
    assert max(shown[8:].max(), shown[:, 8:].max()) < 15


def test_reading_twice_turns_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    once = read_image(encoded(Image.fromarray(noise()), "PNG", exif=exif))
    np.testing.assert_array_equal(pixels(read_image(once)), pixels(once))


def test_broken_exif_is_no_reason_to_refuse_a_photo() -> None:
    data = encoded(Image.fromarray(noise()), "PNG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0")
    np.testing.assert_array_equal(pixels(read_image(data)), noise())


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("dtype", "white"),
    [("u1", 255), ("<u2", 65535), (">u2", 65535), ("f2", 1), ("f4", 1), ("f8", 1)],
)
def test_arrays_of_every_type_are_scaled(dtype: str, white: int, channels: int) -> None:
    levels = noise(channels=channels)
    scaled = (levels.astype(np.float64) / 255 * white).astype(dtype)
    expected = levels if channels == 3 else np.repeat(levels[..., None], 3, axis=2)
    np.testing.assert_array_equal(pixels(read_image(scaled)), expected)
    if channels == 1:
        np.testing.assert_array_equal(pixels(read_image(scaled[..., None])), expected)


def test_an_array_with_alpha_is_laid_on_white() -> None:
    array = np.asarray([[[1, 2, 3, 255], [1, 2, 3, 0]]], dtype=np.uint8)
    np.testing.assert_array_equal(pixels(read_image(array))[0], [[1, 2, 3], [255] * 3])


def test_a_bool_array_is_black_and_white_and_a_view_is_read_as_it_looks() -> None:
    mask = np.asarray([[True, False], [False, False]])
    np.testing.assert_array_equal(pixels(read_image(mask))[..., 0], [[255, 0], [0, 0]])
    np.testing.assert_array_equal(pixels(read_image(noise()[::-1, ::2])), noise()[::-1, ::2])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(5), r"shape \(5,\)"),
        (np.zeros((5, 5, 2)), r"shape \(5, 5, 2\)"),
        (np.zeros((3, 50, 50)), r"shape \(3, 50, 50\)"),
        (np.zeros((1, 5, 5, 3)), r"shape \(1, 5, 5, 3\)"),
        (np.zeros((0, 5, 3)), "5 x 0"),
        (np.zeros((5, 5), dtype=np.int64), "int64"),
        (np.zeros((5, 5), dtype=np.complex64), "complex64"),
        (np.full((5, 5), None), "object"),
        (np.full((5, 5), 1.5), "between 1.5 and 1.5"),
        (np.full((5, 5), -0.5), "between -0.5"),
        (np.full((5, 5), np.nan), "nan"),
        (np.zeros((12_001, 12_001), dtype=np.bool_), "144 megapixels"),
    ],
)
def test_an_array_that_is_no_photo_is_refused_by_name(
    array: npt.NDArray[Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_image(array)
    assert caught.value.hint


def test_what_is_no_photo_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="from a list"):
        read_image([[0, 1]])  # type: ignore[arg-type]


def test_a_missing_photo_names_the_close_ones(tmp_path: Path) -> None:
    (tmp_path / "horse.jpg").touch()
    with pytest.raises(InputError, match=r"hrose\.jpg: there is no such file") as caught:
        read_image(tmp_path / "hrose.jpg")
    assert "horse.jpg" in caught.value.hint


def test_a_folder_an_empty_file_and_no_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(InputError, match="it is a folder"):
        read_image(tmp_path)
    with pytest.raises(InputError, match=r"empty\.jpg: it is empty"):
        read_image(tmp_path / "empty.jpg")
    with pytest.raises(InputError, match="it is empty"):
        read_image(b"")


@pytest.mark.parametrize("data", [b"<!DOCTYPE html>", b"GIF89a", b"\xff\xd8\xff\xe0", b"\0" * 99])
def test_a_file_that_is_no_image_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.jpg") as caught:
        read_image(tmp_path / "a.jpg")
    assert caught.value.why
    assert caught.value.hint


def test_a_format_that_photos_do_not_come_in_is_refused() -> None:
    with pytest.raises(InputError, match="JPEG, PNG, WebP"):
        read_image(encoded(Image.new("RGB", (9, 9)), "ICO"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM"])
def test_a_file_cut_in_the_middle_is_refused(tmp_path: Path, kind: str) -> None:
    data = encoded(Image.fromarray(noise(64, 64)), kind)
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="cut"):
        read_image(tmp_path / "cut")


def test_a_lazy_image_of_a_damaged_file_is_refused_by_its_name(tmp_path: Path) -> None:
    data = encoded(Image.fromarray(noise(64, 64)), "PNG")
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    with Image.open(tmp_path / "cut.png") as lazy, pytest.raises(InputError, match=r"cut\.png"):
        read_image(lazy)


@pytest.mark.parametrize("size", [(12_001, 12_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_from_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"megapixels|bomb") as caught:
        read_image(png_header(*size))
    assert "smaller" in caught.value.hint


def test_a_large_photo_is_decoded_without_a_word_and_settings_stay() -> None:
    limit = Image.MAX_IMAGE_PIXELS
    image = read_image(encoded(Image.new("1", (12_000, 8_000)), "PNG"))  # Pillow warns from 89 MP
    assert image.size == (12_000, 8_000)
    assert limit == Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_image(encoded(Image.new("1", (12_000, 8_000)), "PNG"))
        warnings.warn("still heard", stacklevel=1)
    assert [str(warning.message) for warning in caught] == ["still heard"]


@pytest.mark.parametrize("size", [(1, 1), (1, 12_000), (20_000, 100)])
def test_extreme_sizes_are_read(size: tuple[int, int]) -> None:
    assert read_image(encoded(Image.new("RGB", size), "PNG")).size == size


def test_an_image_without_pixels_is_refused() -> None:
    with pytest.raises(InputError, match="no pixels"):
        read_image(Image.new("RGB", (0, 5)))


def test_threads_leave_the_warning_filters_as_they_were() -> None:
    data, filters = encoded(Image.fromarray(noise(64, 64)), "PNG"), list(warnings.filters)
    threads = [threading.Thread(target=read_image, args=(data,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == filters


def test_reading_imports_no_torch() -> None:
    code = "import sys, semimatch_cli.matching.image; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_200_damaged_files_bring_no_surprise() -> None:
    command = [sys.executable, "benchmarks/fuzz_read_image.py", "--files", "200", "--seed", "7"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "200 files, 0 surprises" in result.stdout


LARGEST = {
    "turned.jpg": "Image.new('RGB', S, 'teal').save(P, progressive=True, exif=E)",
    "cmyk.jpg": "Image.new('CMYK', S).save(P, progressive=True, exif=E)",
    "clear.png": "Image.new('RGBA', S).save(P, compress_level=1, exif=E)",
    "deep.png": "Image.new('I;16', S).save(P, compress_level=1)",
    "lossy.webp": "Image.new('RGB', S).save(P, method=0, exif=E)",
    "clear.webp": "Image.new('RGBA', S).save(P, method=0)",
    "float.tif": "Image.new('F', S).save(P)",
    "palette.gif": "Image.new('P', S).save(P, transparency=0)",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGEST)
def test_144_megapixels_take_less_than_3_gb(tmp_path: Path, name: str) -> None:
    make = f"S, P, E = (12_000, 12_000), {str(tmp_path / name)!r}, Image.Exif(); E[0x0112] = 6"
    peak = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    read = f"read_image({str(tmp_path / name)!r}); {peak}"
    for code in (
        f"from PIL import Image; {make}; {LARGEST[name]}",
        f"import resource; from semimatch_cli.matching.image import read_image; {read}",
    ):
        result = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            check=True,
        )
    gigabytes = int(result.stdout) / 1024**2
    print(f"{name}: {gigabytes:.2f} GB")  # noqa: T201  (the number is wanted with -s)
    assert gigabytes < 3
