"""Chairs: seat, back, four legs, sometimes armrests."""

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Floats, Loft, plate, tube, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def chair(dial: Dial) -> Model:
    """Return a chair; who sits on it looks along x."""
    wide, deep, thick = dial(0.26, 0.36), dial(0.25, 0.33), dial(0.03, 0.07)
    seat = plate(
        "seat", [(-deep, 0, 0), (-deep * 0.3, 0, 0.0), (deep * 0.4, 0, 0), (deep, 0, 0)],
        [wide * dial(0.82, 1.0), wide * 0.97, wide, wide], [thick] * 4,
        squareness=dial(4.0, 8.0), round_start=0.08, round_end=0.1, grid=(18, 32),
    )  # fmt: skip
    parts = [seat, *_back(dial, wide, deep)]
    tall, splay, radius = dial(0.42, 0.6), dial(0.0, 0.12), dial(0.024, 0.042)
    armrests, reach = dial.chance(0.35), dial(0.2, 0.27)
    for side in ("left", "right"):
        for place, x in (("front", deep * 0.86), ("back", -deep * 0.86)):
            top = np.array([x, wide * 0.86, -0.5 * thick])
            foot = top + xyz(np.sign(x) * splay, splay * 0.7, -tall)
            parts.append(tube(
                f"{side}_{place}_leg", [top, foot], [radius * 1.2, radius * 0.85],
                material="accent", up=(1.0, 0.0, 0.0), squareness=3.0, round_start=0.03,
                round_end=0.03, mirrored=side == "right", grid=(16, 14),
            ))  # fmt: skip
        if armrests:
            parts += _armrest(side, (wide, deep, reach), radius)
    return Model(tuple(parts), _SPOTS)


def _back(dial: Dial, wide: float, deep: float) -> list[Loft]:
    """Return two posts, and between them a panel that covers more or less of the height."""
    tall, lean = dial(0.5, 0.8), dial(0.04, 0.2)
    radius, low = dial(0.022, 0.036), dial(0.12, 0.55)
    foot, top = np.array([-deep * 0.93, 0.0, 0.0]), np.array([-deep * 0.93 - lean, 0.0, tall])
    shift: Floats = np.array([0.0, wide * 0.84, 0.0])
    posts = [
        tube(
            f"{side}_post", [foot + shift, (foot + top) / 2 + shift, top + shift],
            [radius, radius, radius * 0.9], material="accent", up=(1.0, 0.0, 0.0),
            round_start=0.03, round_end=0.04, mirrored=side == "right", grid=(18, 12),
        )
        for side in ("left", "right")
    ]  # fmt: skip
    start, end = foot + low * (top - foot), foot + 0.97 * (top - foot)
    curve = np.array([-dial(0.0, 0.06), 0.0, 0.0])
    panel = plate(
        "back", [start, (start + end) / 2 + curve, end],
        [wide * 0.84, wide * 0.86, wide * dial(0.6, 0.86)], [0.035, 0.035, 0.03],
        up=(1.0, 0.0, 0.0), squareness=5.0, round_start=0.05, round_end=0.12, grid=(18, 28),
    )  # fmt: skip
    return [*posts, panel]


def _armrest(side: str, seat: tuple[float, float, float], radius: float) -> list[Loft]:
    wide, deep, rise = seat
    mirrored = side == "right"
    y, front = wide * 0.93, deep * 0.62
    rest = plate(
        f"{side}_arm", [(-deep * 1.02, y, rise), (front + 0.06, y, rise)],
        [radius * 1.7] * 2, [radius * 0.8] * 2, material="accent", squareness=3.0,
        round_start=0.05, round_end=0.1, mirrored=mirrored, grid=(12, 14),
    )  # fmt: skip
    post = tube(
        f"{side}_arm_post", [(front, y, 0.0), (front, y, rise)], [radius] * 2, material="accent",
        up=(1.0, 0.0, 0.0), round_start=0.03, round_end=0.03, mirrored=mirrored, grid=(10, 12),
    )  # fmt: skip
    return [rest, post]


_SPOTS = (
    Spot("left_front_seat", "seat", 0.93, 38.0),
    Spot("right_front_seat", "seat", 0.93, 142.0),
    Spot("left_back_seat", "seat", 0.12, 38.0),
    Spot("right_back_seat", "seat", 0.12, 142.0),
    Spot("seat_center", "seat", 0.5, 90.0),
    Spot("left_post_top", "left_post", 0.97, 90.0),
    Spot("right_post_top", "right_post", 0.97, 90.0),
    Spot("back_top", "back", 0.96, 90.0),
    Spot("back_center", "back", 0.5, 90.0),
    Spot("back_bottom", "back", 0.05, 90.0),
    Spot("left_front_foot", "left_front_leg", 0.97, 45.0),
    Spot("right_front_foot", "right_front_leg", 0.97, 45.0),
    Spot("left_back_foot", "left_back_leg", 0.97, 45.0),
    Spot("right_back_foot", "right_back_leg", 0.97, 45.0),
)
