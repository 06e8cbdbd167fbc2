"""Locating weights: in the package, on the disk, in the cache, from the Hub, with every fault."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semimatch_cli.config import hub_cache
from semimatch_cli.errors import (
    AccessError,
    ArgumentError,
    ConfigError,
    OfflineError,
    SemimatchError,
    WeightsError,
)
from semimatch_cli.weights.hub import locate
from semimatch_cli.weights.lock import drop_pin, lock_file, read_pin
from semimatch_cli.weights.registry import find, user_table
from tests.weights.hub_server import COMMIT, FILE, REPO, Hub

pytest_plugins = ["tests.weights.fixtures"]

ADDRESS = f"hf://{REPO}/{FILE}@main"


def cached_files() -> list[Path]:
    """List the contents that the Hub's cache holds, whole or half."""
    return sorted(hub_cache().glob("models--*/blobs/*"))


def nothing_listens() -> str:
    """Return an address of loopback that refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def damage(path: Path, *, keep: int | None = None) -> None:
    """Flip the last byte of a cached file, or cut the file to its first `keep` bytes."""
    content = path.read_bytes()
    path.write_bytes(content[:keep] if keep else content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("fault", ["", "redirect", "break_once", "corrupt_once"])
def test_a_file_arrives_whole_whatever_happened_on_the_way(hub: Hub, fault: str) -> None:
    hub.fault = fault
    path = locate(find("toy"))
    assert path.read_bytes() == hub.content
    assert cached_files() == [path.resolve()]


def test_the_second_load_asks_the_hub_nothing(hub: Hub) -> None:
    first = locate(find("toy"))
    hub.requests.clear()
    assert locate(find("toy")) == first
    assert hub.requests == []


def test_a_download_is_announced_once_with_its_size_and_reported_to_its_end(hub: Hub) -> None:
    announced: list[tuple[str, int | None]] = []
    progress: list[tuple[int, int | None]] = []

    def fetch() -> None:
        locate(
            find("toy"),
            on_download=lambda entry, size: announced.append((entry.name, size)),
            on_progress=lambda done, total: progress.append((done, total)),
        )

    fetch()
    fetch()
    assert announced == [("toy", len(hub.content))]
    assert progress[-1] == (len(hub.content), len(hub.content))


def test_the_lock_file_pins_commit_size_and_digest(hub: Hub) -> None:
    locate(find("toy"))
    pin = read_pin(ADDRESS)
    assert pin is not None
    assert (pin.commit, pin.size, pin.sha256) == (COMMIT, len(hub.content), hub.sha256)


def test_a_small_file_without_a_digest_at_the_hub_is_pinned_as_it_came(hub: Hub) -> None:
    hub.lfs = False
    path = locate(find("toy"))
    pin = read_pin(ADDRESS)
    assert pin is not None and pin.sha256 == hub.sha256
    damage(path)
    hub.requests.clear()
    assert locate(find("toy")).read_bytes() == hub.content
    assert hub.bodies() == 1


@pytest.mark.parametrize("keep", [None, 100])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_cached_file_that_changed_is_fetched_again(
    hub: Hub, keep: int | None, pinned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    path = locate(find("toy"))
    damage(path, keep=keep)
    if not pinned:
        drop_pin(ADDRESS)
    assert locate(find("toy")).read_bytes() == hub.content
    assert "toy in the cache is damaged" in caplog.text


def test_a_cached_file_that_changed_is_refused_offline(hub: Hub) -> None:
    damage(locate(find("toy")))
    with pytest.raises(OfflineError, match="damaged") as caught:
        locate(find("toy"), offline=True)
    assert "weights get toy" in caught.value.hint


def test_a_file_that_is_corrupt_twice_is_refused_and_removed(hub: Hub) -> None:
    hub.fault = "corrupt_always"
    with pytest.raises(WeightsError, match="arrived damaged, 2 times"):
        locate(find("toy"))
    assert hub.bodies() == 2
    assert cached_files() == []
    assert read_pin(ADDRESS) is None


def test_a_connection_that_breaks_again_and_again_ends_and_leaves_nothing(hub: Hub) -> None:
    hub.fault = "break_always"
    with pytest.raises(OfflineError, match="broke repeatedly"):
        locate(find("toy"))
    assert cached_files() == []


@pytest.mark.slow  # it waits on purpose
@pytest.mark.parametrize(("fault", "message"), [("silent", "timed out"), ("stall", "fell silent")])
def test_a_hub_that_falls_silent_is_given_up_in_time(hub: Hub, fault: str, message: str) -> None:
    hub.fault = fault
    start = time.monotonic()
    with pytest.raises(OfflineError, match=message):
        locate(find("toy"))
    assert time.monotonic() - start < 15
    assert cached_files() == []


FAULTS: list[tuple[str, type[SemimatchError], str, str]] = [
    ("gated", AccessError, "gated", "hf auth login"),
    ("forbidden", AccessError, "not allowed", "hf auth login"),
    ("bad_token", AccessError, "refused your token", "HF_TOKEN"),
    ("unavailable", OfflineError, "503", "try again"),
    ("not_a_hub", OfflineError, "does not answer as the Hub does", "HF_ENDPOINT"),
]


@pytest.mark.parametrize(("fault", "kind", "message", "hint"), FAULTS)
def test_each_refusal_has_its_own_message_and_next_step(
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    kind: type[SemimatchError],
    message: str,
    hint: str,
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_expired")
    hub.fault = fault
    with pytest.raises(kind, match=message) as caught:
        locate(find("toy"))
    assert hint in caught.value.hint
    assert len(hub.requests) <= 3
    assert cached_files() == []


UNKNOWN: list[tuple[str, type[SemimatchError], str]] = [
    ("hf://acme/none/model.safetensors", WeightsError, "no repository acme/none"),
    ("hf://acme/toy/model.safetensors@v9", WeightsError, "no revision v9"),
    ("hf://acme/toy/other.safetensors", WeightsError, "it holds model.safetensors"),
    ("hf://acme me/toy/model.safetensors", ArgumentError, "cannot be the name of a repository"),
]


@pytest.mark.parametrize(("address", "kind", "message"), UNKNOWN)
def test_what_does_not_exist_is_named(
    hub: Hub, address: str, kind: type[SemimatchError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        locate(find(address))
    assert caught.value.hint


def test_a_refused_connection_without_a_cached_file_is_told(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", nothing_listens())
    with pytest.raises(OfflineError, match="refused") as caught:
        locate(find("toy"))
    assert "connection" in caught.value.hint


def test_a_cached_file_is_used_although_the_token_is_refused(hub: Hub) -> None:
    hub.lfs = False
    path = locate(find("toy"))
    drop_pin(ADDRESS)
    hub.fault = "bad_token"
    assert locate(find("toy")) == path


@pytest.mark.parametrize("pinned", [True, False])
@pytest.mark.parametrize("lfs", [True, False])
def test_a_refused_connection_does_not_matter_for_a_cached_file(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, pinned: bool, lfs: bool
) -> None:
    hub.lfs = lfs
    path = locate(find("toy"))
    if not pinned:
        drop_pin(ADDRESS)
    monkeypatch.setenv("HF_ENDPOINT", nothing_listens())
    assert locate(find("toy")) == path


@pytest.mark.parametrize("how", ["option", "environment"])
def test_offline_uses_the_cache_and_never_asks(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "environment":
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    offline = how == "option"
    with pytest.raises(OfflineError, match="not on this machine") as caught:
        locate(find("toy"), offline=offline)
    assert "weights get toy" in caught.value.hint and hub.requests == []

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    path = locate(find("toy"))
    hub.requests.clear()
    if how == "environment":
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert locate(find("toy"), offline=offline) == path
    assert hub.requests == []


def test_a_file_that_another_program_fetched_is_used_and_pinned(hub: Hub) -> None:
    path = locate(find("toy"))
    lock_file().unlink()
    (hub_cache() / "models--acme--toy" / "refs" / "main").unlink()
    hub.requests.clear()
    assert locate(find("toy")) == path
    assert hub.bodies() == 0
    assert read_pin(ADDRESS) is not None


@pytest.mark.parametrize("line", ['sha256 = "{wrong}"', "size = 7"])
def test_a_file_that_the_table_names_otherwise_is_refused(hub: Hub, line: str) -> None:
    with user_table().open("a", encoding="utf-8") as table:
        table.write(line.format(wrong="0" * 64) + "\n")
    with pytest.raises(WeightsError, match=r"holds another model\.safetensors"):
        locate(find("toy"))
    assert hub.bodies() == 0


@pytest.mark.parametrize("line", ['sha256 = "{wrong}"', "size = 7"])
def test_what_the_table_names_overrules_an_older_pin(hub: Hub, line: str) -> None:
    locate(find("toy"))
    with user_table().open("a", encoding="utf-8") as table:
        table.write(line.format(wrong="0" * 64) + "\n")
    with pytest.raises(WeightsError, match="holds another"):
        locate(find("toy"))


def test_a_local_file_is_itself_and_is_checked_where_the_table_knows_it(
    hub: Hub, tmp_path: Path
) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(hub.content)
    assert locate(find(file)) == file
    row = f'\n[weights.mine]\npath = "{file}"\nsha256 = "{hub.sha256}"\n'
    with user_table().open("a", encoding="utf-8") as table:
        table.write(row)
    assert locate(find("mine")) == file
    damage(file)
    with pytest.raises(WeightsError, match="not the file that the table names"):
        locate(find("mine"))
    file.unlink()
    with pytest.raises(WeightsError, match="does not exist"):
        locate(find("mine"))
    assert hub.requests == []


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '{"a": {"commit": "x"}}'])
def test_a_damaged_lock_file_is_told_with_its_name(hub: Hub, text: str) -> None:
    lock_file().write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=str(lock_file())) as caught:
        locate(find("toy"))
    assert "delete it" in caught.value.hint


def test_a_lock_file_that_cannot_be_written_does_not_stop_a_load(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    entry = find("toy")
    (user_table().parent.parent / "file").write_text("no folder can be made under a file")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(user_table().parent.parent / "file"))
    assert locate(entry).read_bytes() == hub.content
    assert "weights are not pinned" in caplog.text


def test_locating_a_local_file_needs_neither_the_hubs_client_nor_torch(tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"x")
    code = (
        "import sys; from semimatch_cli.weights.hub import locate;"
        "from semimatch_cli.weights.registry import find;"
        f"locate(find({str(file)!r}));"
        "print([name for name in ('huggingface_hub', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
