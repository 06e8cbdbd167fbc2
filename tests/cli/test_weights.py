"""`semimatch weights`: what each subcommand prints, where, and with which exit code."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import semimatch_cli
from semimatch_cli.cli import app
from semimatch_cli.config import hub_cache
from semimatch_cli.weights.lock import lock_file, read_pin
from semimatch_cli.weights.registry import user_table
from tests.weights.hub_server import COMMIT, FILE, REPO, Hub

pytest_plugins = ["tests.weights.fixtures"]


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["weights", *args])


def get_toy() -> Path:
    return Path(run("get", "toy").stdout.strip())


def flip_last_byte(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def assert_told(result: Result, code: int, *words: str) -> None:
    """One message: what, why and the next step, on stderr only, without a traceback."""
    assert result.exit_code == code
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if not line.startswith("Fetching ")]
    assert len(lines) <= 3
    assert lines[0].startswith("Error: ") and lines[-1].startswith("Hint: ")
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_list_shows_each_name_with_state_size_and_license(hub: Hub) -> None:
    lines = {line.split()[0]: line for line in run("list").stdout.splitlines()}
    assert "88.2 MB" in lines["dinov2-small"] and "not downloaded" in lines["dinov2-small"]
    assert "DINOv3 License" in lines["dinov3-base"]
    assert "not downloaded" in lines["toy"] and "MIT" in lines["toy"]
    get_toy()
    assert "not downloaded" not in run("list").stdout.splitlines()[-1]


def test_list_marks_further_terms_and_says_where_they_are() -> None:
    result = run("list")
    assert "Apache-2.0 *" in next(line for line in result.stdout.splitlines() if "tiny" in line)
    assert "weights info" in result.stderr


def test_list_as_json_has_one_object_for_each_name(hub: Hub) -> None:
    path = get_toy()
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["toy"]["state"] == "downloaded"
    assert rows["toy"]["path"] == str(path)
    assert rows["toy"]["size"] == len(hub.content)
    assert (rows["toy"]["commit"], rows["toy"]["sha256"]) == (COMMIT, hub.sha256)
    assert rows["dinov3-small"]["state"] == "not downloaded"


def test_info_shows_origin_terms_data_and_network() -> None:
    shown = run("info", "dinov3-small").stdout
    for word in ("timm/vit_small_patch16_dinov3.lvd1689m", "DINOv3 License", "LVD-1689M", "512"):
        assert word in shown


def test_info_of_tiny_names_its_terms() -> None:
    assert "research use: training photos" in run("info", "tiny").stdout


def test_info_as_json_carries_the_network_and_the_card() -> None:
    told = json.loads(run("info", "dinov2-base", "--json").stdout)
    assert told["network"]["backbone_options"]["size"] == "base"
    assert told["card"] == ""


def test_info_ends_with_the_model_card_of_embedded_weights() -> None:
    card = Path(semimatch_cli.__file__).parent / "weights" / "tiny.md"
    expected = card.read_text(encoding="utf-8") if card.is_file() else ""
    assert json.loads(run("info", "tiny", "--json").stdout)["card"] == expected
    assert run("info", "tiny").stdout.endswith(expected.strip() + "\n")


def test_get_tells_size_and_license_first_and_prints_the_path(hub: Hub) -> None:
    result = run("get", "toy")
    assert result.exit_code == 0
    assert Path(result.stdout.strip()).read_bytes() == hub.content
    assert result.stderr == "Fetching toy (2.1 kB, license MIT) from acme/toy\n"


def test_get_of_what_is_here_says_nothing_but_the_path(hub: Hub) -> None:
    path = get_toy()
    result = run("get", "toy", f"hf://{REPO}/{FILE}")
    assert result.stdout == f"{path}\n{path}\n"
    assert result.stderr == ""


def test_get_checks_all_names_before_it_fetches_one(hub: Hub) -> None:
    assert_told(run("get", "toy", "toyy"), 2, "unknown weights 'toyy'", "toy")
    assert hub.requests == []


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("gated", 4, ("acme/toy is gated", "accept it at", "hf auth login")),
        ("forbidden", 4, ("not allowed to read acme/toy", "hf auth login")),
        ("bad_token", 4, ("refused your token", "hf auth login")),
        ("unavailable", 1, ("503", "try again")),
        ("corrupt_always", 1, ("arrived damaged", "try again later")),
    ],
)
def test_a_fault_of_the_hub_is_told_in_three_lines(
    hub: Hub, fault: str, code: int, words: tuple[str, ...]
) -> None:
    hub.fault = fault
    assert_told(run("get", "toy"), code, *words)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("hf://acme/none/model.safetensors", ("no repository acme/none", "check the name")),
        ("hf://acme/toy/model.safetensors@v9", ("no revision v9", "commits")),
        ("hf://acme/toy/other.safetensors", ("no file other.safetensors", "check the name")),
    ],
)
def test_what_the_hub_does_not_have_is_told_in_three_lines(
    hub: Hub, address: str, words: tuple[str, ...]
) -> None:
    assert_told(run("get", address), 1, *words)


def test_offline_is_told_with_the_command_that_helps(hub: Hub) -> None:
    assert_told(run("get", "toy", "--offline"), 1, "toy is not on this machine", "weights get toy")
    assert hub.requests == []


def test_path_prints_where_a_file_is_and_fails_when_it_is_not_here(hub: Hub) -> None:
    absent = run("path", "toy")
    assert absent.exit_code == 1 and "semimatch weights get toy" in absent.stderr
    assert hub.requests == []
    path = get_toy()
    assert run("path", "toy").stdout == f"{path}\n"
    assert json.loads(run("path", "toy", "--json").stdout) == {"name": "toy", "path": str(path)}


def test_verify_passes_a_whole_file_and_fails_a_changed_one(hub: Hub) -> None:
    path = get_toy()
    good = run("verify", "toy")
    assert good.exit_code == 0 and hub.sha256 in good.stdout
    flip_last_byte(path)
    bad = run("verify", "toy")
    assert bad.exit_code == 1
    assert "FAILED" in bad.stdout and "semimatch weights get toy" in bad.stderr


def test_verify_finds_what_size_and_time_do_not_show_and_the_next_get_repairs_it(hub: Hub) -> None:
    path = get_toy()
    stat = path.stat()
    flip_last_byte(path)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert run("verify", "toy").exit_code == 1
    assert get_toy().read_bytes() == hub.content
    assert run("verify", "toy").exit_code == 0


def test_verify_without_names_checks_what_is_here(hub: Hub) -> None:
    get_toy()
    verdicts = json.loads(run("verify", "--json").stdout)
    assert {"name": "toy", "ok": True} == {key: verdicts[-1][key] for key in ("name", "ok")}
    assert all(verdict["name"] in ("tiny", "toy") for verdict in verdicts)


def test_verify_says_when_there_is_nothing_to_verify(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semimatch_cli.weights.registry.read_table", dict)
    result = run("verify")
    assert result.exit_code == 0 and result.stdout == "" and "nothing to verify" in result.stderr


def test_verify_fails_for_a_name_that_is_not_here(hub: Hub) -> None:
    result = run("verify", "toy")
    assert result.exit_code == 1 and "not downloaded" in result.stdout


def test_verify_tells_a_broken_local_file(tmp_path: Path, hub: Hub) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(hub.content)
    assert run("verify", str(file)).exit_code == 0
    file.write_bytes(hub.content[:-3])
    result = run("verify", str(file))
    assert result.exit_code == 1 and "damaged" in result.stdout


def test_remove_frees_the_cache_the_leftovers_and_the_pin(hub: Hub) -> None:
    path = get_toy()
    orphan = path.resolve().parent / "abc.1234.incomplete"
    orphan.write_bytes(b"half")
    result = run("remove", "toy")
    assert result.exit_code == 0 and "removed" in result.stderr
    assert not path.exists() and not orphan.exists()
    assert read_pin(f"hf://{REPO}/{FILE}@main") is None
    assert "nothing to do" in run("remove", "toy").stderr


def test_remove_keeps_other_repositories(hub: Hub) -> None:
    get_toy()
    other = hub_cache() / "models--other--one" / "snapshots" / ("a" * 40)
    other.mkdir(parents=True)
    (other / FILE).write_bytes(b"x")
    run("remove", "toy")
    assert (other / FILE).is_file()


def test_tiny_and_local_files_cannot_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"x")
    assert_told(run("remove", "tiny"), 2, "lies in the package")
    assert_told(run("remove", str(file)), 2, "your own file")
    assert file.is_file()


def test_a_broken_table_of_the_user_is_told_with_its_name(hub: Hub) -> None:
    user_table().write_text("[weights.x]\nreppo = 'a/b'\n", encoding="utf-8")
    assert_told(run("list"), 1, str(user_table()), "did you mean 'repo'?")


def test_a_broken_lock_file_is_told_with_its_name(hub: Hub) -> None:
    lock_file().write_text("{", encoding="utf-8")
    assert_told(run("get", "toy"), 1, str(lock_file()), "delete it")


def test_looking_never_needs_the_network(hub: Hub) -> None:
    for command in (("list",), ("info", "toy"), ("verify",), ("path", "toy"), ("remove", "toy")):
        run(*command)
    assert hub.requests == []
