"""Batch, group and instance normalisation: channels brought to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._channel_statistics import SHAPES, ChannelStatistics, channel_mistakes
from convolens.ops._differentiate import differentiate
from convolens.ops._op import Array, Call, Cost, Mistake, Sample, Value, shared, size_of
from convolens.ops._statistics import Shape, inverse_root
from convolens.ops.concat import Concat
from convolens.ops.moments import Moments
from convolens.ops.mul import Mul
from convolens.ops.reshape import Reshape
from convolens.ops.slice import Slice
from convolens.ops.sub import Sub
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec, checked, require_float


@operator
class ChannelNorm(ChannelStatistics):
    """What the normalisation and its gradients share.

    Args:
        groups: Which numbers are normalised together.
        eps: What is added to the variance.
        fixed: The moments are not those of x, but constants, such as running averages.
    """

    eps: float = 1e-5
    fixed: bool = False

    def dependent(self, inputs: Sequence[Value]) -> dict[int, Call]:
        return {} if self.fixed else {1: Moments(self.groups)(inputs[0])}

    def standard_of(self, x: Value, m: Value) -> tuple[Value, Value]:
        """Return (x - mean) / sqrt(var + eps) and 1 / sqrt(var + eps) as calls.

        The moments are made of x anew, so that what they owe to it is counted, unless they are
        fixed.
        """
        if not self.fixed:
            return self.standardized_call(x, self.eps)
        mean, var = (Reshape(self.kept_shape(x.shape))(part) for part in halves(m))
        factor = inverse_root(var, self.eps)
        return Mul()(Sub()(Reshape(self.view_shape(x.shape))(x), mean), factor), factor

    @classmethod
    def variants(cls, fixed: bool) -> Iterable[tuple[Any, TensorSpec, TensorSpec]]:
        """Yield (operator, x, m) for samples."""
        for shape, groups in SHAPES:
            op: Any = cls(groups, 0.1)
            moments = TensorSpec((2, op.sets(shape)))
            yield op, TensorSpec(shape), moments
            if fixed and not groups:
                yield cls(groups, 0.01, True), TensorSpec(shape), moments


def halves(rows: Value) -> tuple[Value, Value]:
    """Return the first and the second half of the rows of a matrix, as calls."""
    count, columns = rows.shape
    first, second = (
        Slice(((begin, begin + count // 2, 1), (0, columns, 1)))(rows) for begin in (0, count // 2)
    )
    return first, second


def with_variances(arrays: list[Array]) -> list[Array]:
    """Make the second half of the moments positive, for those that are drawn."""
    arrays[1][1] = np.abs(arrays[1][1]) + arrays[1].dtype.type(0.1)
    return arrays


@final
@operator
class Normalize(ChannelNorm):
    """y[n,c] = (x[n,c] - mean) / sqrt(var + eps) weight[c] + bias[c].

    The moments m must be those of x, that is ``Moments(groups)`` of it: the gradient of x counts
    what they owe to it, and they have none of their own. With ``fixed`` they are constants.

    Shapes:
        x [N, C, *I], m [2, S], weight [C], bias [C] -> y [N, C, *I]

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015; Wu and He, "Group Normalization", 2018; Ulyanov, Vedaldi and
    Lempitsky, "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016.
    """

    name: ClassVar[str] = "normalize"
    signature: ClassVar[str] = "x[N,C,*I], m[2,S], weight[C]?, bias[C]? -> y[N,C,*I]"

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
            weight, bias = (p.reshape(self.parameter_view(x.shape)) for p in parameters)
            y = y * weight + bias
        return y.reshape(x.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, m, *parameters = inputs
        own = shared(self, ChannelNorm)
        sums = NormalizeSums(**own)(x, m, upstream)
        if self.fixed:
            dx: Value = NormalizeFixedGrad(eps=self.eps)(upstream, m, *parameters[:1])
        else:
            back = NormalizeGrad(self.groups, self.eps)
            dx = back(x, m, sums, upstream, *parameters[:1])
        if not parameters:
            return dx, None
        dbias, dweight = (Sum((0,))(half) for half in halves(sums))
        return dx, None, dweight, dbias

    def cost(self, *specs: TensorSpec) -> Cost:
        x, *rest = specs
        return Cost(2 * x.size, size_of(x, x, *rest), 1)

    def explain(self, *specs: TensorSpec) -> str:
        sets = specs[1].shape[1]
        source = "fixed means and variances" if self.fixed else "their own means and variances"
        return f"Brings {sets} sets of numbers to mean 0 and variance 1, by {source}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for op, x, m in cls.variants(fixed=True):
            c = TensorSpec(x.shape[1:2])
            yield Sample(op, (x, m, c, c), prepare=with_variances)
            yield Sample(op, (x, m), prepare=with_variances)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m, c = TensorSpec((3, 4, 5)), TensorSpec((2, 4)), TensorSpec((3,))
        return (
            *channel_mistakes(cls, inputs=2),
            Mistake(lambda: cls().infer(x, c), ("m has shape [3], but [2, 4]",)),
            Mistake(lambda: cls(2).infer(x, m), ("m has shape [2, 4], but [2, 6]",)),
            Mistake(lambda: cls().infer(x, m, c, c), ("weight has shape [3], but [4]",)),
            Mistake(
                lambda: cls().infer(x, m, TensorSpec((4,)), c), ("bias has shape [3], but [4]",)
            ),
        )


@final
@operator
class NormalizeSums(ChannelNorm):
    """s[0] = the sum of g, s[1] = the sum of g (x - mean) / sqrt(var + eps), of each channel.

    They are the gradients of bias and weight, and what the gradient of x needs besides. In groups
    each image has sums of its own: the first N rows are those of g.

    Shapes:
        x [N, C, *I], m [2, S], g [N, C, *I] -> s [T, C]: T = 2, or with groups 2 N
    """

    name: ClassVar[str] = "normalize_sums"
    signature: ClassVar[str] = "x[N,C,*I], m[2,S], g[N,C,*I] -> s[T,C]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, m, g = specs
        dtype = require_float(self.name, x=x, m=m, g=g)
        self.require_sets(x)
        self.require_moments(x, m)
        self.require(x, "g", g, x.shape)
        return checked((2 * self.sums(x.shape), x.shape[1]), dtype)

    def reference(self, *arrays: Array) -> Array:
        x, m, g = arrays
        standard, _ = self.standardized(x, m, self.eps)
        axes = self.summed_axes(x.shape)
        parts = (g, g * standard.reshape(x.shape))
        rows = (self.sums(x.shape), x.shape[1])
        return np.concatenate([p.sum(axis=axes, dtype=x.dtype).reshape(rows) for p in parts])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, m, g = inputs
        standard, _ = self.standard_of(x, m)
        total, rows = Sum(self.summed_axes(x.shape)), Reshape((self.sums(x.shape), x.shape[1]))
        parts = (g, Mul()(g, Reshape(x.shape)(standard)))
        both = Concat(0)(*(rows(total(part)) for part in parts))
        along_x, along_g = differentiate(both, upstream, (x, g))
        return along_x, None, along_g

    def cost(self, *specs: TensorSpec) -> Cost:
        x, *_ = specs
        sums = self.infer(*specs)
        return Cost(2 * x.size, size_of(*specs, sums), 2 * x.size // max(1, sums.size))

    def explain(self, *specs: TensorSpec) -> str:
        x, _, _ = specs
        sums = self.infer(*specs).size // 2
        return f"Adds up {x.size} gradients, plain and times the normalised x, in {sums} sums each."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for op, x, m in cls.variants(fixed=True):
            yield Sample(op, (x, m, x), prepare=with_variances)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m = TensorSpec((2, 4, 5)), TensorSpec((2, 4))
        return (
            *channel_mistakes(cls, inputs=3),
            Mistake(lambda: cls().infer(x, m, m), ("g has shape [2, 4], but [2, 4, 5]",)),
        )


@final
@operator
class NormalizeGrad(ChannelStatistics):
    """dx = (w g - A - xhat B) / sqrt(var + eps), A and B the means of w g and w g xhat of a set.

    xhat is the normalised x and w the weight. The moments m must be those of x, and the sums s
    ``NormalizeSums`` of x, m and g; neither has a gradient of its own.

    Shapes:
        x [N, C, *I], m [2, S], s [T, C], g [N, C, *I], weight [C] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "normalize_grad"
    signature: ClassVar[str] = "x[N,C,*I], m[2,S], s[T,C], g[N,C,*I], weight[C]? -> dx[N,C,*I]"

    eps: float = 1e-5

    def dependent(self, inputs: Sequence[Value]) -> dict[int, Call]:
        x, m, _, g, *_ = inputs
        return {
            1: Moments(self.groups)(x),
            2: NormalizeSums(self.groups, self.eps)(x, m, g),
        }

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, m, s, g, *parameters = specs
        names = ("x", "m", "s", "g", "weight")
        dtype = require_float(self.name, **dict(zip(names, specs, strict=False)))
        self.require_sets(x)
        self.require_moments(x, m)
        self.require(x, "s", s, (2 * self.sums(x.shape), x.shape[1]), "two sums for each channel")
        self.require(x, "g", g, x.shape)
        self.require_parameters(x, *parameters)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, m, s, g, *parameters = arrays
        shape, axes = x.shape, self.view_axes(x.shape)
        standard, factor = self.standardized(x, m, self.eps)
        scaled = g.reshape(self.view_shape(shape))
        # In groups the sums are those of an image's channels, to be joined in its groups.
        sums = s.reshape(2, *self._sums_view(shape))
        for weight in parameters:
            scaled = scaled * weight.reshape(self.parameter_view(shape))
            sums = sums * weight.reshape(self.parameter_view(shape))
        joined = [
            part.sum(axis=axes, keepdims=True, dtype=x.dtype) / x.dtype.type(self.count(shape))
            for part in sums
        ]
        dx: Array = factor * (scaled - joined[0] - standard * joined[1])
        return dx.reshape(shape)

    def _sums_view(self, shape: Shape) -> Shape:
        n, c, *sizes = shape
        ones = (1,) * len(sizes)
        return (n, self.groups, c // self.groups, *ones) if self.groups else (1, c, *ones)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, _, _, g, *parameters = inputs
        weight = parameters[0] if parameters else None
        slope = self.slope_call(x, g, weight, self.eps)
        along_x, along_g, *along_weight = differentiate(slope, upstream, (x, g, *parameters))
        return along_x, None, None, along_g, *along_weight

    def cost(self, *specs: TensorSpec) -> Cost:
        x, *rest = specs
        return Cost(4 * x.size, size_of(x, x, *rest), 4)

    def explain(self, *specs: TensorSpec) -> str:
        x, *_ = specs
        return (
            f"Sends {x.size} gradients back, without what all numbers of a set share with their "
            "mean and their variance."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for shape, groups in SHAPES:
            op, x = cls(groups, 0.1), TensorSpec(shape)
            m, s = TensorSpec((2, op.sets(shape))), TensorSpec((2 * op.sums(shape), shape[1]))
            yield Sample(op, (x, m, s, x, TensorSpec(shape[1:2])))
            yield Sample(op, (x, m, s, x))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m = TensorSpec((2, 4, 5)), TensorSpec((2, 4))
        return (
            *channel_mistakes(cls, inputs=4),
            Mistake(lambda: cls().infer(x, m, x, x), ("s has shape [2, 4, 5], but [2, 4]",)),
            Mistake(lambda: cls().infer(x, m, m, m), ("g has shape [2, 4], but [2, 4, 5]",)),
            Mistake(lambda: cls().infer(x, m, m, x, m), ("weight has shape [2, 4], but [4]",)),
        )


@final
@operator
class NormalizeFixedGrad(ChannelStatistics):
    """dx = w g / sqrt(var + eps): the gradient where the moments are constants, one for a channel.

    Shapes:
        g [N, C, *I], m [2, C], weight [C] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "normalize_fixed_grad"
    signature: ClassVar[str] = "g[N,C,*I], m[2,C], weight[C]? -> dx[N,C,*I]"

    eps: float = 1e-5

    def __post_init__(self) -> None:
        if self.groups:
            raise ArgumentError(
                f"{self.name}: {self.groups} groups, but fixed moments are those of channels.",
                hint="leave groups at 0.",
            )

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        g, m, *parameters = specs
        dtype = require_float(self.name, **dict(zip(("g", "m", "weight"), specs, strict=False)))
        self.require_sets(g)
        self.require_moments(g, m)
        self.require_parameters(g, *parameters)
        return checked(g.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        g, m, *parameters = arrays
        _, var = self.given(m, g.shape)
        dx: Array = g / np.sqrt(var + g.dtype.type(self.eps))
        for weight in parameters:
            dx = dx * weight.reshape(self.parameter_view(g.shape))
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        g, m, *parameters = inputs
        _, var = halves(m)
        factor = inverse_root(Reshape(self.kept_shape(g.shape))(var), self.eps)
        scaled: Value = Mul()(g, factor)
        for weight in parameters:
            scaled = Mul()(scaled, Reshape(self.parameter_view(g.shape))(weight))
        along_g, *along_weight = differentiate(scaled, upstream, (g, *parameters))
        return along_g, None, *along_weight

    def cost(self, *specs: TensorSpec) -> Cost:
        g, *rest = specs
        return Cost(g.size, size_of(g, g, *rest), 1)

    def explain(self, *specs: TensorSpec) -> str:
        g, *_ = specs
        return f"Multiplies {g.size} gradients by what normalising multiplied with."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for shape, groups in SHAPES:
            if not groups:
                c = shape[1]
                specs = tuple(map(TensorSpec, (shape, (2, c), (c,))))
                yield Sample(cls(eps=0.1), specs, prepare=with_variances)
                yield Sample(cls(eps=0.1), specs[:2], prepare=with_variances)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        g, m = TensorSpec((3, 4, 5)), TensorSpec((2, 4))
        return (
            Mistake(lambda: cls(2), ("2 groups",)),
            Mistake(lambda: cls().infer(g, TensorSpec((2, 5))), ("m has shape [2, 5]",)),
            Mistake(lambda: cls().infer(g, m, m), ("weight has shape [2, 4], but [4]",)),
        )
