"""What `import semimatch_cli` promises: a fixed list of names, and no weight before first use."""

import subprocess
import sys

import pytest

import semimatch_cli

PUBLIC = {
    "AccessError",
    "ArgumentError",
    "ConfigError",
    "DatasetError",
    "Features",
    "Frame",
    "InputError",
    "Matcher",
    "Matches",
    "OfflineError",
    "SemimatchError",
    "ShapeError",
    "Warp",
    "WeightsError",
    "__version__",
    "load_matcher",
    "read_image",
}


def test_the_public_names_are_these_and_all_resolve() -> None:
    assert set(semimatch_cli.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(semimatch_cli, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="matchr"):
        semimatch_cli.matchr  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "torch", "numpy", "PIL", "matplotlib", "huggingface_hub", "rich", "typer"
    program = f"import sys, semimatch_cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_three_lines_of_python_match_two_photos() -> None:
    import numpy as np

    photo = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    matcher = semimatch_cli.load_matcher("tiny", device="cpu")
    matches = matcher.transfer(photo, photo, [(60, 40)])
    assert len(matches) == 1
    assert matches.to_dict()["matches"][0]["source_x"] == 60
