"""Normalisations: which numbers share a mean and a variance, and the formulas for all of them."""

from __future__ import annotations

import abc
from math import prod

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Op, Value
from convolens.ops.add import Add
from convolens.ops.mean import Mean
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.reshape import Reshape
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec

Shape = tuple[int, ...]


@operator
class Statistics(Op):
    """An operator whose numbers belong to sets, each with a mean and a variance.

    Seen in ``view_shape``, a set runs along ``view_axes``. The variance is the mean of squared
    deviations, divided by their number.
    """

    @abc.abstractmethod
    def view_shape(self, shape: Shape) -> Shape:
        """Return the shape in which an input of ``shape`` shows its sets."""

    @abc.abstractmethod
    def view_axes(self, shape: Shape) -> tuple[int, ...]:
        """Return the axes of that view along which the sets run."""

    @abc.abstractmethod
    def sets(self, shape: Shape) -> int:
        """Return how many sets there are, in the order of the view's other axes."""

    @abc.abstractmethod
    def parameter_shape(self, shape: Shape) -> Shape:
        """Return the shape of the weight and the bias."""

    @abc.abstractmethod
    def parameter_view(self, shape: Shape) -> Shape:
        """Return the shape in which a weight fits the view of an input of ``shape``."""

    def kept_shape(self, shape: Shape) -> Shape:
        """Return the shape in which statistics fit the view of an input of ``shape``."""
        axes = self.view_axes(shape)
        view = self.view_shape(shape)
        return tuple(1 if axis in axes else extent for axis, extent in enumerate(view))

    def count(self, shape: Shape) -> int:
        """Return how many numbers a set has."""
        view = self.view_shape(shape)
        return prod(view[axis] for axis in self.view_axes(shape))

    # The definition.

    def moments(self, x: Array) -> tuple[Array, Array]:
        """Return the mean and the variance of each set, fitting the view."""
        view, axes = x.reshape(self.view_shape(x.shape)), self.view_axes(x.shape)
        mean = view.mean(axis=axes, keepdims=True, dtype=x.dtype)
        deviation = view - mean
        return mean, (deviation * deviation).mean(axis=axes, keepdims=True, dtype=x.dtype)

    def given(self, m: Array, shape: Shape) -> tuple[Array, Array]:
        """Return means and variances that were computed before, fitting the view."""
        kept = self.kept_shape(shape)
        return m[0].reshape(kept), m[1].reshape(kept)

    def standardized(self, x: Array, m: Array, eps: float) -> tuple[Array, Array]:
        """Return (x - mean) / sqrt(var + eps), and the factor 1 / sqrt(var + eps)."""
        mean, var = self.given(m, x.shape)
        factor = 1 / np.sqrt(var + x.dtype.type(eps))
        return (x.reshape(self.view_shape(x.shape)) - mean) * factor, factor

    # The same as calls of simple operators, for what follows from them.

    def mean_call(self, value: Value, shape: Shape) -> Value:
        """Return the mean of each set of a value in the view."""
        return Mean(self.view_axes(shape), keepdim=True)(value)

    def standardized_call(self, x: Value, eps: float) -> tuple[Value, Value]:
        """Return what ``standardized`` does, of x and its own moments."""
        view = Reshape(self.view_shape(x.shape))(x)
        deviation = Sub()(view, self.mean_call(view, x.shape))
        var = self.mean_call(Mul()(deviation, deviation), x.shape)
        factor = inverse_root(var, eps)
        return Mul()(deviation, factor), factor

    def slope_call(self, x: Value, g: Value, weight: Value | None, eps: float) -> Value:
        """Return the gradient of x for the upstream gradient g: what normalising passes back."""
        mul, sub = Mul(), Sub()
        scaled: Value = Reshape(self.view_shape(x.shape))(g)
        if weight is not None:
            scaled = mul(scaled, Reshape(self.parameter_view(x.shape))(weight))
        standard, factor = self.standardized_call(x, eps)
        along = mul(standard, self.mean_call(mul(scaled, standard), x.shape))
        centred = sub(sub(scaled, self.mean_call(scaled, x.shape)), along)
        return Reshape(x.shape)(mul(factor, centred))

    # Refusals.

    @abc.abstractmethod
    def require_sets(self, x: TensorSpec) -> None:
        """Refuse an input that has no such sets, or none with a number in it.

        Raises:
            ShapeError: If so.
        """

    def require_moments(self, x: TensorSpec, m: TensorSpec) -> None:
        """Refuse moments that are not a mean and a variance for each set of x.

        Raises:
            ShapeError: If so.
        """
        self.require(x, "m", m, (2, self.sets(x.shape)), "the means, the variances")

    def require_parameters(self, x: TensorSpec, *parameters: TensorSpec) -> None:
        """Refuse a weight and a bias that do not fit x.

        Raises:
            ShapeError: If so.
        """
        for name, spec in zip(("weight", "bias"), parameters, strict=False):
            self.require(x, name, spec, self.parameter_shape(x.shape))

    def require(
        self, x: TensorSpec, name: str, spec: TensorSpec, expected: Shape, meaning: str = ""
    ) -> None:
        """Refuse an input whose shape is another than x asks for.

        Raises:
            ShapeError: If so.
        """
        if spec.shape != expected:
            raise ShapeError(
                f"{self.name}: {name} has shape {list(spec.shape)}, but {list(expected)} is "
                "expected.",
                [("x", x, ""), (name, spec, meaning)],
                f"give {name} the shape {list(expected)}.",
            )


def inverse_root(var: Value, eps: float) -> Value:
    """Return 1 / sqrt(var + eps) as calls."""
    shifted = Add()(var, Scale(eps)(Pow(0.0)(var)))
    return Pow(-0.5)(shifted)
