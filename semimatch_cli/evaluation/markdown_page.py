"""Document -> Markdown, with its figures as files beside it."""

import re
from collections.abc import Sequence

from semimatch_cli.evaluation.document import Document, Facts, Figure, Remark, Section, Table

FIGURES = "figures"  # folder of the figures, beside the Markdown file


def to_markdown(document: Document) -> str:
    """Return the text; figures are referred to as `figures/NAME.FORMAT`."""
    sections = [_section(section) for section in document.sections]
    return "\n\n".join([f"# {_plain(document.title)}", _plain(document.subtitle), *sections]) + "\n"


def _section(section: Section) -> str:
    return "\n\n".join([f"## {_plain(section.title)}", *(_block(b) for b in section.blocks)])


def _block(block: Facts | Table | Figure | Remark) -> str:
    match block:
        case Facts():
            return "\n".join(f"- {_plain(name)}: {_plain(value)}" for name, value in block.rows)
        case Table():
            return _table(block)
        case Figure():
            caption = _plain(block.caption)
            return f"![{caption}]({FIGURES}/{block.name}.{block.format})\n\n*{caption}*"
        case Remark():
            return f"**{_plain(block.text)}**" if block.warning else _plain(block.text)


def _table(table: Table) -> str:
    lines = [_line([_plain(head) for head in table.columns])]
    lines.append(_line(["---", *["---:"] * (len(table.columns) - 1)]))
    for index, row in enumerate(table.rows):
        mark = "**" if index in table.strong else "*" if index in table.muted else ""
        lines.append(_line([f"{mark}{_plain(cell)}{mark}" if cell else "" for cell in row]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return a text that Markdown shows letter for letter, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))
