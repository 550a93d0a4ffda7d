"""Products of matrices, one pair and many."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from convolens import ops
from convolens.ops import Op, Sample
from convolens.spec import TensorSpec

Shape = tuple[int, ...]
WIDTHS = range(1, 36)
TURNS = tuple(itertools.product((False, True), repeat=2))
#: (M, N, K) of pairs: 600 columns are packed panel by panel.
SINGLE = (
    *((size, 5, 7) for size in WIDTHS),
    *((6, size, 3) for size in WIDTHS),
    *((4, 9, size) for size in WIDTHS),
    (29, 600, 11),
    (1, 513, 2),
    (1, 1, 600),
    (40, 70, 50),
)
#: The axes of pairs of the first operand, and of the second.
BATCHES: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)),
    ((3,), ()),
    ((), (3,)),
    ((1,), (3,)),
    ((2, 3), (2, 3)),
    ((2, 1), (3,)),
    ((2, 3), (1, 1)),
    ((), (2, 3)),
    ((2, 1, 3), (2, 1)),
)


def _sample(a: Shape, b: Shape, sizes: tuple[int, int, int], turns: tuple[bool, bool]) -> Sample:
    (m, n, k), (ta, tb) = sizes, turns
    left = TensorSpec((*a, *((k, m) if ta else (m, k))))
    right = TensorSpec((*b, *((n, k) if tb else (k, n))))
    return Sample(ops.Matmul(ta, tb), (left, right))


def _matmul() -> Iterator[Sample]:
    for sizes in SINGLE:
        for turns in TURNS:
            yield _sample((), (), sizes, turns)
    for a, b in BATCHES:
        for sizes in ((4, 5, 3), (1, 7, 1), (17, 1, 2), (33, 40, 35)):
            for turns in TURNS:
                yield _sample(a, b, sizes, turns)
    for size in WIDTHS:
        yield _sample((2,), (2,), (size, 3, 4), (False, False))
        yield _sample((2,), (2,), (3, size, 4), (False, True))


def _big() -> Iterable[Sample]:
    for sizes in ((300, 200, 150), (64, 700, 90), (1, 2000, 300), (500, 10, 400)):
        for turns in TURNS:
            yield _sample((), (), sizes, turns)
    yield _sample((8,), (8,), (100, 90, 64), (False, True))
    yield _sample((4, 4), (4, 1), (70, 50, 60), (False, False))


def _dot() -> Iterator[Sample]:
    for size in (*range(1, 70), 600, 1300):
        yield Sample(ops.Dot(), (TensorSpec((size,)),) * 2)


def _big_dot() -> Iterable[Sample]:
    return [Sample(ops.Dot(), (TensorSpec((300_001,)),) * 2)]


SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {ops.Matmul: _matmul, ops.Dot: _dot}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {ops.Matmul: _big, ops.Dot: _big_dot}
