"""Activation layers that are curved everywhere."""

from __future__ import annotations

from typing import final

from convolens import ops
from convolens.nn import functional
from convolens.nn.activated import Activated
from convolens.nn.module import Module
from convolens.ops.gelu import Approximate
from convolens.tensor import Tensor, apply


@final
class GELU(Module):
    """y = x times the share of the normal distribution below x.

    Args:
        approximate: ``'none'``, or ``'tanh'`` for a formula without the error function.

    Raises:
        ArgumentError: If ``approximate`` is not known.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in GELU()(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-0.1587, 0.0, 0.8413]

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
    """

    def __init__(self, approximate: Approximate = "none") -> None:
        super().__init__()
        self.operator = ops.Gelu(approximate)

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, weighed with the share below it."""
        return apply(self.operator, input)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"approximate={self.operator.approximate!r}"


@final
class SiLU(Activated):
    """y = x / (1 + e^-x).

    Args:
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in SiLU()(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-0.2689, 0.0, 0.7311]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, weighed with its logistic function."""
        return functional.silu(input, self.inplace)


@final
class Softplus(Module):
    """y = log(1 + e^(``beta`` x)) / ``beta``, or x where ``beta`` x is above ``threshold``.

    Args:
        beta: How sharp the bend is.
        threshold: Where it counts as straight.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in Softplus()(cl.tensor([-1.0, 0.0, 30.0])).tolist()]
        [0.3133, 0.6931, 30.0]
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, made positive."""
        return functional.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"beta={self.beta}, threshold={self.threshold}"


@final
class ScaledTanh(Module):
    """y = 1.7159 tanh(2 x / 3), which is 1 at 1 and -1 at -1.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in ScaledTanh()(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-1.0, 0.0, 1.0]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998,
    appendix A.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element squashed to between -1.7159 and 1.7159."""
        return functional.scaled_tanh(input)
