"""Downloads: whole or not at all, taken up again, from the first address that gives them."""

import errno
import io
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from semimatch_cli.datasets import download as module
from semimatch_cli.datasets.download import download
from semimatch_cli.errors import (
    AccessError,
    ArgumentError,
    DatasetError,
    OfflineError,
    SemimatchError,
)
from tests.datasets.file_server import FileServer, Site

pytest_plugins = ["tests.datasets.fixtures"]

CONTENT = bytes(range(256)) * 4_000


@pytest.fixture
def destination(tmp_path: Path, site: Site) -> Path:
    site.files["a.zip"] = CONTENT
    return tmp_path / "a.zip"


def fetch(site: Site, destination: Path, **options: Any) -> str:
    return download([f"{site.address}/a.zip"], destination, hint="--from", **options)


def failure(addresses: list[str], destination: Path) -> SemimatchError:
    with pytest.raises(SemimatchError) as caught:
        download(addresses, destination, hint="take --from")
    return caught.value


def test_a_file_arrives_whole_and_alone(site: Site, destination: Path) -> None:
    assert fetch(site, destination) == f"{site.address}/a.zip"
    assert destination.read_bytes() == CONTENT
    assert list(destination.parent.iterdir()) == [destination]


def test_progress_ends_at_the_size(site: Site, destination: Path) -> None:
    told: list[tuple[int, int | None]] = []
    fetch(site, destination, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


def test_an_empty_file_is_a_file(site: Site, destination: Path) -> None:
    site.files["a.zip"] = b""
    fetch(site, destination)
    assert destination.read_bytes() == b""


def test_a_broken_connection_is_taken_up_where_it_broke(site: Site, destination: Path) -> None:
    site.fault = "break_once"
    fetch(site, destination)
    assert destination.read_bytes() == CONTENT
    assert site.ranges == ["", f"bytes={len(CONTENT) // 2}-"]


def interrupt_early(site: Site, destination: Path) -> int:
    """Stop after a third or more, as Ctrl-C does; return the number of bytes that came."""
    came = 0

    def interrupt(done: int, _: int | None) -> None:
        nonlocal came
        came = done
        if done > len(CONTENT) // 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(site, destination, on_progress=interrupt)
    assert not destination.exists()
    site.requests.clear()
    return came


def test_an_interrupted_download_goes_on_in_the_next_run(site: Site, destination: Path) -> None:
    came = interrupt_early(site, destination)
    fetch(site, destination)
    assert destination.read_bytes() == CONTENT
    assert site.ranges == [f"bytes={came}-"]


def test_a_content_that_changed_meanwhile_starts_over(site: Site, destination: Path) -> None:
    interrupt_early(site, destination)
    site.files["a.zip"] = CONTENT[::-1]
    fetch(site, destination)
    assert destination.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("fault", ["no_range", "bad_range", "refuse_range"])
def test_a_server_that_cannot_give_the_rest_gives_all(
    site: Site, destination: Path, fault: str
) -> None:
    interrupt_early(site, destination)
    site.fault = fault
    fetch(site, destination)
    assert destination.read_bytes() == CONTENT


def test_without_a_word_on_changes_nothing_is_taken_up(site: Site, destination: Path) -> None:
    site.fault = "no_validator"
    interrupt_early(site, destination)
    fetch(site, destination)
    assert site.ranges == [""]
    assert destination.read_bytes() == CONTENT


def test_a_damaged_note_starts_over(site: Site, destination: Path) -> None:
    interrupt_early(site, destination)
    for note in destination.parent.glob(".a.zip.*.json"):
        note.write_text("{")
    fetch(site, destination)
    assert site.ranges == [""]
    assert destination.read_bytes() == CONTENT


def test_a_redirect_is_followed(site: Site, destination: Path) -> None:
    site.fault = "redirect"
    fetch(site, destination)
    assert destination.read_bytes() == CONTENT
    assert [path for path, _ in site.requests] == ["/a.zip", "/elsewhere/a.zip"]


def test_a_body_without_a_length_ends_with_its_connection(site: Site, destination: Path) -> None:
    site.fault = "unsized"
    fetch(site, destination)
    assert destination.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("fault", "kind", "word"),
    [
        ("401", AccessError, "401"),
        ("403", AccessError, "not allowed"),
        ("404", DatasetError, "not there any more"),
        ("410", DatasetError, "not there any more"),
        ("418", OfflineError, "418"),
        ("503", OfflineError, "try again"),
        ("to_file", OfflineError, "302"),
        ("to_page", OfflineError, "web page"),
        ("break_always", OfflineError, "broke repeatedly"),
    ],
)
def test_a_failure_names_address_reason_and_next_step(
    site: Site, destination: Path, fault: str, kind: type[SemimatchError], word: str
) -> None:
    site.fault = fault
    error = failure([f"{site.address}/a.zip"], destination)
    assert type(error) is kind
    assert "a.zip" in error.what
    assert f"{site.address}/a.zip" in error.why and word in error.why
    assert error.hint == "take --from"
    assert not destination.exists()


def test_a_body_shorter_than_its_length_is_never_taken(site: Site, destination: Path) -> None:
    site.fault = "short"
    error = failure([f"{site.address}/a.zip"], destination)
    assert f"of {len(CONTENT):,} bytes" in error.why
    assert not destination.exists()


@pytest.mark.parametrize("fault", ["silent", "stall"])
def test_silence_ends_in_time_and_is_not_tried_again(
    site: Site, destination: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(module, "_ANSWER_SECONDS", 0.3)
    site.fault = fault
    started = time.monotonic()
    error = failure([f"{site.address}/a.zip"], destination)
    assert isinstance(error, OfflineError)
    assert time.monotonic() - started < 3
    assert len(site.requests) == 1


def test_all_the_silence_that_is_allowed_stays_below_ten_seconds() -> None:
    now = 1_000.0
    patience = module._Patience(now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now)
        for _ in range(4):
            now += patience.seconds()
    assert now - 1_000.0 < 10


def test_a_dead_address_is_named(tmp_path: Path, dead_address: str) -> None:
    error = failure([f"{dead_address}/a.zip"], tmp_path / "a.zip")
    assert isinstance(error, OfflineError)
    assert f"{dead_address}/a.zip: Connection refused" in error.why
    assert list(tmp_path.iterdir()) == []


def test_the_next_mirror_is_taken_when_the_first_is_dead(
    site: Site, destination: Path, dead_address: str
) -> None:
    addresses = [f"{dead_address}/a.zip", f"{site.address}/gone.zip", f"{site.address}/a.zip"]
    assert download(addresses, destination, hint="") == addresses[-1]
    assert destination.read_bytes() == CONTENT


def test_bytes_of_two_mirrors_never_mix(site: Site, destination: Path) -> None:
    interrupt_early(site, destination)
    with FileServer(Site({"a.zip": CONTENT[::-1]})) as other:
        download([f"{other.address}/a.zip"], destination, hint="")
    assert other.ranges == [""]
    assert destination.read_bytes() == CONTENT[::-1]


def test_every_address_that_failed_is_named(
    site: Site, destination: Path, dead_address: str
) -> None:
    site.fault = "403"
    error = failure([f"{dead_address}/a.zip", f"{site.address}/a.zip"], destination)
    assert isinstance(error, AccessError)
    assert dead_address in error.why and site.address in error.why


@pytest.mark.parametrize("address", ["ftp://host/a.zip", "file:///etc/hostname", "a.zip", ""])
def test_only_web_addresses_are_taken(tmp_path: Path, address: str) -> None:
    error = failure([address], tmp_path / "a.zip")
    assert isinstance(error, ArgumentError)
    assert repr(address) in error.what


def test_a_file_larger_than_the_disk_is_refused_before_its_first_byte(
    site: Site, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(destination.parent)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    error = failure([f"{site.address}/a.zip"], destination)
    assert isinstance(error, DatasetError)
    assert "10 bytes left" in error.why and "SEMIMATCH_DATA" in error.hint
    assert not list(destination.parent.glob("**/*.part"))


def test_a_disk_that_fills_up_is_told_with_the_next_step(
    site: Site, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    opened = Path.open

    def open_full(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        return Full() if mode == "ab" else opened(path, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", open_full)
    error = failure([f"{site.address}/a.zip"], destination)
    assert isinstance(error, DatasetError)
    assert "no space left" in error.why and "SEMIMATCH_DATA" in error.hint
    assert not destination.exists()


def test_a_download_has_a_largest_size(
    site: Site, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGEST", 1_000)
    assert "more than 1,000 bytes" in failure([f"{site.address}/a.zip"], destination).why
