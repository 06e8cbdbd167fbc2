"""`semimatch data list|info|get|check`: what is printed, where, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from semimatch_cli.cli import app
from semimatch_cli.datasets.holdings import lock_file
from semimatch_cli.datasets.sources import SOURCES
from tests.datasets.file_server import Site
from tests.datasets.packed import official_files, tar, toy_files, toy_source
from tests.datasets.small_sets import write_pairs

pytest_plugins = ["tests.datasets.fixtures"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def assert_told(result: Result, code: int, *words: str) -> None:
    """One message: what, why and the next step, on stderr only, without a traceback."""
    assert result.exit_code == code
    assert result.stdout == ""
    begun = ("Fetching ", "Unpacking ")
    lines = [line for line in result.stderr.splitlines() if not line.startswith(begun)]
    assert len(lines) <= 3
    assert lines[0].startswith("Error: ") and lines[-1].startswith("Hint: ")
    for word in words:
        assert word in result.stderr


@pytest.fixture
def toy(site: Site, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a data set of the test's own into the table; return where it will lie."""
    site.files |= toy_files()
    monkeypatch.setitem(SOURCES, "toy", toy_source(site.address))
    return data_folder / "toy"


def test_list_shows_each_name_with_state_and_license(toy: Path) -> None:
    result = run("list")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert {"spair", "pf-pascal", "pf-willow", "tss", "toy"} < set(lines)
    assert "not here" in lines["toy"] and "MIT" in lines["toy"]
    assert str(toy.parent) in result.stderr
    run("get", "toy")
    assert "not here" not in run("list").stdout.splitlines()[-1]


def test_list_as_json_has_one_object_for_each_name(toy: Path) -> None:
    run("get", "toy")
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["toy"]["state"] == "here"
    assert rows["toy"]["path"] == str(toy)
    assert rows["spair"]["state"] == "not here"
    assert rows["spair"]["path"] is None
    assert rows["spair"]["next_step"] == "semimatch data get spair"


def test_info_shows_addresses_terms_and_that_they_are_unchecked(data_folder: Path) -> None:
    shown = run("info", "spair").stdout
    for word in (
        "https://cvlab.postech.ac.kr/research/SPair-71k/data/SPair-71k.tar.gz",
        "whether it still answers is unchecked",
        "Flickr",
        "semimatch data get spair",
    ):
        assert word in shown


def test_info_shows_the_recorded_digest(toy: Path) -> None:
    run("get", "toy")
    told = json.loads(run("info", "toy", "--json").stdout)
    assert told["pins"]["toy.tar.gz"]["sha256"] in run("info", "toy").stdout


def test_get_prints_the_folder_alone_on_stdout(toy: Path, site: Site) -> None:
    result = run("get", "toy")
    assert result.exit_code == 0
    assert result.stdout == f"{toy}\n"
    assert result.stderr.splitlines()[0] == (
        f"Fetching toy.tar.gz from {site.address.removeprefix('http://')}"
    )
    assert (toy / "toy/photos/1.jpg").read_bytes() == b"a photo"


def test_get_of_what_is_here_says_so_and_does_nothing(toy: Path, site: Site) -> None:
    run("get", "toy")
    site.requests.clear()
    result = run("get", "toy")
    assert (result.exit_code, result.stdout) == (0, f"{toy}\n")
    assert result.stderr == "toy is here already\n"
    assert site.requests == []


def test_quiet_says_nothing_but_the_folder(toy: Path) -> None:
    result = run("get", "toy", "--quiet")
    assert (result.stdout, result.stderr) == (f"{toy}\n", "")


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("403", 4, ("403", "not allowed")),
        ("404", 1, ("404", "not there any more")),
        ("503", 1, ("503", "try again")),
        ("to_page", 1, ("web page",)),
        ("break_always", 1, ("broke repeatedly",)),
    ],
)
def test_a_dead_address_is_named_with_the_way_around_it(
    toy: Path, site: Site, fault: str, code: int, words: tuple[str, ...]
) -> None:
    site.fault = fault
    way = "semimatch data get toy --from toy.tar.gz"
    assert_told(run("get", "toy"), code, f"{site.address}/toy.tar.gz", way, *words)
    assert not toy.exists()


def test_get_offline_names_the_way_without_a_network(
    toy: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_told(run("get", "toy", "--offline"), 1, "--offline", "--from toy.tar.gz")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert_told(run("get", "toy"), 1, "HF_HUB_OFFLINE")
    assert site.requests == []


def test_get_from_files_needs_no_network(data_folder: Path, tmp_path: Path) -> None:
    for name, content in official_files("spair").items():
        (tmp_path / name).write_bytes(content)
    result = run("get", "spair", "--from", tmp_path / "SPair-71k.tar.gz", "--offline")
    assert result.stdout == f"{data_folder / 'spair'}\n"
    checked = run("check", "spair")
    assert checked.exit_code == 0
    assert "spair test: 2 pairs, nothing is wrong" in checked.stderr


def test_get_from_a_mirror(data_folder: Path, site: Site) -> None:
    site.files |= official_files("tss")
    result = run("get", "tss", "--mirror", site.address)
    assert result.stdout == f"{data_folder / 'tss'}\n"


def test_get_refuses_a_mirror_that_is_no_web_address(toy: Path) -> None:
    assert_told(run("get", "toy", "--mirror", "ftp://host"), 2, "ftp://host", "https://")


def test_get_refuses_changed_content_until_it_is_accepted(toy: Path, site: Site) -> None:
    run("get", "toy")
    site.files |= toy_files(b"another photo")
    refused = run("get", "toy", "--force")
    assert_told(refused, 1, "not the file that it was", str(lock_file()), "--accept-changed")
    assert run("get", "toy", "--force", "--accept-changed").exit_code == 0
    assert (toy / "toy/photos/1.jpg").read_bytes() == b"another photo"


def test_get_refuses_an_archive_that_leads_outside(toy: Path, site: Site) -> None:
    site.files["toy.tar.gz"] = tar({"../evil": b"evil"})
    assert_told(run("get", "toy"), 1, "'../evil' leads out of its folder")
    assert not toy.parent.exists() or list(toy.parent.iterdir()) == []
    assert not (toy.parent.parent / "evil").exists()


@pytest.mark.parametrize("command", ["info", "get"])
def test_an_unknown_name_is_a_wrong_command_line(command: str, data_folder: Path) -> None:
    assert_told(run(command, "pf-pascl"), 2, "unknown data set 'pf-pascl'", "pf-pascal")


def test_check_names_what_is_missing_and_exits_with_one(tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "images" / "b.jpg").unlink()
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert "b.jpg: there is no such file" in result.stdout
    assert "1 pairs, 1 problems" in result.stderr
    told = json.loads(run("check", tmp_path, "--json").stdout)
    assert (told["pairs"], len(told["problems"])) == (1, 1)


def test_check_of_what_is_not_here_says_how_to_get_it(data_folder: Path) -> None:
    assert_told(run("check", "spair"), 1, str(data_folder), "semimatch data get spair")


def test_getting_data_needs_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys, semimatch_cli.datasets.acquire, semimatch_cli.datasets.sources;"
        "print([name for name in ('torch', 'matplotlib', 'huggingface_hub', 'rich') "
        "if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
