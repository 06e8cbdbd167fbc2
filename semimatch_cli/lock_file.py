"""A lock file: one JSON object of rows, each of which pins a file as it was when first seen.

What a download is held to later must survive the process, a crash and two versions of a server. A
file that cannot be read is an error, since guessing would give up its protection; one that cannot
be written is only a warning, since what was fetched is whole all the same.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from semimatch_cli.errors import ConfigError, InputError
from semimatch_cli.files import written_whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LockFile(Generic[Row]):
    """Rows of one dataclass by key, kept as JSON.

    Args:
        path: The file, named after what it pins; it may not exist yet.
        row: The dataclass of a row, of plain values only.
    """

    path: Path
    row: type[Row]

    def read(self) -> dict[str, Row]:
        """Return every row; none where there is no file.

        Raises:
            ConfigError: The file is damaged.
        """
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
            return {key: self.row(**row) for key, row in rows.items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"cannot read the lock file {self.path}",
                why=str(error),
                hint="delete it; every file is then checked and pinned again when it is next used",
            ) from error

    def write(self, rows: Mapping[str, Row]) -> None:
        """Replace all rows; a folder that cannot be written is no failure."""
        plain = {key: asdict(row) for key, row in sorted(rows.items())}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(self.path, force=True) as part:
                part.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
        except (OSError, InputError) as error:
            what = self.path.stem
            _logger.warning("%s are not pinned, the lock file cannot be written: %s", what, error)


def digest(path: Path) -> str:
    """Compute the sha256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
