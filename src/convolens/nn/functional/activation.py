"""Activations as functions."""

from __future__ import annotations

from convolens import ops
from convolens.nn.functional._arguments import activated
from convolens.tensor import Tensor
from convolens.tensor.given import given

_RELU = ops.Relu()


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return each element, or 0 where it is negative; with ``inplace`` in the input's own memory.

    Example:
        >>> import convolens as cl
        >>> relu(cl.tensor([-2.0, 3.0])).tolist()
        [0.0, 3.0]
    """
    return activated(_RELU, given("relu", input), inplace)


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e^-input) of each element.

    Example:
        >>> import convolens as cl
        >>> sigmoid(cl.tensor([0.0])).tolist()
        [0.5]
    """
    return given("sigmoid", input).sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each element.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in tanh(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-0.7616, 0.0, 0.7616]
    """
    return given("tanh", input).tanh()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return shares that sum to 1 along ``dim``.

    Example:
        >>> import convolens as cl
        >>> softmax(cl.tensor([[1.0, 1.0], [0.0, 200.0]]), 1).tolist()
        [[0.5, 0.5], [0.0, 1.0]]
    """
    return given("softmax", input).softmax(dim)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithms of shares that sum to 1 along ``dim``.

    Example:
        >>> import convolens as cl
        >>> log_softmax(cl.tensor([[0.0, 200.0]]), 1).tolist()
        [[-200.0, 0.0]]
    """
    return given("log_softmax", input).log_softmax(dim)
