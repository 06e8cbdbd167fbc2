"""WeightsEntry: what a checkpoint is and where its file lies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from semimatch_cli.errors import ConfigError

HUB_SCHEME = "hf://"
DEFAULT_REVISION = "main"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class WeightsEntry:
    """One row of the table: what a checkpoint is and where its file lies.

    Exactly one of `embedded`, `repo` (with `file`) and `path` says where.

    Args:
        name: The name in the table; the path or address itself where there is no table entry.
        summary: What it is, in one line.
        network: The plain configuration of the matching network; empty where only the header of the
            file tells.
        embedded: Name of a file inside the package.
        repo: Hub repository, "owner/name".
        file: Path inside the repository.
        revision: Branch, tag or 40-hex commit of the repository.
        path: A local safetensors file.
        size: Bytes of the file, where known.
        sha256: Digest of the file as 64 hex digits, where known.
        download: About how much is fetched, as a text for people.
        license: License of the weights.
        terms: What the license does not say, in a sentence.
        training_data: What the weights have seen.
        paper: Where they come from.
    """

    name: str
    summary: str = ""
    network: Mapping[str, Any] = field(default_factory=dict)
    embedded: str = ""
    repo: str = ""
    file: str = ""
    revision: str = DEFAULT_REVISION
    path: Path | None = None
    size: int | None = None
    sha256: str = ""
    download: str = ""
    license: str = ""
    terms: str = ""
    training_data: str = ""
    paper: str = ""

    def __post_init__(self) -> None:
        places = [bool(self.embedded), bool(self.repo and self.file), self.path is not None]
        if sum(places) != 1 or bool(self.repo) != bool(self.file):
            raise ConfigError(
                f"weights {self.name!r} need exactly one place to come from",
                hint="give `embedded`, `path`, or both `repo` and `file`",
            )
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise ConfigError(f"weights {self.name!r}: sha256 must be 64 lowercase hex digits")
        if self.size is not None and self.size <= 0:
            raise ConfigError(f"weights {self.name!r}: size must be positive, got {self.size}")

    @property
    def address(self) -> str:
        """Where the file comes from, in the form that `find` accepts back where it can."""
        if self.repo:
            return f"{HUB_SCHEME}{self.repo}/{self.file}@{self.revision}"
        return str(self.path) if self.path else f"package:{self.embedded}"

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain values, ready for JSON."""
        row = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return row | {"network": dict(self.network), "path": str(self.path) if self.path else None}
