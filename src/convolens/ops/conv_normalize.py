"""A convolution, the normalisation behind it and a rectifier behind both, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops import _conv_calls as calls
from convolens.ops._attributes import operator
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, shared
from convolens.ops.conv import Conv
from convolens.ops.hardtanh import HardtanhGrad
from convolens.ops.normalize import Normalize
from convolens.ops.relu import Relu, ReluGrad
from convolens.spec import TensorSpec

#: How many inputs are the convolution's, and how many there are before the addend.
CONV, OWN = 3, 6


@final
@operator
class ConvNormalize(ConvGeometry):
    """y = normalize(conv(x, weight, bias), m, gamma, beta) + s, which may be cut off.

    ``conv`` is as in ``Conv``, ``normalize`` as in ``Normalize`` with fixed moments, such as the
    running averages of a batch normalisation. Without s nothing is added. With ``max_val``,
    negative numbers become zero and those above it become that: infinite for ReLU, 6 for ReLU6.
    NaN stays NaN. Kernels do all this where they store the sums, so the bits are those of the
    operators one after the other.

    Args:
        eps: What is added to the variance.
        max_val: What larger numbers become; None: nothing is cut off.

    Shapes:
        x [N, C, *I], weight [K, C/groups, *R], bias [K], m [2, K], gamma [K], beta [K],
        s [N, K, *P] (optional) -> y [N, K, *P]

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015, algorithm 2; Jacob et al., "Quantization and Training of Neural
    Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 3.2.
    """

    name: ClassVar[str] = "conv_normalize"
    signature: ClassVar[str] = (
        "x[N,C,*I], weight[K,C/groups,*R], bias[K], m[2,K], gamma[K], beta[K], s[N,K,*P]? "
        "-> y[N,K,*P]"
    )

    eps: float = 1e-5
    max_val: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_val is not None and not self.max_val > 0:
            raise ArgumentError(
                f"conv_normalize: max_val is {self.max_val:g}, but must be positive.",
                hint="ReLU6 has 6, ReLU infinity.",
            )

    @property
    def conv(self) -> Conv:
        """The convolution alone."""
        return Conv(**shared(self, ConvGeometry))

    @property
    def normalize(self) -> Normalize:
        """The normalisation alone."""
        return Normalize(eps=self.eps, fixed=True)

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        y = self.conv.infer(*specs[:CONV])
        y = self.normalize.infer(y, *specs[CONV:OWN])
        for s in specs[OWN:]:
            self.normalize.require(y, "s", s, y.shape)
        return y

    def reference(self, *arrays: Array) -> Array:
        y = self.conv.reference(*arrays[:CONV])
        y = self.normalize.reference(y, *arrays[CONV:OWN])
        for s in arrays[OWN:]:
            y = y + s
        if self.max_val is None:
            return y
        return np.asarray(np.minimum(Relu().reference(y), y.dtype.type(self.max_val)))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        passed = upstream
        if self.max_val is not None:
            slope = ReluGrad() if self.max_val == inf else HardtanhGrad(0.0, self.max_val)
            passed = slope(output, upstream)
        convolved = self.conv(*inputs[:CONV])
        along_convolved, *own = self.normalize.gradient(
            (convolved, *inputs[CONV:OWN]), output, passed
        )
        assert along_convolved is not None
        first = self.conv.gradient(inputs[:CONV], convolved, along_convolved)
        return *first, *own, *(passed for _ in inputs[OWN:])

    def cost(self, *specs: TensorSpec) -> Cost:
        conv = self.conv.cost(*specs[:CONV])
        y = self.infer(*specs)
        others = sum(spec.size for spec in specs[CONV:])
        return Cost(conv.multiply_adds + y.size, conv.elements_moved + others, conv.sum_length + 1)

    def explain(self, *specs: TensorSpec) -> str:
        added = " Adds another image." if specs[OWN:] else ""
        cut = ""
        if self.max_val is not None:
            most = "" if self.max_val == inf else f", those above {self.max_val:g} become that"
            cut = f" Negative outputs become zero{most}."
        return (
            f"{self.conv.explain(*specs[:CONV])} Brings each output channel to mean 0 and "
            f"variance 1, by fixed means and variances.{added}{cut}"
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for number, (op, x, weight, _) in enumerate(calls.geometries(cls)):
            if not x.size:
                continue  # refused: there is nothing to normalise
            k = weight.shape[:1]
            c, m = TensorSpec(k), TensorSpec((2, *k))
            y = op.conv.infer(x, weight)
            for place, max_val in enumerate((None, inf, 0.5)):
                addend = (y,) if (number + place) % 2 else ()
                yield Sample(
                    replace(op, eps=0.1, max_val=max_val),
                    (x, weight, c, m, c, c, *addend),
                    prepare=with_variances,
                )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        plain = cls((1, 1), ((0, 0), (0, 0)), (1, 1))
        x, weight = TensorSpec((1, 3, 8, 8)), TensorSpec((4, 3, 3, 3))
        k, m = TensorSpec((4,)), TensorSpec((2, 4))
        return (
            Mistake(
                lambda: plain.infer(x, TensorSpec((4, 5, 3, 3)), k, m, k, k),
                ("the input has 3 channels, but the weight expects 5",),
            ),
            Mistake(lambda: plain.infer(x, weight, k, k, k, k), ("m has shape [4], but [2, 4]",)),
            Mistake(
                lambda: plain.infer(x, weight, k, m, k, k, x), ("s has shape [1, 3, 8, 8], but",)
            ),
            Mistake(lambda: cls((1,), ((0, 0),), (1,), max_val=0.0), ("max_val is 0", "positive")),
        )


def with_variances(arrays: list[Array]) -> list[Array]:
    """Make the variances positive, for those that are drawn."""
    moments = arrays[CONV]
    moments[1] = np.abs(moments[1]) + moments.dtype.type(0.1)
    return arrays
