"""Texts are measured, cleaned and shortened before they are drawn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semimatch_cli.drawing import text as text_module
from semimatch_cli.drawing.text import clean, load_font, shorten, text_width


@pytest.mark.parametrize(
    ("raw", "drawn"),
    [
        ("dog.jpg", "dog.jpg"),
        ("Straße_Ñandú_ключ_λ.png", "Straße_Ñandú_ключ_λ.png"),
        ("cafe\u0301.jpg", "café.jpg"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("犬.jpg", "?.jpg"),
        ("bell\x07", "bell?"),
        ("", ""),
    ],
)
def test_cleaning_keeps_what_the_font_can_draw(raw: str, drawn: str) -> None:
    assert clean(raw) == drawn


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20))
def test_cleaned_text_is_printable_and_stays_so(raw: str) -> None:
    once = clean(raw)
    assert once.isprintable()
    assert clean(once) == once


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz._-0123456789", max_size=60), st.floats(0, 400))
def test_shortened_text_fits_and_keeps_both_ends(name: str, width: float) -> None:
    short = shorten(name, 12.0, width)
    assert text_width(short, 12.0) <= width or not short
    if short and short != name:
        assert short[0] == name[0]
        assert short[-1] == name[-1]
        assert "…" in short


def test_without_the_font_files_pillow_lends_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "find_spec", lambda name: None)
    load_font.cache_clear()
    try:
        assert text_width("abc", 20.0) > 10.0
        assert clean("dog 犬") == "dog ?"
    finally:
        load_font.cache_clear()
