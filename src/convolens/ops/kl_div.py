"""The Kullback-Leibler divergence: how much more surprising the targets are than they need be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops._reduction import share
from convolens.ops.add import Add
from convolens.ops.exp import Exp
from convolens.ops.log import Log
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class KlDiv(PairwiseLoss):
    """loss = the mean over i of t[i] (log t[i] - x[i]), or their sum, or each of them.

    The inputs x are logarithms of shares. The targets t are shares, or logarithms of shares if
    ``log_target``. A share of 0 counts nothing.

    Shapes:
        x [*I], t [*I] -> loss [] (or [*I] for ``'none'``)

    Source: Kullback and Leibler, "On Information and Sufficiency", 1951.
    """

    name: ClassVar[str] = "kl_div"
    signature: ClassVar[str] = "x[*I], t[*I] -> loss[*P]"

    log_target: bool = False

    def each(self, *arrays: Array) -> Array:
        x, t = arrays
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.log_target:
                return np.asarray(np.exp(t) * (t - x))
            entropy = np.where(t == 0, t.dtype.type(0), t * np.log(t))
            return np.asarray(entropy - t * x)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, t = inputs
        log = t if self.log_target else Log()(t)
        slope: Value = Add()(Sub()(log, x), ones(t))
        if self.log_target:
            slope = Mul()(Exp()(t), slope)
        return (
            KlDivGrad(self.reduction, self.log_target)(x, t, upstream),
            Mul()(share(upstream, self.reduction, x.shape), slope),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Compares {specs[0].size} logarithms of shares with the shares they should be."

    @classmethod
    def variants(cls) -> Iterable[dict[str, Any]]:
        return ({}, {"log_target": True})

    @staticmethod
    def prepare(arrays: list[Array]) -> list[Array]:
        return [-np.abs(arrays[0]), np.abs(arrays[1]) + arrays[1].dtype.type(0.1)]


@final
@operator
class KlDivGrad(PairwiseLossGrad):
    """dx[i] = -t[i] g, or -e^t[i] g if ``log_target``; divided by the parts for the mean.

    Shapes:
        x [*I], t [*I], g [] (or [*I] for ``'none'``) -> dx [*I]
    """

    name: ClassVar[str] = "kl_div_grad"
    signature: ClassVar[str] = "x[*I], t[*I], g[*P] -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = KlDiv

    log_target: bool = False

    def slope(self, *arrays: Array) -> Array:
        t = arrays[1]
        return np.asarray(-(np.exp(t) if self.log_target else t))

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        t = inputs[1]
        return Mul()(Scale(-1.0)(Exp()(t) if self.log_target else t), g)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Gives each of {specs[0].size} logarithms the share that it should be, negated."
