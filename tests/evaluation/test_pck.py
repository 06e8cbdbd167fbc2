"""PCK in all its means, PCK-dagger and the split by attribute."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semimatch_cli.evaluation.pck import (
    by_alpha,
    by_attribute,
    pair_shares,
    pck,
    plain,
    right,
    right_and_nearest,
)
from semimatch_cli.evaluation.records import PairRecord
from tests.evaluation.answers import NAN, points, record, records

ALPHAS = (0.01, 0.05, 0.1, 0.15, 1.0)


def test_an_answer_at_exactly_the_limit_is_right() -> None:
    at_limit = record([0, 0], found=points((510, 300), (1510.00001, 300)))
    assert right(at_limit, [0.1]).tolist() == [[True, False]]


def test_per_image_per_point_and_per_category_differ_as_they_should() -> None:
    # Shares at 0.1: cat 1 of 2, cat 0 of 4, dog 3 of 3.
    measured = pck(
        [
            record([5, 50], pair="1"),
            record([50, 50, 50, 50], pair="2"),
            record([1, 2, 3], pair="3", category="dog"),
        ],
        [0.1],
    )
    assert measured.per_image == pytest.approx([0.5])
    assert measured.per_point == pytest.approx([4 / 9])
    assert measured.per_category["cat"] == pytest.approx([0.25])
    assert measured.per_category["dog"] == pytest.approx([1.0])
    assert measured.mean_over_categories == pytest.approx([0.625])
    assert (measured.pairs, measured.points, measured.excluded) == (3, 9, 0)


def test_each_pair_is_held_against_its_own_threshold() -> None:
    shares = pair_shares([record([10]), record([10], threshold=99)], [0.1])
    assert shares.tolist() == [[1.0, 0.0]]


def test_hidden_keypoints_are_not_judged() -> None:
    measured = pck([record([1, NAN, 50])], [0.1])
    assert measured.per_image == pytest.approx([0.5])
    assert measured.points == 2


def test_pairs_without_a_visible_keypoint_are_excluded_and_counted() -> None:
    measured = pck([record([1]), record([NAN, NAN], category="dog"), record([])], [0.1])
    assert (measured.pairs, measured.excluded) == (1, 2)
    assert measured.per_image == pytest.approx([1.0])
    assert list(measured.per_category) == ["cat"]


@pytest.mark.parametrize("nothing", [[], [record([NAN])]])
def test_nothing_to_judge_is_not_a_division_by_zero(nothing: list[PairRecord]) -> None:
    measured = pck(nothing, [0.1, 0.2])
    assert np.isnan(measured.per_image).all()
    assert measured.to_dict() == {
        "per_image": {"0.1": None, "0.2": None},
        "per_point": {"0.1": None, "0.2": None},
        "per_category": {},
        "mean_over_categories": {"0.1": None, "0.2": None},
    }
    assert by_attribute(nothing, [0.1]) == {}


def test_an_answer_that_is_not_finite_is_wrong() -> None:
    lost = record([0, 0, 0], found=points((NAN, 300), (np.inf, 300), (2500, 300)))
    assert pair_shares([lost], [1.0]) == pytest.approx(1 / 3)


def test_a_threshold_of_nothing_or_nan_divides_nothing() -> None:
    useless = [record([0, 1], threshold=0), record([0, 1], threshold=NAN)]
    assert pair_shares(useless, [0.1]).tolist() == [[0.5, 0.0]]


def test_dagger_asks_for_the_nearest_true_keypoint() -> None:
    true = points((0, 0), (8, 0), (NAN, NAN), (100, 0))
    # The first answer leans to the second keypoint, the last to none; both lie within 10 pixels.
    found = points((5, 0), (8, 1), (0, 0), (92, 0))
    mixed = record([0, 0, NAN, 0], true=true, found=found)
    assert right(mixed, [0.1]).tolist() == [[True, True, False, True]]
    assert right_and_nearest(mixed, [0.1]).tolist() == [[False, True, False, True]]


def test_dagger_leaves_hidden_keypoints_out_of_the_contest() -> None:
    hidden = record([0, NAN], true=points((0, 0), (NAN, NAN)), found=points((5, 0), (5, 0)))
    assert right_and_nearest(hidden, [0.1]).tolist() == [[True, False]]


def test_dagger_cannot_tell_keypoints_at_one_place_apart() -> None:
    together = record([0, 0], true=points((3, 3), (3, 3)), found=points((3, 3), (3, 3)))
    assert not right_and_nearest(together, [0.1]).any()
    assert right_and_nearest(record([]), [0.1]).shape == (1, 0)


def test_pck_is_split_by_the_values_of_an_attribute() -> None:
    groups = by_attribute(
        [
            record([5, 50], attributes={"viewpoint": 0, "mirrored": True}),
            record([5], attributes={"viewpoint": 2, "scale": 1}),
            record([50], attributes={"viewpoint": 2}),
            record([NAN], attributes={"viewpoint": 1}),
        ],
        [0.1],
    )
    assert list(groups) == ["viewpoint", "scale"]
    assert {value: group.pairs for value, group in groups["viewpoint"].items()} == {"0": 1, "2": 2}
    assert groups["viewpoint"]["0"].per_image == pytest.approx([0.5])
    assert groups["viewpoint"]["2"].per_image == pytest.approx([0.5])
    assert groups["scale"]["1"].per_image == pytest.approx([1.0])


def test_alphas_are_written_short_and_nan_as_none() -> None:
    assert by_alpha([0.1, 0.05, 1.0], [1 / 3, NAN, 1]) == {"0.1": 0.333333, "0.05": None, "1": 1.0}
    assert plain(np.inf) is None


@given(records())
def test_pck_grows_with_alpha_and_stays_in_range(made: list[PairRecord]) -> None:
    measured = pck(made, ALPHAS)
    for shares in (measured.per_image, measured.per_point, measured.mean_over_categories):
        known = shares[np.isfinite(shares)]
        assert len(known) == (len(ALPHAS) if measured.pairs else 0)
        assert ((known >= 0) & (known <= 1)).all()
        assert (np.diff(known) >= 0).all()


@given(records())
def test_dagger_never_exceeds_pck(made: list[PairRecord]) -> None:
    for one in made:
        assert not (right_and_nearest(one, ALPHAS) & ~right(one, ALPHAS)).any()


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_pairs_and_keypoints_does_not_matter(
    made: list[PairRecord], random: object
) -> None:
    shuffled = [_reversed(one) for one in made]
    random.shuffle(shuffled)
    for rule in (right, right_and_nearest):
        first, second = pck(made, ALPHAS, rule), pck(shuffled, ALPHAS, rule)
        np.testing.assert_allclose(first.per_image, second.per_image)
        np.testing.assert_allclose(first.per_point, second.per_point)
        np.testing.assert_allclose(first.mean_over_categories, second.mean_over_categories)


@given(records(), st.sampled_from((0.25, 2.0, 64.0)))
@settings(max_examples=50)
def test_pck_does_not_depend_on_the_size_of_photos(made: list[PairRecord], scale: float) -> None:
    # Powers of two, so that an answer at exactly the limit stays there.
    larger = [
        replace(
            one,
            true=one.true * scale,
            found=one.found * scale,
            threshold=one.threshold * scale,
        )
        for one in made
    ]
    for rule in (right, right_and_nearest):
        np.testing.assert_array_equal(
            pair_shares(made, ALPHAS, rule), pair_shares(larger, ALPHAS, rule)
        )


def _reversed(one: PairRecord) -> PairRecord:
    return replace(
        one,
        keypoint_ids=one.keypoint_ids[::-1],
        keypoint_names=one.keypoint_names[::-1],
        asked=one.asked[::-1],
        true=one.true[::-1],
        found=one.found[::-1],
        scores=one.scores[::-1],
    )
