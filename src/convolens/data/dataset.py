"""Dataset: labelled images that are handed out in batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from math import prod
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.backends.layout import empty
from convolens.backends.pixels import read_pixel_rows
from convolens.data.labels import as_labels, check_labels
from convolens.errors import ArgumentError, DataError, IndexRangeError
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, from_numpy

Images = NDArray[np.float32]
Labels = NDArray[np.int64]


class Dataset(ABC):
    """Labelled images, all of one size.

    ``dataset[i]`` is an image, float32 [C, H, W], and its label, so that a
    ``convolens.utils.data.DataLoader`` takes it; ``batch`` is the way to many at once.

    Attributes:
        name: What the data are called, for people.
        classes: The name of each class; label ``k`` means ``classes[k]``.
        labels: The label of every image, int64 [N], read-only.
        image_shape: (C, H, W) of one image.
        scale: The raw pixel value that becomes 1.0 in a batch: 255, or 16 for the bundled digits.
        in_memory: Whether a batch is a copy of memory, with nothing to read or decode.
    """

    name: str
    classes: tuple[str, ...]
    labels: Labels
    image_shape: tuple[int, int, int]
    scale: int
    in_memory: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        extents = "x".join(map(str, self.image_shape))
        return f"<{self.name}: {len(self):,} images of {extents} in {len(self.classes)} classes>"

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        images, labels = self._batch([index])
        return images[0], int(labels.numpy()[0])

    def _batch(self, indices: list[int]) -> list[Tensor]:
        """Return the images and labels that ``DataLoader`` hands out, where -1 is the last."""
        count = len(self)
        places = [index + count if -count <= index < 0 else index for index in indices]
        images, labels = self.batch(np.array(places, np.int64))
        return [from_numpy(images), from_numpy(labels)]

    def batch(self, indices: NDArray[np.integer[Any]]) -> tuple[Images, Labels]:
        """Return some images with their labels.

        Args:
            indices: Whole numbers [B], each from 0 to ``len(self) - 1``, in any order.

        Returns:
            The images, float32 [B, C, H, W] with pixel values from 0 to 1, whose memory is
            channels-last (N, H, W, C without gaps); the labels, int64 [B].

        Raises:
            ArgumentError: If the indices are not a row of whole numbers.
            IndexRangeError: If one is outside the dataset.
            DataError: If an image file turns out to be unreadable.
        """
        chosen = _checked_indices(indices, len(self), self.name)
        return self._pixels(chosen).transpose(0, 3, 1, 2), self.labels[chosen]

    def raw(self, index: int) -> tuple[NDArray[np.uint8], int]:
        """Return one image as it is stored, uint8 [H, W, C] from 0 to ``scale``, and its label.

        Raises:
            IndexRangeError: If ``index`` is outside the dataset.
        """
        chosen = int(_checked_indices(np.array([index]), len(self), self.name)[0])
        return self._stored(chosen), int(self.labels[chosen])

    @abstractmethod
    def _pixels(self, indices: Labels) -> Images:
        """Return the images at ``indices``, already checked, as a new float32 [B, H, W, C]."""

    @abstractmethod
    def _stored(self, index: int) -> NDArray[np.uint8]:
        """Return the image at ``index``, already checked, as a new uint8 [H, W, C]."""


@final
class ArrayDataset(Dataset):
    """Labelled images in memory.

    Args:
        images: uint8 from 0 to ``scale``, or float32 from 0 to 1; [N, H, W] or [N, H, W, C].
        labels: Whole numbers [N] from 0 to ``len(classes) - 1``.
        classes: The name of each class.
        name: What the data are called.
        scale: For uint8, the value that becomes 1.0.

    Raises:
        DataError: If the arrays do not fit each other, or a pixel is outside its range.
        IndexRangeError: If a label is outside the classes.

    Example:
        >>> blank = np.zeros((2, 8, 8), np.uint8)
        >>> data = ArrayDataset(blank, np.array([0, 1]), ("cat", "dog"), name="blank")
        >>> data
        <blank: 2 images of 1x8x8 in 2 classes>
        >>> data.batch(np.array([1]))[0].shape
        (1, 1, 8, 8)
    """

    def __init__(
        self,
        images: NDArray[np.uint8] | NDArray[np.float32],
        labels: NDArray[Any],
        classes: Iterable[str],
        *,
        name: str = "images",
        scale: int = 255,
    ) -> None:
        if images.ndim not in (3, 4) or images.dtype not in (np.uint8, np.float32):
            raise DataError(
                f"{name}: images are uint8 or float32 of shape [N, H, W] or [N, H, W, C].",
                [("images", f"{images.dtype}{list(images.shape)}", "")],
            )
        array = images if images.ndim == 4 else images[..., None]
        if 0 in array.shape[1:]:
            raise DataError(f"{name}: images of shape {list(array.shape[1:])} have no pixels.")
        if not 1 <= scale <= 255:
            raise ArgumentError(f"{name}: scale is {scale}, but a uint8 scale is 1 to 255.")
        self.name = name
        self.classes = tuple(classes)
        self.labels = as_labels(labels, len(array), name)
        check_labels(self.labels, self.classes, name)
        height, width, channels = array.shape[1:]
        self.image_shape = (channels, height, width)
        self.in_memory = True
        self._floats = array.dtype == np.float32
        self.scale = 255 if self._floats else scale
        _check_range(array, 1.0 if self._floats else scale, name)
        self._array = np.ascontiguousarray(array)

    def _pixels(self, indices: Labels) -> Images:
        if self._floats:
            return np.take(self._array, indices, axis=0)
        # A true division: the same float32 values as torchvision's ToTensor for scale 255.
        image = self._array.shape[1:]
        pixels = empty(TensorSpec((len(indices), prod(image))))
        rows = self._array.reshape(len(self), prod(image))
        read_pixel_rows(rows, np.ascontiguousarray(indices), pixels, self.scale)
        return pixels.reshape(len(indices), *image)

    def _stored(self, index: int) -> NDArray[np.uint8]:
        image = self._array[index] * self.scale if self._floats else self._array[index]
        stored: NDArray[np.uint8] = np.rint(image).astype(np.uint8)
        return stored


@final
class Subset(Dataset):
    """Some images of another dataset, in a stated order.

    Raises:
        IndexRangeError: If an index is outside the other dataset.

    Example:
        >>> blank = ArrayDataset(np.zeros((3, 8, 8), np.uint8), np.array([0, 1, 1]), "ab")
        >>> Subset(blank, np.array([2, 0])).labels
        array([1, 0])
    """

    def __init__(self, dataset: Dataset, indices: NDArray[np.integer[Any]]) -> None:
        self._dataset = dataset
        self._indices = _checked_indices(indices, len(dataset), dataset.name).copy()
        self.name = dataset.name
        self.classes = dataset.classes
        self.labels = dataset.labels[self._indices]
        self.labels.setflags(write=False)
        self.image_shape = dataset.image_shape
        self.scale = dataset.scale
        self.in_memory = dataset.in_memory

    def _pixels(self, indices: Labels) -> Images:
        return self._dataset._pixels(self._indices[indices])

    def _stored(self, index: int) -> NDArray[np.uint8]:
        return self._dataset._stored(int(self._indices[index]))


def _checked_indices(indices: NDArray[np.integer[Any]], count: int, name: str) -> Labels:
    array = np.asarray(indices)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ArgumentError(
            f"{name}: indices are a row of whole numbers.",
            [("indices", f"{array.dtype}{list(array.shape)}", "")],
        )
    whole = np.ascontiguousarray(array, np.int64)
    # Below zero is far above every count, without the sign.
    if whole.size and whole.view(np.uint64).max() >= count:
        outside = (array < 0) | (array >= count)
        raise IndexRangeError(
            f"{name}: index {array[outside.argmax()]} is outside 0 to {count - 1}.",
            [("images", count, "")],
        )
    return whole


def _check_range(array: NDArray[Any], largest: float, name: str) -> None:
    if not array.size:
        return
    low, high = array.min(), array.max()
    # The comparison is written so that it fails for NaN, too.
    if not (low >= 0 and high <= largest):
        raise DataError(
            f"{name}: pixel values run from {low:g} to {high:g}, outside 0 to {largest:g}.",
            hint="uint8 from 0 to 255, or floats from 0 to 1, are understood.",
        )
