"""FeatureCache: bounded, and what is used stays."""

from pathlib import Path

import torch

from semimatch_cli.evaluation.cache import FeatureCache, features_size
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.frame import Frame

A, B, C = Path("a.jpg"), Path("b.jpg"), Path("c.jpg")


def features(channels: int = 7) -> Features:
    """A photo of 4 x 4 cells: 16 (4 channels + 1 + 4) bytes."""
    frame = Frame.squash((32, 32), (32, 32))
    valid = torch.ones(4, 4, dtype=torch.bool)
    return Features(frame, 8, torch.zeros(channels, 4, 4), valid, torch.zeros(4, 4))


def test_size_counts_every_tensor() -> None:
    assert features_size(features(7)) == 16 * (4 * 7 + 1 + 4)


def test_the_longest_unused_leaves_first() -> None:
    cache = FeatureCache(2 * features_size(features()))
    cache.keep(A, features())
    cache.keep(B, features())
    assert cache.get(A) is not None  # now B is the one unused the longest
    cache.keep(C, features())
    assert (A in cache, B in cache, C in cache) == (True, False, True)


def test_memory_stays_within_the_limit_however_many_photos_come() -> None:
    limit = 5 * features_size(features())
    cache = FeatureCache(limit)
    for number in range(100):
        cache.keep(Path(f"{number}.jpg"), features())
        assert cache.size <= limit
    assert len(cache) == 5


def test_one_photo_larger_than_the_limit_is_kept_alone() -> None:
    cache = FeatureCache(10)
    cache.keep(A, features())
    cache.keep(B, features())
    assert len(cache) == 1
    assert B in cache


def test_keeping_a_photo_again_replaces_it() -> None:
    cache = FeatureCache(10**6)
    cache.keep(A, features(3))
    cache.keep(A, features(7))
    assert cache.size == features_size(features(7))


def test_what_is_not_there_is_none() -> None:
    assert FeatureCache(10).get(A) is None
