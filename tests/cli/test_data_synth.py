"""`semimatch data synth`: what it writes, says and refuses."""

from pathlib import Path

from typer.testing import CliRunner, Result

from semimatch_cli.cli import app


def synth(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", "synth", *map(str, arguments)])


def test_it_writes_a_data_set_and_counts_it_on_stderr(tmp_path: Path) -> None:
    result = synth(tmp_path / "set", "--images", "2", "--size", "48", "--workers", "1")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "22 photos of 11 categories" in result.stderr
    assert len(list((tmp_path / "set" / "JPEGImages").rglob("*.jpg"))) == 22


def test_an_existing_folder_needs_force(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    result = synth(tmp_path, "--images", "2", "--size", "48")
    assert result.exit_code == 1
    assert "not empty" in result.stderr
    assert "--force" in result.stderr


def test_impossible_numbers_are_a_wrong_command_line(tmp_path: Path) -> None:
    for wrong in (("--images", "1"), ("--size", "8"), ("--seed", "-1")):
        result = synth(tmp_path / "set", *wrong)
        assert result.exit_code == 2
        assert "Hint:" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_workers_is_a_wrong_command_line(tmp_path: Path) -> None:
    assert synth(tmp_path / "set", "--workers", "0").exit_code == 2
