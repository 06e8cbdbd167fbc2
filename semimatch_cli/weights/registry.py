"""The table of weights: a name, a file path or an `hf://` address becomes one `WeightsEntry`.

The built-in table is `weights.toml` of this package. A user's own `weights.toml` in the
configuration folder adds entries to it; it can never change what a built-in name means, so that a
name in a paper or a script stands for the same network everywhere. This module reads TOML and looks
at the disk; it loads no torch and never touches the network.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from semimatch_cli.config import config_dir
from semimatch_cli.errors import ArgumentError, ConfigError, WeightsError
from semimatch_cli.weights.entry import DEFAULT_REVISION, HUB_SCHEME, WeightsEntry

__all__ = ["WeightsEntry", "find", "model_card", "read_table", "user_table"]

_FOREIGN_SUFFIXES = {".bin", ".ckpt", ".pkl", ".pt", ".pth"}
_TYPE_WORDS = {str: "text", int: "whole number", dict: "table"}


def read_table() -> dict[str, WeightsEntry]:
    """Read the built-in table and the user's own, in that order.

    Returns:
        Entries by name.

    Raises:
        ConfigError: A table is not TOML, holds an unknown key or a wrong type, or the user's own
            table uses a built-in name.
    """
    table = _read_file(_builtin_table())
    own = user_table()
    if not own.is_file():
        return table
    added = _read_file(own)
    taken = sorted(set(table) & set(added))
    if taken:
        raise ConfigError(
            f"{own}: {', '.join(taken)} cannot be redefined",
            why="a built-in name means the same weights everywhere",
            hint="give your entry another name",
        )
    return table | added


def user_table() -> Path:
    """Return where the user's own table lies, whether it exists or not."""
    return config_dir() / "weights.toml"


def find(name_or_path: str | Path) -> WeightsEntry:
    """Turn what a user typed after `--weights` into an entry.

    Args:
        name_or_path: A name of the table; a safetensors file, or a folder holding exactly one;
            or `hf://owner/repo/path/file.safetensors@revision` (revision "main" if left out).

    Raises:
        ArgumentError: The name is not in the table, or the address cannot be read.
        WeightsError: The path does not exist or is not a safetensors file.
        ConfigError: A table is broken.
    """
    text = str(name_or_path)
    if text.startswith(HUB_SCHEME):
        return _from_address(text)
    if not isinstance(name_or_path, Path):
        table = read_table()
        if text in table:
            return table[text]
        if not _looks_like_path(text):
            raise _unknown_name(text, list(table))
    return _from_path(Path(text).expanduser())


def model_card(entry: WeightsEntry) -> str:
    """Return the model card that lies beside embedded weights; empty where there is none."""
    if not entry.embedded:
        return ""
    card = (Path(str(files(__package__))) / entry.embedded).with_suffix(".md")
    return card.read_text(encoding="utf-8") if card.is_file() else ""


def _builtin_table() -> Path:
    """Return the table in the installed package, or at the root of an editable checkout."""
    package = Path(str(files("semimatch_cli")))
    for candidate in (package / "weights.toml", package.parent / "weights.toml"):
        if candidate.is_file():
            return candidate
    raise ConfigError(
        "the built-in weights.toml is missing",
        why=f"it is neither in {package} nor beside it",
        hint="install semimatch again",
    )


def _read_file(path: Path) -> dict[str, WeightsEntry]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read {path}", why=f"not valid TOML: {error}", hint="fix or remove the file"
        ) from error
    _refuse_unknown(content, {"weights"}, where=str(path))
    tables = content.get("weights", {})
    if not isinstance(tables, dict):
        raise ConfigError(f"{path}: expected one table [weights.NAME] for each entry")
    return {name: _entry(name, row, path) for name, row in tables.items()}


def _entry(name: str, row: object, table: Path) -> WeightsEntry:
    """Check one row by the types of `WeightsEntry`; relative paths start at the table's folder."""
    where = f"{table}: weights {name!r}"
    if not isinstance(row, dict):
        raise ConfigError(f"{where}: expected a table, got {type(row).__name__}")
    expected = {spec.name: _plain_type(spec.name) for spec in fields(WeightsEntry)}
    del expected["name"]
    _refuse_unknown(row, set(expected), where=where)
    for key, value in row.items():
        if type(value) is not expected[key]:
            raise ConfigError(
                f"{where}: {key} = {value!r} is not a {_TYPE_WORDS[expected[key]]}",
                hint="correct the table",
            )
    if "path" in row:
        row = row | {"path": table.parent / Path(row["path"]).expanduser()}
    try:
        return WeightsEntry(name=name, **row)
    except ConfigError as error:
        raise ConfigError(f"{table}: {error.what}", why=error.why, hint=error.hint) from error


def _plain_type(key: str) -> type:
    return {"size": int, "network": dict}.get(key, str)


def _refuse_unknown(row: Mapping[str, Any], known: set[str], *, where: str) -> None:
    for key in row:
        if key not in known:
            close = difflib.get_close_matches(key, sorted(known), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
            raise ConfigError(f"{where}: unknown key {key!r}", hint=hint)


def _from_address(text: str) -> WeightsEntry:
    """Read `hf://owner/repo/path/file@revision`; what follows @ is the revision."""
    location, at, revision = text.removeprefix(HUB_SCHEME).partition("@")
    owner, name, file = [*location.split("/", 2), "", ""][:3]
    if not (owner and name and file) or (at and not revision):
        raise ArgumentError(
            f"cannot read the address {text!r}",
            why="an address names a repository and a file in it",
            hint="write it as hf://owner/repo/model.safetensors or ...safetensors@revision",
        )
    _refuse_foreign(Path(file), what=text)
    return WeightsEntry(
        name=text, repo=f"{owner}/{name}", file=file, revision=revision or DEFAULT_REVISION
    )


def _looks_like_path(text: str) -> bool:
    path = Path(text)
    return "/" in text or path.exists() or path.suffix in _FOREIGN_SUFFIXES | {".safetensors"}


def _from_path(path: Path) -> WeightsEntry:
    if path.is_dir():
        path = _only_checkpoint(path)
    _refuse_foreign(path, what=str(path))
    if not path.is_file():
        raise WeightsError(
            f"no weights at {path}",
            why="the file does not exist",
            hint="check the path; `semimatch weights list` shows the names that need none",
        )
    return WeightsEntry(name=str(path), path=path)


def _only_checkpoint(folder: Path) -> Path:
    found = sorted(folder.glob("*.safetensors"))
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found[:4])
    raise WeightsError(
        f"{folder} is a folder",
        why=f"it holds {len(found)} safetensors files{f': {names}' if names else ''}",
        hint=f"name one of them, such as {found[0]}" if found else "name a .safetensors file",
    )


def _refuse_foreign(path: Path, *, what: str) -> None:
    """Refuse pickles by their name: reading one can run any code."""
    if path.suffix.lower() in _FOREIGN_SUFFIXES:
        raise WeightsError(
            f"{what} is not a safetensors file",
            why=f"{path.suffix} files are pickles, which can run any code when they are read",
            hint="convert it once with safetensors.torch.save_file, in a place that you trust",
        )


def _unknown_name(name: str, names: list[str]) -> ArgumentError:
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return ArgumentError(
        f"unknown weights {name!r}",
        why=f"close names: {', '.join(close)}" if close else f"known: {', '.join(names)}",
        hint="`semimatch weights list` shows all; a .safetensors file or hf:// address works too",
    )
