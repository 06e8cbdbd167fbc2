"""A document becomes one page that needs nothing else, and Markdown that shows every letter."""

from html.parser import HTMLParser

import pytest

from semimatch_cli.evaluation.document import Document, Facts, Figure, Remark, Section, Table
from semimatch_cli.evaluation.html_page import to_html
from semimatch_cli.evaluation.markdown_page import to_markdown
from semimatch_cli.evaluation.plots import Curve, plot_pck, render_svg

SVG = render_svg(lambda axes: plot_pck(axes, [Curve("a & b", (0.1, 0.2), (0.3, 0.4))]), name="pck")
NASTY = "<script>alert('x')</script> & *stars* | `ticks`"
DOCUMENT = Document(
    title=f"PCK of {NASTY}",
    subtitle="standard: source to target",
    sections=(
        Section("Protocol", (Facts((("direction", NASTY),)), Remark("Not comparable.", True))),
        Section(
            "Numbers",
            (
                Table(("weights", "@0.1"), (("tiny", "31.2"), ("identity", "9.0")), muted={1}),
                Figure("pck", "svg", SVG.encode(), NASTY),
                Figure("pair", "png", b"\x89PNG", "A pair", wide=True),
            ),
        ),
    ),
)
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects tags, addresses and texts; notes a tag that is closed out of order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.nested = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its addresses."""
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check the nesting."""
        self.nested &= self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect text."""
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    reader = read(to_html(DOCUMENT))
    assert not {"script", "link", "iframe"} & set(reader.tags)
    assert all(address.startswith(("data:", "#")) for address in reader.addresses)
    assert "default-src 'none'" in to_html(DOCUMENT)


def test_the_page_is_well_nested_and_shows_text_letter_for_letter() -> None:
    reader = read(to_html(DOCUMENT))
    assert reader.nested
    assert f"PCK of {NASTY}" in reader.text


def test_plots_take_the_colors_of_the_page() -> None:
    page = to_html(DOCUMENT)
    assert "currentColor" in page
    assert "#262626" not in page[page.index("<svg") :]
    assert "fill: #ffffff" not in page


def test_the_page_prints_and_has_a_dark_mode() -> None:
    page = to_html(DOCUMENT)
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page


def test_rows_that_sum_up_or_compare_are_marked() -> None:
    assert "<tr class='muted'>" in to_html(DOCUMENT)


def test_markdown_has_the_tables_and_names_the_files_of_figures() -> None:
    text = to_markdown(DOCUMENT)
    assert "| weights | @0.1 |\n| --- | ---: |\n| tiny | 31.2 |\n| *identity* | *9.0* |" in text
    assert "(figures/pck.svg)" in text
    assert "(figures/pair.png)" in text
    assert "**Not comparable.**" in text


def test_markdown_shows_text_letter_for_letter() -> None:
    text = to_markdown(DOCUMENT)
    assert r"\<script\>" in text
    assert r"\*stars\* \| \`ticks\`" in text


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Table(("a", "b"), (("only",),))
