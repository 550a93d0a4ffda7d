"""A convolution and the rectifier behind it, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

from convolens.ops._attributes import operator
from convolens.ops._conv_calls import mistakes, samples
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, shared
from convolens.ops.conv import Conv
from convolens.ops.relu import Relu, ReluGrad
from convolens.spec import TensorSpec


@final
@operator
class ConvRelu(ConvGeometry):
    """y = max(conv(x, weight, bias), 0), with ``conv`` as in ``Conv``. NaN stays NaN.

    Kernels do the second step where they store the sums of the first, so the bits are those of the
    two operators one after the other.

    Shapes:
        x [N, C, *I], weight [K, C/groups, *R], bias [K] (optional) -> y [N, K, *P]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998; Nair and
    Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010.
    """

    name: ClassVar[str] = "conv_relu"
    signature: ClassVar[str] = Conv.signature

    @property
    def conv(self) -> Conv:
        """The convolution alone."""
        return Conv(**shared(self, ConvGeometry))

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        return self.conv.infer(*specs)

    def reference(self, *arrays: Array) -> Array:
        return Relu().reference(self.conv.reference(*arrays))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        # Where the output is positive, it is the convolution's own.
        passed = ReluGrad()(output, upstream)
        return self.conv.gradient(inputs, output, passed)

    def cost(self, *specs: TensorSpec) -> Cost:
        return self.conv.cost(*specs)

    def explain(self, *specs: TensorSpec) -> str:
        return f"{self.conv.explain(*specs)} Negative outputs become zero."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return samples(cls)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return mistakes(cls)
