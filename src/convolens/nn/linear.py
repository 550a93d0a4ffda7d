"""The fully connected layer, and the layer that does nothing."""

from __future__ import annotations

import math
from typing import final

from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional, init
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.nn.trail import feature_hint
from convolens.tensor import Tensor, zeros


class LinearBase(Module):
    """The fully connected layer, with its weight and bias. Abstract."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.require_positive("out_features", out_features)
        self.in_features = in_features
        self.out_features = out_features
        self.make_parameters(bias)

    def require_positive(self, name: str, features: int) -> None:
        """Refuse a number of features below 1.

        Raises:
            ArgumentError: If it is so.
        """
        if features < 1:
            raise ArgumentError(f"{name} is {features}, but must be at least 1.")

    def make_parameters(self, bias: bool) -> None:
        """Make weight and bias, with their initial values."""
        self.require_positive("in_features", self.in_features)
        self.weight = Parameter(zeros(self.out_features, self.in_features))
        self.register_parameter("bias", Parameter(zeros(self.out_features)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases evenly from +-1/sqrt(in_features), as torch does."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return the weighted sums of ``input`` [*N, I]."""
        try:
            return functional.linear(input, self.weight, self.bias)
        except ShapeError as error:
            error.hint = feature_hint(self, input) or error.hint
            raise

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


@final
class Linear(LinearBase):
    """y = x times the transpose of weight, plus bias.

    Args:
        in_features: I, the numbers of an input.
        out_features: O, the numbers of an output.
        bias: Whether to add a number to each output.

    Shapes:
        [*N, I] -> [*N, O]

    Raises:
        ArgumentError: If a size is below 1.

    Example:
        >>> import convolens as cl
        >>> Linear(4320, 100)(cl.zeros(10, 4320)).shape
        (10, 100)
    """


@final
class Identity(Module):
    """y = x."""

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input``."""
        return input
