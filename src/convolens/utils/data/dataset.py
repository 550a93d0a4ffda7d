"""Dataset: samples by their number, ``dataset[i]``, from tensors or from other datasets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Generic, TypeVar

from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.tensor import Tensor

Sample = TypeVar("Sample", covariant=True)


class Dataset(Generic[Sample]):
    """Samples by their number; a class of one's own defines ``__getitem__`` and ``__len__``.

    Anything with ``len()`` and ``[i]`` will do for a ``DataLoader``, such as a list or
    ``convolens.data.load_digits().train``. A class may also define ``__getitems__(indices)``, which
    returns the samples of a batch as a list.

    Example:
        >>> class Squares(Dataset[int]):
        ...     def __len__(self) -> int:
        ...         return 4
        ...     def __getitem__(self, index: int) -> int:
        ...         return index * index
        >>> Squares()[3], len(Squares() + Squares())
        (9, 8)
    """

    def __getitem__(self, index: Any) -> Sample:
        raise NotImplementedError(f"{type(self).__name__} defines no __getitem__(self, index).")

    def __add__(self, other: Any) -> ConcatDataset:
        """Return the samples of this dataset, then those of another."""
        return ConcatDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """The rows of tensors: sample ``i`` is ``(tensor[i] for each tensor)``.

    Raises:
        ShapeError: If the tensors differ in the extent of their first axis, or one has none.

    Example:
        >>> from convolens.tensor import arange
        >>> TensorDataset(arange(3), arange(3) * 10)[2]
        (tensor(2), tensor(20))
    """

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [tensor.shape[0] if tensor.ndim else None for tensor in tensors]
        if None in lengths or len(set(lengths)) != 1:
            raise ShapeError(
                "TensorDataset: needs tensors with as many rows each.",
                [(f"tensor {i}", list(t.shape), "") for i, t in enumerate(tensors)],
                hint="the first axis counts the samples.",
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def _batch(self, indices: list[int]) -> list[Tensor]:
        """Return what ``default_collate`` makes of the samples, in one step."""
        return [tensor[indices] for tensor in self.tensors]


class ConcatDataset(Dataset[Any]):
    """The samples of several datasets, one after the other.

    Raises:
        ArgumentError: If there is no dataset.

    Example:
        >>> both = ConcatDataset(["ab", "cde"])
        >>> len(both), both[1], both[2], both[-1]
        (5, 'b', 'c', 'e')
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ArgumentError("ConcatDataset: there is no dataset.")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexRangeError(f"ConcatDataset: there is no sample {index} of {len(self)}.")
        number = bisect_right(self.cumulative_sizes, place)
        before = self.cumulative_sizes[number - 1] if number else 0
        return self.datasets[number][place - before]
