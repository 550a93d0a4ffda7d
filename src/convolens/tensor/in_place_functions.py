"""Functions of each number in place, and random numbers: the tensor keeps its memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Array
from convolens.spec import FLOATS
from convolens.tensor import random
from convolens.tensor.assignment import Assignment
from convolens.tensor.base import Number

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class InPlaceFunctions(Assignment):
    """Functions in place: see ``add_`` for what they refuse. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def abs_(self) -> Tensor:
        """Drop the signs; return the tensor."""
        return self._become("abs_", self._before().abs())

    def neg_(self) -> Tensor:
        """Negate; return the tensor."""
        return self._become("neg_", self._before().neg())

    def exp_(self) -> Tensor:
        """Take the exponentials; return the tensor."""
        return self._become("exp_", self._before().exp())

    def log_(self) -> Tensor:
        """Take the natural logarithms; return the tensor."""
        return self._become("log_", self._before().log())

    def sqrt_(self) -> Tensor:
        """Take the square roots; return the tensor."""
        return self._become("sqrt_", self._before().sqrt())

    def square_(self) -> Tensor:
        """Take the squares; return the tensor."""
        return self._become("square_", self._before().square())

    def pow_(self, exponent: Tensor | Number) -> Tensor:
        """Raise to a power; return the tensor.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([2.0, 3.0])
            >>> x.pow_(2) is x, x.tolist()
            (True, [4.0, 9.0])
        """
        return self._become("pow_", self._before(exponent).pow(exponent))

    def __ipow__(self, exponent: Tensor | Number) -> Tensor:
        return self.pow_(exponent)

    def clamp_(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Bound the elements; return the tensor."""
        return self._become("clamp_", self._before().clamp(min, max))

    clip_ = clamp_

    def relu_(self) -> Tensor:
        """Put 0 where elements are negative; return the tensor."""
        return self._become("relu_", self._before().relu())

    def sigmoid_(self) -> Tensor:
        """Take 1 / (1 + e^-x) of the elements; return the tensor."""
        return self._become("sigmoid_", self._before().sigmoid())

    def tanh_(self) -> Tensor:
        """Take the hyperbolic tangents; return the tensor."""
        return self._become("tanh_", self._before().tanh())

    def round_(self) -> Tensor:
        """Round to the nearest whole numbers; return the tensor."""
        return self._become("round_", self._before().round())

    def floor_(self) -> Tensor:
        """Round down; return the tensor."""
        return self._become("floor_", self._before().floor())

    def ceil_(self) -> Tensor:
        """Round up; return the tensor."""
        return self._become("ceil_", self._before().ceil())

    def masked_fill_(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """Put ``value`` where the mask is true; return the tensor."""
        return self._become("masked_fill_", self._before(value).masked_fill(mask, value))

    def _before(self, other: object = None) -> Tensor:
        """Return the tensor as it is before the change: a copy, if the record needs its numbers."""
        both = self if self.recorded or not getattr(other, "recorded", False) else other
        return self._old(both, needed=True)  # type: ignore[arg-type]

    # Random numbers.

    def uniform_(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Overwrite with random numbers from [low, high); return the tensor.

        Raises:
            ArgumentError: If ``low`` is above ``high``.
            DTypeError: If the tensor does not hold floats.
            GradientError: If it requires a gradient, while calls are recorded.

        Example:
            >>> import convolens as cl
            >>> x = cl.empty(100).uniform_(-1, 1)
            >>> bool((x >= -1).all()), bool((x < 1).all())
            (True, True)
        """
        if not low <= high:
            raise ArgumentError(f"uniform_: there are no numbers from {low} to {high}.")
        return self._draw("uniform_", lambda: random.uniform(self.shape, low, high))

    def normal_(self, mean: float = 0.0, std: float = 1.0) -> Tensor:
        """Overwrite with random numbers from a normal distribution; return the tensor.

        Raises:
            ArgumentError: If ``std`` is negative.
            DTypeError: If the tensor does not hold floats.
            GradientError: If it requires a gradient, while calls are recorded.
        """
        if not std >= 0:
            raise ArgumentError(f"normal_: std is {std}, but must not be negative.")
        return self._draw("normal_", lambda: random.normal(self.shape, mean, std))

    def _draw(self, name: str, draw: Callable[[], Array]) -> Tensor:
        if self.dtype not in FLOATS:
            raise DTypeError(f"{name}: random numbers are float32 or float64, not {self.dtype}.")
        np.copyto(self._writable(), draw())
        return self  # type: ignore[return-value]
