"""Feed `read_image` with damaged files: each must become an image or an InputError, in time.

Small seeds of every variant of five formats are mutated (bits flipped, bytes cut, doubled, moved,
overwritten, headers edited; PNG checksums repaired half of the time, so that damage gets past
them) and read in a child process, which survives neither a crash nor a hang unnoticed.

    python benchmarks/fuzz_read_image.py            # 2,000 files; exit 1 on any surprise

What libtiff says of a damaged file it writes to stderr by itself; add `2>/dev/null` for quiet.
"""

import argparse
import io
import multiprocessing
import random
import resource
import struct
import sys
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from semimatch_cli.errors import InputError
from semimatch_cli.matching.image import read_image

PATIENCE_SECONDS = 5.0
EXPECTED = {"image", "InputError"}
EXTREMES = (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x01\x00\x00")


def make_seeds() -> list[bytes]:
    """Return small intact files: PNG, JPEG, WebP, GIF, TIFF, in turn, and their variants."""
    color = Image.radial_gradient("L").resize((40, 30)).convert("RGB")
    color.paste((200, 40, 10), (5, 5, 20, 15))
    clear = color.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    grey16 = Image.linear_gradient("L").resize((40, 30)).convert("I;16")
    palette, frames = color.quantize(32), [color.rotate(90), color.rotate(180)]
    turned = Image.Exif()
    turned[0x0112] = 6
    variants = {
        "PNG": [(color, {}), (clear, {}), (grey16, {}), (palette, {"transparency": 3}),
                (color, {"save_all": True, "append_images": frames, "exif": turned})],
        "JPEG": [(color, {"exif": turned}), (color, {"progressive": True}),
                 (color.convert("L"), {}), (color.convert("CMYK"), {}), (color, {"quality": 100})],
        "WEBP": [(color, {"exif": turned}), (color, {"lossless": True}), (clear, {}),
                 (color, {"save_all": True, "append_images": frames}), (clear, {"exact": True})],
        "GIF": [(palette, {}), (palette, {"transparency": 3}), (color.convert("1"), {}),
                (palette, {"interlace": 0}),
                (palette, {"save_all": True, "append_images": frames})],
        "TIFF": [(color, {"exif": turned}), (color, {"compression": "tiff_lzw"}),
                 (clear, {"compression": "tiff_adobe_deflate"}), (grey16.convert("F"), {}),
                 (color, {"compression": "jpeg"}), (grey16, {"compression": "packbits"})],
    }  # fmt: skip
    by_format = [
        [_encode(image, name, options) for image, options in kinds]
        for name, kinds in variants.items()
    ]
    return [kinds[turn % len(kinds)] for turn in range(6) for kinds in by_format]


def mutate(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Return the file with one to three kinds of damage; `other` is what it may be spliced with."""
    kinds = (_flip_bits, _truncate, _duplicate, _delete, _edit_header, _overwrite)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if rng.random() < 0.1:
            data = data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]
        else:
            data = rng.choice(kinds)(data, rng)
        data = data or b"\x00"
    return _repair_checksums(data) if rng.random() < 0.5 else data


def outcome_of(data: bytes) -> str:
    """Return "image", "InputError", or the name of what should not have happened."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            image = read_image(data)
        except InputError:
            outcome = "InputError"
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
        else:
            outcome = "image" if image.mode == "RGB" else f"mode {image.mode}"
    return f"warning: {caught[0].message}" if caught else outcome


def outcomes(files: Iterator[bytes]) -> Iterator[tuple[bytes, str]]:
    """Yield each file and its outcome, crash and hang included; a lost reader is replaced."""
    reader, line = _start_reader()
    for data in files:
        line.send_bytes(data)
        try:
            outcome = line.recv() if line.poll(PATIENCE_SECONDS) else "hang"
        except EOFError:
            outcome = "crash"
        if outcome in {"hang", "crash"}:
            _stop_reader(reader, line)
            reader, line = _start_reader()
        yield data, outcome
    _stop_reader(reader, line)


def _encode(image: Image.Image, name: str, options: dict[str, object]) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def _flip_bits(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _duplicate(data: bytes, rng: random.Random) -> bytes:
    start, end = _range(data, rng)
    return data[:end] + data[start:end] + data[end:]


def _delete(data: bytes, rng: random.Random) -> bytes:
    start, end = _range(data, rng)
    return data[:start] + data[end:]


def _edit_header(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(min(64, len(data)))
    return data[:place] + rng.choice(EXTREMES)[: rng.randint(1, 4)] + data[place + 4 :]


def _overwrite(data: bytes, rng: random.Random) -> bytes:
    start, end = _range(data, rng)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def _range(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.randint(1, 64))


def _repair_checksums(data: bytes) -> bytes:
    """Give each PNG chunk the checksum of its damaged content, as far as chunks can be followed."""
    repaired, place = bytearray(data), 8
    while data.startswith(b"\x89PNG") and place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 8 + length
        if end + 4 > len(data):
            break
        struct.pack_into(">I", repaired, end, zlib.crc32(data[place + 4 : end]))
        place = end + 4
    return bytes(repaired)


def _start_reader() -> tuple[multiprocessing.Process, Connection]:
    line, far_end = multiprocessing.Pipe()
    reader = multiprocessing.Process(target=_read_forever, args=(far_end, line), daemon=True)
    reader.start()
    far_end.close()
    return reader, line


def _stop_reader(reader: multiprocessing.Process, line: Connection) -> None:
    line.close()
    reader.join(1.0)
    reader.kill()
    reader.join()


def _read_forever(line: Connection, far_end: Connection) -> None:
    far_end.close()  # or this process would keep itself waiting after the other has gone
    while True:
        try:
            data = line.recv_bytes()
        except EOFError:
            return
        line.send(outcome_of(data))


def main() -> int:
    """Read the mutated files, print how each kind ended, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=2000, help="how many to read")
    parser.add_argument("--seed", type=int, default=0, help="of the random mutations")
    parser.add_argument("--keep", type=Path, help="folder for the files that surprise")
    options = parser.parse_args()
    rng, seeds = random.Random(options.seed), make_seeds()
    files = (
        mutate(seeds[index % len(seeds)], rng.choice(seeds), rng) for index in range(options.files)
    )
    counts: Counter[str] = Counter()
    for index, (data, outcome) in enumerate(outcomes(files)):
        counts[outcome] += 1
        if outcome not in EXPECTED and options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{index}.bin").write_bytes(data)
    surprises = sum(counts.values()) - sum(counts[name] for name in EXPECTED)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    for name, count in counts.most_common():
        print(f"{count:6d}  {name}")
    print(f"{options.files} files, {surprises} surprises, peak memory {peak:.0f} MB")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
