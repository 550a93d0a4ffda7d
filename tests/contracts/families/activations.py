"""Elementary functions, activations and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from convolens import ops
from convolens.ops import Array, Op, Sample
from convolens.ops.elu import SELU
from convolens.ops.log import positive
from convolens.spec import TensorSpec, bool_

WIDTHS = range(1, 36)
_BIG = (400_001,)

#: What there is to try of each operator, and how many inputs it has.
UNARY: dict[type[Op], list[Op]] = {
    ops.Abs: [ops.Abs()],
    ops.Erf: [ops.Erf()],
    ops.Clamp: [ops.Clamp(-0.5, 0.75), ops.Clamp(min=0.25), ops.Clamp(max=-0.25)],
    ops.LeakyRelu: [ops.LeakyRelu(), ops.LeakyRelu(0.3)],
    ops.Elu: [ops.Elu(), ops.Elu(0.4), ops.Elu(*SELU)],
    ops.Gelu: [ops.Gelu(), ops.Gelu("tanh")],
    ops.Silu: [ops.Silu()],
    ops.Softplus: [ops.Softplus(), ops.Softplus(2.5, 1.5)],
    ops.Hardtanh: [ops.Hardtanh(), ops.Hardtanh(0.0, 0.5)],
    ops.Hardsigmoid: [ops.Hardsigmoid()],
    ops.Hardswish: [ops.Hardswish()],
    ops.ScaledTanh: [ops.ScaledTanh()],
}
PAIRS: dict[type[Op], list[Op]] = {
    ops.AbsGrad: [ops.AbsGrad()],
    ops.ClampGrad: [ops.ClampGrad(-0.5, 0.75), ops.ClampGrad(min=0.25), ops.ClampGrad(max=-0.25)],
    ops.LeakyReluGrad: [ops.LeakyReluGrad(), ops.LeakyReluGrad(0.3)],
    ops.EluGrad: [ops.EluGrad(), ops.EluGrad(0.4), ops.EluGrad(*SELU)],
    ops.GeluGrad: [ops.GeluGrad(), ops.GeluGrad("tanh")],
    ops.SiluGrad: [ops.SiluGrad()],
    ops.SoftplusGrad: [ops.SoftplusGrad(), ops.SoftplusGrad(2.5, 1.5)],
    ops.HardtanhGrad: [ops.HardtanhGrad(), ops.HardtanhGrad(0.0, 0.5)],
    ops.HardsigmoidGrad: [ops.HardsigmoidGrad()],
    ops.HardswishGrad: [ops.HardswishGrad()],
    ops.ScaledTanhGrad: [ops.ScaledTanhGrad()],
}


def _shapes() -> Iterator[tuple[int, ...]]:
    """Every length up to 4 registers and one, images with every number of channels, no axes."""
    yield from ((size,) for size in range(1, 68))
    yield from ((2, channels, 3, 2) for channels in WIDTHS)
    yield from ((), (3, 5), (2, 3, 4), (2, 3, 2, 2, 2))


def _spread(arrays: list[Array]) -> list[Array]:
    """Four times wider: beyond what bends."""
    return [arrays[0] * arrays[0].dtype.type(4), *arrays[1:]]


def _each(operators: list[Op], inputs: int) -> Iterator[Sample]:
    for place, shape in enumerate(_shapes()):
        op = operators[place % len(operators)]
        yield Sample(op, (TensorSpec(shape),) * inputs, prepare=_spread)


def _equal_in_places(arrays: list[Array]) -> list[Array]:
    """Make a quarter of the numbers of both inputs equal."""
    a, b, *rest = arrays
    if a.shape == b.shape:
        b = np.where(np.abs(b) < 0.3, a, b)
    return [a, b, *rest]


def _positive_first(arrays: list[Array]) -> list[Array]:
    return [*positive(arrays[:1]), *arrays[1:]]


def _of_positive(op: Op) -> Iterator[Sample]:
    for shape in _shapes():
        yield Sample(op, (TensorSpec(shape),), prepare=positive)


def _powers() -> Iterator[Sample]:
    for exponent in (2.0, 3.0, -1.0, 0.5, -0.75, 2.5, 0.0):
        yield from _of_positive(ops.Pow(exponent))


def _power_grads() -> Iterator[Sample]:
    for exponent in (2.0, 3.0, -1.0, 0.5, -0.75, 2.5, 1.0):
        for shape in _shapes():
            yield Sample(ops.PowGrad(exponent), (TensorSpec(shape),) * 2, prepare=_positive_first)


def _larger(op: Op) -> Iterator[Sample]:
    for shape in _shapes():
        yield Sample(op, (TensorSpec(shape),) * 2, prepare=_equal_in_places)
    for channels in WIDTHS:
        x = TensorSpec((2, channels, 3, 2))
        yield Sample(op, (x, TensorSpec((channels, 1, 1))))
        yield Sample(op, (TensorSpec(()), x))


def _maximum_grad() -> Iterator[Sample]:
    for shape in _shapes():
        specs = (TensorSpec(shape),) * 3
        yield Sample(ops.MaximumGrad(), specs, prepare=_equal_in_places)


def _where() -> Iterator[Sample]:
    for shape in _shapes():
        x, truths = TensorSpec(shape), TensorSpec(shape, bool_)
        yield Sample(ops.Where(), (truths, x, x))
        yield Sample(ops.Where(), (truths, x, TensorSpec(())))
        yield Sample(ops.Where(), (TensorSpec((), bool_), x, x))
    for channels in WIDTHS:
        x, one = TensorSpec((2, channels, 3, 2)), TensorSpec((channels, 1, 1))
        yield Sample(ops.Where(), (TensorSpec((2, 1, 3, 2), bool_), x, one))


def _where_grad() -> Iterator[Sample]:
    for place, shape in enumerate(_shapes()):
        op = ops.WhereGrad(place % 2 == 0)
        yield Sample(op, (TensorSpec(shape, bool_), TensorSpec(shape)))
        yield Sample(op, (TensorSpec((), bool_), TensorSpec(shape)))


def _sloped() -> Iterator[tuple[tuple[int, ...], int]]:
    for channels in (*WIDTHS, 255, 256, 257, 300):
        yield (3, channels), channels
        yield (2, channels, 3, 5), channels
        yield (2, channels, 3), 1
    yield from (((size,), 1) for size in (1, 7, 255, 256, 257, 513))
    yield (), 1


def _prelu() -> Iterator[Sample]:
    for shape, slopes in _sloped():
        yield Sample(ops.Prelu(), (TensorSpec(shape), TensorSpec((slopes,))))


def _prelu_input_grad() -> Iterator[Sample]:
    for shape, slopes in _sloped():
        x = TensorSpec(shape)
        yield Sample(ops.PreluInputGrad(), (x, TensorSpec((slopes,)), x))


def _prelu_weight_grad() -> Iterator[Sample]:
    for shape, slopes in _sloped():
        yield Sample(ops.PreluWeightGrad(slopes), (TensorSpec(shape),) * 2)


def _calls(*samples: Sample) -> Callable[[], Iterable[Sample]]:
    return lambda: samples


_IMAGE = TensorSpec((8, 37, 40, 40))
_TRUTHS = TensorSpec((8, 37, 40, 40), bool_)
_SLOPES = TensorSpec((37,))

SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    **{operator: partial(_each, tried, 1) for operator, tried in UNARY.items()},
    **{operator: partial(_each, tried, 2) for operator, tried in PAIRS.items()},
    ops.Log: partial(_of_positive, ops.Log()),
    ops.Pow: _powers,
    ops.PowGrad: _power_grads,
    ops.Sqrt: partial(_of_positive, ops.Sqrt()),
    ops.Maximum: partial(_larger, ops.Maximum()),
    ops.Minimum: partial(_larger, ops.Minimum()),
    ops.MaximumGrad: _maximum_grad,
    ops.Where: _where,
    ops.WhereGrad: _where_grad,
    ops.Prelu: _prelu,
    ops.PreluInputGrad: _prelu_input_grad,
    ops.PreluWeightGrad: _prelu_weight_grad,
}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    **{
        operator: _calls(*(Sample(op, (TensorSpec(_BIG),)) for op in tried))
        for operator, tried in UNARY.items()
    },
    **{
        operator: _calls(*(Sample(op, (TensorSpec(_BIG),) * 2) for op in tried))
        for operator, tried in PAIRS.items()
    },
    ops.Log: _calls(Sample(ops.Log(), (TensorSpec(_BIG),), prepare=positive)),
    ops.Pow: _calls(
        *(Sample(ops.Pow(e), (TensorSpec(_BIG),), prepare=positive) for e in (2.0, 2.5))
    ),
    ops.PowGrad: _calls(Sample(ops.PowGrad(2.5), (TensorSpec(_BIG),) * 2, prepare=_positive_first)),
    ops.Sqrt: _calls(Sample(ops.Sqrt(), (TensorSpec(_BIG),), prepare=positive)),
    ops.Maximum: _calls(
        Sample(ops.Maximum(), (_IMAGE, _IMAGE)), Sample(ops.Maximum(), (_IMAGE, TensorSpec(())))
    ),
    ops.Minimum: _calls(Sample(ops.Minimum(), (_IMAGE, _IMAGE))),
    ops.MaximumGrad: _calls(Sample(ops.MaximumGrad(), (_IMAGE,) * 3)),
    ops.Where: _calls(Sample(ops.Where(), (_TRUTHS, _IMAGE, _IMAGE))),
    ops.WhereGrad: _calls(Sample(ops.WhereGrad(), (_TRUTHS, _IMAGE))),
    ops.Prelu: _calls(Sample(ops.Prelu(), (_IMAGE, _SLOPES))),
    ops.PreluInputGrad: _calls(Sample(ops.PreluInputGrad(), (_IMAGE, _SLOPES, _IMAGE))),
    ops.PreluWeightGrad: _calls(
        Sample(ops.PreluWeightGrad(37), (_IMAGE,) * 2),
        Sample(ops.PreluWeightGrad(1), (_IMAGE,) * 2),
        Sample(ops.PreluWeightGrad(1), (TensorSpec(_BIG),) * 2),
    ),
}
