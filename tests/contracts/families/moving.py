"""Operators that only move numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from convolens import ops
from convolens.ops import Op, Sample
from convolens.spec import TensorSpec

WIDTHS = range(1, 36)


def _concat() -> Iterator[Sample]:
    for width in WIDTHS:
        for dim in range(4):
            shapes = [[2, 3, 2, 4], [2, 3, 2, 4]]
            shapes[1][dim] = width
            specs = tuple(TensorSpec(tuple(shape)) for shape in shapes)
            yield Sample(ops.Concat(dim), specs)


def _embed() -> Iterator[Sample]:
    for width in WIDTHS:
        shape = (2, width, 5, 6)
        bounds = ((0, 2, 1), (width // 3, width, 2), (1, 4, 1), (0, 6, 3))
        yield Sample(ops.Embed(bounds, shape), (ops.Slice(bounds).infer(TensorSpec(shape)),))


def _expand() -> Iterator[Sample]:
    for width in WIDTHS:
        shape = (2, width, 3, 5)
        for old in ((1, width, 1, 1), (2, 1, 3, 5), (2, width, 1, 5), (2, width, 3, 1), (5,), ()):
            yield Sample(ops.Expand(shape), (TensorSpec(old),))


def _big(*samples: Sample) -> Callable[[], Iterable[Sample]]:
    return lambda: samples


_IMAGE = TensorSpec((4, 70, 41, 40))

SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Concat: _concat,
    ops.Embed: _embed,
    ops.Expand: _expand,
}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Concat: _big(Sample(ops.Concat(1), (_IMAGE, _IMAGE))),
    ops.Embed: _big(
        Sample(
            ops.Embed(((0, 4, 1), (0, 70, 1), (1, 42, 1), (1, 41, 1)), (4, 70, 43, 42)), (_IMAGE,)
        )
    ),
    ops.Expand: _big(Sample(ops.Expand((4, 70, 41, 40)), (TensorSpec((70, 1, 1)),))),
}
