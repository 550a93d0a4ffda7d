"""The fully connected layer as a function."""

from __future__ import annotations

from convolens import ops
from convolens.errors import ShapeError
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return input [*N, I] times the transpose of weight [O, I], plus bias [O].

    A weight [I] has one output and a bias []; the result is [*N].

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> linear(x, cl.tensor([10.0, 1.0]), cl.tensor(0.5))
        tensor([12.5, 34.5])
    """
    if given("linear", weight, "weight").ndim == 1:
        return _one_output(input, weight, bias)
    return (
        apply(ops.Linear(), input, weight)
        if bias is None
        else apply(ops.Linear(), input, weight, bias)
    )


def _one_output(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    if bias is not None:
        if given("linear", bias, "bias").ndim:
            raise ShapeError(
                f"linear: the bias has shape {list(bias.shape)}, but a weight of shape "
                f"{list(weight.shape)} has one output.",
                hint="the bias must have shape [].",
            )
        bias = bias.reshape(1)
    return linear(input, weight.reshape(1, -1), bias).reshape(input.shape[:-1])
