"""Kernels for normalisations of channels: an image as [outer][reduced][inner], sets of columns."""

from __future__ import annotations

from math import inf, prod
from typing import NamedTuple, cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import (
    Array,
    NormalizeFixedGrad,
    NormalizeGrad,
    NormalizeRelu,
    NormalizeSums,
    Op,
)
from convolens.ops._channel_statistics import ChannelStatistics
from convolens.ops.normalize import ChannelNorm
from convolens.spec import TensorSpec


class _Columns(NamedTuple):
    outer: int
    reduced: int
    inner: int
    sets: int


def _columns(op: Op, x: TensorSpec) -> _Columns:
    """Return how the sets of numbers lie in memory, where channels are innermost."""
    n, c, *sizes = x.shape
    groups = cast(ChannelStatistics, op).groups
    pixels = prod(sizes)
    return _Columns(n, pixels, c, groups) if groups else _Columns(1, n * pixels, c, c)


def _prepare_moments(op: Op, specs: Specs, output: TensorSpec) -> Run:
    columns = _columns(op, specs[0])

    def run(x: Array) -> Array:
        m = empty(output)
        _native.moments(dense(x), m, *columns)
        return m

    return run


def _prepare_normalize(op: Op, specs: Specs, output: TensorSpec) -> Run:
    columns, eps = _columns(op, specs[0]), cast(ChannelNorm, op).eps
    relu = isinstance(op, NormalizeRelu)
    most = op.max_val if isinstance(op, NormalizeRelu) else inf

    def run(
        x: Array,
        m: Array,
        weight: Array | None = None,
        bias: Array | None = None,
        addend: Array | None = None,
    ) -> Array:
        y = empty(output)
        others = (_or_none(weight), _or_none(bias), _or_none(addend))
        _native.normalize(dense(x), dense(m), *others, y, *columns, eps, relu, most)
        return y

    return run


def _prepare_sums(op: Op, specs: Specs, output: TensorSpec) -> Run:
    columns, eps = _columns(op, specs[0]), cast(NormalizeSums, op).eps

    def run(x: Array, m: Array, g: Array) -> Array:
        s = empty(output)
        _native.normalize_sums(dense(x), dense(m), dense(g), s, *columns, eps)
        return s

    return run


def _prepare_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    columns, eps = _columns(op, specs[0]), cast(NormalizeGrad, op).eps

    def run(x: Array, m: Array, s: Array, g: Array, weight: Array | None = None) -> Array:
        dx = empty(output)
        inputs = (dense(x), dense(m), dense(s), dense(g))
        _native.normalize_grad(*inputs, _or_none(weight), dx, *columns, eps)
        return dx

    return run


def _prepare_fixed_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    columns, eps = _columns(op, specs[0]), cast(NormalizeFixedGrad, op).eps

    def run(g: Array, m: Array, weight: Array | None = None) -> Array:
        dx = empty(output)
        parameters = (dense(m), _or_none(weight))
        _native.normalize_fixed_grad(dense(g), *parameters, dx, columns.reduced, columns.inner, eps)
        return dx

    return run


def _or_none(array: Array | None) -> Array | None:
    return None if array is None else dense(array)


MOMENTS = Candidate("native", refuse_all_but_float32, estimate, _prepare_moments)
NORMALIZE = Candidate("native", refuse_all_but_float32, estimate, _prepare_normalize)
SUMS = Candidate("native", refuse_all_but_float32, estimate, _prepare_sums)
GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_grad)
FIXED_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_fixed_grad)
