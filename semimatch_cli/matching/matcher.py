"""Matcher: encode a photo once, ask many questions of it.

`encode` runs the network; `transfer`, `dense`, `match` and `heat` only compare descriptors. Each
takes photos (path, bytes, PIL image, array) or encoded `Features` alike.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from semimatch_cli.errors import ArgumentError, InputError, ShapeError
from semimatch_cli.matching.confidence import VISIBLE_SCORE
from semimatch_cli.matching.device import resolve_device
from semimatch_cli.matching.features import Features
from semimatch_cli.matching.frame import Floats, Frame
from semimatch_cli.matching.image import ImageLike, read_image
from semimatch_cli.matching.lookup import heat_over, look_up, mutual_cells
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from semimatch_cli.matching.precision import inference_precision
from semimatch_cli.matching.results import Matches, Warp
from semimatch_cli.matching.spread import spread_out


class Matcher:
    """A matching network ready to be asked.

    Args:
        network: The network, taken to the device and into evaluation; not to be trained meanwhile.
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".

    Raises:
        ArgumentError: The device is unknown or absent.
    """

    Config = NetworkConfig

    def __init__(self, network: MatchingNetwork, device: str = "auto") -> None:
        self.device = resolve_device(device)
        ready = network.for_inference().to(self.device)
        self.network = ready.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.config = network.config

    def encode(self, image: ImageLike | Features) -> Features:
        """Run the network on one photo; features pass through.

        Raises:
            InputError: The photo cannot be read.
        """
        return self.encode_batch([image])[0]

    def encode_batch(
        self, images: Sequence[ImageLike | Features], batch_size: int = 8
    ) -> list[Features]:
        """Encode many photos; those that share a canvas size run together, in order given."""
        done: dict[int, Features] = {}
        waiting: dict[tuple[int, int], list[tuple[int, Frame, npt.NDArray[np.uint8]]]]
        waiting = defaultdict(list)
        for index, image in enumerate(images):
            if isinstance(image, Features):
                done[index] = image.to(self.device)
                continue
            frame, canvas = self._canvas(read_image(image))
            queue = waiting[frame.canvas_size]
            queue.append((index, frame, canvas))
            if len(queue) == batch_size:
                done.update(self._encode(queue))
                queue.clear()
        for queue in waiting.values():
            if queue:
                done.update(self._encode(queue))
        return [done[index] for index in range(len(images))]

    def transfer(
        self,
        source: ImageLike | Features,
        target: ImageLike | Features,
        points: npt.ArrayLike,
        *,
        ids: Sequence[str] = (),
        names: Sequence[str] = (),
    ) -> Matches:
        """Find points of the source photo in the target photo.

        Args:
            source: Photo or features.
            target: Photo or features.
            points: (N, 2) xy pixels of the source photo.
            ids: N ids to keep with the points; "1" to "N" if empty.
            names: N names to keep with the points.

        Returns:
            N matches in the order given.

        Raises:
            InputError: A photo cannot be read, or a point lies outside the source photo.
            ShapeError: `points` is not (N, 2), or features come from another network.
        """
        first, second = self.encode(source), self.encode(target)
        xy = _checked_points(points, first.frame.photo_size)
        _check_same_network(first, second)
        cells = first.frame.photo_to_cells(xy, first.stride)
        found = look_up(first, second, cells, self.config)
        return Matches(
            xy,
            second.to_photo(found.cells),
            found.scores,
            found.cycle_errors,
            found.scores >= VISIBLE_SCORE,
            tuple(ids) or tuple(str(index + 1) for index in range(len(xy))),
            tuple(names) or ("",) * len(xy),
        )

    def match(
        self, source: ImageLike | Features, target: ImageLike | Features, count: int = 12
    ) -> Matches:
        """Find well-spread confident matches without being given points.

        Cells that choose each other are candidates; the best are taken far from one another. Cells
        that seem to lie on the background of either photo count less.

        Args:
            source: Photo or features.
            target: Photo or features.
            count: How many matches at most.

        Returns:
            At most `count` matches, best first.

        Raises:
            ArgumentError: `count` is below one.
            InputError: A photo cannot be read.
        """
        if count < 1:
            raise ArgumentError(f"count must be at least 1, got {count}")
        first, second = self.encode(source), self.encode(target)
        _check_same_network(first, second)
        cells = mutual_cells(first, second)
        found = look_up(first, second, cells, self.config)
        interest = found.scores * _sample(first.foreground, cells)
        interest *= _sample(second.foreground, found.cells)
        xy = first.to_photo(cells)
        return self.transfer(first, second, xy[spread_out(xy, interest, count)])

    def dense(self, source: ImageLike | Features, target: ImageLike | Features) -> Warp:
        """Find for each pixel of the target photo its position in the source photo.

        Every cell of the target is looked up in the source; the pixels between are interpolated.

        Raises:
            InputError: A photo cannot be read.
        """
        first, second = self.encode(source), self.encode(target)
        _check_same_network(first, second)
        found = look_up(second, first, second.cells(), self.config)
        xy = first.to_photo(found.cells)
        layers = np.concatenate((xy, found.scores[:, None]), 1).reshape(*second.valid.shape, 3)
        pixels = second.to_pixels(layers)
        return Warp(
            pixels[..., :2],
            pixels[..., 2],
            pixels[..., 2] >= VISIBLE_SCORE,
            first.frame.photo_size,
        )

    def heat(
        self,
        source: ImageLike | Features,
        target: ImageLike | Features,
        point: tuple[float, float],
    ) -> npt.NDArray[np.float32]:
        """Tell where in the target photo one source point matches.

        Returns:
            (H, W) of the target photo: softmax of the costs, scaled so that the best cell is 1.

        Raises:
            InputError: A photo cannot be read, or the point lies outside the source photo.
        """
        first, second = self.encode(source), self.encode(target)
        xy = _checked_points([point], first.frame.photo_size)
        _check_same_network(first, second)
        cells = first.frame.photo_to_cells(xy, first.stride)
        return second.to_pixels(heat_over(first, second, cells, self.config)[..., None])[..., 0]

    def _canvas(self, image: Image.Image) -> tuple[Frame, npt.NDArray[np.uint8]]:
        frame = self.network.frame(image.size)
        return frame, frame.image_to_canvas(image)

    def _encode(self, queue: list[tuple[int, Frame, npt.NDArray[np.uint8]]]) -> dict[int, Features]:
        frames = [frame for _, frame, _ in queue]
        with inference_precision(self.device):
            images = self.network.prepare(np.stack([canvas for *_, canvas in queue]), frames)
            descriptors, foreground = self.network(images)
        stride = self.network.stride
        return {
            index: Features(
                frame,
                stride,
                descriptors[row].contiguous(),  # once here, not in every product
                torch.from_numpy(frame.valid_cells(stride)).to(self.device),
                foreground[row],
            )
            for row, (index, frame, _) in enumerate(queue)
        }


def _checked_points(points: npt.ArrayLike, size: tuple[int, int]) -> Floats:
    xy = np.asarray(points, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ShapeError(f"points: expected shape (N, 2), got {xy.shape}")
    inside = (xy >= -0.5) & (xy <= np.asarray(size) - 0.5)
    if not inside.all():
        x, y = xy[~inside.all(1)][0]
        raise InputError(
            f"point ({x:g}, {y:g}) lies outside the source photo",
            why=f"the photo is {size[0]} x {size[1]} pixels",
        )
    return xy


def _check_same_network(first: Features, second: Features) -> None:
    if len(first.descriptors) != len(second.descriptors):
        raise ShapeError(
            f"features of {len(first.descriptors)} and {len(second.descriptors)} channels cannot "
            "be compared",
            why="they come from two networks",
        )


def _sample(layer: Tensor, cells: Floats) -> Floats:
    """Read a (h, w) layer at the nearest cells, (N,)."""
    column, row = np.rint(cells).astype(int).T
    values: Floats = layer.double().cpu().numpy()[row, column]
    return values
