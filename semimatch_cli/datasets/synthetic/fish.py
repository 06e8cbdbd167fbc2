"""Fish: a flat body that bends as it swims, and its fins."""

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Floats, Loft, ball, plate, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def fish(dial: Dial) -> Model:
    """Return a swimming fish; it looks along x."""
    height, flat = dial(0.16, 0.34), dial(0.36, 0.6)
    swing = dial(-0.16, 0.16)
    body = _body(height, flat, swing)
    parts = [body, *_tail(dial, body, swing, height)]
    parts.append(_crest(dial, body, "dorsal_fin", (0.34, 0.68), 90.0))
    parts.append(_crest(dial, body, "anal_fin", (0.18, 0.38), -90.0))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        parts.append(_pectoral(dial, body, side, height))
        eye = body.at(0.88, 90.0 - sign * 68.0)
        bulge = np.array([0.0, sign * height * 0.02, 0.0])
        parts.append(ball(f"{side}_white", eye - bulge, height * 0.115, material="white"))
        parts.append(ball(f"{side}_eye", eye + 2.2 * bulge, height * 0.085, material="eye"))
    return Model(tuple(parts), _SPOTS)


def _body(height: float, flat: float, swing: float) -> Loft:
    profile = np.array([0.16, 0.34, 0.74, 1.0, 0.98, 0.62, 0.3]) * height
    x = np.linspace(-0.5, 0.5, len(profile))
    bend = swing * ((0.3 - x) ** 2) - 0.12 * swing * x
    return plate(
        "body", [(float(a), float(b), 0.0) for a, b in zip(x, bend, strict=True)],
        list(profile * flat * np.array([0.5, 0.7, 0.9, 1.0, 1.05, 1.1, 0.9])), list(profile),
        round_start=0.03, round_end=0.07, grid=(32, 24),
    )  # fmt: skip


def _tail(dial: Dial, body: Loft, swing: float, height: float) -> list[Loft]:
    """Return the two lobes of the tail fin."""
    root = body.spine[0] + np.array([0.03, 0.0, 0.0])
    reach, fork, lobes = dial(0.22, 0.36), dial(0.55, 1.15), []
    for name, sign in (("upper", 1.0), ("lower", -1.0)):
        way = np.array([-1.0, -2.2 * swing, sign * fork])
        way = way * reach / np.linalg.norm(way)
        lobes.append(plate(
            f"{name}_tail_fin", [root, root + 0.5 * way, root + way],
            [height * 0.14, height * 0.26, height * 0.1], [0.024, 0.016, 0.010],
            up=(0.0, 1.0, 0.0), material="accent", round_end=0.12, grid=(14, 12),
        ))  # fmt: skip
    return lobes


def _crest(dial: Dial, body: Loft, name: str, span: tuple[float, float], angle: float) -> Loft:
    """Return a fin that stands on the body's upper or lower edge."""
    sign, rise = np.sign(angle), dial(0.07, 0.16)
    knots: list[Floats] = [body.at(t, angle) for t in np.linspace(span[0], span[1], 4)]
    lift = np.array([0.25, 0.7, 0.8, 0.15]) * rise * sign
    spine = [knot + xyz(0.0, 0.0, up * 0.5) for knot, up in zip(knots, lift, strict=True)]
    spine[0] = spine[0] - xyz(0.06, 0.0, -0.3 * sign * rise)
    return plate(
        name, spine, [0.012, 0.018, 0.018, 0.014],
        [rise * 0.3, rise * 0.8, rise * 0.95, rise * 0.4],
        material="accent", round_start=0.1, round_end=0.3, grid=(16, 12),
    )  # fmt: skip


def _pectoral(dial: Dial, body: Loft, side: str, height: float) -> Loft:
    length, drop, out = dial(0.15, 0.25), dial(-0.9, 0.1), dial(0.25, 0.7)
    at_left = body.at(0.68, -22.0)
    at_right = body.at(0.68, 202.0) * (1.0, -1.0, 1.0)
    root = at_left if side == "left" else at_right
    way = np.array([-1.0, out, drop])
    way = way * length / np.linalg.norm(way)
    return plate(
        f"{side}_fin", [root - 0.1 * way, root + 0.5 * way, root + way],
        [height * 0.12, height * 0.27, height * 0.2], [0.018, 0.014, 0.009],
        up=(0.3, 1.0, 0.2), material="accent", round_end=0.3,
        mirrored=side == "right", grid=(14, 12),
    )  # fmt: skip


_SPOTS = (
    Spot("left_eye", "left_eye", 0.93, 180.0),
    Spot("right_eye", "right_eye", 0.07, 180.0),
    Spot("mouth", "body", 0.985, 0.0),
    Spot("forehead", "body", 0.86, 90.0),
    Spot("chin", "body", 0.86, -90.0),
    Spot("belly", "body", 0.55, -90.0),
    Spot("tail_root", "body", 0.08, 90.0),
    Spot("dorsal_fin_front", "dorsal_fin", 0.82, 90.0),
    Spot("dorsal_fin_back", "dorsal_fin", 0.2, 90.0),
    Spot("anal_fin", "anal_fin", 0.5, -90.0),
    Spot("upper_tail_tip", "upper_tail_fin", 0.95, 90.0),
    Spot("lower_tail_tip", "lower_tail_fin", 0.95, 90.0),
    Spot("left_fin_tip", "left_fin", 0.94, 90.0),
    Spot("right_fin_tip", "right_fin", 0.94, 90.0),
    Spot("left_flank", "body", 0.42, 0.0),
    Spot("right_flank", "body", 0.42, 180.0),
)
