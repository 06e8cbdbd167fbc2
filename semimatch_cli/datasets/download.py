"""Fetch one file over HTTP from the first of its addresses that gives it whole.

What has come stays when a download ends early, and the next one goes on from there. A connection
that breaks is taken up again at once; one that is silent is left. However many addresses there
are, no more than about nine seconds pass without a byte before it is all given up.
"""

import http.client
import logging
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from semimatch_cli import __version__
from semimatch_cli.datasets.partial import PartialFile
from semimatch_cli.errors import (
    AccessError,
    ArgumentError,
    DatasetError,
    OfflineError,
    SemimatchError,
)
from semimatch_cli.files import NO_SPACE
from semimatch_cli.waiting import within

Progress = Callable[[int, int | None], None]

_SILENCE_SECONDS = 9.0
_ANSWER_SECONDS = 4.0
_GRACE = 0.3  # the least that is waited; and the head start of the client's own timeout
_VAIN_RETRIES = 2
_CHUNK = 1 << 18
_MAKE_SPACE = "free some space, or set SEMIMATCH_DATA to a folder on another disk"
_LARGEST = 50_000_000_000
_UNAUTHORIZED, _FORBIDDEN, _BAD_RANGE = 401, 403, 416
_GONE = (404, 410)
_NOT_NOW = {408, 429, *range(500, 600)}

_logger = logging.getLogger(__name__)


class _Failure(Exception):
    """Why one address did not give the file; `kind` decides the error of them all."""

    def __init__(self, reason: str, kind: Literal["access", "gone", "offline"] = "offline") -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass
class _Patience:
    """The time that may still pass without a byte, over all addresses together."""

    last_news: float

    def seconds(self) -> float:
        """Return how long to wait for the next answer."""
        left = _SILENCE_SECONDS - (time.monotonic() - self.last_news)
        return min(_ANSWER_SECONDS, max(_GRACE, left))

    def renew(self) -> None:
        """Take note that a byte has come."""
        self.last_news = time.monotonic()


def download(
    addresses: Sequence[str],
    destination: Path,
    *,
    hint: str,
    on_progress: Progress | None = None,
) -> str:
    """Fetch a file; it appears whole, and what came so far is kept for the next time.

    Args:
        addresses: Where it may lie, all `http://` or `https://`, tried in this order.
        destination: Where to put it; its folder exists.
        hint: What to do when no address gives it.
        on_progress: Called with bytes done and in all, now and then.

    Returns:
        The address that gave it.

    Raises:
        AccessError: An address asks for a login, and no other gave the file.
        OfflineError: The network or a server does not answer, or the connection keeps breaking.
        DatasetError: The file lies at none of the addresses, or the disk is full.
        ArgumentError: An address is not one of HTTP.
    """
    failures: dict[str, _Failure] = {}
    patience = _Patience(time.monotonic())
    for address in addresses:
        _check_address(address)
        try:
            _fetch(address, destination, patience, on_progress)
            return address
        except _Failure as failure:
            _logger.info("%s: %s", address, failure)
            failures[address] = failure
        except OSError as error:  # those of the network are failures by now
            raise _unwritable(destination, error) from error
    raise _explain(destination.name, failures, hint)


def _fetch(
    address: str, destination: Path, patience: _Patience, on_progress: Progress | None
) -> None:
    """Ask for the rest again and again, as long as that brings new bytes."""
    part = PartialFile(destination, address)
    furthest, vain = part.size, 0
    while not part.is_whole:
        if _receive(address, part, patience, on_progress):
            break
        vain = 0 if part.size > furthest else vain + 1
        furthest = max(furthest, part.size)
        if vain > _VAIN_RETRIES:
            length = part.content.length
            whole = "" if length is None else f" of {length:,}"
            raise _Failure(f"the connection broke repeatedly, after {furthest:,}{whole} bytes")
    part.finish(destination)


def _receive(
    address: str, part: PartialFile, patience: _Patience, on_progress: Progress | None
) -> bool:
    """Send one request and write what comes; tell whether that was all of it."""
    with _open(address, part, patience) as response:
        if not part.accept(response.status, response.headers):
            return False
        if response.headers.get_content_type() == "text/html":
            part.discard()
            raise _Failure("it answers with a web page, not with the file")
        length, done = part.content.length, part.size
        _check_space(part, length)
        with part.path.open("ab") as file:
            while chunk := _next_chunk(response):
                file.write(chunk)
                done += len(chunk)
                patience.renew()
                if done > _LARGEST:
                    raise _Failure(f"it sends more than {_LARGEST:,} bytes")
                if on_progress is not None:
                    on_progress(done, length)
    return done == length if length is not None else chunk is not None


def _next_chunk(response: http.client.HTTPResponse) -> bytes | None:
    """Read what is there; empty at the end, None where the connection breaks."""
    try:
        return response.read1(_CHUNK)
    except TimeoutError:
        raise _Failure("the connection fell silent") from None
    except (OSError, http.client.HTTPException):
        return None


def _open(address: str, part: PartialFile, patience: _Patience) -> Any:
    """Send the request, and word whatever comes instead of a file."""
    headers = {"User-Agent": f"semimatch/{__version__}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(address, headers=headers | part.request_headers())
    seconds = patience.seconds()
    try:
        return within(seconds + _GRACE, lambda: _opener().open(request, timeout=seconds))
    except urllib.error.HTTPError as error:
        with error:
            if error.code == _BAD_RANGE and part.size:
                part.discard()  # the file has become shorter than what is here
                return _open(address, part, patience)
            raise _status_failure(error.code) from error
    except TimeoutError as error:
        raise _Failure(f"no answer within {seconds:.0f} s") from error
    except urllib.error.URLError as error:
        raise _Failure(_reason(error.reason)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Failure(_reason(error)) from error


def _opener() -> urllib.request.OpenerDirector:
    """Build a client for HTTP alone, so that a redirect cannot lead to a local file or to FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _check_address(address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise ArgumentError(
            f"{address!r} is no web address", hint="write it as https://host/folder"
        )


def _check_space(part: PartialFile, length: int | None) -> None:
    """Refuse a download that cannot fit before its first byte."""
    needed = (length or 0) - part.size
    free = shutil.disk_usage(part.path.parent).free
    if needed > free:
        raise DatasetError(
            f"no space for {needed:,} bytes in {part.path.parent}",
            why=f"its disk has {free:,} bytes left",
            hint=_MAKE_SPACE,
        )


def _unwritable(destination: Path, error: OSError) -> DatasetError:
    if error.errno in NO_SPACE:
        return DatasetError(
            f"cannot download {destination.name}",
            why=f"no space left on the disk of {destination.parent}",
            hint=f"{_MAKE_SPACE}; what came so far is kept",
        )
    return DatasetError(
        f"cannot write {destination}",
        why=error.strerror or str(error),
        hint="check the permissions, or set SEMIMATCH_DATA to another folder",
    )


def _status_failure(status: int) -> _Failure:
    answered = f"it answers with status {status}"
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return _Failure(f"{answered}: not allowed", "access")
    if status in _GONE:
        return _Failure(f"{answered}: the file is not there any more", "gone")
    if status in _NOT_NOW:
        return _Failure(f"{answered}: not now, try again in a few minutes")
    return _Failure(answered)


def _explain(name: str, failures: Mapping[str, _Failure], hint: str) -> SemimatchError:
    """Make one error of what went wrong at each address."""
    kinds = {failure.kind for failure in failures.values()}
    error: type[SemimatchError] = DatasetError
    if "access" in kinds:
        error = AccessError
    elif "offline" in kinds:
        error = OfflineError
    why = "; ".join(f"{address}: {failure}" for address, failure in failures.items())
    return error(f"cannot download {name}", why=why, hint=hint)


def _reason(error: object) -> str:
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    return text or type(error).__name__
