"""From two photos to files: match them, draw the matches, save them; one pair or many."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

from semimatch_cli.drawing.dense import dense_scene
from semimatch_cli.drawing.flow import flow_scene
from semimatch_cli.drawing.heat import heat_scene
from semimatch_cli.drawing.keypoints import keypoints_scene
from semimatch_cli.drawing.layout import Captions
from semimatch_cli.drawing.save import save_scene
from semimatch_cli.drawing.scene import Scene
from semimatch_cli.errors import ArgumentError, InputError, SemimatchError
from semimatch_cli.matches_file import save_matches
from semimatch_cli.matching.image import read_image
from semimatch_cli.matching.results import Matches
from semimatch_cli.pairs import PhotoPair
from semimatch_cli.points import Points, check_inside

if TYPE_CHECKING:
    from semimatch_cli.matching.features import Features
    from semimatch_cli.matching.matcher import Matcher

Mode = Literal["keypoints", "dense", "flow", "heat"]
_PHOTOS_KEPT = 64


@dataclass(frozen=True)
class Job:
    """What to do with each pair of photos.

    Args:
        weights: Name of the weights, for captions and records.
        mode: What the picture shows.
        points: Points of the source photo; None finds matches by itself.
        count: How many matches to find by itself.
    """

    weights: str
    mode: Mode = "keypoints"
    points: Points | None = None
    count: int = 12

    def __post_init__(self) -> None:
        if self.mode == "heat" and self.points is not None and len(self.points) != 1:
            raise ArgumentError(
                f"--mode heat shows one point, got {len(self.points)}",
                hint='give one, as in --points "120,80"',
            )


class Workbench:
    """Runs a job on pairs; every photo is read and encoded once while it stays among the recent.

    Args:
        matcher: The matcher.
        job: What to do with each pair.
    """

    def __init__(self, matcher: "Matcher", job: Job) -> None:
        self.matcher = matcher
        self.job = job
        self._recent: OrderedDict[Path, tuple[Image.Image, Features]] = OrderedDict()

    def match(self, source: Path, target: Path) -> Matches:
        """Find the job's points of the source in the target, or matches by itself."""
        (first, features), (_, others) = self._photo(source), self._photo(target)
        points = self.job.points
        if points is None:
            return self.matcher.match(features, others, count=self.job.count)
        check_inside(points, first.size, str(source))
        return self.matcher.transfer(
            features, others, points.xy, ids=points.ids, names=points.names
        )

    def draw(self, source: Path, target: Path, matches: Matches) -> Scene:
        """Draw a pair in the job's mode."""
        (first, features), (second, others) = self._photo(source), self._photo(target)
        captions = Captions(source.name, target.name, self.job.weights)
        if self.job.mode == "keypoints":
            return keypoints_scene(first, second, matches, captions)
        if self.job.mode == "heat":
            (x, y), found = _best(matches)
            heat = self.matcher.heat(features, others, (x, y))
            return heat_scene(first, second, (x, y), heat, found, captions)
        warp = self.matcher.dense(features, others)
        draw = dense_scene if self.job.mode == "dense" else flow_scene
        return draw(first, second, warp, captions)

    def about(self, source: Path, target: Path) -> dict[str, Any]:
        """Return what a saved file says of its matches."""
        return {"source": str(source), "target": str(target), "weights": self.job.weights}

    def run(
        self, pairs: Sequence[PhotoPair], folder: Path, *, force: bool
    ) -> Iterator[tuple[PhotoPair, SemimatchError | None]]:
        """Write `NAME.json` and `NAME.png` for each pair into a folder, one after another.

        A pair whose picture exists is finished and skipped unless `force`, so an interrupted run
        goes on where it stopped. What is wrong with a pair is returned, and the next one is taken.

        Yields:
            Each pair, with its error or None.
        """
        for pair in pairs:
            picture = folder / f"{pair.name}.png"
            if picture.exists() and not force:
                yield pair, None
                continue
            try:
                matches = self.match(pair.source, pair.target)
                about = self.about(pair.source, pair.target)
                # The picture comes last: where it exists the pair is whole.
                save_matches(matches, picture.with_suffix(".json"), force=True, about=about)
                save_scene(self.draw(pair.source, pair.target, matches), picture, force=True)
            except SemimatchError as error:
                yield pair, error
            else:
                yield pair, None

    def _photo(self, path: Path) -> tuple[Image.Image, "Features"]:
        if path not in self._recent:
            image = read_image(path)
            self._recent[path] = image, self.matcher.encode(image)
        self._recent.move_to_end(path)
        while len(self._recent) > _PHOTOS_KEPT:
            self._recent.popitem(last=False)
        return self._recent[path]


def _best(matches: Matches) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the source and target position of the most confident match.

    Raises:
        InputError: There is no match.
    """
    if not len(matches):
        raise InputError(
            "nothing in these photos matches",
            why="no two cells choose each other",
            hint='point at something: --points "120,80"',
        )
    row = int(matches.scores.argmax())
    (x1, y1), (x2, y2) = matches.source_points[row], matches.target_points[row]
    return (float(x1), float(y1)), (float(x2), float(y2))
