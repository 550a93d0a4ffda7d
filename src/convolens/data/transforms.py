"""Transforms: changes made to a batch of images before the network sees it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from convolens.data.randomness import SampleRandom
from convolens.errors import ArgumentError

Images = NDArray[np.float32]


class Transform(ABC):
    """A change to a batch of images.

    What happens to an image depends on the seed, the epoch and the image alone: not on the
    batch that it is in, its place there, or the number of threads.
    """

    @abstractmethod
    def __call__(self, images: Images, random: SampleRandom) -> Images:
        """Return the changed images as a new array; ``images`` stays as it is.

        Args:
            images: float32 [B, C, H, W].
            random: The random numbers of these images.

        Returns:
            float32 [B, C, H, W] in channels-last memory.
        """


def transformed(images: Images, transforms: Sequence[Transform], random: SampleRandom) -> Images:
    """Return ``images`` after all ``transforms`` in turn, each with random numbers of its own.

    Example:
        >>> ones = np.ones((2, 1, 4, 4), np.float32)
        >>> random = SampleRandom(seed=0, epoch=0, indices=np.arange(2))
        >>> float(transformed(ones, [Normalize(0.5, 0.5), RandomHorizontalFlip()], random).mean())
        1.0
    """
    for stream, transform in enumerate(transforms):
        images = transform(images, random.with_stream(stream))
    return images


@final
@dataclass(frozen=True)
class Normalize(Transform):
    """Subtract a mean and divide by a standard deviation: y = (x - mean) / std.

    Args:
        mean: One number, or one for each channel, of pixel values from 0 to 1.
        std: Likewise; positive.

    Raises:
        ArgumentError: If a standard deviation is not positive, a number is not finite, or their
            count is not that of the channels.
    """

    mean: float | tuple[float, ...]
    std: float | tuple[float, ...]

    def __post_init__(self) -> None:
        mean, std = np.atleast_1d(self.mean), np.atleast_1d(self.std)
        if not np.isfinite(mean).all():
            raise ArgumentError(f"Normalize: mean is {self.mean}, but must be finite.")
        if not (np.isfinite(std).all() and (std > 0).all()):
            raise ArgumentError(f"Normalize: std is {self.std}, but must be finite and positive.")

    def __call__(self, images: Images, random: SampleRandom) -> Images:
        """Return the changed images, see :class:`Transform`."""
        mean, std = np.asarray(self.mean, np.float32), np.asarray(self.std, np.float32)
        channels = images.shape[1]
        for name, values in (("mean", mean), ("std", std)):
            if values.ndim and len(values) not in (1, channels):
                raise ArgumentError(
                    f"Normalize: {name} has {len(values)} numbers, but the images have "
                    f"{channels} {'channel' if channels == 1 else 'channels'}."
                )
        result = _channels_last(images) - mean
        result /= std
        return result.transpose(0, 3, 1, 2)


@final
@dataclass(frozen=True)
class RandomHorizontalFlip(Transform):
    """Mirror an image, left to right, with probability ``p``.

    Raises:
        ArgumentError: If ``p`` is outside 0 to 1.
    """

    p: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ArgumentError(f"RandomHorizontalFlip: p is {self.p}, outside 0 to 1.")

    def __call__(self, images: Images, random: SampleRandom) -> Images:
        """Return the changed images, see :class:`Transform`."""
        flipped = random.uniform() < self.p
        result = _channels_last(images).copy()
        result[flipped] = result[flipped, :, ::-1]
        return result.transpose(0, 3, 1, 2)


@final
@dataclass(frozen=True)
class RandomCrop(Transform):
    """Surround an image by ``padding`` zeros and cut a piece of its own size out of that.

    The usual augmentation of CIFAR-10, with padding 4. After :class:`Normalize`, zero is the mean.

    Args:
        padding: Pixels added on each side.

    Raises:
        ArgumentError: If ``padding`` is not a whole number from 0 up.

    Source: K. He et al., Deep Residual Learning for Image Recognition, 2015, section 4.2.
    """

    padding: int

    def __post_init__(self) -> None:
        _check_pixels("RandomCrop", "padding", self.padding)

    def __call__(self, images: Images, random: SampleRandom) -> Images:
        """Return the changed images, see :class:`Transform`."""
        return _moved(images, self.padding, random, repeat_edge=False)


@final
@dataclass(frozen=True)
class RandomShift(Transform):
    """Move an image by up to ``pixels`` down or up and right or left; its border is repeated.

    Unlike :class:`RandomCrop` it draws no black bars into a photograph.

    Raises:
        ArgumentError: If ``pixels`` is not a whole number from 0 up.
    """

    pixels: int

    def __post_init__(self) -> None:
        _check_pixels("RandomShift", "pixels", self.pixels)

    def __call__(self, images: Images, random: SampleRandom) -> Images:
        """Return the changed images, see :class:`Transform`."""
        return _moved(images, self.pixels, random, repeat_edge=True)


def _check_pixels(transform: str, argument: str, value: int) -> None:
    if not isinstance(value, int) or value < 0:
        raise ArgumentError(f"{transform}: {argument} is {value}, but is a number of pixels, 0 up.")


def _channels_last(images: Images) -> Images:
    """Return a view [B, H, W, C] without gaps, a copy only if memory is not channels-last."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def _moved(images: Images, reach: int, random: SampleRandom, *, repeat_edge: bool) -> Images:
    """Return images whose window of their own size lies anywhere in the padded image."""
    pixels = _channels_last(images)
    height, width = pixels.shape[1:3]
    margins = ((0, 0), (reach, reach), (reach, reach), (0, 0))
    padded = np.pad(pixels, margins, mode="edge" if repeat_edge else "constant")
    top = random.integers(0, 2 * reach, draw=0)
    left = random.integers(0, 2 * reach, draw=1)
    # windows[b, top, left] is a [C, H, W] view; its axes are put so that the copy is H, W, C.
    windows = sliding_window_view(padded, (height, width), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    result = windows[np.arange(len(padded)), top, left]
    return np.ascontiguousarray(result).transpose(0, 3, 1, 2)
