"""ImageFiles: labelled image files, decoded when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.data.dataset import Dataset, Images, Labels
from convolens.data.decode import decode, resized
from convolens.data.labels import as_labels, check_labels
from convolens.errors import DataError

_KEPT = 256 << 20


@final
class ImageFiles(Dataset):
    """Labelled image files, decoded when they are asked for.

    Up to 256 MB of pixels are kept once they are decoded, so that later epochs read no file.

    Args:
        paths: The files.
        labels: Whole numbers [N] from 0 to ``len(classes) - 1``.
        classes: The name of each class.
        name: What the data are called.
        image_shape: (C, H, W) of a batch's images; C is 1 or 3.
        stretch: Whether an image of another size is stretched to H and W, or refused.

    Raises:
        DataError: If paths and labels differ in number.
        IndexRangeError: If a label is outside the classes.
    """

    scale = 255

    def __init__(
        self,
        paths: Sequence[Path],
        labels: NDArray[Any],
        classes: Iterable[str],
        *,
        name: str,
        image_shape: tuple[int, int, int],
        stretch: bool = False,
    ) -> None:
        self.name = name
        self.paths = tuple(paths)
        self.classes = tuple(classes)
        self.labels = as_labels(labels, len(self.paths), name)
        check_labels(self.labels, self.classes, name)
        self.image_shape = image_shape
        self._stretch = stretch
        channels, height, width = image_shape
        self._shape = (height, width, channels)
        fits = len(self.paths) * height * width * channels <= _KEPT
        self._kept = np.empty((len(self.paths) if fits else 0, *self._shape), np.uint8)
        self._is_kept = np.zeros(len(self._kept), np.bool_)

    def _pixels(self, indices: Labels) -> Images:
        taken = np.empty((len(indices), *self._shape), np.uint8)
        for row, index in enumerate(indices):
            taken[row] = self._image(int(index))
        return np.divide(taken, np.float32(self.scale), dtype=np.float32)

    def _stored(self, index: int) -> NDArray[np.uint8]:
        return self._image(index).copy()

    def _image(self, index: int) -> NDArray[np.uint8]:
        if len(self._kept) and self._is_kept[index]:
            kept: NDArray[np.uint8] = self._kept[index]
            return kept
        path = self.paths[index]
        pixels = decode(path, self._shape[2])
        if self._stretch:
            pixels = resized(pixels, self._shape[:2])
        if pixels.shape != self._shape:
            raise DataError(
                f"{path.absolute()} is {pixels.shape[0]}x{pixels.shape[1]}, but was "
                f"{self._shape[0]}x{self._shape[1]} when the folder was opened.",
                hint="open the folder again.",
            )
        if len(self._kept):
            self._kept[index] = pixels
            self._is_kept[index] = True
        return pixels
