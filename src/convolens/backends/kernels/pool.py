"""Kernels for max and average pooling."""

from __future__ import annotations

from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, AvgPool, AvgPoolGrad, Op
from convolens.ops._pool_geometry import PoolGeometry
from convolens.spec import TensorSpec


def _refuse(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    if cast(PoolGeometry, op).rank > 2:
        return "kernels have 1 or 2 spatial axes, not 3"
    return ""


def _pool(op: Op, image: TensorSpec, output: TensorSpec) -> _native.Pool:
    pool = cast(PoolGeometry, op)
    n, c, *sizes = image.shape
    return _native.Pool(
        input=(n, c, *_two(sizes, 1)),
        output=_two(output.shape[2:], 1),
        kernel=_two(pool.kernel, 1),
        stride=_two(pool.stride, 1),
        before=_two([before for before, _ in pool.padding], 0),
        after=_two([after for _, after in pool.padding], 0),
        dilation=_two(pool.dilation, 1),
        include_padding=isinstance(op, AvgPool | AvgPoolGrad) and op.count_include_pad,
    )


def _two(values: tuple[int, ...] | list[int], missing: int) -> tuple[int, int]:
    first, second = (missing, *values) if len(values) == 1 else values
    return first, second


def _image(array: Array) -> Array:
    array = dense(array)
    return array if array.ndim == 4 else array[:, :, None]


def _prepare_max(op: Op, specs: Specs, output: TensorSpec) -> Run:
    forward = _pool(op, specs[0], output).max_forward

    def run(x: Array) -> Array:
        y = empty(output)
        forward(_image(x), _image(y))
        return y

    return run


def _prepare_avg(op: Op, specs: Specs, output: TensorSpec) -> Run:
    forward = _pool(op, specs[0], output).avg_forward

    def run(x: Array) -> Array:
        y = empty(output)
        forward(_image(x), _image(y))
        return y

    return run


def _prepare_max_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    backward = _pool(op, specs[0], specs[1]).max_backward

    def run(x: Array, g: Array) -> Array:
        dx = empty(output)
        backward(_image(x), _image(g), _image(dx))
        return dx

    return run


def _prepare_avg_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    backward = _pool(op, output, specs[0]).avg_backward

    def run(g: Array) -> Array:
        dx = empty(output)
        backward(_image(g), _image(dx))
        return dx

    return run


MAX = Candidate("native", _refuse, estimate, _prepare_max)
MAX_GRAD = Candidate("native", _refuse, estimate, _prepare_max_grad)
AVG = Candidate("native", _refuse, estimate, _prepare_avg)
AVG_GRAD = Candidate("native", _refuse, estimate, _prepare_avg_grad)
