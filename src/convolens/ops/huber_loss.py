"""Huber's loss: the squared error, which grows no longer than linearly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops.hardtanh import Hardtanh
from convolens.ops.mul import Mul
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


def _check(name: str, delta: float) -> None:
    if not delta > 0.0:
        raise ArgumentError(
            f"{name}: delta is {delta:g}, but must be positive.",
            hint="delta is the distance at which the parabola ends.",
        )


@final
@operator
class HuberLoss(PairwiseLoss):
    """d^2 / 2 for a distance d up to ``delta``, else ``delta`` (d - ``delta`` / 2).

    d is that of x[i] from t[i]; the loss is the mean or sum over i, or each of them. It is
    ``delta`` times the smooth absolute error.

    Shapes:
        x [*I], t [*I] -> loss [] (or [*I] for ``'none'``)

    Source: Huber, "Robust Estimation of a Location Parameter", 1964.
    """

    name: ClassVar[str] = "huber_loss"
    signature: ClassVar[str] = "x[*I], t[*I] -> loss[*P]"

    delta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.name, self.delta)

    def each(self, *arrays: Array) -> Array:
        x, t = arrays
        c = x.dtype.type
        d = np.abs(x - t)
        with np.errstate(invalid="ignore"):
            straight = c(self.delta) * (d - c(0.5 * self.delta))
        return np.asarray(np.where(d <= self.delta, c(0.5) * d * d, straight))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, t = inputs
        grad = HuberLossGrad(self.reduction, self.delta)
        return grad(x, t, upstream), grad(t, x, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        return (
            f"Squares {specs[0].size} differences; those above {self.delta:g} count only in "
            "proportion."
        )

    @classmethod
    def variants(cls) -> Iterable[dict[str, Any]]:
        return ({}, {"delta": 0.4})

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            *super().mistakes(),
            Mistake(lambda: cls("mean", 0.0), ("delta is 0", "must be positive")),
            Mistake(lambda: cls("mean", float("nan")), ("delta is nan",)),
        )


@final
@operator
class HuberLossGrad(PairwiseLossGrad):
    """dx[i] = g times x[i] - t[i] cut off at -``delta`` and ``delta``; over parts.

    Shapes:
        x [*I], t [*I], g [] (or [*I] for ``'none'``) -> dx [*I]
    """

    name: ClassVar[str] = "huber_loss_grad"
    signature: ClassVar[str] = "x[*I], t[*I], g[*P] -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = HuberLoss

    delta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.name, self.delta)

    def slope(self, *arrays: Array) -> Array:
        x, t = arrays
        c = x.dtype.type
        return np.asarray(np.minimum(np.maximum(x - t, c(-self.delta)), c(self.delta)))

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        x, t = inputs
        return Mul()(Hardtanh(-self.delta, self.delta)(Sub()(x, t)), g)

    def explain(self, *specs: TensorSpec) -> str:
        return (
            f"Pulls each of {specs[0].size} inputs towards its target, with at most {self.delta:g}."
        )
