"""EncodedPhotos: every photo of a run encoded once while the cache holds it, decoded ahead.

A photo that cannot be read is remembered with its reason, so that it is told once and tried once.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from semimatch_cli.errors import InputError
from semimatch_cli.evaluation.cache import FeatureCache
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.image import read_image
from semimatch_cli.matching.matcher import Matcher


class EncodedPhotos:
    """Features by file, for one matcher; to be used as a context, which ends its thread.

    Args:
        matcher: Encodes what is not in the cache.
        cache: Where features are kept.
        batch_size: How many photos run through the network together.
    """

    def __init__(self, matcher: Matcher, cache: FeatureCache, batch_size: int) -> None:
        self.broken: dict[Path, InputError] = {}
        self._matcher, self._cache, self._batch_size = matcher, cache, batch_size
        self._decoded: dict[Path, Future[Image.Image]] = {}
        # One thread keeps the network fed: the decoders behind it take turns anyhow.
        self._reader = ThreadPoolExecutor(1, "read photos")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.shutdown(wait=True, cancel_futures=True)

    def is_missing(self, photo: Path) -> bool:
        """Tell whether a photo has still to be encoded, or once more."""
        return photo not in self._cache and photo not in self.broken

    def read_ahead(self, photos: Iterable[Path]) -> None:
        """Begin to decode photos that will be taken soon."""
        for photo in photos:
            if photo not in self._decoded and self.is_missing(photo):
                self._decoded[photo] = self._reader.submit(read_image, photo)

    def take(self, photos: Iterable[Path]) -> dict[Path, Features]:
        """Return the features of photos; those that cannot be read are in `broken` instead.

        The returned features are held by the caller, so that a small cache may drop them.
        """
        asked = list(dict.fromkeys(photos))
        self.read_ahead(asked)
        fresh = self._encode([photo for photo in asked if self.is_missing(photo)])
        taken = {photo: fresh.get(photo) or self._cache.get(photo) for photo in asked}
        for photo, features in fresh.items():
            self._cache.keep(photo, features)
        return {photo: features for photo, features in taken.items() if features is not None}

    def _encode(self, photos: list[Path]) -> dict[Path, Features]:
        images = {}
        for photo in photos:
            try:
                images[photo] = self._decoded.pop(photo).result()
            except InputError as error:
                self.broken[photo] = error
        encoded = self._matcher.encode_batch(list(images.values()), self._batch_size)
        return dict(zip(images, encoded, strict=True))
