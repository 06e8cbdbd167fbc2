"""Cars: body, greenhouse with its glass, wheels and lamps."""

from dataclasses import dataclass

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Loft, ball, plate, tube, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


@dataclass(frozen=True)
class _Frame:
    """The measures that the parts of one car share, half extents where across."""

    width: float
    height: float
    roof: float
    rear: float
    front: float
    wheel: float
    axles: tuple[float, float]


def car(dial: Dial) -> Model:
    """Return a car; it drives along x."""
    width, wheel = dial(0.36, 0.43), dial(0.155, 0.185)
    frame = _Frame(
        width=width, height=dial(0.13, 0.18), roof=dial(0.13, 0.22), rear=dial(-0.98, -0.55),
        front=dial(0.36, 0.56), wheel=wheel, axles=(dial(-0.62, -0.54), dial(0.56, 0.64)),
    )  # fmt: skip
    parts = [_body(dial, frame), *_greenhouse(frame)]
    for side in ("left", "right"):
        for place, x in (("back", frame.axles[0]), ("front", frame.axles[1])):
            parts += _wheel(frame, f"{side}_{place}", x)
        parts += _details(dial, frame, side)
    parts += _ends(frame)
    return Model(tuple(parts), _SPOTS)


def _body(dial: Dial, frame: _Frame) -> Loft:
    h, w, nose = frame.height, frame.width, dial(0.72, 0.95)
    return plate(
        "body",
        [(-1.0, 0, 0.01), (-0.55, 0, 0.02), (0.0, 0, 0.0), (0.55, 0, -0.005), (1.0, 0, -0.03)],
        [w * 0.93, w, w * 1.02, w, w * 0.88],
        [h * 0.92, h * 1.05, h, h * 0.97, h * nose],
        squareness=4.5, round_start=0.07, round_end=0.09, grid=(34, 36),
    )  # fmt: skip


def _greenhouse(frame: _Frame) -> list[Loft]:
    """Return cabin and glass: panes are slightly larger copies that show at the cabin's sides."""
    top, r, w = frame.height, frame.roof, frame.width
    x = np.linspace(frame.rear, frame.front, 5)

    def shell(name: str, wide: float, tall: float, slack: float, look: str) -> Loft:
        reach = np.array([-slack, -slack * 0.6, 0.0, slack * 0.6, slack])
        middle = top * 0.85 + 0.45 * r
        rise = np.array([0.32, 0.86, 1.0, 0.88, 0.22]) * r * tall
        drop = middle - 0.75 * (1.0 - np.array([0.32, 0.86, 1.0, 0.88, 0.22])) * r
        spine = [(float(a), 0.0, float(z)) for a, z in zip(x + reach, drop, strict=True)]
        across = np.array([0.72, 0.86, 0.88, 0.86, 0.7]) * w * wide
        return plate(name, spine, list(across), list(rise), material=look, squareness=3.6,
                     round_start=0.05, round_end=0.05, grid=(30, 32))  # fmt: skip

    cabin = shell("cabin", 1.0, 1.0, 0.0, "coat")
    screens = shell("screens", 0.84, 0.9, 0.065, "glass")
    panes = []
    for name, span in (("back_panes", (0.16, 0.47)), ("front_panes", (0.53, 0.84))):
        t = np.linspace(span[0], span[1], 4)
        spots = [cabin.points(np.array([v, v]), np.array([0.0, 90.0])) for v in t]
        centers = [np.array([s[1, 0], 0.0, s[0, 2] + 0.16 * r]) for s in spots]
        wide = [float(s[0, 1]) * 1.012 for s in spots]
        tall = [max(0.03, float(s[1, 2] - s[0, 2]) * 0.55) for s in spots]
        panes.append(plate(name, centers, wide, tall, material="glass", squareness=5.0,
                           round_start=0.02, round_end=0.02, grid=(12, 32)))  # fmt: skip
    return [cabin, screens, *panes]


def _wheel(frame: _Frame, name: str, x: float) -> list[Loft]:
    z, r, inner = -frame.height * 0.95, frame.wheel, frame.width * 0.70
    outer = frame.width * 1.04
    mirrored = name.startswith("right")
    tire = tube(
        f"{name}_wheel", [(x, inner, z), (x, outer, z)], [r, r], material="tire",
        round_start=0.12, round_end=0.14, mirrored=mirrored, grid=(10, 26),
    )  # fmt: skip
    rim = tube(
        f"{name}_rim", [(x, outer - 0.05, z), (x, outer + 0.015, z)], [r * 0.62, r * 0.62],
        material="metal", round_start=0.05, round_end=0.5, mirrored=mirrored, grid=(8, 20),
    )  # fmt: skip
    return [tire, rim]


def _details(dial: Dial, frame: _Frame, side: str) -> list[Loft]:
    w, h, mirrored = frame.width, frame.height, side == "right"
    lamp = dial(0.05, 0.075)
    front = plate(f"{side}_headlight", [(0.95, w * 0.42, h * 0.16), (0.95, w * 0.86, h * 0.2)],
                  [lamp, lamp], [lamp * 0.75, lamp * 0.75], material="lamp", mirrored=mirrored,
                  round_start=0.3, round_end=0.3, grid=(10, 14))  # fmt: skip
    back = plate(f"{side}_taillight", [(-0.98, w * 0.5, h * 0.3), (-0.95, w * 0.92, h * 0.34)],
                 [0.04, 0.04], [h * 0.26, h * 0.26], material="red", mirrored=mirrored,
                 round_start=0.3, round_end=0.3, grid=(10, 14))  # fmt: skip
    at = np.array([frame.front * 0.72, w * 0.98, h * 1.12])
    mirror = plate(f"{side}_mirror", [at - xyz(0, 0.05, 0.02), at + xyz(0, 0.11, 0.02)],
                   [0.035, 0.05], [0.035, 0.045], mirrored=mirrored, round_start=0.1, round_end=0.3,
                   grid=(10, 12))  # fmt: skip
    return [front, back, mirror]


def _ends(frame: _Frame) -> list[Loft]:
    w, h = frame.width, frame.height
    grille = plate("grille", [(0.965, -w * 0.38, -h * 0.05), (0.965, w * 0.38, -h * 0.05)],
                   [0.045, 0.045], [h * 0.22, h * 0.22], material="dark", squareness=4.0,
                   round_start=0.08, round_end=0.08, grid=(12, 16))  # fmt: skip
    badge = ball("badge", (1.012, 0.0, h * 0.3), 0.022, material="metal")
    plates = plate("back_plate", [(-0.985, -w * 0.25, -h * 0.1), (-0.985, w * 0.25, -h * 0.1)],
                   [0.035, 0.035], [h * 0.16, h * 0.16], material="white", squareness=6.0,
                   round_start=0.05, round_end=0.05, grid=(8, 16))  # fmt: skip
    return [grille, badge, plates]


_SPOTS = (
    Spot("left_headlight", "left_headlight", 0.55, 180.0),
    Spot("right_headlight", "right_headlight", 0.55, 180.0),
    Spot("left_taillight", "left_taillight", 0.6, 0.0),
    Spot("right_taillight", "right_taillight", 0.6, 0.0),
    Spot("left_front_wheel", "left_front_rim", 0.985, 0.0),
    Spot("right_front_wheel", "right_front_rim", 0.985, 0.0),
    Spot("left_back_wheel", "left_back_rim", 0.985, 0.0),
    Spot("right_back_wheel", "right_back_rim", 0.985, 0.0),
    Spot("left_mirror", "left_mirror", 0.75, 45.0),
    Spot("right_mirror", "right_mirror", 0.75, 45.0),
    Spot("grille", "grille", 0.5, 180.0),
    Spot("hood", "body", 0.86, 90.0),
    Spot("left_front_roof", "cabin", 0.7, 58.0),
    Spot("right_front_roof", "cabin", 0.7, 122.0),
    Spot("left_back_roof", "cabin", 0.3, 58.0),
    Spot("right_back_roof", "cabin", 0.3, 122.0),
    Spot("back_plate", "back_plate", 0.5, 0.0),
)
