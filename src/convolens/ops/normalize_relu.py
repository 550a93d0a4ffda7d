"""A normalisation of channels and the rectifier behind it, in one pass, with a sum between both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, shared
from convolens.ops.hardtanh import HardtanhGrad
from convolens.ops.normalize import ChannelNorm, Normalize, with_variances
from convolens.ops.relu import Relu, ReluGrad
from convolens.spec import TensorSpec, require_float

#: How many inputs a normalisation has at most; one more is the addend.
_OWN = 4


@final
@operator
class NormalizeRelu(ChannelNorm):
    """y = min(max(normalize(x, m, weight, bias) + s, 0), max_val), ``normalize`` as ``Normalize``.

    With ``max_val`` 6 it ends in ReLU6, as a rule in ReLU. NaN stays NaN. Without s, such as the
    shortcut of a residual block, nothing is added. Kernels do all steps on a number while it is in
    a register, so the bits are those of the operators one after the other.

    Args:
        groups: Which numbers are normalised together.
        eps: What is added to the variance.
        fixed: The moments are not those of x, but constants, such as running averages.
        max_val: What larger numbers become.

    Shapes:
        x [N, C, *I], m [2, S], weight [C], bias [C], s [N, C, *I] -> y [N, C, *I]

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015; He et al., "Deep Residual Learning for Image Recognition",
    2016, figure 2; Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018.
    """

    name: ClassVar[str] = "normalize_relu"
    signature: ClassVar[str] = "x[N,C,*I], m[2,S], weight[C]?, bias[C]?, s[N,C,*I]? -> y[N,C,*I]"

    max_val: float = inf

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.max_val > 0:
            raise ArgumentError(
                f"normalize_relu: max_val is {self.max_val:g}, but must be positive.",
                hint="ReLU6 has 6; leave it out for ReLU.",
            )

    @property
    def normalize(self) -> Normalize:
        """The normalisation alone."""
        return Normalize(**shared(self, ChannelNorm))

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        y = self.normalize.infer(*specs[:_OWN])
        for s in specs[_OWN:]:
            self.require(y, "s", s, y.shape)
            require_float(self.name, x=specs[0], s=s)
        return y

    def reference(self, *arrays: Array) -> Array:
        y = self.normalize.reference(*arrays[:_OWN])
        for s in arrays[_OWN:]:
            y = y + s
        return np.asarray(np.minimum(Relu().reference(y), y.dtype.type(self.max_val)))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        slope = ReluGrad() if self.max_val == inf else HardtanhGrad(0.0, self.max_val)
        passed = slope(output, upstream)
        own = self.normalize.gradient(inputs[:_OWN], output, passed)
        return *own, *(passed for _ in inputs[_OWN:])

    def cost(self, *specs: TensorSpec) -> Cost:
        own, added = self.normalize.cost(*specs[:_OWN]), sum(s.size for s in specs[_OWN:])
        return Cost(own.multiply_adds, own.elements_moved + added, own.sum_length)

    def explain(self, *specs: TensorSpec) -> str:
        added = "Adds another input. " if specs[_OWN:] else ""
        own = self.normalize.explain(*specs[:_OWN])
        bound = "" if self.max_val == inf else f", those above {self.max_val:g} become that"
        return f"{own} {added}Negative outputs become zero{bound}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for op, x, m in cls.variants(fixed=True):
            c = TensorSpec(x.shape[1:2])
            for inputs in ((x, m, c, c, x), (x, m, c, c), (x, m)):
                yield Sample(op, inputs, prepare=with_variances)
                yield Sample(replace(op, max_val=0.5), inputs, prepare=with_variances)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, m, c = TensorSpec((3, 4, 5)), TensorSpec((2, 4)), TensorSpec((4,))
        return (
            Mistake(lambda: cls().infer(x, m, c, c, c), ("s has shape [4], but [3, 4, 5]",)),
            Mistake(lambda: cls().infer(x, c), ("m has shape [4], but [2, 4]",)),
            Mistake(lambda: cls().infer(x, m, m, c), ("weight has shape [2, 4], but [4]",)),
            Mistake(lambda: cls(-1), ("-1 groups",)),
            Mistake(lambda: cls(max_val=0.0), ("max_val is 0", "must be positive")),
        )
