"""A file that is on its way: what has come so far, and what it takes to go on from there.

Beside the destination lie `.NAME.KEY.part` with the bytes and `.NAME.KEY.json` with the server's
word for this very content (ETag or Last-Modified) and its length. KEY belongs to the address, so
that bytes of two mirrors never mix; without such a word a download starts from the beginning.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

_OK, _PARTIAL = 200, 206


@dataclass(frozen=True)
class Content:
    """What a server says of a file.

    Args:
        validator: An ETag or a date that changes with the content; empty where it gives none.
        length: Bytes in all, where it says so.
    """

    validator: str
    length: int | None


class PartialFile:
    """The part of a file that has come from one address."""

    def __init__(self, destination: Path, address: str) -> None:
        key = hashlib.sha256(address.encode()).hexdigest()[:8]
        self.path = destination.with_name(f".{destination.name}.{key}.part")
        self._note = self.path.with_suffix(".json")
        self.content = self._read_note()
        if not self.content.validator:
            self.discard()

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def is_whole(self) -> bool:
        """Whether every byte is here, as far as the server has told."""
        return self.path.exists() and self.size == self.content.length

    def request_headers(self) -> dict[str, str]:
        """Ask for the rest, if the content is still the same; for all of it, if nothing is here."""
        if not (self.size and self.content.validator):
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self.content.validator}

    def accept(self, status: int, headers: Mapping[str, str]) -> bool:
        """Make ready for the body of an answer: keep what is here, or drop it for a whole body.

        Args:
            status: 206 for the rest, 200 for the whole.
            headers: Of the answer.

        Returns:
            False when the body does not continue what is here, which is then dropped.
        """
        if status == _PARTIAL:
            fits = headers.get("Content-Range", "") in (
                f"bytes {self.size}-{(self.content.length or 0) - 1}/{self.content.length}",
                f"bytes {self.size}-{(self.content.length or 0) - 1}/*",
            )
            if not fits:
                self.discard()
            return fits
        self.discard()
        self.content = Content(_validator(headers), _length(headers))
        self._note.write_text(json.dumps(asdict(self.content)), encoding="utf-8")
        return status == _OK

    def discard(self) -> None:
        """Forget all that has come."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self.content = Content("", None)

    def finish(self, destination: Path) -> None:
        """Give the file its name."""
        self.path.replace(destination)
        self._note.unlink(missing_ok=True)

    def _read_note(self) -> Content:
        try:
            return Content(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Content("", None)


def _validator(headers: Mapping[str, str]) -> str:
    """Return what If-Range takes: a strong ETag, else the date."""
    tag = headers.get("ETag", "")
    return tag if tag.startswith('"') else headers.get("Last-Modified", "")


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None
