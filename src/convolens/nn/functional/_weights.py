"""Weights that losses take, which nothing is learned about."""

from __future__ import annotations

from convolens.errors import GradientError
from convolens.tensor import Tensor
from convolens.tensor.given import given


def constant(operator: str, name: str, weight: Tensor) -> Tensor:
    """Return a weight, of which torch too computes no gradient.

    Raises:
        DTypeError: If it is no tensor.
        GradientError: If it requires one.
    """
    if given(operator, weight, name).requires_grad:
        raise GradientError(
            f"{operator}: {name} requires a gradient, but none is computed for it.",
            [(name, weight.spec, "")],
            f"pass {name}.detach().",
        )
    return weight
