"""Power-average pooling of any rank: the p-norm of each window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._avg_windows import spread_sums, window_sums
from convolens.ops._differentiate import differentiate
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, shared, size_of
from convolens.ops._pool_geometry import SAMPLES, PoolGeometry, pool_mistakes
from convolens.ops.avg_pool import AvgPool
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec, checked, require_float


def _positive(arrays: list[Array]) -> list[Array]:
    """Make the image positive, and nowhere nearly zero."""
    x, *rest = arrays
    return [np.abs(x) + x.dtype.type(0.5), *rest]


@operator
class LPPoolGeometry(PoolGeometry):
    """Windows that slide, and the norm: a power, not zero."""

    norm: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.norm == 0 or not np.isfinite(self.norm):
            raise ArgumentError(
                f"{self.name}: norm is {self.norm}, but must be a finite number other than 0.",
                hint="2 is the usual one; for infinity use max pooling of the absolute values.",
            )

    def mean(self) -> AvgPool:
        """Return the average over the same windows."""
        return AvgPool(**shared(self, PoolGeometry))

    def factors(self, sizes: Sequence[int], dtype: np.dtype[np.generic]) -> Array:
        """Return K / cells for each window: a window cut by ``ceil_mode`` counts as a whole one."""
        factors: Array = prod(self.kernel) / self.mean().divisors(sizes)
        return factors.astype(dtype)

    def cost(self, *specs: TensorSpec) -> Cost:
        x, y = specs[0], self.infer(*specs)
        added = prod(x.shape[:2]) * self.reads(x.shape[2:])
        return Cost(added, size_of(*specs, y), prod(self.kernel) + 3)

    @classmethod
    def operators(cls) -> Iterable[tuple[LPPoolGeometry, TensorSpec]]:
        """Yield (operator, x) for samples."""
        for shape, (kernel, stride, padding, ceil_mode) in SAMPLES:
            for norm in (2.0, 1.0, 4.0, 2.5, -1.0):
                ones = (1,) * len(kernel)
                yield cls(kernel, stride, padding, ones, ceil_mode, norm), TensorSpec(shape)


@final
@operator
class LPPool(LPPoolGeometry):
    """y[n,c,p] = (sum of x^norm over window p)^(1 / norm).

    A sum below zero, from an odd power, has no root: it is NaN, as in torch.

    Shapes:
        x [N, C, *I] -> y [N, C, *P]

    Source: Sermanet, Chintala and LeCun, "Convolutional Neural Networks Applied to House Numbers
    Digit Classification", 2012, section 3.2.
    """

    name: ClassVar[str] = "lp_pool"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        return checked(self.output_shape(x), require_float(self.name, x=x))

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        norm = x.dtype.type(self.norm)
        total = window_sums(self, x**norm) * self.factors(x.shape[2:], x.dtype)
        root: Array = total ** (1 / norm)
        return root

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        back = LPPoolGrad(**shared(self, LPPoolGeometry))
        return (back(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Adds the powers {self.norm:g} of each window ({self.describe()}) and takes the root: "
            f"{spatial.times(x.shape[2:])} becomes {spatial.times(self.infer(x).shape[2:])}, the "
            f"{x.shape[1]} channels stay."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,), prepare=_positive) for op, x in cls.operators())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        one = ((2,), (2,), ((0, 0),), (1,))
        return (
            *pool_mistakes(cls),
            Mistake(lambda: cls(*one, norm=0.0), ("norm is 0.0",)),
            Mistake(lambda: cls(*one, norm=float("inf")), ("norm is inf", "max pooling")),
        )


@final
@operator
class LPPoolGrad(LPPoolGeometry):
    """dx[i] = x[i]^(norm - 1) times the sum of g[p] s[p]^(1 / norm - 1) over windows p with x[i].

    s[p] is the sum of x^norm over window p, added once more: a root of it, rounded, would lose
    digits when its power is taken. A window whose sum is 0 gives nothing back, as in torch.

    Shapes:
        x [N, C, *I], g [N, C, *P] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "lp_pool_grad"
    signature: ClassVar[str] = "x[N,C,*I], g[N,C,*P] -> dx[N,C,*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, g = specs
        dtype = require_float(self.name, x=x, g=g)
        self.require_output(x, g)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        norm, factors = x.dtype.type(self.norm), self.factors(x.shape[2:], x.dtype)
        total = window_sums(self, x**norm) * factors
        safe = np.where(total == 0, x.dtype.type(1), total)
        share = np.where(total == 0, x.dtype.type(0), g * safe ** (1 / norm - 1)) * factors
        dx: Array = x ** (norm - 1) * spread_sums(self, share, x.shape[2:])
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        cells, mean = Scale(float(prod(self.kernel))), self.mean()
        total = cells(mean(Pow(self.norm)(x)))
        share = cells(Mul()(g, Pow(1 / self.norm - 1)(total)))
        spread = mean.spreading(x.shape[2:])(share)
        return differentiate(Mul()(Pow(self.norm - 1)(x), spread), upstream, (x, g))

    def explain(self, *specs: TensorSpec) -> str:
        x, g = specs
        return f"Sends {g.size} gradients back to {x.size} inputs, as their powers count."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for op, x in LPPool.operators():
            y = TensorSpec(op.output_shape(x))
            yield Sample(cls(**shared(op, LPPoolGeometry)), (x, y), prepare=_positive)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
        x, y = TensorSpec((1, 3, 8, 8)), TensorSpec((1, 3, 4, 4))
        return (
            Mistake(lambda: op.infer(x, x), ("g has shape [1, 3, 8, 8]",)),
            Mistake(lambda: op.infer(y, y), ("g has shape [1, 3, 4, 4]",)),
        )
