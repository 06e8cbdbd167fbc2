"""What a bug report needs to know of this machine, and what of it is broken.

Every section is gathered by itself and survives what it examines: a torch that does not import or
a cache that cannot be written is a finding here, never an error. Nothing is fetched; the one
request asks whether the Hub answers, and is bounded in time.
"""

import importlib
import os
import platform
import shutil
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from semimatch_cli import __version__
from semimatch_cli.config import config_dir, hub_cache, hub_endpoint, offline_by_environment
from semimatch_cli.waiting import within

PACKAGES = (
    "torch",
    "numpy",
    "pillow",
    "safetensors",
    "huggingface-hub",
    "matplotlib",
    "typer",
    "rich",
)
HUB_SECONDS = 3.0
COUNTING_SECONDS = 1.0
_LITTLE_DISK = 2_000_000_000
_REINSTALL = "install semimatch again, in a fresh virtual environment"

State = Literal["ok", "note", "broken"]


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis.

    Args:
        name: What was looked at.
        value: What was found, in a few words.
        state: "broken" stops something from working; a "note" limits it.
        hint: The next step, where there is one.
    """

    name: str
    value: str
    state: State = "ok"
    hint: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """All findings, by section, in the order they are read best."""

    sections: dict[str, tuple[Finding, ...]]

    @property
    def broken(self) -> list[str]:
        """The broken findings as "section: name"."""
        return [
            f"{section}: {finding.name}"
            for section, findings in self.sections.items()
            for finding in findings
            if finding.state == "broken"
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        sections = {
            section: [asdict(finding) for finding in findings]
            for section, findings in self.sections.items()
        }
        return {"schema": "semimatch.doctor/1", "ok": not self.broken, "sections": sections}


def diagnose(*, offline: bool = False) -> Diagnosis:
    """Examine this installation and this machine.

    Args:
        offline: Do not ask the Hub.
    """
    gatherers: dict[str, Callable[[], Iterable[Finding]]] = {
        "versions": _versions,
        "machine": _machine,
        "devices": _devices,
        "folders": _folders,
        "weights": _weights,
        "hub": partial(_hub, offline or offline_by_environment()),
    }
    return Diagnosis({name: _gathered(gather) for name, gather in gatherers.items()})


def _gathered(gather: Callable[[], Iterable[Finding]]) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    try:
        findings.extend(gather())
    except Exception as error:  # whatever is wrong here is what the doctor was asked for
        findings.append(_failed("examination", error, "report it together with this answer"))
    return tuple(findings)


def _failed(name: str, error: Exception, hint: str) -> Finding:
    reason = str(error).partition("\n")[0]
    return Finding(name, f"{type(error).__name__}: {reason}", "broken", hint)


def _versions() -> Iterator[Finding]:
    yield Finding("semimatch", __version__)
    yield Finding("python", platform.python_version())
    for package in PACKAGES:
        try:
            yield Finding(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "not installed", "broken", _REINSTALL)
    try:
        importlib.import_module("torch")
    except Exception as error:  # a library that does not load raises OSError or RuntimeError too
        yield _failed("import torch", error, _REINSTALL)


def _machine() -> Iterator[Finding]:
    yield Finding("platform", platform.platform())
    yield Finding("cpu", f"{_cpu_name()}, {os.cpu_count()} cores")
    memory = _memory()
    if memory:
        yield Finding("memory", memory)
    torch = _torch()
    if torch is not None:
        yield Finding("torch threads", str(torch.get_num_threads()))
        yield Finding("cpu features", ", ".join(_cpu_features(torch)))


def _devices() -> Iterator[Finding]:
    torch = _torch()
    if torch is None:
        yield Finding("torch", "does not import, so no device is known", "note")
        return
    yield Finding("cpu", "available")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        has_cuda = torch.cuda.is_available()
    complaint = f" ({caught[0].message})".partition("\n")[0] if caught else ""
    built = f"this torch is built for CUDA {torch.version.cuda}"
    if has_cuda:
        for index in range(torch.cuda.device_count()):
            facts = torch.cuda.get_device_properties(index)
            yield Finding(f"cuda:{index}", f"{facts.name}, {_bytes(facts.total_memory)}")
    elif torch.version.cuda:
        yield Finding("cuda", f"none found, though {built}{complaint}", "note", "run nvidia-smi")
    else:
        yield Finding("cuda", f"none: this torch is built without CUDA{complaint}")
    yield Finding("mps", "available" if torch.backends.mps.is_available() else "none")


def _folders() -> Iterator[Finding]:
    yield _folder("configuration", config_dir())
    cache = hub_cache()
    yield _folder("Hub cache", cache)
    if cache.is_dir():
        yield Finding("Hub cache size", _size_within(cache, COUNTING_SECONDS))
    free = shutil.disk_usage(_existing(cache)).free
    little = free < _LITTLE_DISK
    hint = "free some space before you fetch weights" if little else ""
    yield Finding("free on its disk", _bytes(free), "note" if little else "ok", hint)


def _weights() -> Iterator[Finding]:
    from semimatch_cli.weights.inventory import look, verify
    from semimatch_cli.weights.registry import find, read_table

    verdict = verify(find("tiny"))
    if verdict.ok:
        yield Finding("tiny", f"verified, {verdict.detail}")
    else:
        yield Finding("tiny", verdict.detail, "broken", _REINSTALL)
    absent = []
    for entry in read_table().values():
        standing = look(entry)
        if entry.repo and standing.path is None:
            absent.append(entry.name)
        elif standing.path is None and not entry.embedded:
            yield Finding(entry.name, f"missing: {entry.path}", "note", "correct your weights.toml")
        elif not entry.embedded:
            yield Finding(entry.name, f"{standing.state}, {_bytes(standing.size or 0)}")
    if absent:
        yield Finding("not downloaded", ", ".join(absent))


def _hub(offline: bool) -> Iterator[Finding]:
    endpoint = hub_endpoint()
    yield Finding("endpoint", endpoint)
    if offline:
        yield Finding("answer", "not asked: offline")
        return
    started = time.monotonic()
    try:
        status = within(HUB_SECONDS, partial(_status_of, endpoint))
    except Exception as error:  # proxies, certificates, addresses: the list is open
        reason = str(getattr(error, "reason", "") or error) or type(error).__name__
        hint = "what is here works without it; to fetch weights, check connection and HF_ENDPOINT"
        yield Finding("answer", f"none: {reason}", "note", hint)
        return
    took = f"{status} after {time.monotonic() - started:.1f} s"
    if status < 500:
        yield Finding("answer", took)
    else:
        yield Finding("answer", took, "note", "the Hub is in trouble; try again later")


def _status_of(endpoint: str) -> int:
    if not endpoint.startswith(("http://", "https://")):
        raise ValueError("HF_ENDPOINT is no http address")
    request = urllib.request.Request(endpoint, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=HUB_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _torch() -> Any:
    """Return torch, or None where it does not import; `_versions` tells why."""
    try:
        return importlib.import_module("torch")
    except Exception:
        return None


def _cpu_features(torch: Any) -> list[str]:
    """Return what decides the speed on this CPU, as torch sees it."""
    features = [torch.backends.cpu.get_cpu_capability()]
    checks = {"AVX512-BF16": "_is_avx512_bf16_supported", "AMX": "_is_amx_tile_supported"}
    for name, check in checks.items():
        if getattr(torch.cpu, check, bool)():  # private there, and absent from some versions
            features.append(name)
    return features


def _cpu_name() -> str:
    with suppress(OSError):  # Linux alone keeps the model's name there
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    """Return the memory in all and now free; empty where the system does not tell."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        in_all, free = (os.sysconf(name) * page for name in ("SC_PHYS_PAGES", "SC_AVPHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return ""
    return f"{_bytes(in_all)}, {_bytes(free)} of it unused"


def _folder(name: str, folder: Path) -> Finding:
    base = _existing(folder)
    if not base.is_dir():
        return Finding(name, f"{folder}: {base} is not a folder", "broken", f"move {base} away")
    if not os.access(base, os.W_OK | os.X_OK):
        hint = f"look at its permissions: ls -ld {base}"
        return Finding(name, f"{folder}: {base} cannot be written", "broken", hint)
    return Finding(name, str(folder) if base == folder else f"{folder} (not made yet)")


def _existing(path: Path) -> Path:
    """Return the path or, where it does not exist, the nearest parent that does."""
    whole = path.absolute()
    return next(place for place in (whole, *whole.parents) if place.exists())


def _size_within(folder: Path, seconds: float) -> str:
    """Add up the files below a folder, links not followed, for a bounded time."""
    deadline, total, waiting = time.monotonic() + seconds, 0, [folder]
    while waiting:
        # What vanishes or may not be looked at meanwhile is left out of the sum.
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if time.monotonic() > deadline:
                    return f"more than {_bytes(total)}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return _bytes(total)


def _bytes(count: int) -> str:
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count / 1000:.1f} kB"
