"""What of the table lies on this machine: look at it, verify it, remove it.

Nothing here touches the network.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from semimatch_cli.config import hub_cache
from semimatch_cli.errors import ArgumentError
from semimatch_cli.lock_file import digest
from semimatch_cli.weights.client import Record
from semimatch_cli.weights.entry import WeightsEntry
from semimatch_cli.weights.hub import here, known_record, pin_record, trusted_pin
from semimatch_cli.weights.lock import distrust, drop_pin, read_pin, write_pin

State = Literal["embedded", "local", "downloaded", "not downloaded", "missing"]


@dataclass(frozen=True)
class Standing:
    """How an entry stands on this machine.

    Args:
        entry: The row of the table.
        state: "embedded" in the package, a "local" file, "downloaded" from the Hub, or absent.
        path: Its file, where there is one.
        size: Bytes of the file, else of the table where it knows.
        commit: The commit that it is pinned to; empty where it is not.
        sha256: The digest that it is held to; empty where none is known.
    """

    entry: WeightsEntry
    state: State
    path: Path | None
    size: int | None
    commit: str
    sha256: str

    @property
    def next_step(self) -> str:
        """What to do when the file is absent or damaged."""
        if self.entry.repo:
            return f"fetch it with `semimatch weights get {self.entry.name}`"
        return "install semimatch again" if self.entry.embedded else "correct the path"

    def to_dict(self) -> dict[str, Any]:
        """Return the row and its standing as plain values, ready for JSON."""
        standing = {
            "state": self.state,
            "path": str(self.path) if self.path else None,
            "size": self.size,
            "commit": self.commit,
            "sha256": self.sha256,
        }
        return self.entry.to_dict() | standing


@dataclass(frozen=True)
class Verdict:
    """What a full check of one file found.

    Args:
        name: The name of the weights.
        ok: False when the file is damaged or absent.
        detail: What was compared or found, in a few words.
        path: The file, where there is one.
    """

    name: str
    ok: bool
    detail: str
    path: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        path = str(self.path) if self.path else None
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "path": path}


def look(entry: WeightsEntry) -> Standing:
    """Tell how an entry stands, from names and sizes alone; nothing is read or fetched."""
    path = here(entry)
    known = _known(entry, path)
    return Standing(
        entry=entry,
        state=_state(entry, path is not None),
        path=path,
        size=path.stat().st_size if path else entry.size,
        commit=known.commit if known else "",
        sha256=known.sha256 if known else entry.sha256,
    )


def verify(entry: WeightsEntry) -> Verdict:
    """Read the whole file and compare it with what is known of it.

    A file that is found damaged is no longer trusted: its next use fetches it again.
    """
    path = here(entry)
    if path is None:
        return Verdict(entry.name, False, _state(entry, False), None)
    known = _known(entry, path)
    found = digest(path)
    if known is None:
        return Verdict(entry.name, *_readable(path), path)
    if known.size not in (None, path.stat().st_size) or known.sha256 not in ("", found):
        distrust(entry.address)
        return Verdict(entry.name, False, f"damaged: sha256 {found[:12]}... is not on record", path)
    write_pin(entry.address, path, commit=known.commit, sha256=found)
    return Verdict(entry.name, True, f"sha256 {found}", path)


def remove(entry: WeightsEntry) -> int:
    """Remove weights from the Hub's cache, by its own means, and forget their pin.

    What an interrupted download left behind in that repository goes too.

    Returns:
        Freed bytes; 0 when there was nothing.

    Raises:
        ArgumentError: The weights lie in the package or are the user's own file.
    """
    if not entry.repo:
        raise ArgumentError(
            f"{entry.name} cannot be removed",
            why="it lies in the package" if entry.embedded else f"{entry.path} is your own file",
            hint="remove downloaded weights only; `semimatch weights list` shows them",
        )
    freed = _delete_revisions(entry) + _delete_orphans(entry)
    drop_pin(entry.address)
    return freed


def _state(entry: WeightsEntry, present: bool) -> State:
    if entry.repo:
        return "downloaded" if present else "not downloaded"
    if not present:
        return "missing"
    return "embedded" if entry.embedded else "local"


def _known(entry: WeightsEntry, path: Path | None) -> Record | None:
    if entry.repo and path is not None:
        return pin_record(trusted_pin(entry)) or known_record(entry, path)
    if entry.sha256 or entry.size:
        return Record("", entry.size, entry.sha256)
    return pin_record(read_pin(entry.address))


def _readable(path: Path) -> tuple[bool, str]:
    """Check the structure alone, of a file that nobody has recorded a digest for."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np"):
            return True, "a whole safetensors file; no digest is on record"
    except (SafetensorError, OSError) as error:
        return False, f"damaged: {error}"


def _delete_revisions(entry: WeightsEntry) -> int:
    """Delete every cached revision of the repository that holds the file."""
    from huggingface_hub import scan_cache_dir

    if not hub_cache().is_dir():
        return 0
    cache = scan_cache_dir(hub_cache())
    commits = [
        revision.commit_hash
        for repo in cache.repos
        if repo.repo_id == entry.repo and repo.repo_type == "model"
        for revision in repo.revisions
        if any(file.file_path == revision.snapshot_path / entry.file for file in revision.files)
    ]
    strategy = cache.delete_revisions(*commits)
    strategy.execute()
    return strategy.expected_freed_size


def _delete_orphans(entry: WeightsEntry) -> int:
    from huggingface_hub.file_download import repo_folder_name

    folder = hub_cache() / repo_folder_name(repo_id=entry.repo, repo_type="model")
    freed = 0
    for orphan in folder.glob("blobs/*.incomplete"):
        freed += orphan.stat().st_size
        orphan.unlink()
    return freed
