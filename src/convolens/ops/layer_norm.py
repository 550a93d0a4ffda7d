"""Layer normalisation: the last axes of each entry brought to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._op import Array, Call, Cost, Mistake, Sample, Value, size_of
from convolens.ops._row_statistics import SHAPES, RowStatistics, row_mistakes
from convolens.ops.concat import Concat
from convolens.ops.moments import MomentsOf
from convolens.ops.mul import Mul
from convolens.ops.normalize import halves
from convolens.ops.reshape import Reshape
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class RowMoments(MomentsOf, RowStatistics):
    """m[0] = mean of x, m[1] = mean of (x - m[0])^2, over the last ``dims`` axes.

    Shapes:
        x [*B, *S] -> m [2, B]: one column for each entry of *B
    """

    name: ClassVar[str] = "row_moments"
    signature: ClassVar[str] = "x[*X] -> m[2,B]"

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(dims), (TensorSpec(shape),)) for shape, dims in SHAPES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return row_mistakes(cls, inputs=1)


@operator
class RowNorm(RowStatistics):
    """What the normalisation and its gradients share, and what is added to the variance."""

    eps: float = 1e-5

    def dependent(self, inputs: Sequence[Value]) -> dict[int, Call]:
        return {1: RowMoments(self.dims)(inputs[0])}


@final
@operator
class LayerNorm(RowNorm):
    """y[b] = (x[b] - mean[b]) / sqrt(var[b] + eps) weight + bias, b over the axes before the last.

    The moments m must be those of x, that is ``RowMoments(dims)`` of it: the gradient of x counts
    what they owe to it, and they have none of their own.

    Shapes:
        x [*B, *S], m [2, B], weight [*S], bias [*S] -> y [*B, *S]

    Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """

    name: ClassVar[str] = "layer_norm"
    signature: ClassVar[str] = "x[*X], m[2,B], weight[*S]?, bias[*S]? -> y[*X]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, m, *parameters = specs
        names = ("x", "m", "weight", "bias")
        dtype = require_float(self.name, **dict(zip(names, specs, strict=False)))
        self.require_sets(x)
        self.require_moments(x, m)
        self.require_parameters(x, *parameters)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, m, *parameters = arrays
        y, _ = self.standardized(x, m, self.eps)
        if parameters:
            weight, bias = parameters
            y = y * weight + bias
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, m, *parameters = inputs
        dx = LayerNormGrad(self.dims, self.eps)(x, m, upstream, *parameters[:1])
        if not parameters:
            return dx, None
        sums = LayerNormSums(self.dims, self.eps)(x, m, upstream)
        dbias, dweight = (Reshape(parameters[0].shape)(half) for half in halves(sums))
        return dx, None, dweight, dbias

    def cost(self, *specs: TensorSpec) -> Cost:
        x, *rest = specs
        return Cost(2 * x.size, size_of(x, x, *rest), 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, *_ = specs
        return (
            f"Brings {self.sets(x.shape)} rows of {self.count(x.shape)} numbers to mean 0 and "
            "variance 1."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for shape, dims in SHAPES:
            op, x = cls(dims, 0.1), TensorSpec(shape)
            m, parameter = TensorSpec((2, op.sets(shape))), TensorSpec(op.parameter_shape(shape))
            yield Sample(op, (x, m, parameter, parameter))
            yield Sample(op, (x, m))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m = TensorSpec((3, 4)), TensorSpec((2, 3))
        return (
            *row_mistakes(cls, inputs=2),
            Mistake(lambda: cls().infer(x, x), ("m has shape [3, 4], but [2, 3]",)),
            Mistake(lambda: cls().infer(x, m, m, m), ("weight has shape [2, 3], but [4]",)),
            Mistake(
                lambda: cls().infer(x, m, TensorSpec((4,)), m), ("bias has shape [2, 3], but [4]",)
            ),
        )


@final
@operator
class LayerNormSums(RowNorm):
    """s[0] = the sum of g, s[1] = the sum of g (x - mean) / sqrt(var + eps), over all entries.

    They are the gradients of bias and weight, written one behind the other.

    Shapes:
        x [*B, *S], m [2, B], g [*B, *S] -> s [2, S]: one column for each entry of *S
    """

    name: ClassVar[str] = "layer_norm_sums"
    signature: ClassVar[str] = "x[*X], m[2,B], g[*X] -> s[2,S]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, m, g = specs
        dtype = require_float(self.name, x=x, m=m, g=g)
        self.require_sets(x)
        self.require_moments(x, m)
        self.require(x, "g", g, x.shape)
        return checked((2, prod(self.parameter_shape(x.shape))), dtype)

    def reference(self, *arrays: Array) -> Array:
        x, m, g = arrays
        standard, _ = self.standardized(x, m, self.eps)
        rows = (self.sets(x.shape), prod(self.parameter_shape(x.shape)))
        return np.stack([p.reshape(rows).sum(axis=0, dtype=x.dtype) for p in (g, g * standard)])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, _, g = inputs
        standard, _ = self.standardized_call(x, self.eps)
        total = Sum(tuple(range(len(x.shape) - self.dims)))
        row = Reshape((1, prod(self.parameter_shape(x.shape))))
        both = Concat(0)(*(row(total(part)) for part in (g, Mul()(g, standard))))
        along_x, along_g = differentiate(both, upstream, (x, g))
        return along_x, None, along_g

    def cost(self, *specs: TensorSpec) -> Cost:
        x, *_ = specs
        return Cost(2 * x.size, size_of(*specs, self.infer(*specs)), max(1, self.sets(x.shape)))

    def explain(self, *specs: TensorSpec) -> str:
        x, *_ = specs
        return f"Adds up {x.size} gradients, plain and times the normalised x, for each parameter."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for shape, dims in SHAPES:
            op, x = cls(dims, 0.1), TensorSpec(shape)
            yield Sample(op, (x, TensorSpec((2, op.sets(shape))), x))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m = TensorSpec((3, 4)), TensorSpec((2, 3))
        return (
            *row_mistakes(cls, inputs=3),
            Mistake(lambda: cls().infer(x, m, m), ("g has shape [2, 3], but [3, 4]",)),
        )


@final
@operator
class LayerNormGrad(RowNorm):
    """dx = (w g - A - xhat B) / sqrt(var + eps), A and B the means of w g and w g xhat of a row.

    xhat is the normalised x and w the weight. The moments m must be those of x.

    Shapes:
        x [*B, *S], m [2, B], g [*B, *S], weight [*S] -> dx [*B, *S]
    """

    name: ClassVar[str] = "layer_norm_grad"
    signature: ClassVar[str] = "x[*X], m[2,B], g[*X], weight[*S]? -> dx[*X]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, m, g, *parameters = specs
        names = ("x", "m", "g", "weight")
        dtype = require_float(self.name, **dict(zip(names, specs, strict=False)))
        self.require_sets(x)
        self.require_moments(x, m)
        self.require(x, "g", g, x.shape)
        self.require_parameters(x, *parameters)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, m, g, *parameters = arrays
        axes = self.view_axes(x.shape)
        standard, factor = self.standardized(x, m, self.eps)
        scaled = g * parameters[0] if parameters else g
        means = [
            part.mean(axis=axes, keepdims=True, dtype=x.dtype)
            for part in (scaled, scaled * standard)
        ]
        dx: Array = factor * (scaled - means[0] - standard * means[1])
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, _, g, *parameters = inputs
        slope = self.slope_call(x, g, parameters[0] if parameters else None, self.eps)
        along_x, along_g, *along_weight = differentiate(slope, upstream, (x, g, *parameters))
        return along_x, None, along_g, *along_weight

    def cost(self, *specs: TensorSpec) -> Cost:
        x, *rest = specs
        return Cost(6 * x.size, size_of(x, x, *rest), self.count(x.shape) + 4)

    def explain(self, *specs: TensorSpec) -> str:
        x, *_ = specs
        return (
            f"Sends {x.size} gradients back, without what all numbers of a row share with their "
            "mean and their variance."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for shape, dims in SHAPES:
            op, x = cls(dims, 0.1), TensorSpec(shape)
            m = TensorSpec((2, op.sets(shape)))
            yield Sample(op, (x, m, x, TensorSpec(op.parameter_shape(shape))))
            yield Sample(op, (x, m, x))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m = TensorSpec((3, 4)), TensorSpec((2, 3))
        return (
            *row_mistakes(cls, inputs=3),
            Mistake(lambda: cls().infer(x, m, m), ("g has shape [2, 3], but [3, 4]",)),
            Mistake(lambda: cls().infer(x, m, x, m), ("weight has shape [2, 3], but [4]",)),
        )
