"""TSS: pairs of photos with dense flow inside a mask.

    <group>/<item>/image1.png image2.png mask1.png mask2.png flow1.flo flow2.flo flip_gt.txt

The groups are FG3DCar, JODS and PASCAL; a part of the set will do. `flow1` lives on the pixels of
image1 and points into image2, so it tells the true source position of every target pixel when
image2 is the source and image1 the target; `flow2` the reverse. Each item gives both pairs.
`flip_gt.txt` holds 1 where one photo shows its object mirrored.

Taniai, Sinha, Sato: Joint Recovery of Dense Correspondence and Cosegmentation, CVPR 2016.
"""

import functools
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from semimatch_cli.datasets import reading
from semimatch_cli.datasets.assembly import assemble
from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.errors import DatasetError

FOLDER = "TSS_CVPR2016"
Floats = npt.NDArray[np.float32]
_MAGIC = np.float32(202021.25)
_UNKNOWN = 1e9
_LARGEST_SIDE = 100_000
_HINT = "copy or download the data set again"


def is_here(root: Path) -> bool:
    """Tell whether items of this layout lie in a folder or in its `TSS_CVPR2016`."""
    return bool(_items(root))


def load(root: Path, split: str | None = None, *, skip_broken: bool = False) -> PairSet:
    """Read every item.

    Args:
        root: The folder of the groups, or the one that holds `TSS_CVPR2016`.
        split: None or "test".
        skip_broken: Leave a broken annotation out and tell it in the notes; otherwise it is raised.

    Raises:
        ArgumentError: Another split is asked for.
        DatasetError: There are no items, or files of one are missing.
    """
    reading.check_split(split, ["test"], "test")
    items = _items(root)
    if not items:
        raise DatasetError(
            f"{root} holds no TSS",
            why="looked for <group>/<item>/flow1.flo, the groups being FG3DCar, JODS and PASCAL",
            hint="name the folder that holds the groups",
        )
    readers = (functools.partial(_pair, item, side) for item in items for side in (1, 2))
    pairs, broken = reading.each(readers, skip_broken=skip_broken)
    return assemble("tss", "test", pairs, "image", broken)


def read_flow(path: Path) -> Floats:
    """Return the flow of a Middlebury .flo file.

    Returns:
        (H, W, 2) displacement x, y in pixels, float32; NaN where it is unknown.

    Raises:
        DatasetError: The file is missing, cut off, or no .flo file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"cannot read {path}", why=str(error.strerror), hint=_HINT) from error
    if len(content) < 12 or np.frombuffer(content, "<f4", 1)[0] != _MAGIC:
        raise DatasetError(f"cannot read {path}", why="it is no .flo file", hint=_HINT)
    width, height = (int(side) for side in np.frombuffer(content, "<i4", 2, offset=4))
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        why = f"its header says {width} x {height}"
        raise DatasetError(f"cannot read {path}", why=why, hint=_HINT)
    if len(content) < 12 + 8 * width * height:
        why = f"it is cut off: {len(content)} bytes for {width} x {height} pixels"
        raise DatasetError(f"cannot read {path}", why=why, hint=_HINT)
    numbers = np.frombuffer(content, "<f4", 2 * width * height, offset=12)
    flow = numbers.reshape(height, width, 2).astype(np.float32)
    flow[~(np.abs(flow) < _UNKNOWN).all(axis=2)] = np.nan
    return flow


def read_mask(path: Path) -> npt.NDArray[np.bool_]:
    """Return (H, W) where the object is: more than half of the largest value in the file."""
    try:
        with Image.open(path) as image:
            levels = np.asarray(image if image.mode in ("1", "L", "P") else image.convert("L"))
    except Exception as error:  # Pillow raises nearly anything over a damaged file
        raise DatasetError(f"cannot read {path}", why=str(error), hint=_HINT) from error
    inside: npt.NDArray[np.bool_] = levels.astype(np.int64) * 2 > int(levels.max())
    return inside


def _items(root: Path) -> list[Path]:
    for folder in (root / FOLDER, root):
        items = sorted(path.parent for path in folder.glob("*/*/flow1.flo"))
        if items:
            return items
    return []


def _pair(item: Path, side: int) -> Pair:
    """Return the pair whose target is image `side`."""
    other = 3 - side
    source, target = item / f"image{other}.png", item / f"image{side}.png"
    mask, flow = item / f"mask{side}.png", item / f"flow{side}.flo"
    for path in (mask, flow):
        if not path.is_file():
            raise DatasetError(f"cannot read {path}", why="there is no such file", hint=_HINT)
    source_mask = item / f"mask{other}.png"
    return Pair(
        id=f"{item.parent.name}/{item.name}/{side}",
        source=source,
        target=target,
        source_keypoints=np.empty((0, 2)),
        target_keypoints=np.empty((0, 2)),
        keypoint_ids=(),
        keypoint_names=(),
        category=item.parent.name,
        source_size=reading.photo_size(source),
        target_size=reading.photo_size(target),
        attributes={"mirrored": _is_mirrored(item)},
        source_mask=source_mask if source_mask.is_file() else None,
        target_mask=mask,
        dense_truth=functools.partial(_truth, flow, mask),
    )


def _is_mirrored(item: Path) -> bool:
    path = item / "flip_gt.txt"
    flag = reading.read_text(path).strip() if path.is_file() else "0"
    if flag not in ("0", "1"):
        raise reading.malformed(path, "line 1", f"expected 0 or 1, got {flag!r}")
    return flag == "1"


def _truth(flow_path: Path, mask_path: Path) -> Floats:
    """Return the source position of every target pixel inside the mask, (H, W, 2), else NaN."""
    flow, mask = read_flow(flow_path), read_mask(mask_path)
    if mask.shape != flow.shape[:2]:
        why = (
            f"{mask.shape[1]} x {mask.shape[0]}, but {flow_path} {flow.shape[1]} x {flow.shape[0]}"
        )
        raise DatasetError(f"{mask_path} does not fit its flow", why=why, hint=_HINT)
    rows, columns = np.indices(mask.shape, dtype=np.float32)
    truth = flow + np.stack([columns, rows], axis=2)
    truth[~mask] = np.nan
    return truth
