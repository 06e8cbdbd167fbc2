"""Generate: a whole rendered data set, the same bytes for the same seed.

Photo i of a category depends on the seed, the category and i alone, so neither the number of
worker processes nor the number of photos changes it.

Splits go by i modulo 20: fourteen photos for training, three each for validation and test, so that
a larger set contains every smaller one. Pairs of a category and split: the ordered pairs whose
photos share at least three visible keypoints, in an order drawn by the seed, the first
`pairs_per_image` times the number of photos of them.
"""

import itertools
import multiprocessing
import os
import shutil
import signal
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semimatch_cli.datasets.synthetic import layout
from semimatch_cli.datasets.synthetic.categories import (
    CATEGORIES,
    category_named,
    keypoint_names,
    part_names,
)
from semimatch_cli.datasets.synthetic.layout import Photo
from semimatch_cli.datasets.synthetic.render import SMALLEST_SIDE, render
from semimatch_cli.errors import ArgumentError, InputError

LEAST_SHARED_KEYPOINTS = 3
_SPLIT_OF_TWENTY = "trn trn test test val val " + "trn " * 12 + "test val"
_SEED_STRIDE = 1_000_000


@dataclass(frozen=True)
class Plan:
    """What a rendered data set consists of.

    Args:
        images_per_category: At least 2, at most a million.
        size: Side of the square photos, in pixels.
        seed: Not negative.
        categories: Their names, in the order of their numbers.
        pairs_per_image: Pairs of a split over its photos, at most.
    """

    images_per_category: int = 100
    size: int = 256
    seed: int = 0
    categories: tuple[str, ...] = tuple(CATEGORIES)
    pairs_per_image: int = 10

    def __post_init__(self) -> None:
        for name in self.categories:
            category_named(name)
        _at_least("images per category", self.images_per_category, 2)
        _at_least("size", self.size, SMALLEST_SIDE)
        _at_least("seed", self.seed, 0)
        _at_least("pairs per image", self.pairs_per_image, 1)


@dataclass(frozen=True)
class Summary:
    """What was written.

    Args:
        photos: Number of photos.
        pairs: Number of pairs of each split.
        categories: Number of categories.
    """

    photos: int
    pairs: dict[str, int]
    categories: int


def image_seed(seed: int, index: int) -> int:
    """Return the seed with which `render` repeats photo `index` of a data set."""
    return seed * _SEED_STRIDE + index


def split_of(index: int) -> str:
    """Return the split of a category's photo `index`."""
    return _SPLIT_OF_TWENTY.split()[index % 20]


def write_dataset(
    folder: Path,
    plan: Plan,
    *,
    force: bool = False,
    workers: int = 1,
    progress: Callable[[Iterable[Photo]], Iterable[Photo]] = iter,
) -> Summary:
    """Render a data set into a folder that does not exist yet, or is empty.

    Everything is written beside it and renamed at the end: nothing partial is left behind.

    Args:
        folder: Where to.
        plan: What to render.
        force: Replace a rendered data set that lies there.
        workers: Processes that render; the files do not depend on it.
        progress: Wraps the written photos as they come, to show how far it is.

    Raises:
        InputError: The folder is not empty, or holds something else than a rendered data set.
    """
    folder = folder.resolve()
    _check_free(folder, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    try:
        layout.make_folders(partial, plan.categories)
        photos = list(progress(_write_photos(partial, plan, workers)))
        counts = _write_lists(partial, plan, photos)
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Summary(len(photos), counts, len(plan.categories))


def _at_least(what: str, value: int, least: int) -> None:
    if value < least:
        raise ArgumentError(f"{what}: {value}", why=f"at least {least} needed", hint="raise it")


def _check_free(folder: Path, *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", hint="name a folder that does not exist yet")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not force:
        raise InputError(
            f"{folder} is not empty",
            why="it would be replaced",
            hint="use --force, or a new folder",
        )
    if not (folder / "Layout" / "keypoints.json").is_file():
        raise InputError(
            f"{folder} holds something else than a rendered data set",
            why="--force replaces only what this command has written",
            hint="name another folder, or empty this one yourself",
        )


def _write_photos(folder: Path, plan: Plan, workers: int) -> Iterator[Photo]:
    """Write every photo, in a fixed order; yield what the lists need to know of each."""
    jobs = [
        (folder, plan, category, index)
        for category in plan.categories
        for index in range(plan.images_per_category)
    ]
    if workers <= 1:
        yield from map(_write_one, jobs)
        return
    context = multiprocessing.get_context("spawn")
    # Ctrl-C reaches every process of the group; only this one may answer it.
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(workers, context, initializer=signal.signal, initargs=ignore) as pool:
        try:
            yield from pool.map(_write_one, jobs, chunksize=8)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _write_one(job: tuple[Path, Plan, str, int]) -> Photo:
    folder, plan, category, index = job
    rendering = render(category, seed=image_seed(plan.seed, index), size=plan.size)
    name = f"{category}_{index:05d}"
    return layout.write_photo(folder, rendering, name, plan.categories.index(category))


def _write_lists(folder: Path, plan: Plan, photos: Sequence[Photo]) -> dict[str, int]:
    layout.write_names(
        folder,
        {name: keypoint_names(name) for name in plan.categories},
        {name: part_names(name) for name in plan.categories},
    )
    counts = {}
    for split in layout.SPLITS:
        pairs = [
            pair
            for category in plan.categories
            for pair in _pairs_of(plan, category, _photos_of(photos, category, split))
        ]
        layout.write_pairs(folder, split, pairs, plan.categories)
        counts[split] = len(pairs)
    return counts


def _photos_of(photos: Sequence[Photo], category: str, split: str) -> list[Photo]:
    return [
        photo
        for photo in photos
        if photo.category == category and split_of(int(photo.name.rpartition("_")[2])) == split
    ]


def _pairs_of(plan: Plan, category: str, photos: Sequence[Photo]) -> list[tuple[Photo, Photo]]:
    """Return the pairs of one category and split, by the rule of the module's docstring."""
    candidates = list(itertools.permutations(photos, 2))
    chance = np.random.default_rng([zlib.crc32(category.encode()), plan.seed, len(photos)])
    limit = plan.pairs_per_image * len(photos)
    chosen: list[tuple[Photo, Photo]] = []
    for index in chance.permutation(len(candidates)):
        if len(chosen) == limit:
            break
        source, target = candidates[index]
        if len(layout.shared_keypoints(source, target)) >= LEAST_SHARED_KEYPOINTS:
            chosen.append((source, target))
    return chosen
