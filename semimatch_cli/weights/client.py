"""The Hub's own client behind three small calls: look into its cache, ask, download.

Each call waits a bounded time and fails in our own words (see `explain`). The client is imported
inside the functions, so that embedded and local weights never need it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semimatch_cli.config import hub_cache, hub_endpoint
from semimatch_cli.errors import OfflineError, SemimatchError
from semimatch_cli.waiting import within
from semimatch_cli.weights.entry import WeightsEntry
from semimatch_cli.weights.explain import explain, missing_file

Progress = Callable[[int, int | None], None]

_REQUEST_SECONDS = 5.0
_ANSWER_SECONDS = 8.0
_RETRIES = 4


@dataclass(frozen=True)
class Record:
    """What the Hub knows of one file.

    Args:
        commit: 40-hex commit that holds it.
        size: Bytes, where known.
        sha256: Digest, 64 hex digits; empty where the Hub keeps none.
    """

    commit: str
    size: int | None
    sha256: str


def cached_file(entry: WeightsEntry, revision: str) -> Path | None:
    """Look for a file in the Hub's cache, without any request."""
    from huggingface_hub import try_to_load_from_cache

    with _explained(entry, revision):
        found = try_to_load_from_cache(
            entry.repo, entry.file, cache_dir=hub_cache(), revision=revision
        )
    return Path(found) if isinstance(found, str) else None


def ask(entry: WeightsEntry, revision: str) -> Record:
    """Ask the Hub for commit, size and digest of a file.

    Raises:
        OfflineError: The Hub cannot be reached, or does not answer in time.
        AccessError: It is gated, or the token is refused.
        WeightsError: There is no such repository, revision or file.
    """
    from huggingface_hub import HfApi

    api = HfApi(endpoint=hub_endpoint())
    with _explained(entry, revision):
        info = within(
            _ANSWER_SECONDS,
            lambda: api.model_info(
                entry.repo, revision=revision, files_metadata=True, timeout=_REQUEST_SECONDS
            ),
        )
    files = {sibling.rfilename: sibling for sibling in info.siblings or []}
    if entry.file not in files:
        present = sorted(name for name in files if name.endswith(".safetensors"))
        raise missing_file(entry, revision, present)
    large = files[entry.file].lfs
    return Record(info.sha or revision, files[entry.file].size, large.sha256 if large else "")


def download(entry: WeightsEntry, revision: str, on_progress: Progress | None = None) -> Path:
    """Fetch a file into the Hub's cache, over whatever lies there.

    Args:
        entry: The weights.
        revision: Branch, tag or commit.
        on_progress: Called with bytes done and in all, now and then.

    Returns:
        The file in the cache; its content is not checked.

    Raises:
        OfflineError, AccessError, WeightsError: As `ask`; or the connection broke again and again.
        InputError: The cache cannot be written.
    """
    from huggingface_hub import hf_hub_download

    transfer = _Transfer(entry, on_progress)
    with _explained(entry, revision), transfer.watching():
        # Forced, for two reasons: a damaged file is replaced, and a Hub that cannot be reached
        # fails at once, where the client would otherwise retry for 23 s.
        path = hf_hub_download(
            entry.repo,
            entry.file,
            revision=revision,
            cache_dir=hub_cache(),
            endpoint=hub_endpoint(),
            etag_timeout=_REQUEST_SECONDS,
            force_download=True,
            tqdm_class=_bar_class(transfer.advance),
        )
    return Path(path)


class _Transfer(logging.Filter):
    """One download: its progress, and an end to retries that bring nothing.

    The client retries a broken connection by itself and tells so only in its log. Listening there
    hides those lines and ends the download when the connection is silent (the client would wait six
    times as long) or breaks again and again without a new byte.
    """

    def __init__(self, entry: WeightsEntry, on_progress: Progress | None) -> None:
        super().__init__()
        self._entry = entry
        self._on_progress = on_progress
        self._furthest = 0
        self._vain_retries = 0

    def advance(self, done: int, total: int | None) -> None:
        """Take note of bytes done; a retry from the start counts only when it gets further."""
        if done > self._furthest:
            self._furthest, self._vain_retries = done, 0
            if self._on_progress is not None:
                self._on_progress(done, total)

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the client's warning as the news of a retry; never show it."""
        if record.levelno < logging.WARNING:
            return True
        self._vain_retries += 1
        silent = "timed out" in record.getMessage()
        if silent or self._vain_retries > _RETRIES:
            raise OfflineError(
                f"cannot fetch {self._entry.name} from {hub_endpoint()}",
                why="the connection fell silent" if silent else "the connection broke repeatedly",
                hint="check the connection and run it again",
            )
        return False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Listen to the client's log for the time of one download."""
        log = logging.getLogger("huggingface_hub.file_download")
        log.addFilter(self)
        try:
            yield
        finally:
            log.removeFilter(self)


def _bar_class(advance: Progress) -> type[Any]:
    """Build the class that the client uses as its progress bar; it draws nothing."""

    class Bar:
        def __init__(self, *, total: int | None = None, initial: int = 0, **_: object) -> None:
            self.total = total
            self.n = initial

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def update(self, count: float | None = 1) -> None:
            self.n += int(count or 0)  # negative when the client starts over
            advance(self.n, self.total)

        def set_postfix_str(self, *_: object, **__: object) -> None: ...

        def refresh(self, *_: object, **__: object) -> None: ...

        def close(self) -> None: ...

    return Bar


@contextmanager
def _explained(entry: WeightsEntry, revision: str) -> Iterator[None]:
    """Reword whatever the client raises; its transport's classes have no stable names."""
    try:
        yield
    except SemimatchError:
        raise
    except Exception as error:
        raise explain(error, entry, revision) from error
