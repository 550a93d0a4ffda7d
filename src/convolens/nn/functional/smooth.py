"""Activations that are curved everywhere as functions."""

from __future__ import annotations

from convolens import ops
from convolens.nn.functional._arguments import activated
from convolens.ops.gelu import Approximate
from convolens.tensor import Tensor, apply


def gelu(input: Tensor, approximate: Approximate = "none") -> Tensor:
    """Return each element times the share of the normal distribution below it.

    Args:
        input: The input.
        approximate: ``'none'``, or ``'tanh'`` for a formula without the error function.

    Raises:
        ArgumentError: If ``approximate`` is not known.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in gelu(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-0.1587, 0.0, 0.8413]
    """
    return apply(ops.Gelu(approximate), input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x / (1 + e^-x) of each element x; with ``inplace`` in the input's own memory.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in silu(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-0.2689, 0.0, 0.7311]
    """
    return activated(ops.Silu(), input, inplace)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return log(1 + e^(beta x)) / beta of each element x, or x where beta x is above threshold.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in softplus(cl.tensor([-1.0, 0.0, 30.0])).tolist()]
        [0.3133, 0.6931, 30.0]
    """
    return apply(ops.Softplus(float(beta), float(threshold)), input)


def scaled_tanh(input: Tensor) -> Tensor:
    """Return 1.7159 tanh(2 x / 3) of each element x, the activation of the networks of 1998.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in scaled_tanh(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-1.0, 0.0, 1.0]
    """
    return apply(ops.ScaledTanh(), input)
