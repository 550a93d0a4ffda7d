"""Activations made of straight pieces, and those that are straight on one side, as functions.

With ``inplace`` the input itself takes the result, and is returned.
"""

from __future__ import annotations

from convolens import ops
from convolens.nn.functional._arguments import activated, kept
from convolens.ops.elu import SELU
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given

_hardtanh, _leaky_relu = kept(ops.Hardtanh), kept(ops.LeakyRelu)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return each element cut off at 0 and 6.

    Example:
        >>> import convolens as cl
        >>> relu6(cl.tensor([-1.0, 3.0, 8.0])).tolist()
        [0.0, 3.0, 6.0]
    """
    return hardtanh(input, 0.0, 6.0, inplace)


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Return each element cut off at ``min_val`` and ``max_val``, where the slope is 0.

    Raises:
        ArgumentError: If ``min_val`` is greater than ``max_val``.

    Example:
        >>> import convolens as cl
        >>> hardtanh(cl.tensor([-2.0, 0.5, 2.0])).tolist()
        [-1.0, 0.5, 1.0]
    """
    return activated(_hardtanh(float(min_val), float(max_val)), input, inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return each element, times ``negative_slope`` where it is negative.

    Example:
        >>> import convolens as cl
        >>> leaky_relu(cl.tensor([-2.0, 3.0]), 0.25).tolist()
        [-0.5, 3.0]
    """
    return activated(_leaky_relu(float(negative_slope)), input, inplace)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Return each element of [N, C, *I], times its channel's slope where it is negative.

    Args:
        input: The input.
        weight: The slopes [C], or one for all channels.

    Raises:
        ShapeError: If there are not as many slopes as channels.

    Example:
        >>> import convolens as cl
        >>> prelu(cl.tensor([[-2.0, -2.0, 4.0]]), cl.tensor([0.5, 0.25, 0.0])).tolist()
        [[-1.0, -0.5, 4.0]]
    """
    slopes = given("prelu", weight, "weight")
    return apply(ops.Prelu(), input, slopes.reshape(1) if slopes.ndim == 0 else slopes)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return each element, or ``alpha`` (e^x - 1) where it is negative.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in elu(cl.tensor([-1.0, 3.0])).tolist()]
        [-0.6321, 3.0]
    """
    return activated(ops.Elu(float(alpha)), input, inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return 1.0507 times each element, or 1.7581 (e^x - 1) where it is negative.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in selu(cl.tensor([-1.0, 1.0])).tolist()]
        [-1.1113, 1.0507]
    """
    return activated(ops.Elu(*SELU), input, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return (x + 3) / 6 of each element x, cut off at 0 and 1.

    Example:
        >>> import convolens as cl
        >>> hardsigmoid(cl.tensor([-4.0, 0.0, 1.5, 3.0])).tolist()
        [0.0, 0.5, 0.75, 1.0]
    """
    return activated(ops.Hardsigmoid(), input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x (x + 3) / 6 of each element x, or 0 below -3 and x above 3.

    Example:
        >>> import convolens as cl
        >>> hardswish(cl.tensor([-1.5, 1.5, 4.0])).tolist()
        [-0.375, 1.125, 4.0]
    """
    return activated(ops.Hardswish(), input, inplace)
