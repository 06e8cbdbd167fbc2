"""The lock file: for each address, the commit and digest that its file had when it was checked.

`weights.lock` (JSON) in the configuration folder turns "main" into one commit, so that the next
load needs no request, and remembers size and time of the checked file, so that a digest is only
computed again when one of the two has changed.
"""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from semimatch_cli.config import config_dir
from semimatch_cli.errors import ConfigError, InputError
from semimatch_cli.files import written_whole

_logger = logging.getLogger(__name__)


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


def digest(path: Path) -> str:
    """Compute the sha256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock_file() -> Path:
    """Return where the lock file lies, whether it exists or not."""
    return config_dir() / "weights.lock"


def read_pin(address: str) -> Pin | None:
    """Return what is known of an address.

    Raises:
        ConfigError: The lock file is damaged; guessing would give up its protection.
    """
    return _read().get(address)


def write_pin(address: str, path: Path, *, commit: str, sha256: str) -> None:
    """Remember a file that was just checked; a folder that cannot be written is no failure."""
    stat = path.stat()
    pin = Pin(commit, stat.st_size, sha256, stat.st_mtime_ns)
    pins = _read()
    if pins.get(address) != pin:
        _write(pins | {address: pin})


def distrust(address: str) -> None:
    """Make the next use of a pinned file compute its digest again, whatever its time says."""
    pins = _read()
    if address in pins:
        _write(pins | {address: replace(pins[address], mtime_ns=0)})


def drop_pin(address: str) -> bool:
    """Forget an address, so that a branch is looked up anew; tell whether it was known."""
    pins = _read()
    known = pins.pop(address, None) is not None
    if known:
        _write(pins)
    return known


def _read() -> dict[str, Pin]:
    path = lock_file()
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {address: Pin(**row) for address, row in rows.items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"cannot read the lock file {path}",
            why=str(error),
            hint="delete it; every file is then checked and pinned again when it is next used",
        ) from error


def _write(pins: dict[str, Pin]) -> None:
    rows = {address: asdict(pin) for address, pin in sorted(pins.items())}
    path = lock_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, force=True) as part:
            part.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    except (OSError, InputError) as error:
        _logger.warning("weights are not pinned, the lock file cannot be written: %s", error)
