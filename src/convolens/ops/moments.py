"""The mean and the variance of channels or of groups of channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._channel_statistics import SHAPES, ChannelStatistics, channel_mistakes
from convolens.ops._differentiate import differentiate
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, size_of
from convolens.ops._statistics import Statistics
from convolens.ops.concat import Concat
from convolens.ops.mul import Mul
from convolens.ops.reshape import Reshape
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec, checked, require_float


@operator
class MomentsOf(Statistics):
    """The mean and the variance of each set of numbers, one behind the other."""

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        self.require_sets(x)
        return checked((2, self.sets(x.shape)), dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.stack([moment.reshape(-1) for moment in self.moments(x)])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        view = Reshape(self.view_shape(x.shape))(x)
        mean = self.mean_call(view, x.shape)
        deviation = Sub()(view, mean)
        var = self.mean_call(Mul()(deviation, deviation), x.shape)
        row = Reshape((1, self.sets(x.shape)))
        both = Concat(0)(row(mean), row(var))
        return differentiate(both, upstream, (x,))

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(2 * x.size, size_of(x, self.infer(x)), self.count(x.shape))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Takes the mean and the variance of {self.sets(x.shape)} sets of "
            f"{self.count(x.shape)} numbers."
        )


@final
@operator
class Moments(MomentsOf, ChannelStatistics):
    """m[0] = mean of x, m[1] = mean of (x - m[0])^2: of each channel, or each image's groups.

    Shapes:
        x [N, C, *I] -> m [2, S]: S = C, or with groups N groups
    """

    name: ClassVar[str] = "moments"
    signature: ClassVar[str] = "x[N,C,*I] -> m[2,S]"

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(groups), (TensorSpec(shape),)) for shape, groups in SHAPES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return channel_mistakes(cls, inputs=1)
