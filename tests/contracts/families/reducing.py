"""Operators that make one number of many, or work along one axis."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from math import inf, prod

import numpy as np

from convolens import ops
from convolens.ops import Array, Op, Sample
from convolens.ops.sum import reduced
from convolens.spec import TensorSpec

WIDTHS = range(1, 36)
Shape = tuple[int, ...]
Make = Callable[[tuple[int, ...], bool], Op]


def _groups() -> Iterator[tuple[Shape, tuple[int, ...]]]:
    """All sets of axes, rows of every length, and columns of every number."""
    for shape in ((2, 17, 3, 5), (1, 1, 4, 2), (5, 33), (7,), (2, 3, 4), (2, 3, 2, 3, 2)):
        for count in range(len(shape) + 1):
            for axes in itertools.combinations(range(len(shape)), count):
                yield shape, axes
    for size in (*range(1, 70), 129, 300):
        yield (size,), (0,)
        yield (19, size), (1,)
    for width in WIDTHS:
        yield (3, width), (0,)
        yield (2, width, 3, 2), (2, 3)
    yield (2, 70, 3, 2), (0, 2, 3)


def _reductions(make: Make) -> Callable[[], Iterator[Sample]]:
    def samples() -> Iterator[Sample]:
        for number, (shape, axes) in enumerate(_groups()):
            yield Sample(make(axes, number % 3 == 0), (TensorSpec(shape),))

    return samples


def _varied(make: Make) -> Callable[[], Iterator[Sample]]:
    """Those of more than one number."""

    def samples() -> Iterator[Sample]:
        for sample in _reductions(make)():
            if prod(sample.specs[0].shape[axis] for axis in sample.op.axes) > 1:  # type: ignore[attr-defined]
                yield sample

    return samples


def _norm(order: float) -> Make:
    return lambda axes, keepdim: ops.Norm(axes, keepdim, order)


def _norms() -> Iterator[Sample]:
    for order in (1.0, 2.0, inf):
        yield from itertools.islice(_reductions(_norm(order))(), None, None, 2)


def _whole(drawn: list[Array]) -> list[Array]:
    """Few different numbers, so that many are equal."""
    return [np.round(drawn[0]).astype(drawn[0].dtype)]


def _places(make: Callable[[int, bool], Op]) -> Callable[[], Iterator[Sample]]:
    def samples() -> Iterator[Sample]:
        for number, (shape, axes) in enumerate(_groups()):
            if len(axes) == 1:
                op = make(axes[0], number % 2 == 0)
                yield Sample(op, (TensorSpec(shape),), prepare=_whole if number % 3 else None)
        yield Sample(make(0, False), (TensorSpec((1000,)),), prepare=_whole)

    return samples


def _shares(
    op: Callable[[tuple[int, ...]], Op], group: Callable[[tuple[int, ...]], Op]
) -> Iterator[Sample]:
    for shape, axes in itertools.islice(_groups(), None, None, 2):
        y = TensorSpec(reduced(shape, axes, keepdim=True))

        def prepare(drawn: list[Array], axes: tuple[int, ...] = axes) -> list[Array]:
            x = np.round(drawn[0] * 2).astype(drawn[0].dtype)
            return [x, group(axes).reference(x), drawn[2]]

        yield Sample(op(axes), (TensorSpec(shape), y, y), prepare=prepare)


def _extreme_grad() -> Iterator[Sample]:
    yield from _shares(ops.ExtremeGrad, lambda axes: ops.AMax(axes, True))


def _norm_grad() -> Iterator[Sample]:
    for order in (1.0, 2.0):
        yield from _shares(
            lambda axes, order=order: ops.NormGrad(axes, order),  # type: ignore[misc]
            lambda axes, order=order: ops.Norm(axes, True, order),  # type: ignore[misc]
        )


def _factors(drawn: list[Array]) -> list[Array]:
    """Numbers of both signs near 1, so that products stay in range; in some products zeros."""
    x = drawn[0]
    factors = np.exp(x / 20) * np.where(x < -0.5, -1, 1)
    factors.reshape(-1)[::97] = 0
    if x.size % 3 == 0:
        factors.reshape(-1)[::89] = 0
    return [factors.astype(x.dtype), *drawn[1:]]


def _products() -> Iterator[Sample]:
    for sample in _reductions(ops.Prod)():
        yield Sample(sample.op, sample.specs, prepare=_factors)


def _product_grads() -> Iterator[Sample]:
    for shape, axes in _groups():
        g = TensorSpec(reduced(shape, axes, keepdim=True))
        yield Sample(ops.ProdGrad(axes), (TensorSpec(shape), g), prepare=_factors)


def _big_products() -> Iterator[Sample]:
    for sample in _big_reductions(ops.Prod)():
        yield Sample(sample.op, sample.specs, prepare=_factors)


def _big_product_grads() -> Iterator[Sample]:
    for sample in _big_reductions(ops.Prod)():
        axes, (x,) = sample.op.axes, sample.specs  # type: ignore[attr-defined]
        g = TensorSpec(reduced(x.shape, axes, keepdim=True))
        yield Sample(ops.ProdGrad(axes), (x, g), prepare=_factors)


def _along(operator: Callable[[int], Op], prepare: Callable[[int], Op] | None, inputs: int):
    """Every length along every axis; the first input may be another operator's output."""

    def samples() -> Iterator[Sample]:
        for length in (*range(1, 68), 200):
            yield sample((3, length), 1)
        for width in WIDTHS:
            yield sample((2, width, 3, 2), 1)
            yield sample((3, width), 0)
            yield sample((2, 3, width, 4), 2)
            yield sample((2, 3, 4, width), 3)
        for dim in range(5):
            yield sample((2, 3, 4, 2, 3), dim)
        yield sample((19,), 0)
        yield sample((2, 3, 70), 0)

    def sample(shape: Shape, dim: int) -> Sample:
        def made(drawn: list[Array]) -> list[Array]:
            assert prepare is not None
            return [prepare(dim).reference(drawn[0]), *drawn[1:]]

        specs = (TensorSpec(shape),) * inputs
        return Sample(operator(dim), specs, prepare=made if prepare else None)

    return samples


def _cumulative() -> Iterator[Sample]:
    yield from _along(ops.CumSum, None, 1)()
    yield from itertools.islice(_along(lambda d: ops.CumSum(d, True), None, 1)(), None, None, 4)


def _big_reductions(make: Make, most: int = 6) -> Callable[[], Iterable[Sample]]:
    calls: tuple[tuple[Shape, tuple[int, ...]], ...] = (
        ((8, 64, 50, 50), (0, 2, 3)),
        ((8, 64, 50, 50), (0, 1, 2, 3)),
        ((8, 64, 50, 50), (1,)),
        ((8, 64, 50, 50), (0,)),
        ((300_001,), (0,)),
        ((700, 900), (1,)),
    )
    return lambda: [Sample(make(axes, False), (TensorSpec(shape),)) for shape, axes in calls[:most]]


def _big_places(make: Callable[[int], Op]) -> Callable[[], Iterable[Sample]]:
    return lambda: [
        Sample(make(dim), (TensorSpec(shape),))
        for shape, dim in (((8, 64, 50, 51), 1), ((8, 64, 50, 51), 2), ((700, 901), 1))
    ]


def _big_along(
    operator: Callable[[int], Op], prepare: Callable[[int], Op] | None, inputs: int
) -> Callable[[], Iterable[Sample]]:
    def samples() -> Iterator[Sample]:
        for shape, dim in (((3000, 37), 1), ((4, 50, 20, 19), 1), ((4, 50, 21, 19), 2)):

            def made(drawn: list[Array], dim: int = dim) -> list[Array]:
                assert prepare is not None
                return [prepare(dim).reference(drawn[0]), *drawn[1:]]

            specs = (TensorSpec(shape),) * inputs
            yield Sample(operator(dim), specs, prepare=made if prepare else None)

    return samples


def _big_shares(op: Op, group: Op) -> Callable[[], Iterable[Sample]]:
    shape = (8, 64, 40, 40)
    y = TensorSpec((8, 64, 1, 1))
    return lambda: [
        Sample(
            op,
            (TensorSpec(shape), y, y),
            prepare=lambda drawn: [drawn[0], group.reference(drawn[0]), drawn[2]],
        )
    ]


SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Sum: _reductions(ops.Sum),
    ops.Mean: _reductions(ops.Mean),
    ops.Prod: _products,
    ops.ProdGrad: _product_grads,
    ops.AMax: _reductions(ops.AMax),
    ops.AMin: _reductions(ops.AMin),
    ops.ExtremeGrad: _extreme_grad,
    ops.ArgMax: _places(ops.ArgMax),
    ops.ArgMin: _places(ops.ArgMin),
    ops.Var: _varied(ops.Var),
    ops.Std: _varied(ops.Std),
    ops.Norm: _norms,
    ops.NormGrad: _norm_grad,
    ops.LogSumExp: _reductions(ops.LogSumExp),
    ops.CumSum: _cumulative,
    ops.Softmax: _along(ops.Softmax, None, 1),
    ops.LogSoftmax: _along(ops.LogSoftmax, None, 1),
    # The first input of these gradients is their operator's output.
    ops.SoftmaxGrad: _along(ops.SoftmaxGrad, ops.Softmax, 2),
    ops.LogSoftmaxGrad: _along(ops.LogSoftmaxGrad, ops.LogSoftmax, 2),
}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Sum: _big_reductions(ops.Sum),
    ops.Mean: _big_reductions(ops.Mean),
    ops.Prod: _big_products,
    ops.ProdGrad: _big_product_grads,
    ops.AMax: _big_reductions(ops.AMax),
    ops.AMin: _big_reductions(ops.AMin, 3),
    ops.ExtremeGrad: _big_shares(ops.ExtremeGrad((2, 3)), ops.AMax((2, 3), True)),
    ops.ArgMax: _big_places(ops.ArgMax),
    ops.ArgMin: _big_places(ops.ArgMin),
    ops.Var: _big_reductions(ops.Var),
    ops.Std: _big_reductions(ops.Std, 3),
    ops.Norm: _big_reductions(ops.Norm),
    ops.NormGrad: _big_shares(ops.NormGrad((2, 3)), ops.Norm((2, 3), True)),
    ops.LogSumExp: _big_reductions(ops.LogSumExp, 4),
    ops.CumSum: _big_along(ops.CumSum, None, 1),
    ops.Softmax: _big_along(ops.Softmax, None, 1),
    ops.LogSoftmax: _big_along(ops.LogSoftmax, None, 1),
    ops.SoftmaxGrad: _big_along(ops.SoftmaxGrad, ops.Softmax, 2),
    ops.LogSoftmaxGrad: _big_along(ops.LogSoftmaxGrad, ops.LogSoftmax, 2),
}
