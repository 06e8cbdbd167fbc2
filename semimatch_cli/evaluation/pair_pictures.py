"""Pictures of single pairs for reports: the answers beside the truth, in the protocol's frame."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath

from PIL import Image

from semimatch_cli.drawing.layout import Captions
from semimatch_cli.drawing.pillow_renderer import render_pixels
from semimatch_cli.drawing.truth import truth_scene
from semimatch_cli.evaluation.document import Figure
from semimatch_cli.evaluation.protocols import Protocol
from semimatch_cli.evaluation.records import PairRecord
from semimatch_cli.matching.image import read_image

Find = Callable[[str], Path | None]
_JPEG = {"quality": 88, "subsampling": 0, "optimize": True}


@dataclass(frozen=True)
class PairPainter:
    """Draws pairs whose photos can be found.

    Args:
        protocol: Which photo was asked, and in which frame points are.
        alpha: Share of the threshold within which an answer is right.
        find: Gives the file of a photo by its name in a record; None where it is not here.
    """

    protocol: Protocol
    alpha: float
    find: Find

    def can_draw(self, record: PairRecord) -> bool:
        """Tell whether both photos are here."""
        return all(self.find(name) is not None for name in (record.source, record.target))

    def figure(self, record: PairRecord, name: str, *, weights: str, caption: str) -> Figure | None:
        """Draw one pair, or return None where a photo is missing.

        Args:
            record: The pair and its answers.
            name: Stem of the figure's file.
            weights: Whose answers they are.
            caption: What the reader should see.
        """
        names = [record.source, record.target]
        if self.protocol.is_reversed:
            names.reverse()
        paths = [self.find(photo) for photo in names]
        asking, answering = (self._in_frame(path) if path else None for path in paths)
        if asking is None or answering is None:
            return None
        scene = truth_scene(
            asking,
            answering,
            record.asked,
            record.true,
            record.found,
            self.alpha * record.threshold,
            captions=Captions(PurePath(names[0]).name, PurePath(names[1]).name, weights),
        )
        file = io.BytesIO()
        render_pixels(scene).save(file, "JPEG", **_JPEG)
        return Figure(name, "jpg", file.getvalue(), caption, wide=True)

    def _in_frame(self, path: Path) -> Image.Image:
        photo = read_image(path)
        side = self.protocol.frame
        return photo.resize((side, side), Image.Resampling.BICUBIC) if side else photo


def photo_finder(folders: Sequence[Path]) -> Find:
    """Return a function that looks for photos where records say they are, then below folders.

    A folder may be that of the photos or one or two above it, as data sets have it. A record made
    on another machine may hold paths of that machine: a name is tried as a whole and then without
    its leading parts.
    """

    @cache
    def rooms() -> list[Path]:
        levels = ("", "*/", "*/*/")
        return [room for folder in folders for level in levels for room in _below(folder, level)]

    @cache
    def find(name: str) -> Path | None:
        path = Path(name)
        if path.is_file():
            return path
        parts = path.parts[1:] if path.is_absolute() else path.parts
        tails = (Path(*parts[start:]) for start in range(len(parts)))
        places = (room / tail for tail in tails for room in rooms())
        return next((place for place in places if place.is_file()), None)

    return find


def _below(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern)) if pattern else [folder]
