"""Pictures of pairs show the photo that was asked at the left, in the frame of the protocol."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answers import record
from PIL import Image

from semimatch_cli.evaluation.pair_pictures import PairPainter, photo_finder
from semimatch_cli.evaluation.protocols import PROTOCOLS, own_readout

RED, GREEN = (220, 20, 20), (20, 200, 20)
POINTS = np.array([(100.0, 60.0)])


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    Image.new("RGB", (400, 300), RED).save(tmp_path / "source.png")
    Image.new("RGB", (400, 300), GREEN).save(tmp_path / "target.png")
    return tmp_path


def painted(folder: Path, protocol: str) -> Image.Image:
    asked = replace(
        record([0.0]),
        source="source.png",
        target="target.png",
        asked=POINTS,
        true=POINTS,
        found=POINTS,
    )
    painter = PairPainter(own_readout(PROTOCOLS[protocol]), 0.1, photo_finder([folder]))
    figure = painter.figure(asked, "pair", weights="tiny", caption="A pair.")
    assert figure is not None
    return Image.open(io.BytesIO(figure.content))


@pytest.mark.parametrize(("protocol", "left"), [("standard", RED), ("cats", GREEN)])
def test_the_asked_photo_is_at_the_left(photos: Path, protocol: str, left: tuple[int, ...]) -> None:
    picture = painted(photos, protocol)
    pixel = picture.getpixel((picture.width // 4, picture.height // 2))
    assert pixel == pytest.approx(left, abs=6)


def test_photos_are_squashed_where_the_protocol_squashes_them(photos: Path) -> None:
    wide, square = painted(photos, "standard"), painted(photos, "cats")
    assert wide.width / wide.height > square.width / square.height


def test_a_pair_whose_photo_is_missing_is_not_drawn(photos: Path) -> None:
    painter = PairPainter(PROTOCOLS["standard"], 0.1, photo_finder([photos]))
    absent = replace(record([0.0]), source="source.png", target="gone.png")
    assert not painter.can_draw(absent)
    assert painter.figure(absent, "pair", weights="tiny", caption="") is None


def test_photos_are_found_below_the_folder_by_what_their_names_end_in(photos: Path) -> None:
    find = photo_finder([photos])
    assert find("source.png") == photos / "source.png"
    assert find("/elsewhere/data/source.png") == photos / "source.png"
    assert find(str(photos / "target.png")) == photos / "target.png"
    assert find("other/nothing.png") is None


def test_the_folder_may_lie_above_that_of_the_photos(photos: Path) -> None:
    inner = photos / "JPEGImages" / "dog"
    inner.mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(inner / "1.png")
    assert photo_finder([photos])("dog/1.png") == inner / "1.png"
    assert photo_finder([photos.parent])("dog/1.png") == inner / "1.png"
    assert photo_finder([photos / "nowhere"])("dog/1.png") is None
