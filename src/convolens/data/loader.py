"""Loader: the batches of an epoch, in a seeded order, read ahead by a thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import NoReturn, final

import numpy as np
from numpy.typing import NDArray

from convolens.data.dataset import Dataset, Images, Labels
from convolens.data.randomness import SampleRandom, shuffled
from convolens.data.transforms import Transform, transformed
from convolens.errors import ArgumentError, ArgumentTypeError

Batch = tuple[Images, Labels]


@final
class Loader:
    """Hands out a dataset in batches.

    Which images a batch holds, and what the transforms do to them, is a function of the seed, the
    epoch and the number of the batch. So an epoch can be taken up at any batch, bit for bit.

    Args:
        dataset: The images.
        batch_size: Images a batch; the last batch of an epoch may be smaller.
        shuffle: Whether each epoch has an order of its own, or all that of the dataset.
        seed: Fixes the order and the transforms.
        transforms: Changes made to each batch, in turn.
        drop_last: Whether a smaller last batch is left out.
        prefetch: How many batches a thread prepares ahead; 0 for no thread. By default 2, but 0
            for images that lie in memory and are not transformed: a thread would only take
            processor time from the one that trains.

    Raises:
        ArgumentError: If ``batch_size`` is less than 1 or ``prefetch`` is negative.
        ArgumentTypeError: If the dataset is none of this package.

    Example:
        >>> from convolens.data import load_digits
        >>> loader = Loader(load_digits().train, batch_size=100)
        >>> len(loader)
        15
        >>> images, labels = next(loader.epoch(0))
        >>> images.shape, labels.shape
        ((100, 1, 8, 8), (100,))
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 100,
        *,
        shuffle: bool = True,
        seed: int = 0,
        transforms: Sequence[Transform] = (),
        drop_last: bool = False,
        prefetch: int | None = None,
    ) -> None:
        if not isinstance(dataset, Dataset):
            raise ArgumentTypeError(
                f"Loader: the dataset is a {type(dataset).__name__}, no convolens.data.Dataset.",
                hint="convolens.utils.data.DataLoader takes whatever has len() and [i].",
            )
        if batch_size < 1:
            raise ArgumentError(f"batch_size is {batch_size}, but must be 1 or more.")
        if prefetch is None:
            prefetch = 0 if dataset.in_memory and not transforms else 2
        if prefetch < 0:
            raise ArgumentError(f"prefetch is {prefetch}, but must be 0 or more.")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.transforms = tuple(transforms)
        self.drop_last = drop_last
        self.prefetch = prefetch

    def __len__(self) -> int:
        """The number of batches of an epoch."""
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> NoReturn:
        """Say that it has epochs: which one is wanted is not to depend on what came before."""
        raise ArgumentTypeError(
            "Loader: which epoch is wanted?",
            hint="write `in loader.epoch(number)`, or take convolens.utils.data.DataLoader, each "
            "loop over which is an epoch.",
        )

    def order(self, number: int) -> NDArray[np.int64]:
        """Return the order of the images in epoch ``number``: indices into the dataset, [N]."""
        if self.shuffle:
            return shuffled(len(self.dataset), self.seed, number)
        return np.arange(len(self.dataset))

    def epoch(self, number: int, start_batch: int = 0) -> Iterator[Batch]:
        """Iterate over the batches of one epoch.

        Args:
            number: The epoch, from 0. The same number gives the same batches.
            start_batch: The first batch wanted, to go on where a run was stopped.

        Returns:
            Pairs of images, float32 [B, C, H, W] in channels-last memory, and labels, int64 [B].

        Raises:
            ArgumentError: If ``start_batch`` is outside 0 to ``len(self)``.
            DataError: While iterating, if an image turns out to be unreadable.
        """
        if not 0 <= start_batch <= len(self):
            raise ArgumentError(f"start_batch is {start_batch}, outside 0 to {len(self)}.")
        batches = self._batches(number, start_batch)
        return _ahead(batches, self.prefetch) if self.prefetch else batches

    def _batches(self, number: int, start_batch: int) -> Iterator[Batch]:
        order = self.order(number)
        for position in range(start_batch, len(self)):
            chosen = order[position * self.batch_size : (position + 1) * self.batch_size]
            images, labels = self.dataset.batch(chosen)
            random = SampleRandom(self.seed, number, chosen)
            yield transformed(images, self.transforms, random), labels


def _ahead(batches: Iterator[Batch], count: int) -> Iterator[Batch]:
    """Yield ``batches``, prepared up to ``count`` ahead by a thread that ends when this does."""
    ready: SimpleQueue[Batch | BaseException | None] = SimpleQueue()
    free = threading.Semaphore(count)
    stopped = threading.Event()

    def prepare() -> None:
        try:
            while free.acquire() and not stopped.is_set():
                batch = next(batches, None)
                ready.put(batch)
                if batch is None:
                    return
        # Whatever it is, it belongs to the consumer, who raises it again.
        except BaseException as error:
            ready.put(error)

    thread = threading.Thread(target=prepare, name="convolens-prefetch", daemon=True)
    thread.start()
    try:
        while (batch := ready.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            free.release()
            yield batch
    finally:
        stopped.set()
        free.release()
        # While the interpreter shuts down, daemon threads are frozen: waiting would never end.
        if not sys.is_finalizing():
            thread.join()
