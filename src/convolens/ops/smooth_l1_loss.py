"""The absolute error, rounded off near zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops.abs import AbsGrad
from convolens.ops.hardtanh import Hardtanh
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


def _check(name: str, beta: float) -> None:
    if not beta >= 0.0:
        raise ArgumentError(
            f"{name}: beta is {beta:g}, but must not be negative.",
            hint="beta is the distance at which the parabola ends.",
        )


@final
@operator
class SmoothL1Loss(PairwiseLoss):
    """d^2 / (2 ``beta``) for a distance d below ``beta``, else d - ``beta`` / 2.

    d is that of x[i] from t[i]; the loss is the mean or sum over i, or each of them. With ``beta``
    = 0 it is the absolute error.

    Shapes:
        x [*I], t [*I] -> loss [] (or [*I] for ``'none'``)

    Source: Girshick, "Fast R-CNN", 2015, equation 3.
    """

    name: ClassVar[str] = "smooth_l1_loss"
    signature: ClassVar[str] = "x[*I], t[*I] -> loss[*P]"

    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.name, self.beta)

    def each(self, *arrays: Array) -> Array:
        x, t = arrays
        c = x.dtype.type
        d = np.abs(x - t)
        if self.beta == 0.0:
            return np.asarray(d)
        return np.asarray(
            np.where(d < self.beta, c(0.5) * d * d / c(self.beta), d - c(0.5 * self.beta))
        )

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, t = inputs
        grad = SmoothL1LossGrad(self.reduction, self.beta)
        return grad(x, t, upstream), grad(t, x, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        return (
            f"Adds up {specs[0].size} distances; those below {self.beta:g} count by their square."
        )

    @classmethod
    def variants(cls) -> Iterable[dict[str, Any]]:
        return ({}, {"beta": 0.4}, {"beta": 0.0})

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            *super().mistakes(),
            Mistake(lambda: cls("mean", -1.0), ("beta is -1", "must not be negative")),
        )


@final
@operator
class SmoothL1LossGrad(PairwiseLossGrad):
    """dx[i] = g (x[i] - t[i]) / ``beta``, cut off at -g and g; divided for the mean.

    Shapes:
        x [*I], t [*I], g [] (or [*I] for ``'none'``) -> dx [*I]
    """

    name: ClassVar[str] = "smooth_l1_loss_grad"
    signature: ClassVar[str] = "x[*I], t[*I], g[*P] -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = SmoothL1Loss

    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.name, self.beta)

    def slope(self, *arrays: Array) -> Array:
        x, t = arrays
        c = x.dtype.type
        d = x - t
        if self.beta == 0.0:
            return np.asarray((d > 0).astype(x.dtype) - (d < 0))
        return np.asarray(np.minimum(np.maximum(d / c(self.beta), c(-1)), c(1)))

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        x, t = inputs
        d = Sub()(x, t)
        if self.beta == 0.0:
            return AbsGrad()(d, g)
        return Mul()(Hardtanh()(Scale(1 / self.beta)(d)), g)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Pulls each of {specs[0].size} inputs towards its target, with at most one force."
