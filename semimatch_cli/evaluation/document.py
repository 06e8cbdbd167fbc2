"""Document: what a report says, before it becomes a page or Markdown.

A report is written once as sections of facts, tables, figures and remarks; `html_page.py` and
`markdown_page.py` put the same document into two formats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Facts:
    """Names and what they stand for, such as the protocol's parts.

    Args:
        rows: (name, value).
    """

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table; its first column holds names, the others numbers.

    Args:
        columns: Heads.
        rows: Cells, as many as columns in each row.
        strong: Rows that sum up, by index.
        muted: Rows that only serve for comparison, by index.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong: frozenset[int] = frozenset()
    muted: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row has not {len(self.columns)} cells")


@dataclass(frozen=True)
class Figure:
    """A plot or a picture.

    Args:
        name: Stem of its file, different from that of any other figure.
        format: "svg" for plots; "png" and "jpg" for pictures.
        content: The bytes of the file.
        caption: One or two sentences.
        wide: Takes the whole width of the page.
    """

    name: str
    format: Literal["svg", "png", "jpg"]
    content: bytes
    caption: str
    wide: bool = False


@dataclass(frozen=True)
class Remark:
    """A paragraph.

    Args:
        text: Plain text.
        warning: Whether a reader must not miss it.
    """

    text: str
    warning: bool = False


Block = Facts | Table | Figure | Remark


@dataclass(frozen=True)
class Section:
    """A part of a report under its own heading."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A report.

    Args:
        title: What was measured.
        subtitle: The protocol in one line.
        sections: In the order of reading.
    """

    title: str
    subtitle: str
    sections: Sequence[Section]

    @property
    def figures(self) -> list[Figure]:
        """All figures, in order."""
        blocks = [block for section in self.sections for block in section.blocks]
        return [block for block in blocks if isinstance(block, Figure)]
