"""Activation layers made of straight pieces, and those that are straight on one side."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.nn import functional
from convolens.nn.activated import Activated
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor, full


@final
class ReLU6(Activated):
    """y = x, cut off at 0 and 6.

    Args:
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> ReLU6()(cl.tensor([-1.0, 3.0, 8.0])).tolist()
        [0.0, 3.0, 6.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element cut off at 0 and 6."""
        return functional.relu6(input, self.inplace)


@final
class Hardtanh(Activated):
    """y = x, cut off at ``min_val`` and ``max_val``.

    Args:
        min_val: The lower bound.
        max_val: The upper bound.
        inplace: The input itself takes the result.

    Raises:
        ArgumentError: If the bounds are not in order.

    Example:
        >>> import convolens as cl
        >>> Hardtanh()(cl.tensor([-2.0, 0.5, 2.0])).tolist()
        [-1.0, 0.5, 1.0]
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        if not max_val > min_val:
            raise ArgumentError(
                f"Hardtanh: max_val is {max_val:g}, but must be greater than min_val, {min_val:g}."
            )
        self.min_val = min_val
        self.max_val = max_val

    def forward(self, input: Tensor) -> Tensor:
        """Return each element cut off at the bounds."""
        return functional.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def settings(self) -> str:
        """Return the other arguments to show."""
        return f"min_val={self.min_val}, max_val={self.max_val}"


@final
class LeakyReLU(Activated):
    """y = x where x is positive, else ``negative_slope`` x.

    Args:
        negative_slope: The slope of the negative side.
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> LeakyReLU(0.25)(cl.tensor([-2.0, 3.0])).tolist()
        [-0.5, 3.0]
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, shrunk where it is negative."""
        return functional.leaky_relu(input, self.negative_slope, self.inplace)

    def settings(self) -> str:
        """Return the other arguments to show."""
        return f"negative_slope={self.negative_slope}"


@final
class PReLU(Module):
    """y = x where x is positive, else weight[c] x, with slopes that are learned.

    Args:
        num_parameters: One slope for all channels, or as many as channels.
        init: What they are at the beginning.

    Shapes:
        [N, C, *I] -> [N, C, *I]

    Raises:
        ArgumentError: If ``num_parameters`` is below 1.

    Example:
        >>> import convolens as cl
        >>> PReLU()(cl.tensor([-2.0, 3.0])).tolist()
        [-0.5, 3.0]

    Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, section 2.1.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ArgumentError(
                f"PReLU: num_parameters is {num_parameters}, but must be at least 1."
            )
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(full((num_parameters,), init))

    def reset_parameters(self) -> None:
        """Set all slopes to their initial value."""
        self.weight.data.fill_(self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, times its channel's slope where it is negative."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"num_parameters={self.num_parameters}"


@final
class ELU(Activated):
    """y = x where x is positive, else ``alpha`` (e^x - 1).

    Args:
        alpha: The bound of the negative side, negated.
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in ELU()(cl.tensor([-1.0, 3.0])).tolist()]
        [-0.6321, 3.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, bent where it is negative."""
        return functional.elu(input, self.alpha, self.inplace)

    def settings(self) -> str:
        """Return the other arguments to show."""
        return f"alpha={self.alpha}"


@final
class SELU(Activated):
    """y = 1.0507 x where x is positive, else 1.7581 (e^x - 1): keeps mean 0 and variance 1.

    Args:
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in SELU()(cl.tensor([-1.0, 1.0])).tolist()]
        [-1.1113, 1.0507]

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element stretched, and bent where it is negative."""
        return functional.selu(input, self.inplace)


@final
class Hardsigmoid(Activated):
    """y = (x + 3) / 6, cut off at 0 and 1.

    Args:
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> Hardsigmoid()(cl.tensor([-4.0, 0.0, 1.5, 3.0])).tolist()
        [0.0, 0.5, 0.75, 1.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element squashed to between 0 and 1."""
        return functional.hardsigmoid(input, self.inplace)


@final
class Hardswish(Activated):
    """y = x (x + 3) / 6, or 0 below -3 and x above 3.

    Args:
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> Hardswish()(cl.tensor([-1.5, 1.5, 4.0])).tolist()
        [-0.375, 1.125, 4.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, weighed down where it is not large."""
        return functional.hardswish(input, self.inplace)
