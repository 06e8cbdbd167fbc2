"""Airplanes: a tube with wings, tail and engines."""

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Loft, plate, tube, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def airplane(dial: Dial) -> Model:
    """Return an airliner; it flies along x."""
    girth = dial(0.09, 0.14)
    body = tube(
        "body",
        [(-1.0, 0, girth * 0.55), (-0.6, 0, girth * 0.2), (-0.1, 0, 0), (0.5, 0, 0),
         (0.95, 0, -0.01)],
        [girth * 0.28, girth * 0.82, girth, girth, girth * 0.6],
        round_start=0.08, round_end=0.13, grid=(34, 22),
    )  # fmt: skip
    span, sweep, chord = dial(0.75, 1.05), dial(0.1, 0.5), dial(0.13, 0.2)
    lift, tall = dial(0.0, 0.14), dial(0.26, 0.42)
    count = 2 if dial.chance(0.45) else 1
    parts = [body, _cockpit(girth), _fin(dial, girth, tall)]
    for side in ("left", "right"):
        parts.append(_wing(side, girth, (span, sweep, chord), lift))
        parts.append(_stabilizer(dial, side, girth))
        parts.append(_windows(side, girth))
        parts += _engines(dial, side, girth, (span, sweep, lift), count)
    return Model(tuple(parts), _SPOTS)


def _cockpit(girth: float) -> Loft:
    return plate(
        "cockpit", [(0.78, 0, girth * 0.40), (0.90, 0, girth * 0.24)],
        [girth * 0.78, girth * 0.62], [girth * 0.42, girth * 0.34],
        material="glass", squareness=3.0, round_start=0.25, round_end=0.3, grid=(12, 18),
    )  # fmt: skip


def _windows(side: str, girth: float) -> Loft:
    return plate(
        f"{side}_windows", [(-0.55, girth * 0.86, girth * 0.3), (0.0, girth * 0.93, girth * 0.3),
                            (0.68, girth * 0.93, girth * 0.3)],
        [girth * 0.06] * 3, [girth * 0.1] * 3, material="glass",
        squareness=3.0, round_start=0.02, round_end=0.02, mirrored=side == "right", grid=(20, 10),
    )  # fmt: skip


def _wing(side: str, girth: float, plan: tuple[float, float, float], lift: float) -> Loft:
    span, sweep, chord = plan
    root = np.array([0.12, 0.0, -girth * 0.45])
    tip = root + xyz(-sweep - 0.06, span, lift)
    return plate(
        f"{side}_wing", [root, root * 0.5 + tip * 0.5 + xyz(0.02, 0, 0), tip],
        [chord * 1.5, chord * 0.9, chord * 0.42], [0.04, 0.026, 0.014], up=(0.0, 0.0, 1.0),
        material="accent", round_start=0.02, round_end=0.04, mirrored=side == "right",
        grid=(22, 16),
    )  # fmt: skip


def _stabilizer(dial: Dial, side: str, girth: float) -> Loft:
    reach, sweep = dial(0.28, 0.42), dial(0.08, 0.22)
    root = np.array([-0.86, 0.0, girth * 0.55])
    return plate(
        f"{side}_stabilizer", [root, root + xyz(-sweep, reach, 0.03)], [0.11, 0.055], [0.02, 0.012],
        material="accent", round_start=0.02, round_end=0.06, mirrored=side == "right",
        grid=(12, 14),
    )  # fmt: skip


def _fin(dial: Dial, girth: float, tall: float) -> Loft:
    sweep = dial(0.12, 0.3)
    root = np.array([-0.80, 0.0, girth * 0.5])
    return plate(
        "fin", [root, root + xyz(-0.45 * sweep, 0, 0.5 * tall), root + xyz(-sweep, 0, tall)],
        [0.022, 0.018, 0.013], [0.17, 0.12, 0.08], up=(1.0, 0.0, 0.0), material="second",
        round_start=0.02, round_end=0.06, grid=(14, 14),
    )  # fmt: skip


def _engines(
    dial: Dial, side: str, girth: float, plan: tuple[float, float, float], count: int
) -> list[Loft]:
    span, sweep, lift = plan
    radius, engines = girth * dial(0.36, 0.52), []
    for name, share in (("inner", 0.34), ("outer", 0.66))[:count]:
        x = 0.20 - sweep * share
        at = np.array([x, span * share, lift * share - girth * 0.45 - radius * 1.05])
        engines.append(tube(
            f"{side}_{name}_engine", [at - xyz(0.12, 0, 0), at, at + xyz(0.13, 0, 0)],
            [radius * 0.6, radius, radius * 0.9], material="second", round_start=0.1,
            round_end=0.08, mirrored=side == "right", grid=(14, 16),
        ))  # fmt: skip
        engines.append(tube(
            f"{side}_{name}_intake", [at + xyz(0.10, 0, 0), at + xyz(0.138, 0, 0)],
            [radius * 0.68, radius * 0.68], material="dark", round_start=0.05, round_end=0.1,
            mirrored=side == "right", grid=(6, 14),
        ))  # fmt: skip
    return engines


_SPOTS = (
    Spot("nose", "body", 0.985, 90.0),
    Spot("cockpit", "cockpit", 0.6, 90.0),
    Spot("left_wing_tip", "left_wing", 0.97, 90.0),
    Spot("right_wing_tip", "right_wing", 0.97, 90.0),
    Spot("left_wing_root", "left_wing", 0.22, 90.0),
    Spot("right_wing_root", "right_wing", 0.22, 90.0),
    Spot("left_engine", "left_inner_intake", 0.95, 0.0),
    Spot("right_engine", "right_inner_intake", 0.95, 0.0),
    Spot("fin_tip", "fin", 0.95, 0.0),
    Spot("fin_root_front", "fin", 0.25, 90.0),
    Spot("left_stabilizer_tip", "left_stabilizer", 0.95, 90.0),
    Spot("right_stabilizer_tip", "right_stabilizer", 0.95, 90.0),
    Spot("tail_cone", "body", 0.03, -90.0),
    Spot("belly", "body", 0.45, -90.0),
    Spot("roof", "body", 0.55, 90.0),
)
