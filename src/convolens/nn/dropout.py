"""The dropout layer."""

from __future__ import annotations

from typing import final

from convolens import ops
from convolens.nn import functional
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class Dropout(Module):
    """In training, a share p of the elements becomes 0 and the others are divided by 1 - p.

    Which ones follows from ``manual_seed`` and the number of draws since: not from threads.

    Args:
        p: The share that becomes 0.

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> Dropout(0.5).eval()(cl.ones(3)).tolist()
        [1.0, 1.0, 1.0]

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    2014.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = ops.Dropout(float(p)).p

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with some elements dropped, or ``input`` itself outside training."""
        return functional.dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"p={self.p}"
