"""Operators that pick by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from convolens import ops
from convolens.ops import Array, Op, Sample
from convolens.spec import TensorSpec, int64

Shape = tuple[int, ...]
WIDTHS = range(1, 36)


def _calls() -> Iterator[tuple[Shape, int, int]]:
    """(shape, axis, how many are picked): every axis, every number of channels and of columns."""
    for width in WIDTHS:
        yield (2, width, 3, 2), 0, 3
        yield (2, width, 3, 2), 2, 4
        yield (5, width), 0, 7
        yield (3, width), 1, 4
    for dim in range(4):
        yield (3, 4, 2, 5), dim, 6
    yield (67,), 0, 200


def _resized(shape: Shape, dim: int, count: int) -> Shape:
    return (*shape[:dim], count, *shape[dim + 1 :])


def _select(shape: Shape, dim: int, count: int) -> Sample:
    specs = (TensorSpec(shape), TensorSpec((count,), int64))
    return Sample(ops.IndexSelect(dim), specs, below=shape[dim])


def _index_add(shape: Shape, dim: int, count: int) -> Sample:
    specs = (TensorSpec((count,), int64), TensorSpec(_resized(shape, dim, count)))
    return Sample(ops.IndexAdd(dim, shape[dim]), specs, below=shape[dim])


def _gather(shape: Shape, dim: int, count: int) -> Sample:
    specs = (TensorSpec(shape), TensorSpec(_resized(shape, dim, count), int64))
    return Sample(ops.Gather(dim), specs, below=shape[dim])


def _scatter(shape: Shape, dim: int, count: int) -> Sample:
    index = _resized(shape, dim, count)
    specs = (TensorSpec(index, int64), TensorSpec(index))
    return Sample(ops.ScatterAdd(dim, shape), specs, below=shape[dim])


def _whole(drawn: list[Array]) -> list[Array]:
    """Few different numbers, so that many are equal; some are not numbers."""
    x = np.round(drawn[0] * 2).astype(drawn[0].dtype)
    return [np.where(x == 3, x.dtype.type(np.nan), x)]


def _lines() -> Iterator[tuple[Shape, int]]:
    for width in (*WIDTHS, 67, 130):
        yield (3, width), 1
        yield (2, width, 3, 2), 1
    for dim in range(4):
        yield (3, 4, 2, 5), dim
    yield (50,), 0


def _argsort() -> Iterator[Sample]:
    for number, (shape, dim) in enumerate(_lines()):
        op = ops.ArgSort(dim, number % 2 == 0)
        yield Sample(op, (TensorSpec(shape),), prepare=_whole if number % 3 else None)


def _topk() -> Iterator[Sample]:
    for number, (shape, dim) in enumerate(_lines()):
        for count in {1, min(5, shape[dim]), min(64, shape[dim])}:
            op = ops.TopK(dim, count, number % 2 == 0)
            yield Sample(op, (TensorSpec(shape),), prepare=_whole if number % 3 else None)


def _big_lines(op: Op) -> Callable[[], Iterable[Sample]]:
    return lambda: [Sample(op, (TensorSpec((900, 401)),))]


Make = Callable[[Shape, int, int], Sample]


def _small(make: Make) -> Callable[[], Iterable[Sample]]:
    return lambda: [make(*call) for call in _calls()]


def _big(make: Make) -> Callable[[], Iterable[Sample]]:
    return lambda: [
        make((16, 37, 30, 31), 0, 20),
        make((16, 37, 30, 31), 1, 40),
        make((700, 301), 0, 900),
    ]


MAKES: dict[type[Op], Make] = {
    ops.IndexSelect: _select,
    ops.IndexAdd: _index_add,
    ops.Gather: _gather,
    ops.ScatterAdd: _scatter,
}
SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    **{operator: _small(make) for operator, make in MAKES.items()},
    ops.ArgSort: _argsort,
    ops.TopK: _topk,
}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    **{operator: _big(make) for operator, make in MAKES.items()},
    ops.ArgSort: _big_lines(ops.ArgSort(1, True)),
    ops.TopK: _big_lines(ops.TopK(1, 10)),
}
