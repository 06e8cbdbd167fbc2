"""FeatureCache: encoded photos within a bound of memory; the longest unused leave first."""

from collections import OrderedDict
from pathlib import Path

from semimatch_cli.matching.features import Features


class FeatureCache:
    """Encoded photos by file.

    Args:
        limit: Bytes of tensors held at most. What was kept last stays however large it is, so that
            a pair can always be answered.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Path, Features] = OrderedDict()
        self.size = 0

    def __contains__(self, photo: Path) -> bool:
        return photo in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, photo: Path) -> Features | None:
        """Return the features of a photo if they are here, and count that as a use."""
        if photo not in self._kept:
            return None
        self._kept.move_to_end(photo)
        return self._kept[photo]

    def keep(self, photo: Path, features: Features) -> None:
        """Take features in; those unused the longest make room."""
        if photo in self._kept:
            self.size -= features_size(self._kept.pop(photo))
        self._kept[photo] = features
        self.size += features_size(features)
        while self.size > self._limit and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self.size -= features_size(oldest)


def features_size(features: Features) -> int:
    """Count the bytes of the tensors of one encoded photo."""
    return sum(
        layer.numel() * layer.element_size()
        for layer in (features.descriptors, features.valid, features.foreground)
    )
