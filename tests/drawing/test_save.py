"""Every format is written as its name says, whole, and never over another file unasked."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from golden_scenes import CAPTIONS, checker, few_scene, gradient, make_matches
from PIL import Image

from semimatch_cli.drawing.keypoints import keypoints_scene
from semimatch_cli.drawing.layout import Captions
from semimatch_cli.drawing.save import check_format, save_scene
from semimatch_cli.errors import ArgumentError, InputError
from semimatch_cli.matching.results import Matches

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP")],
)
def test_pixel_formats_are_written_without_alpha(tmp_path: Path, name: str, kind: str) -> None:
    scene = few_scene()
    save_scene(scene, tmp_path / name, force=False)
    with Image.open(tmp_path / name) as picture:
        assert picture.format == kind
        assert picture.mode == "RGB"
        assert picture.size == (scene.width, scene.height)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.png.txt", ".png"])
def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        check_format(tmp_path / name)
    for suffix in (".png", ".jpg", ".jpeg", ".webp", ".pdf", ".svg"):
        assert suffix in caught.value.hint
    with pytest.raises(ArgumentError):
        save_scene(few_scene(), tmp_path / name, force=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.png", "a.svg"])
def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("precious")
    with pytest.raises(InputError):
        save_scene(few_scene(), path, force=False)
    assert path.read_text() == "precious"
    save_scene(few_scene(), path, force=True)
    assert path.stat().st_size > 1000
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_an_svg_holds_the_numbers_and_names_as_text(tmp_path: Path) -> None:
    save_scene(few_scene(), tmp_path / "a.svg", force=False)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{space}text")]
    for number in "12345":
        assert texts.count(number) == 2
    assert {"source.png", "target.png", "3 nose"} <= set(texts)
    images = list(root.iter(f"{space}image"))
    assert len(images) == 2


def test_an_svg_embeds_photos_at_their_own_resolution(tmp_path: Path) -> None:
    photo = gradient((37, 41))
    save_scene(
        keypoints_scene(photo, photo, make_matches([(1.0, 2.0)], [(3.0, 4.0)])),
        tmp_path / "a.svg",
        force=False,
    )
    assert re.search(r'<image[^>]*width="37"[^>]*height="41"', (tmp_path / "a.svg").read_text())


def test_a_pdf_is_a_pdf_with_its_text(tmp_path: Path) -> None:
    save_scene(few_scene(), tmp_path / "a.pdf", force=False)
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/Subtype /Type0" in content or b"/Subtype /TrueType" in content
    assert b"CreationDate" not in content


@pytest.mark.parametrize("suffix", [".svg", ".pdf"])
def test_vectors_are_the_same_bytes_in_another_process(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    save_scene(few_scene(), first, force=False)
    run(
        "from golden_scenes import few_scene\n"
        "from pathlib import Path\n"
        "from semimatch_cli.drawing.save import save_scene\n"
        f"save_scene(few_scene(), Path({str(second)!r}), force=False)"
    )
    assert first.read_bytes() == second.read_bytes()


def test_vectors_keep_hostile_texts_as_they_are(tmp_path: Path) -> None:
    matches = make_matches([(5.0, 5.0), (90.0, 90.0)], [(5.0, 5.0), (90.0, 90.0)])
    odd = Matches(**{**vars(matches), "ids": ("$a$", "<&>"), "names": ("$\\x", "日")})
    scene = keypoints_scene(
        gradient((100, 100)), checker((100, 100)), odd, Captions("$x_1$.png", "é & <b>.png")
    )
    for suffix in (".svg", ".pdf"):
        save_scene(scene, tmp_path / f"a{suffix}", force=False)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"$a$", "<&>", "$x_1$.png", "é & <b>.png"} <= texts


def test_vectors_neither_follow_nor_change_the_users_settings(tmp_path: Path) -> None:
    save_scene(few_scene(), tmp_path / "a.svg", force=False)
    theirs = {"savefig.bbox": "tight", "text.usetex": True, "svg.fonttype": "path"}
    with mpl.rc_context(theirs):
        save_scene(few_scene(), tmp_path / "b.svg", force=False)
        assert {name: mpl.rcParams[name] for name in theirs} == theirs
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_drawing_pixels_loads_neither_matplotlib_nor_torch(tmp_path: Path) -> None:
    run(
        "import sys\n"
        "from golden_scenes import GOLDEN\n"
        "from pathlib import Path\n"
        "from semimatch_cli.drawing.save import save_scene\n"
        "for name, build in GOLDEN.items():\n"
        "    for suffix in ('.png', '.jpg', '.webp'):\n"
        f"        save_scene(build(), Path({str(tmp_path)!r}, name + suffix), force=False)\n"
        "assert not {'matplotlib', 'torch', 'scipy'} & set(sys.modules)"
    )
    assert len(list(tmp_path.iterdir())) == 18


def test_captions_may_be_left_out(tmp_path: Path) -> None:
    photo = gradient((200, 100))
    matches = make_matches([(1.0, 2.0)], [(3.0, 4.0)])
    plain = keypoints_scene(photo, photo, matches)
    captioned = keypoints_scene(photo, photo, matches, CAPTIONS)
    assert plain.height < captioned.height


def run(code: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=HERE, check=True)
