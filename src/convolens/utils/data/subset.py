"""Some samples of a dataset, chosen or drawn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import accumulate
from math import floor, isclose
from typing import Any

from convolens.errors import ArgumentError
from convolens.tensor import randperm
from convolens.utils.data.collate import collated
from convolens.utils.data.dataset import Dataset
from convolens.utils.data.sampler import refuse_generator


class Subset(Dataset[Any]):
    """The samples of a dataset at ``indices``, in that order.

    Example:
        >>> Subset("abc", [2, 0])[0]
        'c'
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)

    def _batch(self, indices: list[int]) -> Any:
        """Return what ``default_collate`` makes of the samples."""
        return collated(self.dataset, [self.indices[i] for i in indices])


def random_split(
    dataset: Any, lengths: Sequence[int | float], generator: None = None
) -> list[Subset]:
    """Share the samples out to subsets, in an order that is drawn.

    Args:
        dataset: What has ``len()`` and ``[i]``.
        lengths: Samples of each subset; or shares whose sum is 1, which are rounded down, and what
            is left goes to the first ones, one each.
        generator: None: see ``convolens.manual_seed``.

    Raises:
        ArgumentError: If a length is negative, their sum is not that of the dataset, or a generator
            is given.

    Example:
        >>> [len(part) for part in random_split(range(10), [0.75, 0.25])]
        [8, 2]
    """
    refuse_generator("random_split", generator)
    count = len(dataset)
    if any(length < 0 for length in lengths):
        raise ArgumentError(f"random_split: the lengths are {list(lengths)}; one is negative.")
    if isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = [floor(count * share) for share in lengths]
        left = count - sum(lengths)
        lengths = [
            length + left // len(lengths) + (i < left % len(lengths))
            for i, length in enumerate(lengths)
        ]
        for i, length in enumerate(lengths):
            if not length:
                warnings.warn(f"random_split: subset {i} is empty.", stacklevel=2)
    if sum(lengths) != count:
        raise ArgumentError(
            f"random_split: the lengths sum up to {sum(lengths)}, but there are {count} samples.",
            [("lengths", list(lengths), "")],
            hint="shares, such as [0.8, 0.2], must have the sum 1.",
        )
    order, sizes = randperm(count).tolist(), [int(length) for length in lengths]
    return [
        Subset(dataset, order[end - size : end])
        for end, size in zip(accumulate(sizes), sizes, strict=True)
    ]
