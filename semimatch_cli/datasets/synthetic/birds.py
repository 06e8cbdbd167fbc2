"""Birds: a tilted body on two thin legs, wings anywhere between folded and spread."""

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Floats, Loft, ball, plate, tube
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def bird(dial: Dial) -> Model:
    """Return a standing bird; it looks along x."""
    pitch = np.radians(dial(8, 48))
    along = np.array([np.cos(pitch), 0.0, np.sin(pitch)])
    above = np.array([-np.sin(pitch), 0.0, np.cos(pitch)])
    girth, plump = dial(0.19, 0.28), dial(0.85, 1.15)
    body = plate(
        "body",
        [-0.5 * along, -0.22 * along - 0.02 * above, 0.12 * along - 0.03 * above, 0.46 * along],
        [girth * 0.42, girth * 0.9, girth * 1.02, girth * 0.5],
        [girth * 0.4, girth * 0.92 * plump, girth * 1.08 * plump, girth * 0.52],
        up=above, round_start=0.2, round_end=0.22, grid=(26, 22),
    )  # fmt: skip
    head = _head(dial, 0.44 * along + 0.05 * above, girth)
    parts = [body, *head, _tail(dial, along, above, girth)]
    spread = dial(0.0, 1.0) ** 2
    for side in ("left", "right"):
        parts.append(_wing(dial, side, (along, above), girth, spread))
        parts += _leg(dial, side, girth, plump)
    return Model(tuple(parts), _SPOTS)


def _head(dial: Dial, base: Floats, girth: float) -> list[Loft]:
    radius, yaw = girth * dial(0.5, 0.68), np.radians(dial(-40, 40))
    nod, stretch = np.radians(dial(-18, 12)), dial(0.08, 0.34)
    look = np.array([np.cos(yaw) * np.cos(nod), np.sin(yaw) * np.cos(nod), np.sin(nod)])
    across = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    crown = np.cross(look, across)
    center = base + np.array([0.12, 0.0, stretch])
    head = tube(
        "head", [center - radius * look, center, center + radius * look],
        [radius, radius, radius * 0.92], up=crown,
        round_start=0.5, round_end=0.5, grid=(18, 18),
    )  # fmt: skip
    neck = tube(
        "neck", [base - np.array([0.14, 0, 0.1]), (base + center) / 2, center],
        [girth * 0.72, (girth * 0.5 + radius) / 2, radius * 0.86],
        up=(1.0, 0.0, 0.0), round_start=0.2, round_end=0.2,
    )  # fmt: skip
    length, thick = dial(0.12, 0.34), radius * dial(0.28, 0.46)
    root = center + 0.8 * radius * look
    beak = plate(
        "beak", [root, root + 0.5 * length * look, root + length * look - 0.16 * length * crown],
        [thick * 0.9, thick * 0.6, thick * 0.12], [thick, thick * 0.7, thick * 0.14],
        up=crown, material="orange", round_end=0.05, grid=(14, 12),
    )  # fmt: skip
    parts = [neck, head, beak]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        eye = center + radius * (0.52 * look + 0.8 * sign * across + 0.22 * crown)
        outward = sign * across + 0.4 * look
        parts.append(ball(f"{side}_eye", eye, radius * 0.17, outward, material="eye"))
    return parts


def _tail(dial: Dial, along: Floats, above: Floats, girth: float) -> Loft:
    length, lift, fan = dial(0.28, 0.55), dial(-0.3, 0.35), dial(0.3, 0.6)
    root = -0.4 * along
    way = -along + lift * above
    return plate(
        "tail", [root, root + 0.5 * length * way, root + length * way],
        [girth * 0.4, girth * (0.35 + fan) * 0.7, girth * (0.3 + fan)],
        [0.05, 0.028, 0.015], up=above, material="accent",
        squareness=3.0, round_end=0.08, grid=(14, 14),
    )  # fmt: skip


def _wing(dial: Dial, side: str, axes: tuple[Floats, Floats], girth: float, spread: float) -> Loft:
    """Return a wing: folded it lies back along the side, spread it reaches out and up."""
    along, above = axes
    length, flap = dial(0.62, 0.85) * (1.0 + 0.35 * spread), dial(-0.1, 0.9)
    out = np.array([0.0, 1.0, 0.0]) + flap * spread * above
    way = spread * out - (1.0 - spread) * (along - 0.05 * above)
    way = way / np.linalg.norm(way)
    root = 0.2 * along + 0.22 * girth * above + np.array([0.0, girth * 0.82, 0.0])
    elbow = root + 0.58 * length * way + 0.06 * spread * along
    tip = root + length * way - 0.2 * spread * along
    normal = (1.0 - spread) * (np.array([0.0, 1.0, 0.0]) + 0.35 * above) + spread * above
    chord = girth * dial(0.62, 0.85)
    return plate(
        f"{side}_wing", [root - 0.10 * way, root + 0.24 * length * way, elbow, tip],
        [chord * 0.6, chord * 0.92, chord * 0.72, chord * 0.16],
        [0.05, 0.05, 0.035, 0.015], up=normal, material="accent",
        round_start=0.16, round_end=0.12, mirrored=side == "right", grid=(20, 16),
    )  # fmt: skip


def _leg(dial: Dial, side: str, girth: float, plump: float) -> list[Loft]:
    length, step = dial(0.20, 0.5), dial(-0.08, 0.08)
    hip = np.array([-0.02, girth * 0.45, -girth * 0.7 * plump])
    knee = hip + np.array([-0.05, 0.0, -0.45 * length - 0.05])
    ankle = hip + np.array([step, 0.0, -length - 0.12])
    mirrored = side == "right"
    leg = tube(
        f"{side}_leg", [hip, knee, ankle], [0.06, 0.024, 0.019], material="orange",
        up=(1.0, 0.0, 0.0), round_start=0.1, mirrored=mirrored, grid=(14, 10),
    )  # fmt: skip
    foot = plate(
        f"{side}_foot", [ankle - np.array([0.06, 0, 0]), ankle + np.array([0.13, 0.01, -0.005])],
        [0.02, 0.065], [0.018, 0.014], material="orange", round_start=0.3, round_end=0.2,
        mirrored=mirrored, grid=(10, 12),
    )  # fmt: skip
    return [leg, foot]


_SPOTS = (
    Spot("left_eye", "left_eye", 0.97, 90.0),
    Spot("right_eye", "right_eye", 0.97, 90.0),
    Spot("beak_tip", "beak", 0.95, 90.0),
    Spot("beak_base", "beak", 0.25, 90.0),
    Spot("crown", "head", 0.5, 90.0),
    Spot("nape", "neck", 0.55, -90.0),
    Spot("breast", "body", 0.75, -80.0),
    Spot("belly", "body", 0.45, -90.0),
    Spot("back", "body", 0.5, 90.0),
    Spot("tail_tip", "tail", 0.96, 90.0),
    Spot("left_wing_tip", "left_wing", 0.95, 90.0),
    Spot("right_wing_tip", "right_wing", 0.95, 90.0),
    Spot("left_wing_bend", "left_wing", 0.2, 90.0),
    Spot("right_wing_bend", "right_wing", 0.2, 90.0),
    Spot("left_knee", "left_leg", 0.5, 60.0),
    Spot("right_knee", "right_leg", 0.5, 60.0),
    Spot("left_foot", "left_foot", 0.8, 90.0),
    Spot("right_foot", "right_foot", 0.8, 90.0),
)
