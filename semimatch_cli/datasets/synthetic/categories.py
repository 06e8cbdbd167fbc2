"""The categories: how each is built, from where it is usually seen, and what it is painted with."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from semimatch_cli.datasets.synthetic.airplanes import airplane
from semimatch_cli.datasets.synthetic.bicycles import bicycle
from semimatch_cli.datasets.synthetic.birds import bird
from semimatch_cli.datasets.synthetic.breeds import CAT, COW, DOG, HORSE
from semimatch_cli.datasets.synthetic.cars import car
from semimatch_cli.datasets.synthetic.chairs import chair
from semimatch_cli.datasets.synthetic.fish import fish
from semimatch_cli.datasets.synthetic.mesh import Floats, canonical_of
from semimatch_cli.datasets.synthetic.model import Dial, Model
from semimatch_cli.datasets.synthetic.people import person
from semimatch_cli.datasets.synthetic.quadrupeds import quadruped
from semimatch_cli.errors import ArgumentError

FUR = ("8a5a2b", "3b2a1e", "c89b5f", "e8dcc8", "1f1c1a", "a7672f", "7d7468", "d8b684", "5c3a22")


@dataclass(frozen=True)
class Category:
    """One kind of object.

    Args:
        build: From a dial to a model.
        views: Degrees of azimuth of the usual views; instances lie up to 60 degrees from one.
        elevations: Degrees of elevation, lowest and highest.
        setting: `ground`, `air` or `water`.
        colors: sRGB codes of the main material.
        accents: sRGB codes of the material `accent`; empty takes them from `colors`.
        patterns: Patterns of the main material.
        gloss: Highlight of the main material.
        spread: Degrees of azimuth to either side of a usual view.
        below: How pale undersides may be, 0..1.
    """

    build: Callable[[Dial], Model]
    views: tuple[float, ...] = (90.0, -90.0)
    elevations: tuple[float, float] = (-2.0, 28.0)
    setting: str = "ground"
    colors: tuple[str, ...] = FUR
    accents: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ("solid",)
    gloss: float = 0.08
    spread: float = 60.0
    below: float = 0.0


CATEGORIES: Mapping[str, Category] = {
    "dog": Category(
        lambda dial: quadruped(dial, DOG),
        patterns=("solid", "patches", "saddle", "mottled", "spots"), below=0.4,
    ),
    "horse": Category(
        lambda dial: quadruped(dial, HORSE),
        colors=("6b3a1c", "8a5527", "2a1d16", "b9a58c", "d9d4cb", "4a2a18", "9c6b3c"),
        accents=("1a1512", "3a2416", "d8c49a", "efe8da"),
        patterns=("solid", "solid", "patches", "mottled"), gloss=0.2,
    ),
    "cow": Category(
        lambda dial: quadruped(dial, COW),
        colors=("f0ebe2", "efe6d8", "6e3d20", "9a6a3f", "1d1a19", "c79a6b"),
        patterns=("patches", "patches", "solid"),
    ),
    "cat": Category(
        lambda dial: quadruped(dial, CAT),
        colors=("b8722f", "7b7a78", "1d1c1b", "d9c3a1", "54463a", "e9e4da"),
        patterns=("stripes", "stripes", "solid", "patches"), below=0.5,
    ),
    "bird": Category(
        bird,
        colors=("2f6fb0", "c4452d", "e2b93b", "4a6b3c", "8b6b4a", "30343a", "efefea", "5d88a0"),
        patterns=("solid", "saddle", "mottled", "spots"), below=0.6,
    ),
    "fish": Category(
        fish, elevations=(-18.0, 28.0), setting="water", gloss=0.35, spread=52.0,
        colors=("e8641b", "2b6cb3", "e9c12f", "8fa3ad", "b5283a", "2f9c8a", "efece2", "4a3a78"),
        patterns=("stripes", "spots", "mottled", "solid", "patches"), below=0.5,
    ),
    "car": Category(
        car, views=(45.0, -45.0), elevations=(4.0, 28.0), gloss=0.75,
        colors=("b3161b", "1f4e9c", "d8d8d6", "20252b", "e0a920", "2f6b45", "8a9096", "f2f2ee"),
    ),
    "airplane": Category(
        airplane, views=(55.0, -55.0), elevations=(-28.0, 38.0), setting="air", gloss=0.4,
        colors=("f3f4f5", "e6ebef", "cfd6db", "f6f1e4", "9fb4c8"),
        accents=("c9ced2", "e6e9ec", "9aa4ad", "1f4e9c", "b3161b"),
    ),
    "chair": Category(
        chair, views=(0.0,), elevations=(6.0, 36.0), gloss=0.15,
        colors=("9c6b3c", "b3161b", "2f6b9c", "efe6d2", "4a2a18", "4f7a5a", "d9a441", "30343a"),
        patterns=("solid", "solid", "stripes", "mottled", "patches"),
    ),
    "person": Category(
        person, views=(0.0,), elevations=(-4.0, 22.0),
        colors=("b3161b", "2f6b9c", "efe6d2", "4f7a5a", "d9a441", "30343a", "7a4a8a", "d97a4a"),
        accents=("26364f", "30343a", "6b5a44", "8a8f94", "4a2a18", "c9b48a"),
        patterns=("solid", "solid", "stripes", "patches"),
    ),
    "bicycle": Category(
        bicycle, elevations=(0.0, 24.0), gloss=0.5, spread=50.0,
        colors=("b3161b", "1f4e9c", "d8d8d6", "20252b", "e0a920", "2f6b45", "e8641b"),
    ),
}  # fmt: skip


def category_named(name: str) -> Category:
    """Return a category.

    Raises:
        ArgumentError: There is none of that name.
    """
    if name not in CATEGORIES:
        close = difflib.get_close_matches(name, CATEGORIES, n=3, cutoff=0.5)
        raise ArgumentError(
            f"unknown category {name!r}",
            why=f"the rendered categories are {', '.join(CATEGORIES)}",
            hint=f"did you mean {' or '.join(close)}?" if close else "choose one of these",
        )
    return CATEGORIES[name]


@cache
def template_of(name: str) -> Model:
    """Return the category's template: the middle of every range, in the rest pose."""
    return category_named(name).build(Dial())


@cache
def canonical_vertices(name: str) -> Mapping[str, Floats]:
    """Return the template's vertices, (V, 3) by part: the canonical coordinates."""
    return canonical_of(template_of(name))


def part_names(name: str) -> tuple[str, ...]:
    """Return the parts' names; part number i of a rendering is the i-th, counted from 1."""
    return tuple(part.name for part in template_of(name).parts)


def keypoint_names(name: str) -> tuple[str, ...]:
    """Return the keypoints' names, in the order of every rendering."""
    return tuple(spot.name for spot in template_of(name).spots)
