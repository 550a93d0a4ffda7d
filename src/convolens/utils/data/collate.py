"""Samples become a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convolens.errors import ArgumentTypeError, ShapeError
from convolens.spec import float64
from convolens.tensor import Tensor, as_tensor, from_numpy, stack, tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Return the batch of some samples that are built alike.

    Tensors and NumPy arrays of one shape become a tensor with the samples as its first axis;
    numbers become a tensor (whole ones int64, others float64, NumPy's their own type); texts stay
    as they are. Of tuples and lists a list is made, with a batch for each place; of dictionaries
    and named tuples one of their own kind, with a batch for each key.

    Raises:
        ShapeError: If arrays differ in shape, or tuples in length.
        ArgumentTypeError: If a sample is something else, or samples of different kinds meet.

    Example:
        >>> default_collate([(1, "one"), (2, "two")])
        [tensor([1, 2]), ('one', 'two')]
    """
    first = batch[0]
    if isinstance(first, Tensor | np.ndarray):
        return _stacked(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, np.generic):
        return from_numpy(np.array(batch))
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([item[key] for item in batch]) for key in first})
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise ShapeError(
                "default_collate: the samples have different lengths.",
                [("lengths", [len(sample) for sample in batch], "")],
                hint="give a collate_fn that pads them, or keeps them as a list.",
            )
        places = [default_collate(place) for place in zip(*batch, strict=True)]
        return _row(first, places)
    raise ArgumentTypeError(
        f"default_collate: a sample holds {_kind(first)}, but must hold tensors, NumPy arrays, "
        "numbers, texts, tuples, lists or dictionaries.",
        hint="give a collate_fn that makes a batch of such samples.",
    )


def default_convert(data: Any) -> Any:
    """Return a sample with its NumPy arrays as tensors: what ``batch_size=None`` hands out.

    Example:
        >>> default_convert((np.arange(2), "two"))
        [tensor([0, 1]), 'two']
    """
    if isinstance(data, np.ndarray | np.generic):
        return data if data.dtype.kind in "USO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _row(data, [default_convert(value) for value in data])
    return data


def collated(dataset: Any, indices: list[int]) -> Any:
    """Return ``default_collate`` of some samples, in one step where the dataset can."""
    at_once = _at_once(type(dataset))
    return at_once(dataset, indices) if at_once else default_collate(samples(dataset, indices))


def samples(dataset: Any, indices: list[int]) -> Sequence[Any]:
    """Return some samples as a list."""
    if hasattr(dataset, "__getitems__"):
        found: Sequence[Any] = dataset.__getitems__(indices)
        return found
    return [dataset[index] for index in indices]


def _at_once(kind: type) -> Callable[[Any, list[int]], Any] | None:
    """Return ``_batch`` of the class that says what ``[i]`` is: a subclass may say otherwise."""
    for base in kind.__mro__:
        if "__getitem__" in vars(base) or "__getitems__" in vars(base):
            return vars(base).get("_batch")
    return None


def _stacked(batch: Sequence[Any]) -> Tensor:
    kind = Tensor if isinstance(batch[0], Tensor) else np.ndarray
    for sample in batch:
        if not isinstance(sample, kind):
            raise ArgumentTypeError(
                f"default_collate: {_kind(batch[0])} and {_kind(sample)} are in one place."
            )
    shapes = [tuple(sample.shape) for sample in batch]
    if len(set(shapes)) > 1:
        other = next(i for i, shape in enumerate(shapes) if shape != shapes[0])
        raise ShapeError(
            "default_collate: the samples have different shapes.",
            [("sample 0", list(shapes[0]), ""), (f"sample {other}", list(shapes[other]), "")],
            hint="bring them to one shape, or give a collate_fn.",
        )
    return stack(batch) if kind is Tensor else from_numpy(np.stack(batch))


def _like(first: Mapping[Any, Any], values: dict[Any, Any]) -> Any:
    """Return ``values`` as the kind of mapping that ``first`` is, if that can be made of them."""
    if type(first) is dict:
        return values
    try:
        return type(first)(values)  # type: ignore[call-arg]
    except TypeError:
        return values


def _row(first: Sequence[Any], values: list[Any]) -> Any:
    """Return ``values`` as a list, or as the named tuple that ``first`` is."""
    return type(first)(*values) if hasattr(first, "_fields") else values


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"a NumPy array of {value.dtype}"
    return "None" if value is None else f"a {type(value).__name__}"
