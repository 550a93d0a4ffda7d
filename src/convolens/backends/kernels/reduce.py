"""Kernels that make one number of many: sums and their kin, products, the largest, where it is."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import LARGEST_RANK, estimate, refuse_all_but_float32
from convolens.backends.kernels.middle import Middle, landing, middle, passes
from convolens.backends.layout import dense, empty
from convolens.ops import Array, LogSumExp, Mean, Norm, Op, Std, Var
from convolens.ops._over_axes import Reduction
from convolens.ops.argmax import ArgExtreme
from convolens.ops.logsumexp import finite
from convolens.spec import TensorSpec, float32

#: Takes an array, where to write, and how the array is seen.
Pass = Callable[[Array, Array, Middle], None]
_LONGEST = 2**31 - 1


def _axes(op: Op) -> tuple[int, ...]:
    return cast(Reduction, op).axes


def _in_passes(specs: Specs, op: Op, output: TensorSpec, first: Pass, last: Pass) -> Run:
    """Return a run of one pass for each run of axes in memory; ``last`` finishes."""
    (x,) = specs
    sizes = passes(x, _axes(op))
    land = landing(x, _axes(op), output)

    def run(array: Array) -> Array:
        current = dense(array)
        for size in sizes[:-1]:
            partial = empty(TensorSpec((size.outer * size.inner,), float32))
            first(current, partial, size)
            current = partial
        return land(last, current, sizes[-1])

    return run


def _plain_sum(x: Array, y: Array, size: Middle) -> None:
    _native.sum(x, y, *size, 1.0)


def _prepare_sum(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    factor = 1.0 / prod(x.shape[a] for a in _axes(op)) if isinstance(op, Mean) else 1.0
    return _in_passes(
        specs, op, output, _plain_sum, lambda x, y, size: _native.sum(x, y, *size, factor)
    )


def _refuse(op: Op, specs: Specs) -> str:
    if specs[0].rank > LARGEST_RANK:
        return f"an input has more than {LARGEST_RANK} dimensions"
    return refuse_all_but_float32(op, specs)


def _extreme(kernel: Callable[..., None]) -> Candidate:
    def one(x: Array, y: Array, size: Middle) -> None:
        kernel(x, y, *size)

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        return _in_passes(specs, op, output, one, one)

    return Candidate("native", _refuse, estimate, prepare)


def refuse_apart(op: Op, specs: Specs) -> str:
    """Return why kernels cannot compute the call, such as axes that are apart in memory."""
    if reason := _refuse(op, specs):
        return reason
    if middle(specs[0], _axes(op)) is None:
        return "the reduced axes are not neighbours in memory"
    return ""


def sized(x: TensorSpec, axes: tuple[int, ...]) -> Middle:
    """Return how ``axes``, which are neighbours in memory, lie there."""
    size = middle(x, axes)
    assert size is not None
    return size


def _prepare_spread(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    spread = cast(Var | Std, op)
    size = sized(x, spread.axes)
    divisor = spread.divisor(x.shape)
    factor = 1.0 / divisor if divisor else inf
    centre = TensorSpec((size.outer * size.inner,), float32)
    land = landing(x, spread.axes, output)
    root = isinstance(op, Std)

    def measure(array: Array, y: Array) -> None:
        mean = empty(centre)
        _native.sum(array, mean, *size, 1.0 / size.length)
        _native.sum_deviations(array, mean, y, *size, factor, root)

    return lambda array: land(measure, dense(array))


def _prepare_prod(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    size = sized(x, _axes(op))
    land = landing(x, _axes(op), output)

    return lambda array: land(_native.product, dense(array), *size)


def _refuse_norm(op: Op, specs: Specs) -> str:
    if reason := refuse_apart(op, specs):
        return reason
    known = cast(Norm, op).order in (1, 2, inf)
    return "" if known else "kernels have norms of order 1, 2 and infinity"


def _prepare_norm(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    norm = cast(Norm, op)
    size = sized(x, norm.axes)
    land = landing(x, norm.axes, output)
    each = TensorSpec((size.outer * size.inner,), float32)

    def measure(array: Array, y: Array) -> None:
        if norm.order == 2:
            _native.sum_squares(array, y, *size, 1.0, True)
        elif norm.order == 1:
            _native.sum_absolutes(array, y, *size, 1.0)
        else:
            _native.not_recorded()
            smallest, largest = empty(each), empty(each)
            _native.smallest(array, smallest, *size)
            _native.largest(array, largest, *size)
            _native.scale(np.maximum(largest, -smallest), y, 1.0)

    return lambda array: land(measure, dense(array))


def _prepare_log_sum_exp(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    size = sized(x, cast(LogSumExp, op).axes)
    land = landing(x, cast(LogSumExp, op).axes, output)
    each = TensorSpec((size.outer * size.inner,), float32)

    def add(array: Array, y: Array) -> None:
        _native.not_recorded()
        largest, total = empty(each), empty(each)
        _native.largest(array, largest, *size)
        shift = finite(largest)
        _native.sum_exponentials(array, shift, total, *size, 1.0)
        with np.errstate(divide="ignore"):
            np.log(total, out=total)
        _native.scale(total + shift, y, 1.0)

    return lambda array: land(add, dense(array))


def _refuse_arg(op: Op, specs: Specs) -> str:
    (x,) = specs
    if x.dtype != float32:
        return f"kernels compute in float32, not {x.dtype.name}"
    if x.size == 0:
        return "an input is empty"
    return "the axis is too long" if x.shape[cast(ArgExtreme, op).dim] > _LONGEST else ""


def _arg_extreme(kernel: Callable[..., None]) -> Candidate:
    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        (x,) = specs
        axes = (cast(ArgExtreme, op).dim,)
        size = sized(x, axes)
        land = landing(x, axes, output)
        return lambda array: land(kernel, dense(array), *size)

    return Candidate("native", _refuse_arg, estimate, prepare)


SUM = Candidate("native", _refuse, estimate, _prepare_sum)
MEAN = Candidate("native", _refuse, estimate, _prepare_sum)
PROD = Candidate("native", refuse_apart, estimate, _prepare_prod)
AMAX = _extreme(_native.largest)
AMIN = _extreme(_native.smallest)
ARGMAX = _arg_extreme(_native.arg_largest)
ARGMIN = _arg_extreme(_native.arg_smallest)
SPREAD = Candidate("native", refuse_apart, estimate, _prepare_spread)
NORM = Candidate("native", _refuse_norm, estimate, _prepare_norm)
LOG_SUM_EXP = Candidate("native", refuse_apart, estimate, _prepare_log_sum_exp)
