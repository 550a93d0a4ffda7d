"""The mean absolute error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._op import Array, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops.abs import AbsGrad
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class L1Loss(PairwiseLoss):
    """loss = the mean over i of the distance of x[i] from t[i], or their sum, or each of them.

    Shapes:
        x [*I], t [*I] -> loss [] (or [*I] for ``'none'``)
    """

    name: ClassVar[str] = "l1_loss"
    signature: ClassVar[str] = "x[*I], t[*I] -> loss[*P]"

    def each(self, *arrays: Array) -> Array:
        x, t = arrays
        return np.asarray(np.abs(x - t))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, t = inputs
        grad = L1LossGrad(self.reduction)
        return grad(x, t, upstream), grad(t, x, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Adds up {specs[0].size} distances: twice as far costs twice as much."


@final
@operator
class L1LossGrad(PairwiseLossGrad):
    """dx[i] = g with the sign of x[i] - t[i], divided by the parts for the mean.

    Where they are equal, and where one is NaN, it is 0, as in torch.

    Shapes:
        x [*I], t [*I], g [] (or [*I] for ``'none'``) -> dx [*I]
    """

    name: ClassVar[str] = "l1_loss_grad"
    signature: ClassVar[str] = "x[*I], t[*I], g[*P] -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = L1Loss

    def slope(self, *arrays: Array) -> Array:
        x, t = arrays
        difference = x - t
        return np.asarray((difference > 0).astype(x.dtype) - (difference < 0))

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        x, t = inputs
        return AbsGrad()(Sub()(x, t), g)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Pulls each of {specs[0].size} inputs towards its target with the same force."
