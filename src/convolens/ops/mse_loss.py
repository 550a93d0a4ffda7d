"""The mean squared error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

from convolens.ops._attributes import operator
from convolens.ops._op import Array, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class MseLoss(PairwiseLoss):
    """loss = the mean over i of (x[i] - t[i])^2, or their sum, or each of them.

    Shapes:
        x [*I], t [*I] -> loss [] (or [*I] for ``'none'``)

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 5.1.4.
    """

    name: ClassVar[str] = "mse_loss"
    signature: ClassVar[str] = "x[*I], t[*I] -> loss[*P]"

    def each(self, *arrays: Array) -> Array:
        x, t = arrays
        squares: Array = (x - t) ** 2
        return squares

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, t = inputs
        grad = MseLossGrad(self.reduction)
        return grad(x, t, upstream), grad(t, x, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Squares {specs[0].size} differences: twice as far costs four times as much."


@final
@operator
class MseLossGrad(PairwiseLossGrad):
    """dx[i] = 2 (x[i] - t[i]) g, divided by the number of parts for the mean.

    Shapes:
        x [*I], t [*I], g [] (or [*I] for ``'none'``) -> dx [*I]
    """

    name: ClassVar[str] = "mse_loss_grad"
    signature: ClassVar[str] = "x[*I], t[*I], g[*P] -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = MseLoss

    def slope(self, *arrays: Array) -> Array:
        x, t = arrays
        return 2 * (x - t)

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        x, t = inputs
        return Mul()(Scale(2.0)(Sub()(x, t)), g)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Gives each of {specs[0].size} inputs twice its difference."
