"""Poolings: windows that slide or share out an image, on one, two or three axes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Op, Sample
from convolens.ops._op import shared
from convolens.ops.lp_pool import LPPoolGeometry
from convolens.ops.max_unpool import different
from convolens.spec import TensorSpec, int64

#: Beyond two registers of the widest instruction set, and beyond a block of 64 channels.
WIDTHS = (*range(1, 36), 63, 64, 65, 130)
_SEED = 20240229

Windows = tuple[
    tuple[int, ...], tuple[int, ...], tuple[tuple[int, int], ...], tuple[int, ...], bool
]


def _windows(dilated: bool) -> Iterator[tuple[Windows, TensorSpec]]:
    """Every number of channels, with windows of all kinds."""
    random = np.random.default_rng(_SEED)

    def pick(*values: int) -> int:
        return int(random.choice(values))

    for channels in WIDTHS:
        rank = pick(1, 2, 2, 2, 3)
        kernel = tuple(pick(1, 2, 3, 4) for _ in range(rank))
        dilation = tuple(pick(1, 1, 3) if dilated else 1 for _ in range(rank))
        extents = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
        padding = tuple((pick(*range(k // 2 + 1)), pick(*range(k // 2 + 1))) for k in kernel)
        stride = kernel if pick(0, 1) else tuple(pick(1, 2, 4) for _ in range(rank))
        sizes = [
            max(1, e - sum(p)) + pick(0, 1, 2, 5) for e, p in zip(extents, padding, strict=True)
        ]
        windows = (kernel, stride, padding, dilation, bool(pick(0, 1)))
        yield windows, TensorSpec((2, channels, *sizes))
    for size in (2, 3):  # the unrolled windows, tiling and overlapping
        for stride in (1, 2, 3):
            plain = ((size, size), (stride, stride), ((0, 0), (0, 0)), (1, 1), False)
            for channels in (1, 2, 3, 16, 33):
                yield plain, TensorSpec((1, channels, 6, 12))


def _shares() -> Iterator[tuple[tuple[int, ...], TensorSpec]]:
    """Every number of channels, with an image divided evenly, unevenly, or into more than it is."""
    random = np.random.default_rng(_SEED)
    for channels in WIDTHS:
        rank = int(random.choice((1, 2, 2, 3)))
        outputs = tuple(int(random.integers(1, 6)) for _ in range(rank))
        sizes = tuple(int(random.integers(1, 10)) for _ in range(rank))
        yield outputs, TensorSpec((2, channels, *sizes))
    for channels in (1, 5, 40):
        yield (1, 1), TensorSpec((2, channels, 7, 9))


def _largest(operator: type[Any], adaptive: bool, with_output: bool) -> Iterator[Sample]:
    cases = ((operator(s), x) for s, x in _shares()) if adaptive else _sliding(operator)
    for op, x in cases:
        y = TensorSpec(op.output_shape(x))
        yield Sample(op, (x, y) if with_output else (x,))


def _sliding(operator: type[Any]) -> Iterator[tuple[Any, TensorSpec]]:
    return ((operator(*windows), x) for windows, x in _windows(dilated=True))


def _averages() -> Iterator[tuple[ops.AvgPool, TensorSpec]]:
    divisors = ((True, None), (False, None), (True, 3), (True, None))
    for number, (windows, x) in enumerate(_windows(dilated=False)):
        yield ops.AvgPool(*windows, *divisors[number % len(divisors)]), x


def _avg_pool() -> Iterator[Sample]:
    return (Sample(op, (x,)) for op, x in _averages())


def _avg_pool_grad() -> Iterator[Sample]:
    for op, x in _averages():
        yield Sample(op.spreading(x.shape[2:]), (TensorSpec(op.output_shape(x)),))


def _adaptive_avg_pool() -> Iterator[Sample]:
    return (Sample(ops.AdaptiveAvgPool(outputs), (x,)) for outputs, x in _shares())


def _adaptive_avg_pool_grad() -> Iterator[Sample]:
    for outputs, x in _shares():
        op = ops.AdaptiveAvgPool(outputs)
        yield Sample(op.spreading(x.shape[2:]), (TensorSpec(op.output_shape(x)),))


def _positive(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [np.abs(array) + array.dtype.type(0.1) for array in arrays]


def _positive_image(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [*_positive(arrays[:1]), *arrays[1:]]


def _powers() -> Iterator[tuple[ops.LPPool, TensorSpec]]:
    norms = (1.0, 2.0, 3.0, 16.0, 17.0, 2.5, -1.0, -2.5, 0.5)
    for number, (windows, x) in enumerate(_windows(dilated=False)):
        yield ops.LPPool(*windows, norms[number % len(norms)]), x


def _lp_pool() -> Iterator[Sample]:
    return (Sample(op, (x,), prepare=_positive) for op, x in _powers())


def _lp_pool_grad() -> Iterator[Sample]:
    for op, x in _powers():
        y = TensorSpec(op.output_shape(x))
        back = ops.LPPoolGrad(**shared(op, LPPoolGeometry))
        yield Sample(back, (x, y), prepare=_positive_image)


def _places() -> Iterator[tuple[tuple[int, ...], TensorSpec, TensorSpec]]:
    random = np.random.default_rng(_SEED)
    for channels in WIDTHS:
        rank = int(random.choice((1, 2, 2, 3)))
        pooled = tuple(int(random.integers(1, 4)) for _ in range(rank))
        sizes = tuple(size + int(random.integers(0, 4)) for size in pooled)
        shape = (2, channels, *pooled)
        yield sizes, TensorSpec(shape), TensorSpec(shape, int64)


def _unpool_sample(op: ops.MaxUnpool, x: TensorSpec, indices: TensorSpec) -> Sample:
    return Sample(op, (x, indices), prepare=lambda a: different(1, op.sizes, a))


def _unpool_grad_sample(sizes: tuple[int, ...], indices: TensorSpec) -> Sample:
    g = TensorSpec((*indices.shape[:2], *sizes))
    op = ops.MaxUnpoolGrad(sizes)
    return Sample(op, (indices, g), prepare=lambda a: different(0, sizes, a))


def _max_unpool() -> Iterator[Sample]:
    for sizes, x, indices in _places():
        yield _unpool_sample(ops.MaxUnpool(sizes), x, indices)
        # Several numbers for one place are added up.
        yield Sample(ops.MaxUnpool(sizes, accumulate=True), (x, indices), below=prod(sizes))


def _max_unpool_grad() -> Iterator[Sample]:
    for sizes, _, indices in _places():
        yield _unpool_grad_sample(sizes, indices)
        yield Sample(ops.MaxUnpoolGrad(sizes), _unpool_grad_sample(sizes, indices).specs, 1)


def _big_windows() -> Iterator[tuple[Windows, TensorSpec]]:
    for kernel, stride in ((2, 2), (3, 2), (3, 1)):
        window = ((kernel,) * 2, (stride,) * 2, ((1, 1), (1, 0)), (1, 1), False)
        yield window, TensorSpec((2, 130, 25, 27))
    deep = ((2, 3, 3), (2, 2, 2), ((0, 0), (1, 1), (1, 1)), (1, 1, 1), True)
    yield deep, TensorSpec((2, 20, 8, 17, 19))
    yield ((3,), (2,), ((1, 1),), (1,), False), TensorSpec((2, 64, 500))


_BIG_SHARES = (
    ((7, 5), TensorSpec((2, 130, 25, 27))),
    ((1, 1), TensorSpec((4, 256, 14, 14))),
    ((2, 3, 4), TensorSpec((2, 20, 8, 17, 19))),
)
_BIG_PLACES = (TensorSpec((2, 70, 20, 20)), TensorSpec((2, 70, 20, 20), int64))


def _big(operator: type[Any]) -> Iterator[Sample]:
    if operator in (ops.MaxUnpool, ops.MaxUnpoolGrad):
        if operator is ops.MaxUnpool:
            yield _unpool_sample(ops.MaxUnpool((40, 40)), *_BIG_PLACES)
        else:
            yield _unpool_grad_sample((40, 40), _BIG_PLACES[1])
        return
    cases: Iterable[tuple[Any, TensorSpec]]
    if operator.name.startswith("adaptive"):
        cases = ((operator(outputs), x) for outputs, x in _BIG_SHARES)
    else:
        cases = ((operator(*windows), x) for windows, x in _big_windows())
    for op, x in cases:
        y = TensorSpec(op.output_shape(x))
        if operator in (ops.AvgPoolGrad, ops.AdaptiveAvgPoolGrad):
            yield Sample(op.spreading(x.shape[2:]), (y,))
        elif operator is ops.LPPoolGrad:
            yield Sample(op, (x, y), prepare=_positive_image)
        elif operator is ops.LPPool:
            yield Sample(op, (x,), prepare=_positive)
        else:
            routed = operator in (ops.MaxPoolGrad, ops.AdaptiveMaxPoolGrad)
            yield Sample(op, (x, y) if routed else (x,))


SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.MaxPool: lambda: _largest(ops.MaxPool, adaptive=False, with_output=False),
    ops.MaxPoolIndices: lambda: _largest(ops.MaxPoolIndices, adaptive=False, with_output=False),
    ops.MaxPoolGrad: lambda: _largest(ops.MaxPoolGrad, adaptive=False, with_output=True),
    ops.AdaptiveMaxPool: lambda: _largest(ops.AdaptiveMaxPool, adaptive=True, with_output=False),
    ops.AdaptiveMaxPoolIndices: lambda: _largest(
        ops.AdaptiveMaxPoolIndices, adaptive=True, with_output=False
    ),
    ops.AdaptiveMaxPoolGrad: lambda: _largest(
        ops.AdaptiveMaxPoolGrad, adaptive=True, with_output=True
    ),
    ops.AvgPool: _avg_pool,
    ops.AvgPoolGrad: _avg_pool_grad,
    ops.AdaptiveAvgPool: _adaptive_avg_pool,
    ops.AdaptiveAvgPoolGrad: _adaptive_avg_pool_grad,
    ops.LPPool: _lp_pool,
    ops.LPPoolGrad: _lp_pool_grad,
    ops.MaxUnpool: _max_unpool,
    ops.MaxUnpoolGrad: _max_unpool_grad,
}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    operator: lambda operator=operator: _big(operator)  # type: ignore[misc]
    for operator in SMALL
}
