"""From two photos to files: match them, draw the matches, save them; one pair or many."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

from semimatch_cli.drawing.dense import dense_scene
from semimatch_cli.drawing.flow import flow_scene
from semimatch_cli.drawing.heat import heat_scene
from semimatch_cli.drawing.keypoints import keypoints_scene
from semimatch_cli.drawing.layout import Captions, bounded
from semimatch_cli.drawing.save import save_scene
from semimatch_cli.drawing.scene import Scene
from semimatch_cli.errors import ArgumentError, InputError, SemimatchError
from semimatch_cli.matches_file import save_matches
from semimatch_cli.matching.frame import Floats, Frame
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


@dataclass(frozen=True)
class _Photo:
    """A photo as it is kept: encoded, and reduced to what a picture can show.

    Args:
        shown: RGB, at most as large as any canvas.
        features: Encoded at full size; their frame speaks of the pixels of the file.
    """

    shown: Image.Image
    features: "Features"

    @property
    def shown_features(self) -> "Features":
        """The same features, speaking of the pixels of `shown`."""
        frame = replace(self.features.frame, photo_size=self.shown.size)
        return replace(self.features, frame=frame)

    def to_shown(self, points: Floats) -> Floats:
        """Move points (N, 2) from the file's pixels to those of `shown`."""
        frame = Frame.squash(self.features.frame.photo_size, self.shown.size)
        return frame.points_to_canvas(points)


class Workbench:
    """Runs a job on pairs; every photo is read and encoded once while it stays among the recent.

    Args:
        matcher: The matcher.
        job: What to do with each pair.
    """

    def __init__(self, matcher: "Matcher", job: Job) -> None:
        self.matcher = matcher
        self.job = job
        self._recent: OrderedDict[Path, _Photo] = OrderedDict()

    def match(self, source: Path, target: Path) -> Matches:
        """Find the job's points of the source in the target, or matches by itself."""
        first, second = self._photo(source).features, self._photo(target).features
        points = self.job.points
        if points is None:
            return self.matcher.match(first, second, count=self.job.count)
        check_inside(points, first.frame.photo_size, str(source))
        return self.matcher.transfer(first, second, points.xy, ids=points.ids, names=points.names)

    def draw(self, source: Path, target: Path, matches: Matches) -> Scene:
        """Draw a pair in the job's mode."""
        first, second = self._photo(source), self._photo(target)
        matches = replace(
            matches,
            source_points=first.to_shown(matches.source_points),
            target_points=second.to_shown(matches.target_points),
        )
        captions = Captions(source.name, target.name, self.job.weights)
        if self.job.mode == "keypoints":
            return keypoints_scene(first.shown, second.shown, matches, captions)
        features = first.shown_features, second.shown_features
        if self.job.mode == "heat":
            point, found = _best(matches)
            heat = self.matcher.heat(*features, point)
            return heat_scene(first.shown, second.shown, point, heat, found, captions)
        draw = dense_scene if self.job.mode == "dense" else flow_scene
        return draw(first.shown, second.shown, self.matcher.dense(*features), captions)

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

    def _photo(self, path: Path) -> _Photo:
        if path not in self._recent:
            image = read_image(path)
            self._recent[path] = _Photo(bounded(image), self.matcher.encode(image))
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
