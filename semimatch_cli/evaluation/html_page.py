"""Document -> one HTML file that needs nothing else: styles, plots and pictures are inside.

Plots take the colors of the page, so that they read in dark mode; print is always dark on white.
No script, no font and no picture comes from elsewhere, and a policy in the page forbids it.
"""

import base64
import re
from html import escape
from importlib.resources import files
from itertools import groupby

from semimatch_cli.evaluation.document import Document, Facts, Figure, Remark, Section, Table
from semimatch_cli.evaluation.plots import INK

_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def to_html(document: Document) -> str:
    """Return the text of the page."""
    style = files("semimatch_cli.evaluation").joinpath("page.css").read_text(encoding="utf-8")
    title = escape(document.title)
    sections = "\n".join(_section(section) for section in document.sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="subtitle">{escape(document.subtitle)}</p>
</header>
<main>
{sections}
</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    parts = [f"<section>\n<h2>{escape(section.title)}</h2>"]
    for is_figures, group in groupby(section.blocks, lambda block: isinstance(block, Figure)):
        blocks = "\n".join(_block(block) for block in group)
        parts.append(f'<div class="figures">\n{blocks}\n</div>' if is_figures else blocks)
    return "\n".join([*parts, "</section>"])


def _block(block: Facts | Table | Figure | Remark) -> str:
    match block:
        case Facts():
            return _facts(block)
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)
        case Remark():
            kind = ' class="warning"' if block.warning else ""
            return f"<p{kind}>{escape(block.text)}</p>"


def _facts(facts: Facts) -> str:
    rows = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.rows)
    return f"<dl>\n{rows}\n</dl>"


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.columns)
    rows = "\n".join(_row(table, index) for index in range(len(table.rows)))
    head = f"<thead><tr>{heads}</tr></thead>"
    return f'<div class="table"><table>\n{head}\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def _row(table: Table, index: int) -> str:
    first, *others = (escape(cell) for cell in table.rows[index])
    kinds = {"strong": table.strong, "muted": table.muted}
    names = " ".join(name for name, rows in kinds.items() if index in rows)
    cells = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr{f" class={names!r}" if names else ""}><th scope="row">{first}</th>{cells}</tr>'


def _figure(figure: Figure) -> str:
    kind = ' class="wide"' if figure.wide else ""
    return (
        f"<figure{kind}>\n{_picture(figure)}\n"
        f"<figcaption>{escape(figure.caption)}</figcaption>\n</figure>"
    )


def _picture(figure: Figure) -> str:
    if figure.format == "svg":
        return _themed(figure.content.decode("utf-8"), figure.caption)
    data = base64.b64encode(figure.content).decode("ascii")
    return f'<img alt="{escape(figure.caption)}" src="data:{_TYPES[figure.format]};base64,{data}">'


def _themed(svg: str, caption: str) -> str:
    """Put the plot into the page's own colors and leave out what only a file needs."""
    inner = svg[svg.index("<svg") :].strip().replace(INK, "currentColor")
    inner = re.sub(r"fill: #ffffff", "fill: none", inner)
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    return inner.replace("<svg", f'<svg role="img" aria-label="{escape(caption)}"', 1)
