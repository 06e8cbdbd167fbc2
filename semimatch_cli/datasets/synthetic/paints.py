"""Paints: the colors and patterns of one instance, drawn from its category's palette."""

import numpy as np
import numpy.typing as npt

from semimatch_cli.datasets.synthetic.categories import Category
from semimatch_cli.datasets.synthetic.textures import Paint, linear

_FIXED = {
    "dark": ("17140f", 0.35),
    "eye": ("0b0908", 0.9),
    "light": ("efe6d2", 0.25),
    "glass": ("1c2a33", 0.9),
    "metal": ("b9bec4", 0.7),
    "tire": ("141414", 0.12),
    "lamp": ("fdf6dc", 0.9),
    "red": ("b3161b", 0.6),
    "orange": ("e08a1e", 0.25),
    "white": ("f1f1ee", 0.3),
}
_SKINS = ("f0c8a8", "d9a27c", "a8714a", "6f4630", "4a2f22")
_HAIRS = ("1a1512", "3a2416", "7a4f28", "c9a15a", "8f8d8a", "8a3a1c")


def draw_paints(category: Category, chance: np.random.Generator) -> dict[str, Paint]:
    """Return a paint for every material that a part may name."""
    base, second = (_varied(str(code), chance) for code in chance.choice(category.colors, 2))
    accents = category.accents or category.colors
    accent = _varied(str(chance.choice(accents)), chance)
    if not category.accents and chance.random() < 0.6:
        accent = base * np.float32(chance.uniform(0.5, 0.9))
    coat = Paint(
        base, second, pattern=str(chance.choice(category.patterns)),
        scale=float(chance.uniform(2.5, 6.0)), gloss=category.gloss,
        grain=float(chance.uniform(0.0, 0.16)) * (1.0 - category.gloss),
        below=category.below * float(chance.random() < 0.6),
    )  # fmt: skip
    paints = {
        name: Paint(linear(code), linear(code), gloss=gloss, grain=0.0)
        for name, (code, gloss) in _FIXED.items()
    }
    trim = Paint(accent, accent, gloss=category.gloss, grain=coat.grain)
    skin = _varied(str(chance.choice(_SKINS)), chance)
    hair = _varied(str(chance.choice(_HAIRS)), chance)
    return {
        **paints,
        "coat": coat,
        "accent": trim,
        "second": Paint(second, second, gloss=category.gloss, grain=coat.grain),
        "skin": Paint(skin, skin, gloss=0.1, grain=0.03),
        "lips": Paint(
            skin * np.array([0.75, 0.4, 0.4], dtype=np.float32), skin, gloss=0.2, grain=0.0
        ),
        "hair": Paint(hair, hair * np.float32(0.5), pattern="mottled", scale=14.0, gloss=0.15),
    }


def _varied(code: str, chance: np.random.Generator) -> npt.NDArray[np.float32]:
    color = linear(code) * np.float32(chance.uniform(0.75, 1.25))
    tint = chance.uniform(0.9, 1.1, 3).astype(np.float32)
    varied: npt.NDArray[np.float32] = np.clip(color * tint, 0.0, 1.0).astype(np.float32)
    return varied
