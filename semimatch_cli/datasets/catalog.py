"""The catalog: from a name, or a path whose layout is recognized, to a set of pairs.

A named benchmark is looked for in `--data-root`, else in the user's data folder: in that folder
itself, under its name, or under the name of the folder that its archive unpacks to. A path is
recognized by what lies in it, never by its name.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol

from PIL import Image

from semimatch_cli import config
from semimatch_cli.datasets import (
    coco,
    keypoints_csv,
    pairs_file,
    pf_pascal,
    pf_willow,
    reading,
    spair,
    spair_u,
    tss,
)
from semimatch_cli.datasets.assembly import is_outside
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.errors import ArgumentError, DatasetError


class _Load(Protocol):
    """Reads a split of the data set in a folder, or in a file."""

    def __call__(self, path: Path, split: str | None, /, *, skip_broken: bool) -> PairSet: ...


@dataclass(frozen=True)
class Benchmark:
    """A data set known by name.

    Args:
        title: What people call it.
        folders: Where it may lie inside a data root.
        contents: What its folder must hold, in words.
        is_here: Tells whether a folder holds it.
        load: Reads a split of it.
    """

    title: str
    folders: tuple[str, ...]
    contents: str
    is_here: Callable[[Path], bool]
    load: _Load


BENCHMARKS = {
    "spair": Benchmark(
        "SPair-71k",
        ("spair/SPair-71k", "SPair-71k", "spair", "."),
        "Layout/ and PairAnnotation/",
        spair.is_here,
        partial(spair.load, name="spair", categories=spair.CATEGORIES),
    ),
    "spair-u": Benchmark(
        "SPair-U",
        (".",),
        "SPair-71k/JPEGImages and SPair-U/PairAnnotation",
        spair_u.is_here,
        spair_u.load,
    ),
    "pf-pascal": Benchmark(
        "PF-PASCAL",
        ("pf-pascal", "PF-PASCAL", "."),
        "PF-dataset-PASCAL/JPEGImages",
        pf_pascal.is_here,
        pf_pascal.load,
    ),
    "pf-willow": Benchmark(
        "PF-WILLOW",
        ("pf-willow", "PF-WILLOW", "."),
        "PF-dataset/",
        pf_willow.is_here,
        pf_willow.load,
    ),
    "tss": Benchmark(
        "TSS",
        ("tss", "TSS", "."),
        "<group>/<item>/flow1.flo",
        tss.is_here,
        tss.load,
    ),
    "synth": Benchmark(
        "the rendered set",
        ("synth", "."),
        "Layout/ and PairAnnotation/",
        spair.is_here,
        partial(spair.load, name="synth"),
    ),
}

_SPAIR_U_HINT = "semimatch data get spair brings the photos; unpack SPair-U.zip beside them"

_FOLDERS: tuple[tuple[str, Callable[[Path], bool], _Load], ...] = (
    ("pairs.json", lambda path: (path / pairs_file.FILE_NAME).is_file(), pairs_file.load),
    ("keypoints.csv", lambda path: (path / keypoints_csv.FILE_NAME).is_file(), keypoints_csv.load),
    ("annotations.json (COCO)", lambda path: (path / coco.FILE_NAME).is_file(), coco.load),
    ("Layout/ and PairAnnotation/ (SPair-71k)", spair.is_here, spair.load),
    ("PF-dataset-PASCAL/ (PF-PASCAL)", pf_pascal.is_here, pf_pascal.load),
    ("PF-dataset/ (PF-WILLOW)", pf_willow.is_here, pf_willow.load),
    ("<group>/<item>/flow1.flo (TSS)", tss.is_here, tss.load),
)


def load(
    name_or_path: str,
    *,
    data_root: Path | None = None,
    split: str | None = None,
    skip_broken: bool = False,
) -> PairSet:
    """Return the pairs of a benchmark or of a folder or file of the user's own.

    Args:
        name_or_path: A key of `BENCHMARKS`, or a path; a path that is also a name is written `./`.
        data_root: Where named benchmarks lie; by default `config.data_dir()`.
        split: The split to read; by default the one that the benchmark tests on.
        skip_broken: Leave broken annotations out and tell them in the notes of the set; otherwise
            the first is raised.

    Raises:
        ArgumentError: It is neither a known name nor a path, or there is no such split.
        DatasetError: It is not where it was looked for, or it is broken.
    """
    if name_or_path in BENCHMARKS:
        benchmark = BENCHMARKS[name_or_path]
        folder = find(name_or_path, data_root=data_root)
        return benchmark.load(folder, split, skip_broken=skip_broken)
    path = Path(name_or_path)
    if not path.exists():
        raise ArgumentError(
            f"unknown data set {name_or_path!r}",
            why="it is no known name, and there is no such file or folder",
            hint=f"choose one of {', '.join(BENCHMARKS)}, or give the path of your own",
        )
    return _loader(path)(path, split, skip_broken=skip_broken)


def find(name: str, *, data_root: Path | None = None) -> Path:
    """Return the folder of a named benchmark.

    Raises:
        ArgumentError: There is no benchmark of this name.
        DatasetError: It is not there; says what was looked for and where.
    """
    if name not in BENCHMARKS:
        hint = f"choose one of {', '.join(BENCHMARKS)}"
        raise ArgumentError(f"unknown data set {name!r}", hint=hint)
    benchmark, root = BENCHMARKS[name], data_root or config.data_dir()
    candidates = [root / folder for folder in benchmark.folders]
    for folder in candidates:
        if folder.is_dir() and benchmark.is_here(folder):
            return folder
    brings = {"synth": "semimatch data synth DIR renders it", "spair-u": _SPAIR_U_HINT}
    raise DatasetError(
        f"{benchmark.title} is not in {root}",
        why=f"looked for {benchmark.contents} in {', '.join(map(str, candidates))}",
        hint=f"{brings.get(name, f'semimatch data get {name} brings it')}; "
        "or name the folder with --data-root",
    )


def check(pair_set: PairSet) -> tuple[str, ...]:
    """Return what is wrong with the files of a set, a line for each file, in their order.

    Photos and masks that are missing, no image or cut off, photos of another size than the
    annotations say, and keypoints outside their photo. Every photo is decoded, once.
    """
    complaints: dict[str, list[str]] = defaultdict(list)
    state = cache(_state)
    for pair in pair_set.pairs:
        for complaint in dict.fromkeys(_complaints(pair, state)):
            complaints[complaint].append(pair.id)
    return tuple(f"{complaint} ({_pairs(pair_ids)})" for complaint, pair_ids in complaints.items())


def _complaints(pair: Pair, state: Callable[[Path], str | tuple[int, int]]) -> Iterator[str]:
    sides = (
        (pair.source, pair.source_mask, pair.source_size, pair.source_keypoints),
        (pair.target, pair.target_mask, pair.target_size, pair.target_keypoints),
    )
    for photo, mask, size, points in sides:
        found = state(photo)
        if isinstance(found, str):
            yield f"{photo}: {found}"
        elif found != size:
            yield f"{photo}: {found[0]} x {found[1]}, annotated as {size[0]} x {size[1]}"
        if mask is not None and isinstance(broken := state(mask), str):
            yield f"{mask}: {broken}"
        if is_outside(points, size).any():
            yield f"{photo}: keypoints outside the photo"


def _state(path: Path) -> str | tuple[int, int]:
    """Return the size of an image that can be decoded, or what is wrong with it."""
    if not path.is_file():
        return "there is no such file"
    size = reading.photo_size(path)
    if size == (0, 0):
        return "no image"
    try:
        with Image.open(path) as image:
            image.draft("RGB", (1, 1))  # a JPEG file is read to its end all the same
            image.load()
    except Exception as error:  # Pillow raises nearly anything over a damaged file
        return f"damaged or cut off ({error})"
    return size


def _pairs(pair_ids: list[str]) -> str:
    more = f" and {len(pair_ids) - 1:,} more pairs" if len(pair_ids) > 1 else ""
    return f"pair {pair_ids[0]}{more}"


def _loader(path: Path) -> _Load:
    if path.is_file():
        return _file_loader(path)
    for _, is_here, load_layout in _FOLDERS:
        if is_here(path):
            return load_layout
    raise DatasetError(
        f"{path} is in no layout that is known here",
        why=f"looked for {', '.join(layout for layout, _, _ in _FOLDERS)}",
        hint="the simplest: keypoints.csv with the columns image,category,name,x,y",
    )


def _file_loader(path: Path) -> _Load:
    if path.name == coco.FILE_NAME:
        return coco.load
    loaders: dict[str, _Load] = {".json": pairs_file.load, ".csv": keypoints_csv.load}
    if path.suffix.lower() not in loaders:
        raise DatasetError(
            f"{path} is no list of pairs or keypoints",
            why="expected pairs.json, keypoints.csv or annotations.json",
            hint="name one of these, or the folder of a data set",
        )
    return loaders[path.suffix.lower()]
