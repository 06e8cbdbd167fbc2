"""`semimatch doctor` tells what a bug report needs and fails exactly when something is broken."""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from semimatch_cli import __version__, diagnosis
from semimatch_cli.cli import app
from semimatch_cli.weights import inventory

REAL_VERIFY = inventory.verify


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments])


def found(*arguments: str) -> dict[str, dict[str, Any]]:
    """Return every finding of `--json` under "section: name"."""
    document = json.loads(doctor("--json", *arguments).stdout)
    return {
        f"{section}: {finding['name']}": finding
        for section, findings in document["sections"].items()
        for finding in findings
    }


@pytest.fixture(autouse=True)
def sound_tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the embedded weights be right, so that nothing is broken unless a test breaks it."""
    sound = inventory.Verdict("tiny", True, "sha256 abc", Path("tiny.safetensors"))
    monkeypatch.setattr(inventory, "verify", lambda _: sound)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A Hub on loopback; the list holds the status it answers with, and is told who asked."""
    answers = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(answers[0])
            self.end_headers()
            answers.append(answers[0])

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield answers
        server.shutdown()


def test_a_sound_installation_exits_with_0_and_says_so() -> None:
    result = doctor("--offline")
    assert result.exit_code == 0
    assert result.stdout.endswith("Nothing is broken.\n")
    assert result.stderr == ""


def test_the_answer_names_versions_machine_folders_and_weights(private_home: Path) -> None:
    text = doctor("--offline").stdout
    for wanted in (
        __version__,
        metadata.version("torch"),
        metadata.version("pillow"),
        "platform",
        "memory",
        str(private_home / ".config"),
        str(private_home / "hub" / "hub"),
        "free on its disk",
        "cuda",
        "dinov2-small",
    ):
        assert wanted in text


def test_json_is_one_document_that_agrees_with_the_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = json.loads(doctor("--offline", "--json").stdout)
    assert document["schema"] == "semimatch.doctor/1"
    assert document["ok"] is True
    expected = ["versions", "machine", "devices", "folders", "weights", "hub"]
    assert list(document["sections"]) == expected
    for findings in document["sections"].values():
        for finding in findings:
            assert set(finding) == {"name", "value", "state", "hint"}
            assert finding["state"] in {"ok", "note", "broken"}
    monkeypatch.setitem(sys.modules, "torch", None)
    result = doctor("--offline", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False


@pytest.mark.parametrize(("status", "state"), [(200, "ok"), (404, "ok"), (503, "note")])
def test_a_hub_that_answers_is_told_with_its_status(
    hub: list[int], status: int, state: str
) -> None:
    hub[0] = status
    answer = found()["hub: answer"]
    assert answer["state"] == state
    assert str(status) in answer["value"]
    assert doctor().exit_code == 0


def test_a_hub_out_of_reach_is_a_note_with_a_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
        answer = found()["hub: answer"]
        assert doctor().exit_code == 0
    assert answer["state"] == "note"
    assert "refused" in answer["value"]
    assert "HF_ENDPOINT" in answer["hint"]


def test_a_silent_hub_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "HUB_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        answer = found()["hub: answer"]
    assert time.monotonic() - started < 3
    assert answer["state"] == "note"


def test_an_endpoint_that_is_no_web_address_is_never_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    monkeypatch.setenv("HF_ENDPOINT", (tmp_path / "secret").as_uri())
    assert "no http address" in found()["hub: answer"]["value"]


@pytest.mark.parametrize("by_environment", [False, True])
def test_offline_means_that_the_hub_is_not_asked(
    hub: list[int], by_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_environment:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    answer = found() if by_environment else found("--offline")
    assert "offline" in answer["hub: answer"]["value"]
    assert hub == [200]


def test_damaged_embedded_weights_are_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(inventory, "verify", REAL_VERIFY)
    (tmp_path / "tiny.safetensors").write_bytes(b"damaged")
    monkeypatch.setattr(inventory, "here", lambda entry: tmp_path / "tiny.safetensors")
    tiny = found("--offline")["weights: tiny"]
    assert tiny["state"] == "broken"
    assert "damaged" in tiny["value"]
    assert doctor("--offline").exit_code == 1


def test_missing_embedded_weights_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = inventory.Verdict("tiny", False, "missing", None)
    monkeypatch.setattr(inventory, "verify", lambda _: missing)
    result = doctor("--offline")
    assert result.exit_code == 1
    assert "X tiny" in result.stdout
    assert "Broken: weights: tiny" in result.stdout
    assert "Hint: install semimatch again" in result.stdout


def test_a_torch_that_does_not_import_is_broken_and_the_rest_is_still_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    findings = found("--offline")
    assert findings["versions: import torch"]["state"] == "broken"
    assert findings["devices: torch"]["state"] == "note"
    assert findings["machine: memory"]["state"] == "ok"
    assert findings["weights: tiny"]["state"] == "ok"


def test_a_package_that_is_not_installed_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "PACKAGES", ("torch", "no-such-package"))
    assert found("--offline")["versions: no-such-package"]["state"] == "broken"


@pytest.mark.parametrize("variable", ["HF_HOME", "XDG_CONFIG_HOME"])
def test_a_folder_that_cannot_be_made_is_broken(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(variable, str(tmp_path / "file"))
    name = "Hub cache" if variable == "HF_HOME" else "configuration"
    folder = found("--offline")[f"folders: {name}"]
    assert folder["state"] == "broken"
    assert "not a folder" in folder["value"]
    assert doctor("--offline").exit_code == 1


def test_a_folder_that_cannot_be_written_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # permission bits do not bind root
    folder = found("--offline")["folders: Hub cache"]
    assert folder["state"] == "broken"
    assert "permissions" in folder["hint"]


def test_a_broken_table_of_the_user_is_a_finding_rather_than_a_failure(private_home: Path) -> None:
    folder = private_home / ".config" / "semimatch"
    folder.mkdir(parents=True)
    (folder / "weights.toml").write_text("not = [toml")
    result = doctor("--offline")
    assert result.exit_code == 1
    assert "weights.toml" in result.stdout
    assert "hub" in result.stdout


def test_what_the_cache_holds_is_added_up_once(private_home: Path) -> None:
    blobs = private_home / "hub" / "hub" / "models--a--b" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "one").write_bytes(b"x" * 3_000_000)
    (blobs.parent / "link").symlink_to(blobs / "one")
    assert found("--offline")["folders: Hub cache size"]["value"] == "3.0 MB"


def test_a_cache_too_large_to_count_is_told_as_more(
    private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (private_home / "hub" / "hub" / "models").mkdir(parents=True)
    monkeypatch.setattr(diagnosis, "COUNTING_SECONDS", -1.0)
    assert found("--offline")["folders: Hub cache size"]["value"].startswith("more than")


def test_a_nearly_full_disk_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 5_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    disk = found("--offline")["folders: free on its disk"]
    assert (disk["value"], disk["state"]) == ("5.0 MB", "note")
