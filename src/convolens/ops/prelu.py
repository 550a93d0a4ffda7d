"""The leaky rectifier whose slopes are learned, one for all channels or one a channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._elementwise import SHAPES, Shape
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, require_rank, size_of
from convolens.ops.clamp import Clamp, ClampGrad
from convolens.ops.mul import Mul
from convolens.ops.reshape import Reshape
from convolens.ops.scale import Scale
from convolens.ops.sum import Expand, Sum
from convolens.spec import TensorSpec, checked, require_float


def channels_of(x: TensorSpec) -> int:
    """Return the number of channels, axis 1; without such an axis there is one."""
    return x.shape[1] if x.rank > 1 else 1


def against_channels(shape: Shape, slopes: int) -> Shape:
    """Return the shape in which ``slopes`` numbers broadcast to the channels of ``shape``."""
    return (slopes, *(1,) * (len(shape) - 2)) if len(shape) > 1 else (1,) * len(shape)


def check_slopes(operator: str, x: TensorSpec, weight: TensorSpec) -> None:
    """Refuse another number of slopes than 1 or the channels.

    Raises:
        ShapeError: If so.
    """
    require_rank(operator, "weight", weight, 1, "K")
    if weight.size not in (1, channels_of(x)) or (weight.size != 1 and x.rank == 0):
        raise ShapeError(
            f"{operator}: there are {weight.size} slopes, but {channels_of(x)} channels.",
            [("x", x, "N, C, ..."), ("weight", weight, "K")],
            f"use one slope, or {channels_of(x)}.",
        )


@final
@operator
class Prelu(Op):
    """y = x where x is positive, else weight[c] x; c is the channel, or 0 if there is one slope.

    Shapes:
        x [N, C, *I], weight [K] -> y [N, C, *I], with K = C or K = 1

    Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, section 2.1.
    """

    name: ClassVar[str] = "prelu"
    signature: ClassVar[str] = "x[*I], weight[K] -> y[*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, weight = specs
        dtype = require_float(self.name, x=x, weight=weight)
        check_slopes(self.name, x, weight)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, weight = arrays
        slope = weight.reshape(against_channels(x.shape, weight.size))
        return np.where(x > 0, x, x * slope)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, weight = inputs
        return (
            PreluInputGrad()(x, weight, upstream),
            PreluWeightGrad(weight.spec.size)(x, upstream),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _ = specs
        return Cost(0, size_of(*specs, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, weight = specs
        return f"Multiplies the negative ones of {x.size} numbers by one of {weight.size} slopes."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(), (TensorSpec(x), TensorSpec((slopes,)))) for x, slopes in _slopes()
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3, 4))
        return (
            Mistake(lambda: cls().infer(x, TensorSpec((4,))), ("4 slopes", "3 channels")),
            Mistake(lambda: cls().infer(TensorSpec(()), TensorSpec((2,))), ("2 slopes",)),
            Mistake(lambda: cls().infer(x, TensorSpec((3, 1))), ("weight has 2 dimensions",)),
        )


@final
@operator
class PreluInputGrad(Op):
    """dx = g where x is positive, else weight[c] g.

    Shapes:
        x [N, C, *I], weight [K], g [N, C, *I] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "prelu_input_grad"
    signature: ClassVar[str] = "x[*I], weight[K], g[*I] -> dx[*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, weight, g = specs
        dtype = require_float(self.name, x=x, weight=weight, g=g)
        check_slopes(self.name, x, weight)
        _require_shape(self.name, x, g)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, weight, g = arrays
        slope = weight.reshape(against_channels(x.shape, weight.size))
        return np.where(x > 0, g, g * slope)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, weight, g = inputs
        bent = ClampGrad(max=0.0)(x, Mul()(upstream, g))
        return (
            Scale(0.0)(upstream),
            _summed(bent, weight.spec.size),
            self(x, weight, upstream),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _, _ = specs
        return Cost(0, size_of(*specs, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, weight, _ = specs
        return (
            f"Multiplies those of {x.size} gradients by one of {weight.size} slopes whose inputs "
            "are not positive."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(), (TensorSpec(x), TensorSpec((slopes,)), TensorSpec(x)))
            for x, slopes in _slopes()
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, weight = TensorSpec((2, 3)), TensorSpec((3,))
        return (
            Mistake(lambda: cls().infer(x, TensorSpec((2,)), x), ("2 slopes",)),
            Mistake(lambda: cls().infer(x, weight, TensorSpec((2, 1))), ("g has shape [2, 1]",)),
        )


@final
@operator
class PreluWeightGrad(Op):
    """dweight[c] = the sum of g x where x is not positive, over one channel or over all.

    Shapes:
        x [N, C, *I], g [N, C, *I] -> dweight [K], with K = ``slopes``
    """

    name: ClassVar[str] = "prelu_weight_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dweight[slopes]"

    slopes: int = 1

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, g = specs
        dtype = require_float(self.name, x=x, g=g)
        weight = TensorSpec((self.slopes,), dtype)
        check_slopes(self.name, x, weight)
        _require_shape(self.name, x, g)
        return weight

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        parts = np.where(x > 0, x.dtype.type(0), g * x)
        if self.slopes == 1:
            return np.asarray(parts.sum(dtype=x.dtype)).reshape(1)
        axes = tuple(axis for axis in range(x.ndim) if axis != 1)
        return np.asarray(parts.sum(axis=axes, dtype=x.dtype))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        aligned = Reshape(against_channels(x.shape, self.slopes))(upstream)
        each = Expand(x.shape)(aligned)
        return ClampGrad(max=0.0)(x, Mul()(g, each)), Mul()(Clamp(max=0.0)(x), each)

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _ = specs
        return Cost(x.size, size_of(*specs) + self.slopes, max(1, x.size // max(1, self.slopes)))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Adds up what {x.size} numbers say about {self.slopes} slopes."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(slopes), (TensorSpec(x),) * 2) for x, slopes in _slopes())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls(4).infer(x, x), ("4 slopes", "3 channels")),
            Mistake(lambda: cls(3).infer(x, TensorSpec((2, 1))), ("g has shape [2, 1]",)),
        )


def _require_shape(operator: str, x: TensorSpec, g: TensorSpec) -> None:
    if g.shape != x.shape:
        raise ShapeError(
            f"{operator}: g has shape {list(g.shape)}, but x has {list(x.shape)}.",
            hint="both must have one shape.",
        )


def _summed(value: Value, slopes: int) -> Value:
    """Return the sums over everything, or everything but the channels."""
    axes = tuple(a for a in range(len(value.shape)) if slopes == 1 or a != 1)
    return Reshape((slopes,))(Sum(axes)(value))


def _slopes() -> Iterable[tuple[Shape, int]]:
    """Yield shapes with each number of slopes that fits."""
    for shape in SHAPES:
        for slopes in sorted({1, channels_of(TensorSpec(shape))}):
            yield shape, slopes
