"""Bicycles: two wheels, a frame of tubes, saddle, bars and pedals."""

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Floats, Loft, plate, tube, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def bicycle(dial: Dial) -> Model:
    """Return a bicycle; it rides along x."""
    wheel, gap, thick = dial(0.31, 0.38), dial(0.98, 1.12), dial(0.02, 0.034)
    back, front = np.array([-gap / 2, 0.0, wheel]), np.array([gap / 2, 0.0, wheel])
    steer = np.radians(dial(-22, 22))
    crank = np.array([-0.06, 0.0, wheel - 0.05])
    seat = crank + np.array([-0.17, 0.0, dial(0.46, 0.6)])
    head = front + np.array([-dial(0.14, 0.2), 0.0, dial(0.38, 0.5)])
    parts = [
        *_wheel("back", back, wheel, thick, 0.0),
        *_wheel("front", front, wheel, thick, float(steer)),
        *_frame(dial, (back, front, crank, seat, head)),
        *_bars(dial, head, float(steer)),
        *_pedals(dial, crank),
        plate("saddle", [seat + xyz(-0.13, 0, 0.05), seat + xyz(0, 0, 0.055),
                         seat + xyz(0.15, 0, 0.045)],
              [0.085, 0.06, 0.026], [0.035, 0.03, 0.024], material="dark", round_start=0.25,
              round_end=0.2, grid=(16, 14)),
    ]  # fmt: skip
    return Model(tuple(parts), _SPOTS)


def _wheel(name: str, hub: Floats, radius: float, thick: float, steer: float) -> list[Loft]:
    """Return tire, rim and spokes; the tire's spine starts at its top and runs forward."""
    turn = np.linspace(0.0, 2.0 * np.pi, 17)
    ahead = np.array([np.cos(steer), np.sin(steer), 0.0])
    axle = (-float(np.sin(steer)), float(np.cos(steer)), 0.0)
    circle = np.sin(turn)[:, None] * ahead + np.cos(turn)[:, None] * np.array([0.0, 0.0, 1.0])
    parts = []
    for kind, share, wide, look in (
        ("tire", 1.0 - thick / radius, thick, "tire"),
        ("rim", 1.0 - 2.4 * thick / radius, thick * 0.6, "metal"),
    ):
        parts.append(tube(
            f"{name}_{kind}", list(hub + radius * share * circle), [wide] * 17, material=look,
            up=axle, round_start=0.0, round_end=0.0, grid=(56, 8),
        ))  # fmt: skip
    side = np.asarray(axle) * 0.05
    parts.append(tube(f"{name}_hub", [hub - side, hub + side], [0.035, 0.035], material="metal",
                      round_start=0.1, round_end=0.1, grid=(8, 12)))  # fmt: skip
    reach = radius * (1.0 - 2.4 * thick / radius)
    for index in range(6):
        way = np.sin(index * np.pi / 6) * ahead + np.cos(index * np.pi / 6) * np.array([0, 0, 1.0])
        parts.append(tube(f"{name}_spoke_{index}", [hub - reach * way, hub + reach * way],
                          [0.006, 0.006], material="metal", up=axle, round_start=0.0,
                          round_end=0.0, grid=(14, 6)))  # fmt: skip
    return parts


def _frame(dial: Dial, joints: tuple[Floats, Floats, Floats, Floats, Floats]) -> list[Loft]:
    back, front, crank, seat, head = joints
    radius = dial(0.018, 0.032)
    below = head - 0.16 * (head - front)
    along = crank + 0.86 * (seat - crank)
    beams = [
        ("top_tube", along, head - xyz(0, 0, 0.03), "coat"), ("down_tube", crank, below, "coat"),
        ("seat_tube", crank, along, "coat"), ("seat_post", along, seat + xyz(0, 0, 0.03), "metal"),
        ("chain_stay", crank, back, "coat"), ("seat_stay", along, back, "coat"),
        ("head_tube", head + 0.02 * (head - front), below, "coat"),
    ]  # fmt: skip
    thin = {"chain_stay": 0.7, "seat_stay": 0.6, "seat_post": 0.7, "head_tube": 1.25}
    tubes = [
        tube(name, [start, end], [radius * thin.get(name, 1.0)] * 2, material=look,
             up=(0.0, 1.0, 0.0), round_start=0.02, round_end=0.02, grid=(18, 10))
        for name, start, end, look in beams
    ]  # fmt: skip
    for side, y in (("left", 0.05), ("right", -0.05)):
        tubes.append(tube(f"{side}_fork", [below + xyz(0, y * 0.8, 0), front + xyz(0, y, 0)],
                          [radius * 0.8, radius * 0.55], up=(0.0, 1.0, 0.0), round_start=0.03,
                          round_end=0.03, grid=(14, 8)))  # fmt: skip
    return tubes


def _bars(dial: Dial, head: Floats, steer: float) -> list[Loft]:
    reach, rise, sweep = dial(0.2, 0.3), dial(0.04, 0.16), dial(-0.12, 0.08)
    ahead = np.array([np.cos(steer), np.sin(steer), 0.0])
    across = np.array([-np.sin(steer), np.cos(steer), 0.0])
    stem = head + 0.07 * ahead + np.array([0.0, 0.0, rise])
    parts = [tube("stem", [head - xyz(0, 0, 0.02), stem], [0.02, 0.018], material="metal",
                  up=(0.0, 1.0, 0.0), grid=(10, 10))]  # fmt: skip
    for side, sign in (("left", 1.0), ("right", -1.0)):
        bend = stem + 0.55 * sign * reach * across + 0.02 * ahead
        end = stem + sign * reach * across + sweep * ahead
        parts.append(tube(f"{side}_bar", [stem, bend, end], [0.016] * 3, material="metal",
                          up=(0.0, 0.0, 1.0), grid=(14, 8)))  # fmt: skip
        grip = end - 0.32 * (end - bend)
        parts.append(tube(f"{side}_grip", [grip, end + 0.05 * (end - bend)], [0.024, 0.024],
                          material="dark", up=(0.0, 0.0, 1.0), grid=(10, 10)))  # fmt: skip
    return parts


def _pedals(dial: Dial, crank: Floats) -> list[Loft]:
    turn, parts = np.radians(dial(-60, 60)), []
    parts.append(tube("chain_ring", [crank - xyz(0, 0.05, 0), crank - xyz(0, 0.03, 0)], [0.1, 0.1],
                      material="metal", round_start=0.2, round_end=0.2, grid=(8, 20)))  # fmt: skip
    for side, sign in (("left", 1.0), ("right", -1.0)):
        foot = crank + np.array(
            [np.cos(turn) * 0.17 * sign, 0.07 * sign, np.sin(turn) * 0.17 * sign]
        )
        parts.append(tube(f"{side}_crank", [crank + xyz(0, 0.05 * sign, 0), foot], [0.016, 0.013],
                          material="metal", up=(0.0, 1.0, 0.0), grid=(10, 8)))  # fmt: skip
        parts.append(plate(f"{side}_pedal", [foot, foot + xyz(0, 0.1 * sign, 0)], [0.045, 0.045],
                           [0.014, 0.014], material="dark", squareness=4.0,
                           grid=(8, 12)))  # fmt: skip
    return parts


_SPOTS = (
    Spot("front_hub", "front_hub", 0.5, 90.0),
    Spot("back_hub", "back_hub", 0.5, 90.0),
    Spot("front_wheel_top", "front_tire", 0.0, 90.0),
    Spot("front_wheel_front", "front_tire", 0.25, 90.0),
    Spot("front_wheel_bottom", "front_tire", 0.5, 90.0),
    Spot("back_wheel_top", "back_tire", 0.0, 90.0),
    Spot("back_wheel_back", "back_tire", 0.75, 90.0),
    Spot("back_wheel_bottom", "back_tire", 0.5, 90.0),
    Spot("saddle_tip", "saddle", 0.95, 90.0),
    Spot("saddle_back", "saddle", 0.06, 90.0),
    Spot("left_grip", "left_grip", 0.9, 90.0),
    Spot("right_grip", "right_grip", 0.9, 90.0),
    Spot("head_tube", "head_tube", 0.1, 0.0),
    Spot("left_pedal", "left_pedal", 0.8, 90.0),
    Spot("right_pedal", "right_pedal", 0.8, 90.0),
    Spot("crank", "chain_ring", 0.05, 90.0),
)
