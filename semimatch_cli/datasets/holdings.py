"""What of the table lies on this machine, and what its files are held to.

`datasets.lock` in the configuration folder keeps the digest that each file had when it was first
unpacked, so that a file which changes at its address later is not taken unawares. Nothing here
touches the network.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from semimatch_cli.config import config_dir, data_dir
from semimatch_cli.datasets.sources import UNCHECKED, DataSource
from semimatch_cli.lock_file import LockFile

State = Literal["here", "incomplete", "partly downloaded", "not here"]


@dataclass(frozen=True)
class Pin:
    """A file as it was when it was first unpacked.

    Args:
        sha256: Digest, 64 hex digits.
        size: Bytes.
        origin: The address or the path that it came from.
    """

    sha256: str
    size: int
    origin: str


@dataclass(frozen=True)
class Holding:
    """How a data set stands on this machine.

    Args:
        source: The row of the table.
        state: "here", "incomplete" (its folder lacks something), "partly downloaded", "not here".
        lacking: What its folder lacks, where there is one.
        waiting: Bytes of an interrupted download.
        pins: What its files are held to, by name.
    """

    source: DataSource
    state: State
    lacking: tuple[str, ...]
    waiting: int
    pins: dict[str, Pin]

    @property
    def path(self) -> Path | None:
        """Its folder, where it is whole."""
        return self.source.folder if self.state == "here" else None

    @property
    def next_step(self) -> str:
        """What to do with it now, as a command."""
        if self.state == "here":
            return f"semimatch eval {self.source.name}"
        force = " --force" if self.state == "incomplete" else ""
        return f"semimatch data get {self.source.name}{force}"

    def to_dict(self) -> dict[str, Any]:
        """Return the row and its standing as plain values, ready for JSON."""
        standing = {
            "state": self.state,
            "path": str(self.path) if self.path else None,
            "lacking": list(self.lacking),
            "waiting": self.waiting,
            "pins": {name: asdict(pin) for name, pin in self.pins.items()},
            "addresses": UNCHECKED,
            "next_step": self.next_step,
        }
        return self.source.to_dict() | standing


def look(source: DataSource) -> Holding:
    """Tell how a data set stands, from names alone; no file is read."""
    folder, names = source.folder, [file.name for file in source.files]
    lacking = tuple(source.missing(folder)) if folder.exists() else ()
    parts = list(download_folder(source).glob("**/*"))
    waiting = sum(part.stat().st_size for part in parts if part.is_file())
    state: State = "not here"
    if folder.exists():
        state = "incomplete" if lacking else "here"
    elif waiting:
        state = "partly downloaded"
    known = {name: pin_of(source, name) for name in names}
    pins = {name: pin for name, pin in known.items() if pin is not None}
    return Holding(source, state, lacking, waiting, pins)


def download_folder(source: DataSource) -> Path:
    """Return where files of a data set wait until all of them are there."""
    return data_dir() / ".downloads" / source.name


def lock_file() -> Path:
    """Return where the lock file lies, whether it exists or not."""
    return config_dir() / "datasets.lock"


def pin_of(source: DataSource, name: str) -> Pin | None:
    """Return what a file of a data set is held to.

    Raises:
        ConfigError: The lock file is damaged.
    """
    return _pins().read().get(_key(source, name))


def write_pins(source: DataSource, pins: dict[str, Pin]) -> None:
    """Remember files that were just unpacked; a folder that cannot be written is no failure."""
    before = _pins().read()
    after = before | {_key(source, name): pin for name, pin in pins.items()}
    if after != before:
        _pins().write(after)


def _pins() -> LockFile[Pin]:
    return LockFile(lock_file(), Pin)


def _key(source: DataSource, name: str) -> str:
    return f"{source.name}/{name}"
