"""The README's own words work: its Python, its commands' options, its two set-up lines."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from semimatch_cli.cli import app

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_there_are_exactly_two_set_up_commands() -> None:
    commands = [line for line in TEXT.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith("--force")
    assert "pytest" in commands[1]


def test_the_three_lines_of_python_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (program,) = blocks("python")
    exec(program, {})
    assert re.match(r"\[\[", capsys.readouterr().out)


@pytest.mark.parametrize(
    "line",
    [
        line.split("#")[0].strip()
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("semimatch ")
    ],
)
def test_every_command_of_the_readme_is_one_that_exists(line: str) -> None:
    words = shlex.split(line)[1:]
    named = [word for word in words[:2] if not word.startswith("-") and "." not in word]
    text = CliRunner().invoke(app, [*named, "--help"], terminal_width=200).stdout
    for option in (word for word in words if word.startswith("--")):
        assert option in text


def test_the_pictures_and_pages_it_links_are_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", TEXT):
        assert (ROOT / target).exists(), target
