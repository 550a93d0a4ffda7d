"""Convolution of any rank: a sum over kernel taps of shifted images.

Forget the spatial axes and a convolution is, for each tap, a product of two matrices: the tap's
weights [K, C] and the shifted image [C, N P]. The gradients are the other two products of the same
three matrices, so one loop over taps, seen from three sides, defines all three operators.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._conv_calls import geometries, mistakes, samples
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, counted, shared, size_of
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class Conv(ConvGeometry):
    """y[n,k,p] = bias[k] + sum over c, r of weight[k,c,r] x[n, c, p stride + r dilation - padding].

    Cross-correlation, which the field calls convolution: the kernel is not flipped.

    Shapes:
        x [N, C, *I], weight [K, C/groups, *R], bias [K] (optional) -> y [N, K, *P]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998,
    section II; Dumoulin and Visin, "A guide to convolution arithmetic", 2016, for the sizes.
    """

    name: ClassVar[str] = "conv"
    signature: ClassVar[str] = "x[N,C,*I], weight[K,C/groups,*R], bias[K]? -> y[N,K,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, weight, *bias = specs
        dtype = require_float(self.name, x=x, weight=weight, **({"bias": bias[0]} if bias else {}))
        spatial.require_image(self.name, x, self.rank)
        facts = [
            ("x", x, spatial.IMAGE_LETTERS[self.rank]),
            ("weight", weight, spatial.WEIGHT_LETTERS[self.rank]),
            ("groups", self.groups, ""),
        ]
        if weight.rank != self.rank + 2:
            raise ShapeError(
                f"{self.name}: weight has {weight.rank} dimensions, but {self.rank + 2} are "
                "needed.",
                facts,
                f"a weight is [{spatial.WEIGHT_LETTERS[self.rank]}].",
            )
        if weight.shape[1] * self.groups != x.shape[1]:
            expected = f"{weight.shape[1] * self.groups}"
            raise ShapeError(
                f"{self.name}: the input has {counted(x.shape[1], 'channel')}, but the weight "
                f"expects {expected}.",
                facts,
                "weight.shape[1] times groups must equal x.shape[1].",
            )
        if weight.shape[0] % self.groups or weight.shape[0] == 0:
            raise ShapeError(
                f"{self.name}: {weight.shape[0]} output channels cannot be split into "
                f"{self.groups} groups.",
                facts,
                "weight.shape[0] must be a positive multiple of groups.",
            )
        if bias and bias[0].shape != weight.shape[:1]:
            raise ShapeError(
                f"{self.name}: the bias has shape {list(bias[0].shape)}, but the weight has "
                f"{weight.shape[0]} output channels.",
                [*facts, ("bias", bias[0], "K")],
                f"the bias must have shape [{weight.shape[0]}].",
            )
        sizes = self.output_sizes(x.shape[2:], weight.shape[2:])
        return checked((x.shape[0], weight.shape[0], *sizes), dtype)

    def reference(self, *arrays: Array) -> Array:
        x, weight, *bias = arrays
        kernel, sizes = weight.shape[2:], x.shape[2:]
        outputs = self.output_sizes(sizes, kernel)
        weights = self.split_weight(weight)
        padded = spatial.with_pad_cell(x, self.rank)
        y: Array = np.zeros((x.shape[0], self.groups, weights.shape[1], prod(outputs)), x.dtype)
        for tap, reads in self.each_tap(sizes, kernel):
            y += weights[tap] @ self.split(padded[reads])
        y = y.reshape(x.shape[0], weight.shape[0], *outputs)
        return y + bias[0].reshape(-1, *(1,) * self.rank) if bias else y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, weight, *bias = inputs
        attributes = shared(self, ConvGeometry)
        over_all_but_channels = (0, *range(2, self.rank + 2))
        return (
            ConvInputGrad(**attributes, sizes=x.shape[2:])(weight, upstream),
            ConvWeightGrad(**attributes, kernel=weight.shape[2:])(x, upstream),
            *(Sum(over_all_but_channels)(upstream) for _ in bias),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, weight, *_ = specs
        moved = size_of(*specs, self.infer(*specs))
        return Cost(self.multiply_adds(x, weight), moved, prod(weight.shape[1:]) + 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, weight, *_ = specs
        y = self.infer(*specs)
        length = prod(weight.shape[1:])
        return (
            f"Slides {counted(weight.shape[0], 'kernel')} of {self.describe(weight.shape[2:])} "
            f"over {counted(x.shape[1], 'channel')} of {spatial.times(x.shape[2:])}; each of the "
            f"{spatial.times(y.shape[2:])} outputs of a kernel is a sum of {length} products."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return samples(cls)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return mistakes(cls)


@final
@operator
class ConvInputGrad(ConvGeometry):
    """dx[n,c,i] = sum over k, r of weight[k,c,r] g[n,k,p], where output p reads input i by tap r.

    It is the transposed convolution (see ``ConvTranspose``). ``sizes`` are the spatial sizes of
    the image, which the sizes of g do not determine: a stride rounds them down.

    Shapes:
        weight [K, C/groups, *R], g [N, K, *P] -> dx [N, C, *sizes]

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, chapter 4.
    """

    name: ClassVar[str] = "conv_input_grad"
    signature: ClassVar[str] = "weight[K,C/groups,*R], g[N,K,*P] -> dx[N,C,*I]"

    sizes: tuple[int, ...] = ()

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        weight, g = specs
        dtype = require_float(self.name, weight=weight, g=g)
        spatial.require_image(self.name, g, self.rank, "g")
        image = TensorSpec((g.shape[0], weight.shape[1] * self.groups, *self.sizes), dtype)
        _require_output(self, image, weight, g)
        return checked(image.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        weight, g = arrays
        return self.sent_back(weight, g, self.sizes)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        weight, g = inputs
        attributes = shared(self, ConvGeometry)
        return (
            ConvWeightGrad(**attributes, kernel=weight.shape[2:])(upstream, g),
            Conv(**attributes)(upstream, weight),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        weight, g = specs
        image = self.infer(*specs)
        length = weight.shape[0] // self.groups * prod(weight.shape[2:])
        return Cost(self.multiply_adds(image, weight), size_of(weight, g, image), length)

    def explain(self, *specs: TensorSpec) -> str:
        weight, g = specs
        return (
            f"Sends each of the {spatial.times(g.shape[2:])} gradients back through the taps that "
            f"read the image: {self.describe(weight.shape[2:])}, to {spatial.times(self.sizes)}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(**shared(op, ConvGeometry), sizes=x.shape[2:]),
                (weight, op.infer(x, weight)),
            )
            for op, x, weight, _ in geometries(Conv)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((1, 1), ((0, 0), (0, 0)), (1, 1), 1, (8, 8))
        weight = TensorSpec((8, 3, 3, 3))
        return (
            Mistake(
                lambda: op.infer(weight, TensorSpec((1, 8, 5, 6))),
                ("g has shape [1, 8, 5, 6]", "[1, 8, 6, 6]"),
            ),
            Mistake(
                lambda: op.infer(weight, TensorSpec((1, 7, 6, 6))),
                ("g has shape [1, 7, 6, 6]", "[1, 8, 6, 6]"),
            ),
        )


@final
@operator
class ConvWeightGrad(ConvGeometry):
    """dw[k,c,r] = sum over n, p of g[n,k,p] x[n, c, p stride + r dilation - padding].

    ``kernel`` are the sizes of the kernel, which the sizes of x and g do not determine.

    Shapes:
        x [N, C, *I], g [N, K, *P] -> dw [K, C/groups, *kernel]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998.
    """

    name: ClassVar[str] = "conv_weight_grad"
    signature: ClassVar[str] = "x[N,C,*I], g[N,K,*P] -> dw[K,C/groups,*R]"

    kernel: tuple[int, ...] = ()

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, g = specs
        dtype = require_float(self.name, x=x, g=g)
        spatial.require_image(self.name, x, self.rank)
        spatial.require_image(self.name, g, self.rank, "g")
        shape = (g.shape[1], x.shape[1] // self.groups, *self.kernel)
        weight = TensorSpec(shape, dtype)
        _require_output(self, x, weight, g)
        return checked(shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        shape = (self.groups, g.shape[1] // self.groups, x.shape[1] // self.groups, *self.kernel)
        padded = spatial.with_pad_cell(x, self.rank)
        upstream = self.split(g)
        dw: Array = np.zeros(shape, x.dtype)
        for tap, reads in self.each_tap(x.shape[2:], self.kernel):
            shifted = self.split(padded[reads])
            dw[tap] = (upstream @ shifted.swapaxes(-1, -2)).sum(axis=0)
        return dw.reshape(g.shape[1], *shape[2:])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        attributes = shared(self, ConvGeometry)
        return (
            ConvInputGrad(**attributes, sizes=x.shape[2:])(upstream, g),
            Conv(**attributes)(x, upstream),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, g = specs
        weight = self.infer(*specs)
        length = g.shape[0] * prod(g.shape[2:])
        return Cost(self.multiply_adds(x, weight), size_of(x, g, weight), length)

    def explain(self, *specs: TensorSpec) -> str:
        _, g = specs
        return (
            f"Multiplies what each tap of the {self.describe(self.kernel)} window read with the "
            f"gradient of its output, and sums over {counted(g.shape[0], 'image')} of "
            f"{spatial.times(g.shape[2:])} outputs."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(**shared(op, ConvGeometry), kernel=weight.shape[2:]),
                (x, op.infer(x, weight)),
            )
            for op, x, weight, _ in geometries(Conv)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((1, 1), ((0, 0), (0, 0)), (1, 1), 1, (3, 3))
        x = TensorSpec((1, 3, 8, 8))
        return (
            Mistake(
                lambda: op.infer(x, TensorSpec((2, 8, 6, 6))),
                ("g has shape [2, 8, 6, 6]", "[1, 8, 6, 6]"),
            ),
            Mistake(lambda: op.infer(x, TensorSpec((8, 6, 6))), ("g has 3 dimensions",)),
        )


def _require_output(op: ConvGeometry, x: TensorSpec, weight: TensorSpec, g: TensorSpec) -> None:
    """Refuse a ``g`` that is not shaped as the convolution of ``x`` with ``weight``."""
    expected = Conv(**shared(op, ConvGeometry)).infer(x, weight)
    if g.shape != expected.shape:
        raise ShapeError(
            f"{op.name}: g has shape {list(g.shape)}, but the convolution's output is "
            f"{list(expected.shape)}.",
            [("x", x, ""), ("weight", weight, ""), ("g", g, "")],
            "g must be shaped as the output.",
        )
