"""What the Hub's client complains about, in one of our words, each with its next step.

The client's own classes are told apart where they are public; its transport changed with every
major version, so whatever is left over at the end means that the Hub cannot be reached.
"""

import errno

from semimatch_cli.config import hub_cache, hub_endpoint
from semimatch_cli.errors import (
    AccessError,
    ArgumentError,
    InputError,
    OfflineError,
    SemimatchError,
    WeightsError,
)
from semimatch_cli.weights.entry import WeightsEntry

_DISK = {errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS}
_UNAUTHORIZED, _FORBIDDEN = 401, 403
_NOT_NOW = {408, 429, *range(500, 600)}
_OTHERWISE = "use weights that are here already, such as --weights tiny"


def explain(error: Exception, entry: WeightsEntry, revision: str) -> SemimatchError:
    """Turn an error of the Hub's client into one of ours.

    Args:
        error: Whatever the client raised.
        entry: The weights that were asked for.
        revision: The revision that was asked for.
    """
    from huggingface_hub.errors import HFValidationError

    error = _root(error)
    if isinstance(error, HFValidationError):
        return _about_the_name(error, entry)
    known = _about_the_repository(error, entry, revision)
    if known is not None:
        return known
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return _about_the_answer(error, entry, status)
    if isinstance(error, OSError) and error.errno in _DISK:
        return InputError(
            f"cannot write to the Hub's cache {hub_cache()}",
            why=error.strerror or str(error),
            hint="free some space or check the permissions; HF_HOME moves the cache",
        )
    return OfflineError(
        f"cannot fetch {entry.name} from {hub_endpoint()}",
        why=_one_line(error),
        hint=f"check the connection and HF_ENDPOINT, and run it again; or {_OTHERWISE}",
    )


def absent_offline(entry: WeightsEntry) -> OfflineError:
    """Word that weights would have to be fetched while the network is off."""
    return OfflineError(
        f"{entry.name} is not on this machine",
        why="--offline or HF_HUB_OFFLINE forbids fetching it",
        hint=f"run `semimatch weights get {entry.name}` with the network on; or {_OTHERWISE}",
    )


def missing_file(entry: WeightsEntry, revision: str, present: list[str]) -> WeightsError:
    """Word that a repository exists and the file does not.

    Args:
        entry: The weights that were asked for.
        revision: The revision that was asked for.
        present: The safetensors files that are there.
    """
    return WeightsError(
        f"no file {entry.file} in {entry.repo} at revision {revision}",
        why=f"it holds {', '.join(present)}" if present else "it holds no safetensors file",
        hint=f"check the name at {hub_endpoint()}/{entry.repo}/tree/{revision}",
    )


def _about_the_repository(
    error: Exception, entry: WeightsEntry, revision: str
) -> SemimatchError | None:
    from huggingface_hub import errors as hub

    page = f"{hub_endpoint()}/{entry.repo}"
    if isinstance(error, hub.GatedRepoError):
        return AccessError(
            f"{entry.repo} is gated",
            why="its owner asks every user to accept the license first",
            hint=f"accept it at {page}, then log in with `hf auth login`",
        )
    if isinstance(error, hub.RepositoryNotFoundError):
        return WeightsError(
            f"no repository {entry.repo} at {hub_endpoint()}",
            why="it does not exist, or it is private and you are not logged in",
            hint="check the name; for a private repository log in with `hf auth login`",
        )
    if isinstance(error, hub.RevisionNotFoundError):
        return WeightsError(
            f"no revision {revision} in {entry.repo}",
            why="the repository has no such branch, tag or commit",
            hint=f"see {page}/commits/main; `semimatch weights remove` forgets a pinned commit",
        )
    if isinstance(error, hub.EntryNotFoundError):
        return missing_file(entry, revision, [])
    if isinstance(error, hub.OfflineModeIsEnabled):
        return absent_offline(entry)
    return None


def _about_the_name(error: Exception, entry: WeightsEntry) -> ArgumentError:
    return ArgumentError(
        f"{entry.repo!r} cannot be the name of a repository",
        why=_one_line(error),
        hint="write the address as hf://owner/repo/model.safetensors@revision",
    )


def _about_the_answer(error: Exception, entry: WeightsEntry, status: int) -> SemimatchError:
    answered = f"it answered with status {status}"
    message = error.response.headers.get("X-Error-Message")  # type: ignore[attr-defined]
    why = f"{answered}: {message}" if message else answered
    if status == _UNAUTHORIZED:
        return AccessError(
            "the Hub refused your token",
            why=why,
            hint="log in again with `hf auth login`; public weights need none: unset HF_TOKEN",
        )
    if status == _FORBIDDEN:
        return AccessError(
            f"not allowed to read {entry.repo}",
            why=why,
            hint="log in with `hf auth login` and a token that may read this repository",
        )
    if status in _NOT_NOW:
        return OfflineError(
            f"{hub_endpoint()} does not serve {entry.name} now",
            why=why,
            hint=f"try again in a few minutes; or {_OTHERWISE}",
        )
    return OfflineError(
        f"{hub_endpoint()} does not answer as the Hub does",
        why=why,
        hint=f"check HF_ENDPOINT and the proxy; or {_OTHERWISE}",
    )


def _root(error: Exception) -> Exception:
    """Unwrap the client's own wrapping ("see the above error") to what really happened."""
    while isinstance(error, ValueError | FileNotFoundError) and isinstance(
        error.__cause__, Exception
    ):
        error = error.__cause__
    return error


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
