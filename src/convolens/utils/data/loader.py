"""DataLoader: the batches of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.utils.data.collate import collated, default_collate, default_convert, samples
from convolens.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
    check_count,
    refuse_generator,
)


class DataLoader:
    """Hands out a dataset in batches; each ``iter()`` is an epoch.

    Args:
        dataset: What has ``len()`` and ``[i]``.
        batch_size: Samples in a batch; the last one may have fewer. None hands out samples.
        shuffle: Whether each epoch has an order of its own, drawn from the numbers that
            ``convolens.manual_seed`` begins.
        sampler: The numbers of the samples, in the order wanted, instead of ``shuffle``.
        batch_sampler: Lists of them, instead of all these and ``drop_last``.
        num_workers: Any number from 0: **batches are loaded in this process, when they are asked
            for**, whatever it is. Batches are the same with any number of processes, and kernels
            keep all cores busy. ``convolens.data.Loader`` reads image files ahead in a thread.
        collate_fn: Makes a batch of a list of samples; by default ``default_collate``.
        pin_memory: No matter: all memory is the processor's.
        drop_last: Whether a smaller last batch is left out.
        timeout: Like ``worker_init_fn``, ``multiprocessing_context``, ``prefetch_factor``,
            ``persistent_workers``, ``pin_memory_device`` and ``in_order`` about processes or
            memory that are not there, and no matter.
        worker_init_fn: See ``timeout``; it is not called, as with no workers in torch.
        multiprocessing_context: See ``timeout``.
        generator: None: convolens has one sequence of random numbers.
        prefetch_factor: See ``timeout``.
        persistent_workers: See ``timeout``.
        pin_memory_device: See ``timeout``.
        in_order: See ``timeout``.

    Raises:
        ArgumentError: If arguments exclude each other, a number is out of range, a generator is
            given, or an empty dataset is shuffled.
        ArgumentTypeError: If the dataset has no ``[i]``.

    Example:
        >>> from convolens.data import load_digits
        >>> loader = DataLoader(load_digits().train, batch_size=64, shuffle=True)
        >>> images, labels = next(iter(loader))
        >>> len(loader), images.shape, labels.dtype
        (23, (64, 1, 8, 8), dtype('int64'))
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        refuse_generator("DataLoader", generator)
        check_count("DataLoader: num_workers", num_workers, 0)
        if not hasattr(dataset, "__getitem__"):
            raise ArgumentTypeError(
                f"DataLoader: the dataset is a {type(dataset).__name__}, which has no [i].",
                hint="derive it from convolens.utils.data.Dataset, or make a list of it.",
            )
        if sampler is not None and shuffle:
            raise ArgumentError("DataLoader: a sampler and shuffle=True are given; it is one.")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ArgumentError(
                    "DataLoader: a batch_sampler says what batch_size, shuffle, sampler and "
                    "drop_last would say.",
                    hint="leave these out.",
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ArgumentError("DataLoader: drop_last=True, but batch_size=None makes no batches.")
        if sampler is None:
            sampler = RandomSampler(dataset) if shuffle else SequentialSampler(dataset)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[Any]:
        if self.batch_sampler is None:
            for index in self.sampler:
                yield self.collate_fn(self.dataset[index])
            return
        for indices in self.batch_sampler:
            if self.collate_fn is default_collate:
                yield collated(self.dataset, list(indices))
            else:
                yield self.collate_fn(samples(self.dataset, list(indices)))

    def __len__(self) -> int:
        """The number of batches of an epoch."""
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]
