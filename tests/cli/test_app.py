"""The root command: version, help, global options anywhere, failures of the system worded."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from semimatch_cli import __version__
from semimatch_cli.cli import app
from semimatch_cli.cli.app import Session


def test_the_version_is_printed_by_option_and_as_a_module() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.strip() == f"semimatch {__version__}"
    done = subprocess.run(
        [sys.executable, "-m", "semimatch_cli", "--version"], capture_output=True, check=True
    )
    assert done.stdout.split() == [b"semimatch", __version__.encode()]


def test_help_names_every_command() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    for command in ("match", "weights", "data", "doctor"):
        assert command in text


def test_an_unknown_command_is_a_command_line_error() -> None:
    assert CliRunner().invoke(app, ["mach"]).exit_code == 2


@pytest.mark.parametrize("flags", [["--offline"], ["-q"], ["--quiet", "--debug"]])
def test_global_flags_may_stand_before_or_after_the_command(flags: list[str]) -> None:
    before = CliRunner().invoke(app, [*flags, "weights", "path", "tiny"])
    after = CliRunner().invoke(app, ["weights", "path", "tiny", *flags])
    assert before.exit_code == after.exit_code == 0
    assert before.stdout == after.stdout


def test_what_follows_a_double_dash_is_no_flag() -> None:
    result = CliRunner().invoke(app, ["match", "--", "-q", "--debug"])
    assert result.exit_code == 1
    assert "-q" in result.stderr


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "Interrupted"),
        (OSError(28, "No space left on device", "vis.png"), 1, "free some space"),
        (MemoryError(), 1, "out of memory"),
    ],
)
def test_a_failure_of_the_system_is_told_without_a_traceback(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("semimatch_cli.points.parse_points", fail)
    photo = str(Path(__file__).parents[1] / "drawing" / "golden" / "few.png")
    result = CliRunner().invoke(app, ["match", photo, photo, "--points", "1,1"])
    assert result.exit_code == code
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_quiet_sessions_write_no_notes(capsys: pytest.CaptureFixture[str]) -> None:
    Session(quiet=True).note("a")
    Session().note("b")
    assert capsys.readouterr().err == "b\n"
