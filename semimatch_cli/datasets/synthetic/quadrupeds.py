"""Four-legged animals: one body plan for every set of proportions.

Lengths are in units of the trunk. The pose (legs, neck, head, tail) varies with the shape.
"""

import numpy as np

from semimatch_cli.datasets.synthetic.breeds import Build
from semimatch_cli.datasets.synthetic.loft import Floats, Loft, ball, plate, tube, xyz
from semimatch_cli.datasets.synthetic.model import Dial, Model, Spot


def quadruped(dial: Dial, build: Build) -> Model:
    """Return a standing or walking animal; it looks along x."""
    girth, leg = dial(*build.girth), dial(*build.leg)
    trunk = _trunk(dial, build, girth)
    head, neck = _head_and_neck(dial, build, girth)
    parts = [trunk, neck, head, *_face(dial, build, head), *_tail(dial, build, girth)]
    for limb, x in (("front", 0.36), ("back", -0.37)):
        for side in ("left", "right"):
            parts += _leg(dial, build, f"{side}_{limb}", x, (girth, leg))
    if build.mane:
        parts.append(_mane(neck, head))
    if build.horns:
        parts += _horns(dial, head)
    return Model(tuple(parts), _SPOTS)


def _trunk(dial: Dial, build: Build, girth: float) -> Loft:
    waist, sag = girth * dial(*build.waist), dial(-0.03, 0.03)
    return plate(
        "trunk",
        [(-0.54, 0, 0.02), (-0.27, 0, 0.03), (0, 0, 0.02 + sag), (0.27, 0, -0.01), (0.52, 0, 0)],
        [girth * 0.62, girth * 0.78, waist * 0.84, girth * 0.82, girth * 0.55],
        [girth * 0.80, girth * 0.92, waist, girth * 1.04, girth * 0.75],
        round_start=0.16, round_end=0.2, grid=(26, 24),
    )  # fmt: skip


def _head_and_neck(dial: Dial, build: Build, girth: float) -> tuple[Loft, Loft]:
    pitch, yaw = np.radians(dial(*build.neck_pitch)), np.radians(dial(-28, 28))
    length, skull = dial(*build.neck), dial(*build.skull)
    base = np.array([0.33, 0.0, girth * 0.22])
    bend = np.array([np.cos(pitch), 0.35 * np.sin(yaw), np.sin(pitch)])
    top = base + np.array([0.1, 0, 0.04]) + length * bend
    nod = np.radians(dial(-38, -8)) + 0.25 * (pitch - 0.8)
    nose = np.array([np.cos(yaw) * np.cos(nod), np.sin(yaw) * np.cos(nod), np.sin(nod)])
    reach, muzzle = dial(*build.head), skull * dial(*build.snout)
    crown = np.array([-nose[2] * np.cos(yaw), -nose[2] * np.sin(yaw), np.cos(nod)])
    start = top - 0.30 * reach * nose + 0.25 * skull * crown
    drop = -0.12 * skull * crown
    head = plate(
        "head",
        [start, start + 0.28 * reach * nose, start + 0.55 * reach * nose + drop,
         start + 0.8 * reach * nose + 2.2 * drop, start + reach * nose + 2.6 * drop],
        [skull * 0.85, skull, skull * 0.74, muzzle, muzzle * 0.86],
        [skull * 0.9, skull * 1.05, skull * 0.82, muzzle * 0.92, muzzle * 0.8],
        up=crown,
        round_start=0.3, round_end=0.13, grid=(24, 20),
    )  # fmt: skip
    neck = plate(
        "neck",
        [base - xyz(0.16, 0, 0.06), base + 0.05 * (top - base), base + 0.5 * (top - base), top],
        [girth * 0.5, girth * 0.58, girth * 0.2 + skull * 0.5, skull * 0.72],
        [girth * 0.66, girth * 0.78, girth * 0.28 + skull * 0.52, skull * 0.8],
        up=(-float(np.sin(pitch)), 0.0, float(np.cos(pitch))),
        round_start=0.45, round_end=0.15, grid=(18, 18),
    )  # fmt: skip
    return head, neck


def _face(dial: Dial, build: Build, head: Loft) -> list[Loft]:
    skull, muzzle = float(head.widths[1]), float(head.widths[3])
    forward = head.spine[-1] - head.spine[0]
    forward, crown = forward / np.linalg.norm(forward), np.asarray(head.up)
    across = np.cross(crown, forward)
    tip = head.at(0.985, 60.0) * 0.5 + head.at(0.985, 120.0) * 0.5
    parts = [
        ball("nose", tip - 0.08 * muzzle * forward, muzzle * 0.42, material="dark"),
    ]
    length, lift, open_out = dial(*build.ear), dial(*build.ear_pitch), dial(0.5, 0.9)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        eye = head.at(0.47, 90.0 - sign * 48.0)
        outward = 0.8 * sign * across + 0.35 * crown + 0.4 * forward
        parts.append(
            ball(f"{side}_eye", eye - 0.012 * forward, skull * 0.17, outward, material="eye")
        )
        root = head.at(0.25, 90.0 - sign * 42.0)
        pitch = np.radians(lift + dial(-6, 6))
        way = sign * across * np.cos(pitch) * open_out + crown * np.sin(pitch) - 0.25 * forward
        way = way / np.linalg.norm(way)
        facing = forward + 0.4 * sign * across
        parts.append(_ear(f"{side}_ear", root, way * length, (facing, skull)))
    return parts


def _ear(name: str, root: Floats, reach: Floats, look: tuple[Floats, float]) -> Loft:
    facing, skull = look
    droop = np.array([0.0, 0.0, -0.1]) * np.linalg.norm(reach)
    return plate(
        name,
        [root - 0.15 * reach, root + 0.45 * reach, root + reach + droop],
        [skull * 0.46, skull * 0.47, skull * 0.13],
        [skull * 0.16, skull * 0.13, skull * 0.06],
        up=facing,
        material="accent", round_start=0.3, round_end=0.18, grid=(12, 12),
    )  # fmt: skip


def _leg(dial: Dial, build: Build, name: str, x: float, size: tuple[float, float]) -> list[Loft]:
    """Return a leg and its foot; the knee of a front leg bends forward, a hind leg's back."""
    girth, length = size
    thick, hind = dial(*build.leg_width), -1.0 if "back" in name else 1.0
    swing, knee = np.radians(dial(-24, 24)), np.radians(dial(4, 24))
    hip = np.array([x, girth * 0.48, -girth * 0.12])
    upper, lower = swing + hind * 0.5 * knee + 0.1 * (1 - hind), swing - hind * knee * 0.9
    half = (length + girth * 0.35) / 2
    joint = hip + half * np.array([np.sin(upper), 0.03, -np.cos(upper)])
    ankle = joint + half * np.array([np.sin(lower), 0.0, -np.cos(lower)])
    flare = 1.55 if hind < 0 else 1.3
    leg = plate(
        f"{name}_leg",
        [hip + np.array([0, -0.02, 0.10]), hip * 0.6 + joint * 0.4, joint,
         joint * 0.45 + ankle * 0.55, ankle],
        [thick * 0.9, thick * 0.72, thick * 0.52, thick * 0.42, thick * 0.45],
        [thick * flare, thick * flare * 0.78, thick * 0.58, thick * 0.44, thick * 0.46],
        up=(1.0, 0.0, 0.0), round_start=0.15, round_end=0.06,
        mirrored=name.startswith("right"), grid=(22, 14),
    )  # fmt: skip
    paw, sole = dial(*build.paw), np.array([0.0, 0.0, -0.02])
    foot = plate(
        f"{name}_foot",
        [ankle + sole - xyz(0.35 * paw, 0, 0), ankle + sole + xyz(0.75 * paw, 0, -0.01)],
        [thick * 0.58, thick * 0.55],
        [thick * 0.46, thick * 0.36],
        material=build.foot, squareness=2.5, round_start=0.4, round_end=0.5,
        mirrored=name.startswith("right"), grid=(10, 12),
    )  # fmt: skip
    return [leg, foot]


def _tail(dial: Dial, build: Build, girth: float) -> list[Loft]:
    length, pitch, wag = dial(*build.tail), np.radians(dial(*build.tail_pitch)), dial(-0.25, 0.25)
    root = np.array([-0.47, 0.0, girth * 0.55])
    way = np.array([-np.cos(pitch), wag, np.sin(pitch)])
    curl = np.array([-0.12, wag * 0.3, 0.10 if pitch > 0 else -0.14]) * length
    thin = 0.034
    widths = [thin, thin * 1.1, thin * 0.9, thin * 0.5]
    if build.mane:
        widths = [thin, thin * 1.8, thin * 2.1, thin * 0.8]
    if build.horns:
        widths = [thin * 0.8, thin * 0.55, thin * 0.5, thin * 1.1]
    first = root + np.array([-0.05, 0.0, 0.02])
    spine = [root, first + 0.33 * length * way, first + 0.66 * length * way + curl * 0.4,
             first + length * way + curl]  # fmt: skip
    material = "accent" if build.mane or build.horns else "coat"
    return [tube("tail", spine, widths, material=material, up=(0.0, 1.0, 0.0), grid=(18, 10))]


def _mane(neck: Loft, head: Loft) -> Loft:
    crest = [neck.at(t, 90.0) for t in (0.3, 0.65, 0.98)] + [head.at(0.2, 90.0)]
    return plate(
        "mane", crest, [0.02, 0.028, 0.028, 0.02], [0.05, 0.075, 0.075, 0.03],
        material="accent", up=neck.up, round_start=0.2, round_end=0.2, grid=(16, 10),
    )  # fmt: skip


def _horns(dial: Dial, head: Loft) -> list[Loft]:
    crown, forward = np.asarray(head.up), head.spine[-1] - head.spine[0]
    across = np.cross(crown, forward / np.linalg.norm(forward))
    length, horns = dial(0.12, 0.2), []
    for side, sign in (("left", 1.0), ("right", -1.0)):
        root = head.at(0.2, 90.0 - sign * 30.0) - 0.01 * crown
        spine = [root, root + length * (0.6 * sign * across + 0.35 * crown),
                 root + length * (0.75 * sign * across + 1.1 * crown)]  # fmt: skip
        horns.append(tube(f"{side}_horn", spine, [0.03, 0.024, 0.008], material="light",
                          up=forward, grid=(12, 10)))  # fmt: skip
    return horns


_SPOTS = (
    Spot("left_eye", "left_eye", 0.97, 90.0),
    Spot("right_eye", "right_eye", 0.97, 90.0),
    Spot("nose", "nose", 0.5, 170.0),
    Spot("left_ear_tip", "left_ear", 0.93, 90.0),
    Spot("right_ear_tip", "right_ear", 0.93, 90.0),
    Spot("left_ear_base", "left_ear", 0.3, 90.0),
    Spot("right_ear_base", "right_ear", 0.3, 90.0),
    Spot("withers", "trunk", 0.74, 90.0),
    Spot("belly", "trunk", 0.45, -90.0),
    Spot("rump", "trunk", 0.12, 90.0),
    Spot("left_shoulder", "left_front_leg", 0.16, 15.0),
    Spot("right_shoulder", "right_front_leg", 0.16, 15.0),
    Spot("left_hip", "left_back_leg", 0.16, -15.0),
    Spot("right_hip", "right_back_leg", 0.16, -15.0),
    Spot("left_front_knee", "left_front_leg", 0.5, 60.0),
    Spot("right_front_knee", "right_front_leg", 0.5, 60.0),
    Spot("left_back_knee", "left_back_leg", 0.5, -60.0),
    Spot("right_back_knee", "right_back_leg", 0.5, -60.0),
    Spot("left_front_paw", "left_front_foot", 0.7, 45.0),
    Spot("right_front_paw", "right_front_foot", 0.7, 45.0),
    Spot("left_back_paw", "left_back_foot", 0.7, 45.0),
    Spot("right_back_paw", "right_back_foot", 0.7, 45.0),
    Spot("tail_tip", "tail", 0.96, 90.0),
)
