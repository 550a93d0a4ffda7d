"""Convolutions that run together with the batch normalisation behind them, with the same bits.

Only where the call is not recorded and the normalisation is in evaluation mode: gradients need what
is between both, and a normalisation that learns needs all of it first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeGuard

from convolens.errors import ConvolensError
from convolens.nn.batch_norm import BatchNorm1d, BatchNorm2d, BatchNormNd
from convolens.nn.conv import Conv1d, Conv2d, ConvNd
from convolens.nn.functional._norm import Running
from convolens.nn.module import Module
from convolens.nn.with_relu import MOST, at_once, is_plain, norm_relu
from convolens.ops import Conv, ConvNormalize
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, apply, zeros
from convolens.tensor.grad_mode import thread
from convolens.tensor.observe import observers

#: The normalisation that fits behind a convolution. Subclasses may do something else.
_NORMS: dict[type[object], type[BatchNormNd]] = {Conv1d: BatchNorm1d, Conv2d: BatchNorm2d}


def pairs(conv: object, norm: object) -> TypeGuard[ConvNd]:
    """Return whether two modules are a convolution and a normalisation that fits behind it."""
    return type(norm) is _NORMS.get(type(conv))


def conv_norm(conv: Module, norm: Module, act: Module, input: Tensor, addend: Any = None) -> Tensor:
    """Return act(norm(conv(input)) + addend), without an addend act(norm(conv(input))).

    It is one pass where that can be and nobody watches any of the three.

    Example:
        >>> import convolens as cl
        >>> from convolens import nn
        >>> x, conv, norm = cl.ones(1, 1, 1, 2), nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1).eval()
        >>> with cl.no_grad():
        ...     y = conv_norm(conv, norm, nn.ReLU(), x)
        ...     bool((y == norm(conv(x)).relu()).all())
        True
    """
    may_join = not observers and type(act) in MOST
    if may_join and pairs(conv, norm) and all(map(is_plain, (conv, norm, act))):
        y = _in_one_pass(conv, norm, act, input, addend)
        if y is not None:
            return y
    return norm_relu(norm, act, conv(input), addend)


def run_pair(conv: ConvNd, norm: Any, act: Module | None, input: Any) -> Tensor:
    """Return act(norm(conv(input))) of two that are a pair; without ``act``, norm(conv(input)).

    ``act``, if there is one, is among those that join a normalisation.
    """
    y = _in_one_pass(conv, norm, act, input, None)
    if y is not None:
        return y
    result: Tensor = norm(conv(input)) if act is None else at_once(norm, act, conv(input))
    return result


def _in_one_pass(
    conv: ConvNd, norm: Any, act: Module | None, input: Any, addend: Any
) -> Tensor | None:
    """Return act(norm(conv(input)) + addend), or None where that takes several passes.

    So does what one of the modules would refuse: then it says so itself.
    """
    # From their tables: as attributes they take a microsecond each.
    averages, parameters = norm._buffers, norm._parameters
    mean, var = averages.get("running_mean"), averages.get("running_var")
    gamma, beta = parameters.get("weight"), parameters.get("bias")
    weight, bias = conv._parameters.get("weight"), conv._parameters.get("bias")
    if norm.training or weight is None or mean is None or var is None:
        return None
    spec = mean.spec
    fits = (
        gamma is not None
        and beta is not None
        and isinstance(input, Tensor)
        and input.ndim == conv.rank + 2
        and 0 not in input.shape
        and 0 not in weight.shape
        and spec == gamma.spec == beta.spec == var.spec
        and spec.shape == weight.shape[:1]
        and spec.dtype == weight.dtype == input.dtype
        and norm.eps >= 0
    )
    if not fits or (thread.recording and _is_recorded(input, weight, bias, gamma, beta, addend)):
        return None
    try:
        own, image = conv.prepared(input, weight)
        first = image, weight, _no_bias(spec) if bias is None else bias
        numbers = Running(mean, var).moments(), gamma, beta
        op = _operator(own, norm.eps, None if act is None else MOST[type(act)])
        if addend is None:
            return apply(op, *first, *numbers)
        output = _output(own, image.spec, weight.spec)
        if not isinstance(addend, Tensor) or addend.spec != output:
            return None
        return apply(op, *first, *numbers, addend)
    except ConvolensError as error:
        error.module = conv
        raise


def _is_recorded(*inputs: Any) -> bool:
    return any(isinstance(each, Tensor) and each.recorded for each in inputs)


@lru_cache(maxsize=1024)
def _output(conv: Conv, image: TensorSpec, weight: TensorSpec) -> TensorSpec | None:
    try:
        return conv.infer(image, weight)
    except ConvolensError:
        return None


@lru_cache(maxsize=1024)
def _operator(conv: Conv, eps: float, most: float | None) -> ConvNormalize:
    return ConvNormalize(**shared(conv, ConvGeometry), eps=eps, max_val=most)


@lru_cache(maxsize=256)
def _no_bias(spec: TensorSpec) -> Tensor:
    return zeros(*spec.shape, dtype=spec.dtype)
