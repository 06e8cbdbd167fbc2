"""evaluate: every pair answered, every photo encoded once, whatever the cache and the batch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semimatch_cli.datasets.pair import Pair, PairSet
from semimatch_cli.errors import ArgumentError, DatasetError, InputError, SemimatchError
from semimatch_cli.evaluation.protocols import PROTOCOLS, own_readout
from semimatch_cli.evaluation.records import PairRecord
from semimatch_cli.evaluation.runner import (
    RunOptions,
    count_dense,
    evaluate,
    in_sharing_order,
)
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.matcher import Matcher
from tests.evaluation.small import POINTS, SIZE, every_pair, matcher, network, pair_of, write_photos

STANDARD = PROTOCOLS["standard"]


class CountingMatcher(Matcher):
    """Counts how often each photo is encoded, by its top-left pixel."""

    def __init__(self) -> None:
        super().__init__(network(), "cpu")
        self.encoded: Counter[bytes] = Counter()

    def encode_batch(self, images: Sequence[object], batch_size: int = 8) -> list[Features]:  # type: ignore[override]
        """Count the photos that are not encoded yet."""
        self.encoded.update(image.tobytes() for image in images if isinstance(image, Image.Image))
        return super().encode_batch(images, batch_size)  # type: ignore[arg-type]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return write_photos(tmp_path, 6)


def by_pair(records: Sequence[PairRecord]) -> dict[str, PairRecord]:
    return {record.pair: record for record in records}


def test_a_record_holds_what_the_matcher_says_beside_the_truth(photos: list[Path]) -> None:
    pair, asked = pair_of(photos[0], photos[1]), matcher()
    (record,) = evaluate(asked, PairSet("blocks", "test", (pair,), "box"), STANDARD)
    expected = asked.transfer(photos[0], photos[1], POINTS)
    np.testing.assert_allclose(record.found, expected.target_points, atol=1e-4)
    np.testing.assert_allclose(record.scores, expected.scores, atol=1e-5)
    np.testing.assert_array_equal(record.true, pair.target_keypoints)
    assert record.threshold == 40
    assert (record.pair, record.category) == (pair.id, "block")
    assert record.keypoint_names == ("a", "b", "c")


def test_every_photo_is_encoded_once_when_the_cache_holds_it(photos: list[Path]) -> None:
    counting = CountingMatcher()
    pair_set = every_pair(photos)
    records = list(evaluate(counting, pair_set, STANDARD))
    assert len(records) == len(pair_set) == 30
    assert sorted(counting.encoded.values()) == [1] * 6


def test_a_small_cache_and_larger_batches_change_no_answer(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair_set = every_pair(photos)
    plain = by_pair(list(evaluate(matcher(), pair_set, STANDARD)))
    monkeypatch.setattr("semimatch_cli.evaluation.cache.features_size", lambda _: 400_000)
    for options in (RunOptions(cache_mb=1), RunOptions(batch_size=4), RunOptions(1, 3)):
        others = by_pair(list(evaluate(matcher(), pair_set, STANDARD, options=options)))
        assert others.keys() == plain.keys()
        for pair, record in others.items():
            np.testing.assert_allclose(record.found, plain[pair].found, atol=1e-3)


def test_neighbors_share_photos_so_that_a_cache_of_half_suffices_nearly(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semimatch_cli.evaluation.cache.features_size", lambda _: 300_000)
    counting = CountingMatcher()  # three photos of six fit
    list(evaluate(counting, every_pair(photos), STANDARD, options=RunOptions(cache_mb=1)))
    assert counting.encoded.total() <= 30  # without any cache: 60


def test_order_keeps_categories_and_sources_together_and_targets_go_to_and_fro() -> None:
    a, b, c, d = (Path(name) for name in "abcd")
    couples = [(a, b), (b, a), (a, c), (b, c), (a, d), (b, d)]
    pairs = [pair_of(*couple) for couple in couples] + [pair_of(a, d, "other")]
    ordered = in_sharing_order([pairs[0], pairs[6], *pairs[1:6]])
    assert [(pair.source, pair.target) for pair in ordered] == [
        (a, b), (a, c), (a, d), (b, d), (b, c), (b, a), (a, d),
    ]  # fmt: skip
    assert [pair.category for pair in ordered] == ["block"] * 6 + ["other"]


def test_the_cats_protocol_asks_the_target_and_answers_in_its_square(photos: list[Path]) -> None:
    pair, asked = pair_of(photos[0], photos[1]), matcher()
    protocol = own_readout(PROTOCOLS["cats"])
    (record,) = evaluate(asked, PairSet("blocks", "test", (pair,), "box"), protocol)
    scale = 256 / np.asarray(SIZE)
    shown = pair.target_keypoints[:2]
    expected = asked.transfer(photos[1], photos[0], shown).target_points * scale
    np.testing.assert_allclose(record.found, expected, atol=1e-3)
    np.testing.assert_allclose(record.true, pair.source_keypoints[:2] * scale)


def test_a_flow_read_out_is_refused_for_a_network_without_one(photos: list[Path]) -> None:
    with pytest.raises(ArgumentError, match="16x16 flow"):
        list(evaluate(matcher(), every_pair(photos), PROTOCOLS["cats"]))


def test_keypoints_beyond_the_edge_are_asked_at_the_edge(photos: list[Path]) -> None:
    beyond = POINTS.copy()
    beyond[2, 0] = 500
    pair = replace(pair_of(photos[0], photos[1]), source_keypoints=beyond)
    (record,) = evaluate(matcher(), PairSet("blocks", "test", (pair,), "box"), STANDARD)
    assert np.isfinite(record.found).all()
    np.testing.assert_array_equal(record.asked, beyond)


def broken_set(photos: list[Path]) -> PairSet:
    photos[2].write_bytes(b"no photo")
    photos[3].unlink()
    Image.new("RGB", (10, 10)).save(photos[4])
    pairs = [pair_of(photos[0], photo) for photo in photos[1:]]
    pairs.append(replace(pair_of(photos[1], photos[0]), target_box=(5, 5, 5, 5)))
    return PairSet("blocks", "test", tuple(pairs), "box")


def test_what_is_broken_is_named_and_the_rest_is_answered(photos: list[Path]) -> None:
    told: dict[str, SemimatchError] = {}

    def note(pair: Pair, error: SemimatchError) -> None:
        told[pair.id] = error

    records = list(evaluate(matcher(), broken_set(photos), STANDARD, on_broken=note))
    assert {record.pair for record in records} == {"block-00-01", "block-00-05"}
    assert "02.png" in str(told["block-00-02"])
    assert "there is no such file" in str(told["block-00-03"])
    assert "10 x 10" in str(told["block-00-04"])
    assert "annotated at 64 x 48" in str(told["block-00-04"])
    assert "no length" in str(told["block-01-00"])


@pytest.mark.parametrize("batch_size", [1, 8])
def test_without_a_listener_the_first_broken_pair_ends_the_run(
    photos: list[Path], batch_size: int
) -> None:
    options = RunOptions(batch_size=batch_size)
    with pytest.raises((InputError, DatasetError)):
        list(evaluate(matcher(), broken_set(photos), STANDARD, options=options))


def test_dense_truth_is_counted_where_there_is_one(photos: list[Path]) -> None:
    warp = matcher().dense(photos[0], photos[1]).source_points
    true = warp + np.float32(1)
    true[:10] = np.nan
    pair = replace(pair_of(photos[0], photos[1]), dense_truth=lambda: true)
    pair_set = PairSet("blocks", "test", (pair,), "box")
    (record,) = evaluate(matcher(), pair_set, STANDARD)
    assert record.dense is not None
    assert record.dense.pixels == 38 * 64
    # one pixel diagonally: 1.41 px, alpha .01 of 64 px is less, .05 more
    assert record.dense.right == (0, 38 * 64, 38 * 64)
    np.testing.assert_allclose(record.dense.error_sum, 38 * 64 * 2**0.5, rtol=1e-3)
    (without,) = evaluate(matcher(), pair_set, STANDARD, options=RunOptions(dense=False))
    assert without.dense is None


def test_an_error_of_exactly_the_threshold_is_right() -> None:
    found, true = np.zeros((1, 2, 2), np.float32), np.array([[[3, 4], [np.nan, 0]]], np.float32)
    count = count_dense(found, true, 100, (0.049, 0.05))
    assert (count.pixels, count.right, count.error_sum) == (1, (0, 1), 5.0)


@pytest.mark.parametrize("options", [{"cache_mb": 0}, {"batch_size": 0}])
def test_impossible_options_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ArgumentError):
        RunOptions(**options)  # type: ignore[arg-type]


def test_photos_of_records_are_named_from_the_root(photos: list[Path]) -> None:
    pair_set = PairSet("blocks", "test", (pair_of(photos[0], photos[1]),), "box")
    options = RunOptions(root=photos[0].parent)
    (record,) = evaluate(matcher(), pair_set, STANDARD, options=options)
    assert (record.source, record.target) == ("00.png", "01.png")
