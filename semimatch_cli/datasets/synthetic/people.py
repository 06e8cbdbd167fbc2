"""People: jointed arms and legs, a face, hair and clothes."""

import numpy as np

from semimatch_cli.datasets.synthetic.loft import Floats, Loft, ball, plate, tube, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def person(dial: Dial) -> Model:
    """Return a standing, walking or waving person; they look along x."""
    wide, deep, tall = dial(0.17, 0.23), dial(0.10, 0.15), dial(0.52, 0.62)
    torso = plate(
        "torso",
        [(0, 0, -0.02), (0, 0, 0.18), (0.01, 0, tall * 0.62), (0, 0, tall * 0.93), (0, 0, tall)],
        [wide * 0.84, wide * dial(0.72, 0.95), wide * 0.98, wide * 0.96, wide * 0.4],
        [deep, deep * 0.95, deep * 1.1, deep * 0.9, deep * 0.5],
        up=(1.0, 0.0, 0.0), squareness=2.4, round_start=0.1, round_end=0.06, grid=(26, 22),
    )  # fmt: skip
    hips = plate(
        "hips", [(0, 0, -0.12), (0, 0, 0.06)],
        [wide * 0.86, wide * 0.88], [deep * 1.08, deep * 1.05],
        up=(1.0, 0.0, 0.0), material="accent", squareness=2.4, round_start=0.5, round_end=0.15,
        grid=(14, 20),
    )  # fmt: skip
    parts = [torso, hips, *_head(dial, tall)]
    for side in ("left", "right"):
        parts += _arm(dial, side, wide, tall)
        parts += _leg(dial, side, wide)
    return Model(tuple(parts), _SPOTS)


def _head(dial: Dial, tall: float) -> list[Loft]:
    radius, yaw, nod = dial(0.105, 0.13), np.radians(dial(-35, 35)), np.radians(dial(-12, 10))
    look = np.array([np.cos(yaw) * np.cos(nod), np.sin(yaw) * np.cos(nod), np.sin(nod)])
    across = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    crown = np.cross(look, across)
    center = np.array([0.02, 0.0, tall + 0.10 + radius * 1.1])
    facing = (float(look[0]), float(look[1]), float(look[2]))
    head = plate(
        "head", [center - 1.22 * radius * crown, center, center + 1.25 * radius * crown],
        [radius * 0.72, radius * 0.98, radius * 0.9], [radius * 0.8, radius * 1.05, radius],
        up=facing, material="skin", round_start=0.4, round_end=0.5, grid=(20, 20),
    )  # fmt: skip
    bulge = dial(1.06, 1.22)
    hair = plate(
        "hair",
        [center + (0.1 * crown - 0.25 * look) * radius,
         center + (1.42 * crown - 0.12 * look) * radius],
        [radius * 1.08, radius * 1.02], [radius * bulge] * 2, up=facing, material="hair",
        round_start=0.25, round_end=0.75, grid=(16, 20),
    )  # fmt: skip
    neck = tube(
        "neck", [(0, 0, tall - 0.04), center - 0.7 * radius * crown], [0.062, 0.056],
        up=(1.0, 0.0, 0.0), material="skin", grid=(8, 14),
    )  # fmt: skip
    nose = tube(
        "nose", [center + radius * (0.95 * look + 0.18 * crown),
                 center + radius * (1.22 * look - 0.12 * crown)],
        [radius * 0.09, radius * 0.17], up=crown + 0.1 * across, material="skin", round_start=0.2,
        round_end=0.5, grid=(10, 10),
    )  # fmt: skip
    mouth = plate(
        "mouth", [center + radius * (0.90 * look - 0.52 * crown - 0.26 * across),
                  center + radius * (0.99 * look - 0.54 * crown),
                  center + radius * (0.90 * look - 0.52 * crown + 0.26 * across)],
        [radius * 0.06] * 3, [radius * 0.07] * 3, up=crown, material="lips", round_start=0.2,
        round_end=0.2, grid=(10, 10),
    )  # fmt: skip
    parts = [neck, head, hair, nose, mouth]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        eye = center + radius * (0.92 * look + 0.36 * sign * across + 0.16 * crown)
        parts.append(ball(f"{side}_eye", eye, radius * 0.11, look, material="eye"))
        ear = center + radius * (0.97 * sign * across - 0.02 * crown)
        parts.append(ball(f"{side}_ear", ear, radius * 0.2, sign * across, material="skin"))
    return parts


def _arm(dial: Dial, side: str, wide: float, tall: float) -> list[Loft]:
    lift, forward, bend = np.radians(dial(8, 100)), np.radians(dial(-35, 55)), dial(0.0, 1.3)
    shoulder = np.array([0.0, wide * 0.93, tall * 0.9])
    way = np.array([np.sin(forward) * np.cos(lift), np.sin(lift), -np.cos(lift) * np.cos(forward)])
    elbow = shoulder + 0.27 * way
    turned = _toward(way, np.array([0.75, -0.15, 0.65]), bend)
    wrist = elbow + 0.25 * turned
    mirrored, up = side == "right", (1.0, 0.2, 0.1)
    sleeve = tube(
        f"{side}_upper_arm", [shoulder - 0.04 * way, shoulder + 0.1 * way, elbow],
        [0.066, 0.062, 0.048], up=up, round_start=0.25, round_end=0.12, mirrored=mirrored,
    )  # fmt: skip
    forearm = tube(
        f"{side}_forearm", [elbow - 0.02 * turned, (elbow + wrist) / 2, wrist],
        [0.044, 0.042, 0.031], up=up, material="skin", mirrored=mirrored,
    )  # fmt: skip
    hand = plate(
        f"{side}_hand", [wrist - 0.02 * turned, wrist + 0.12 * turned], [0.04, 0.042],
        [0.028, 0.026], up=up, material="skin", round_start=0.2, round_end=0.4,
        mirrored=mirrored, grid=(12, 12),
    )  # fmt: skip
    return [sleeve, forearm, hand]


def _leg(dial: Dial, side: str, wide: float) -> list[Loft]:
    swing, knee, apart = np.radians(dial(-28, 34)), np.radians(dial(0, 32)), dial(0.0, 0.12)
    half, thick = dial(0.36, 0.43), dial(0.078, 0.1)
    hip = np.array([0.0, wide * 0.46, -0.05])
    joint = hip + half * np.array([np.sin(swing), apart, -np.cos(swing)])
    lower = swing - knee
    ankle = joint + half * np.array([np.sin(lower), apart * 0.5, -np.cos(lower)])
    mirrored = side == "right"
    trousers = tube(
        f"{side}_leg",
        [hip + xyz(0, 0, 0.06), (hip + joint) / 2, joint, ankle * 0.6 + joint * 0.4, ankle],
        [thick * 1.05, thick, thick * 0.72, thick * 0.68, thick * 0.55], up=(1.0, 0.0, 0.0),
        material="accent", round_start=0.1, round_end=0.04, mirrored=mirrored, grid=(24, 16),
    )  # fmt: skip
    shoe = plate(
        f"{side}_shoe",
        [ankle + xyz(-0.07, 0, -0.04), ankle + xyz(0.06, 0.005, -0.05),
         ankle + xyz(0.17, 0.02, -0.065)],
        [0.05, 0.055, 0.045], [0.05, 0.046, 0.03], material="dark", squareness=2.6,
        round_start=0.25, round_end=0.25, mirrored=mirrored, grid=(14, 14),
    )  # fmt: skip
    return [trousers, shoe]


def _toward(way: Floats, goal: Floats, share: float) -> Floats:
    turned = way + share * goal
    unit: Floats = turned / np.linalg.norm(turned)
    return unit


_SPOTS = (
    Spot("left_eye", "left_eye", 0.97, 90.0),
    Spot("right_eye", "right_eye", 0.97, 90.0),
    Spot("nose", "nose", 0.97, 0.0),
    Spot("mouth", "mouth", 0.5, 180.0),
    Spot("left_ear", "left_ear", 0.95, 90.0),
    Spot("right_ear", "right_ear", 0.95, 90.0),
    Spot("crown", "hair", 0.97, 90.0),
    Spot("chest", "torso", 0.7, 90.0),
    Spot("waist", "torso", 0.2, 90.0),
    Spot("left_shoulder", "left_upper_arm", 0.22, 90.0),
    Spot("right_shoulder", "right_upper_arm", 0.22, 90.0),
    Spot("left_elbow", "left_forearm", 0.1, 0.0),
    Spot("right_elbow", "right_forearm", 0.1, 0.0),
    Spot("left_wrist", "left_forearm", 0.9, 0.0),
    Spot("right_wrist", "right_forearm", 0.9, 0.0),
    Spot("left_hip", "left_leg", 0.12, 30.0),
    Spot("right_hip", "right_leg", 0.12, 30.0),
    Spot("left_knee", "left_leg", 0.5, 90.0),
    Spot("right_knee", "right_leg", 0.5, 90.0),
    Spot("left_toe", "left_shoe", 0.92, 90.0),
    Spot("right_toe", "right_shoe", 0.92, 90.0),
)
