"""A report's folder: `index.html`, `report.md` and its figures, there whole or not at all."""

import errno
import os
import shutil
from pathlib import Path

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.document import Document
from semimatch_cli.evaluation.html_page import to_html
from semimatch_cli.evaluation.markdown_page import FIGURES, to_markdown

PAGE, TEXT = "index.html", "report.md"


def check_folder(folder: Path, *, force: bool) -> None:
    """Refuse a destination before long work is spent on it.

    Args:
        folder: Where the report goes: it does not exist, or is empty.
        force: Whether an earlier report that lies there may be replaced.

    Raises:
        InputError: It is no folder, holds something, or is no report despite `force`.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", hint="name a folder that does not exist yet")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not force:
        hint = "add --force to replace it, or name another folder"
        raise InputError(f"cannot write a report to {folder}", why="it is not empty", hint=hint)
    foreign = sorted({path.name for path in folder.iterdir()} - {PAGE, TEXT, FIGURES})
    if foreign:
        raise InputError(
            f"cannot replace {folder}",
            why=f"it holds more than a report: {foreign[0]}",
            hint="name another folder, or empty this one yourself",
        )


def save_document(document: Document, folder: Path, *, force: bool) -> Path:
    """Write a report.

    Everything is written beside the folder, which then takes its name.

    Args:
        document: The report.
        folder: Where to; folders above it are made.
        force: Whether an earlier report that lies there may be replaced.

    Returns:
        The page in it.

    Raises:
        InputError: As `check_folder`; or it cannot be written.
    """
    check_folder(folder, force=force)
    folder = folder.resolve()
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    try:
        (partial / FIGURES).mkdir(parents=True)
        (partial / PAGE).write_text(to_html(document), encoding="utf-8")
        (partial / TEXT).write_text(to_markdown(document), encoding="utf-8")
        for figure in document.figures:
            (partial / FIGURES / f"{figure.name}.{figure.format}").write_bytes(figure.content)
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        hint = "free some space, or choose another folder" if full else "choose another folder"
        raise InputError(
            f"cannot write a report to {folder}", why=str(error.strerror or error), hint=hint
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder / PAGE
