"""Breeds: what makes a dog, a cat, a horse or a cow of the one four-legged body plan.

Lengths are in units of the trunk, angles in degrees.
"""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Build:
    """The proportions of a kind, each a range over its instances.

    Args:
        girth: Half height of the chest.
        waist: Waist over chest.
        leg: Length of the legs.
        leg_width: Radius of the upper leg.
        neck: Length of the neck.
        neck_pitch: Degrees of the neck above the horizon.
        head: Length of the head.
        skull: Half width of the skull.
        snout: Half width of the muzzle over the skull's.
        ear: Length of the ears.
        ear_pitch: Degrees of the ears above the horizon: negative hangs.
        tail: Length of the tail.
        tail_pitch: Degrees of the tail above the horizon.
        paw: Length of the feet.
        foot: Material of the feet.
        horns: Whether it has horns.
        mane: Whether it has a mane.
    """

    girth: Range
    waist: Range
    leg: Range
    leg_width: Range
    neck: Range
    neck_pitch: Range
    head: Range
    skull: Range
    snout: Range
    ear: Range
    ear_pitch: Range
    tail: Range
    tail_pitch: Range
    paw: Range
    foot: str = "coat"
    horns: bool = False
    mane: bool = False


DOG = Build(
    girth=(0.20, 0.27), waist=(0.62, 0.85), leg=(0.36, 0.62), leg_width=(0.085, 0.115),
    neck=(0.20, 0.30), neck_pitch=(35, 65), head=(0.40, 0.50), skull=(0.125, 0.155),
    snout=(0.42, 0.6), ear=(0.17, 0.27), ear_pitch=(-75, 75), tail=(0.35, 0.6),
    tail_pitch=(-20, 65), paw=(0.10, 0.14),
)  # fmt: skip
CAT = Build(
    girth=(0.17, 0.21), waist=(0.85, 1.05), leg=(0.34, 0.44), leg_width=(0.07, 0.085),
    neck=(0.13, 0.19), neck_pitch=(30, 60), head=(0.29, 0.33), skull=(0.135, 0.16),
    snout=(0.36, 0.46), ear=(0.12, 0.16), ear_pitch=(62, 88), tail=(0.6, 0.85),
    tail_pitch=(-25, 75), paw=(0.08, 0.10),
)  # fmt: skip
HORSE = Build(
    girth=(0.22, 0.26), waist=(0.82, 0.95), leg=(0.68, 0.82), leg_width=(0.095, 0.12),
    neck=(0.44, 0.56), neck_pitch=(25, 60), head=(0.42, 0.48), skull=(0.105, 0.125),
    snout=(0.6, 0.75), ear=(0.10, 0.14), ear_pitch=(60, 85), tail=(0.5, 0.7),
    tail_pitch=(-80, -45), paw=(0.09, 0.11), foot="dark", mane=True,
)  # fmt: skip
COW = Build(
    girth=(0.27, 0.33), waist=(0.95, 1.12), leg=(0.42, 0.52), leg_width=(0.095, 0.125),
    neck=(0.24, 0.32), neck_pitch=(0, 35), head=(0.38, 0.44), skull=(0.12, 0.145),
    snout=(0.68, 0.85), ear=(0.13, 0.18), ear_pitch=(-25, 15), tail=(0.55, 0.7),
    tail_pitch=(-88, -70), paw=(0.09, 0.11), foot="dark", horns=True,
)  # fmt: skip
