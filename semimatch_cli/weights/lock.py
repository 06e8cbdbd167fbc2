"""The lock file: for each address, the commit and digest that its file had when it was checked.

`weights.lock` (JSON) in the configuration folder turns "main" into one commit, so that the next
load needs no request, and remembers size and time of the checked file, so that a digest is only
computed again when one of the two has changed.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from semimatch_cli.config import config_dir
from semimatch_cli.lock_file import LockFile


@dataclass(frozen=True)
class Pin:
    """A file as it was when its digest was last computed and found right.

    Args:
        commit: 40-hex commit of the repository; empty for a local file.
        size: Bytes.
        sha256: Digest, 64 hex digits.
        mtime_ns: Time of last modification, nanoseconds.
    """

    commit: str
    size: int
    sha256: str
    mtime_ns: int

    def still_fits(self, path: Path) -> bool:
        """Tell whether the file has the size and time it had when it was checked."""
        stat = path.stat()
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


def lock_file() -> Path:
    """Return where the lock file lies, whether it exists or not."""
    return config_dir() / "weights.lock"


def read_pin(address: str) -> Pin | None:
    """Return what is known of an address.

    Raises:
        ConfigError: The lock file is damaged; guessing would give up its protection.
    """
    return _pins().read().get(address)


def write_pin(address: str, path: Path, *, commit: str, sha256: str) -> None:
    """Remember a file that was just checked; a folder that cannot be written is no failure."""
    stat = path.stat()
    pin = Pin(commit, stat.st_size, sha256, stat.st_mtime_ns)
    pins = _pins().read()
    if pins.get(address) != pin:
        _pins().write(pins | {address: pin})


def distrust(address: str) -> None:
    """Make the next use of a pinned file compute its digest again, whatever its time says."""
    pins = _pins().read()
    if address in pins:
        _pins().write(pins | {address: replace(pins[address], mtime_ns=0)})


def drop_pin(address: str) -> bool:
    """Forget an address, so that a branch is looked up anew; tell whether it was known."""
    pins = _pins().read()
    known = pins.pop(address, None) is not None
    if known:
        _pins().write(pins)
    return known


def _pins() -> LockFile[Pin]:
    return LockFile(lock_file(), Pin)
