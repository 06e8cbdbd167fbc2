"""Pairs drawn from annotated photos follow the written rule."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from semimatch_cli.datasets.photo import (
    LEAST_SHARED_KEYPOINTS,
    PAIRS_PER_PHOTO,
    AnnotatedPhoto,
    draw_pairs,
)


def photo(number: int, category: str = "cat", shown: str = "abcd") -> AnnotatedPhoto:
    keypoints = {key: (1.0 * number, 1.0 + place) for place, key in enumerate(shown)}
    return AnnotatedPhoto(Path(f"{category}_{number}.jpg"), category, (60, 40), keypoints)


photo_lists = st.lists(
    st.tuples(st.sampled_from(["cat", "dog"]), st.sets(st.sampled_from("abcde"))), max_size=8
)


@given(photo_lists, st.integers(0, 99))
def test_few_photos_give_every_pair_that_shares_enough(
    rows: list[tuple[str, set[str]]], seed: int
) -> None:
    photos = [photo(n, kind, "".join(sorted(keys))) for n, (kind, keys) in enumerate(rows)]
    expected = {
        (a.path, b.path)
        for a in photos
        for b in photos
        if a is not b
        and a.category == b.category
        and len(a.keypoints.keys() & b.keypoints.keys()) >= LEAST_SHARED_KEYPOINTS
    }
    pairs = draw_pairs(photos, seed)
    assert {(pair.source, pair.target) for pair in pairs} == expected
    assert len(pairs) == len(expected)


def test_many_photos_give_ten_pairs_each() -> None:
    pairs = draw_pairs([photo(number) for number in range(50)], 3)
    assert len(pairs) == len({(pair.source, pair.target) for pair in pairs}) == 50 * PAIRS_PER_PHOTO
    assert len({pair.id for pair in pairs}) == len(pairs)


def test_another_category_changes_nothing() -> None:
    cats = [photo(number) for number in range(30)]
    dogs = [photo(number, "dog") for number in range(30)]
    alone = [(pair.source, pair.target) for pair in draw_pairs(cats, 0)]
    beside = [(p.source, p.target) for p in draw_pairs(dogs + cats, 0) if p.category == "cat"]
    assert alone == beside
