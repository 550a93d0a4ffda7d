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
from convolens.nn.functional._norm import moments_of
from convolens.nn.module import Module
from convolens.nn.with_relu import MOST, at_once, is_plain, norm_relu
from convolens.ops import ConvNormalize
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
    if norm.training:
        return None
    # From their tables: as attributes they take a microsecond each.
    averages, parameters, own = norm._buffers, norm._parameters, conv._parameters
    weight: Any
    try:
        weight, bias = own["weight"], own["bias"]
        mean, var = averages["running_mean"], averages["running_var"]
        gamma, beta = parameters["weight"], parameters["bias"]
        call = (
            (input.spec, weight.spec, mean.spec, var.spec, gamma.spec, beta.spec),
            None if bias is None else bias.spec,
            None if addend is None else addend.spec,
            (conv.stride, conv.padding, conv.dilation, conv.groups, conv.padding_mode),
            norm.eps,
            None if act is None else MOST[type(act)],
        )
    except (KeyError, AttributeError):
        return None  # there is no such tensor, or something else in its place
    if thread.recording and _is_recorded(input, weight, bias, gamma, beta, addend):
        return None
    try:
        known, op = conv.joined
        if known != call:
            op = _operator(conv, norm, act, input, addend)
            conv.joined = call, op
        if op is None:
            return None
        image = input if conv.padding_mode == "zeros" else conv.prepared(input, weight)[1]
        first = image, weight, _no_bias(mean.spec) if bias is None else bias
        numbers = moments_of(mean, var), gamma, beta
        if addend is None:
            return apply(op, *first, *numbers)
        return apply(op, *first, *numbers, addend)
    except ConvolensError as error:
        error.module = conv
        raise


def _is_recorded(*inputs: Any) -> bool:
    return any(isinstance(each, Tensor) and each.recorded for each in inputs)


def _operator(
    conv: ConvNd, norm: Any, act: Module | None, input: Any, addend: Any
) -> ConvNormalize | None:
    """Return the operator for these modules, input and addend, or None if they do not fit."""
    weight, spec = conv.weight, norm.running_mean.spec
    fits = (
        isinstance(input, Tensor)
        and input.ndim == conv.rank + 2
        and 0 not in input.shape
        and 0 not in weight.shape
        and spec == norm.weight.spec == norm.bias.spec == norm.running_var.spec
        and spec.shape == weight.shape[:1]
        and spec.dtype == weight.dtype == input.dtype
        and norm.eps >= 0
    )
    if not fits:
        return None
    own, image = conv.prepared(input, weight)
    if addend is not None:
        try:
            output = own.infer(image.spec, weight.spec)
        except ConvolensError:
            return None
        if not isinstance(addend, Tensor) or addend.spec != output:
            return None
    max_val = None if act is None else MOST[type(act)]
    return ConvNormalize(**shared(own, ConvGeometry), eps=norm.eps, max_val=max_val)


@lru_cache(maxsize=256)
def _no_bias(spec: TensorSpec) -> Tensor:
    return zeros(*spec.shape, dtype=spec.dtype)
