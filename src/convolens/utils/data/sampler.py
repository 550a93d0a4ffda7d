"""Sampler: which samples come, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.tensor import randint, randperm

Item = TypeVar("Item", covariant=True)


class Sampler(Generic[Item]):
    """The numbers of samples, or lists of them; a class of one's own defines ``__iter__``."""

    def __iter__(self) -> Iterator[Item]:
        raise NotImplementedError(f"{type(self).__name__} defines no __iter__(self).")


class SequentialSampler(Sampler[int]):
    """0, 1, 2, ... for each sample.

    Example:
        >>> list(SequentialSampler("abc"))
        [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Numbers in an order that is drawn anew each time, see ``convolens.manual_seed``.

    Args:
        data_source: What has as many samples as ``len()`` says.
        replacement: Whether a number may come again before all have come.
        num_samples: How many numbers, by default one for each sample. Without replacement one order
            follows another until there are so many.
        generator: None: convolens has one sequence of random numbers.

    Raises:
        ArgumentError: If there are no samples, or ``num_samples`` is no whole number from 1, or a
            generator is given.
        ArgumentTypeError: If ``replacement`` is no truth value.

    Example:
        >>> sorted(RandomSampler("abcd"))
        [0, 1, 2, 3]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: None = None,
    ) -> None:
        refuse_generator("RandomSampler", generator)
        check_truth("RandomSampler: replacement", replacement, ArgumentTypeError)
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        check_count("RandomSampler: num_samples", self.num_samples)
        check_count("RandomSampler: the number of samples", len(data_source))

    @property
    def num_samples(self) -> int:
        """How many numbers come."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        count, left = len(self.data_source), self.num_samples
        if self.replacement:
            yield from randint(0, count, (left,)).tolist()
            return
        while left > 0 and count:
            yield from randperm(count).tolist()[:left]
            left -= count

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given numbers, in an order that is drawn anew each time.

    Example:
        >>> sorted(SubsetRandomSampler([7, 3]))
        [3, 7]
    """

    def __init__(self, indices: Sequence[int], generator: None = None) -> None:
        refuse_generator("SubsetRandomSampler", generator)
        self.indices = indices

    def __iter__(self) -> Iterator[int]:
        for place in randperm(len(self.indices)).tolist():
            yield self.indices[place]

    def __len__(self) -> int:
        return len(self.indices)


class BatchSampler(Sampler[list[int]]):
    """Lists of ``batch_size`` numbers of another sampler.

    Args:
        sampler: The numbers.
        batch_size: Numbers in a list; the last one may have fewer.
        drop_last: Whether a smaller last list is left out.

    Raises:
        ArgumentError: If ``batch_size`` is no whole number from 1, or ``drop_last`` no truth value.

    Example:
        >>> list(BatchSampler(range(5), 2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        check_count("batch_size", batch_size)
        check_truth("drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        numbers = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        full, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return full + (rest > 0 and not self.drop_last)


def check_count(name: str, value: Any, smallest: int = 1) -> None:
    """Refuse what is no whole number from ``smallest`` on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
        raise ArgumentError(f"{name} is {value!r}, but must be a whole number from {smallest} on.")


def check_truth(name: str, value: Any, error: type[ArgumentError] = ArgumentError) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise error(f"{name} is {value!r}, but must be True or False.")


def refuse_generator(name: str, generator: Any) -> None:
    """Refuse a generator of random numbers."""
    if generator is not None:
        raise ArgumentError(
            f"{name}: a generator is given, but convolens has one sequence of random numbers.",
            hint="leave generator out, and call convolens.manual_seed(seed) before.",
        )
