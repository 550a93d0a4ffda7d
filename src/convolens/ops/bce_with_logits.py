"""Binary cross-entropy between scores and shares: the sigmoid is part of the loss."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops._reduction import share
from convolens.ops.add import Add
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sigmoid import Sigmoid
from convolens.ops.softplus import Softplus, log_one_plus_exp
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class BceWithLogits(PairwiseLoss):
    """loss = the mean over i of w[i] ((1 - t[i]) x[i] + l[i] log(1 + e^-x[i])), or their sum, ...

    l[i] = 1 + (p[i] - 1) t[i] weighs what is yes; it is 1 without ``pos_weighted``, and w without
    ``weighted``. No score x is too large for it.

    Shapes:
        x [*I], t [*I], w [*I]?, p [*I]? -> loss [] (or [*I])

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.2.
    """

    name: ClassVar[str] = "bce_with_logits"
    signature: ClassVar[str] = "x[*I], t[*I], w[*I]?, p[*I]? -> loss[*P]"

    weighted: bool = False
    pos_weighted: bool = False

    def count(self) -> int:
        return 2 + self.weighted + self.pos_weighted

    def each(self, *arrays: Array) -> Array:
        x, t = arrays[:2]
        w, p = parted(self, arrays)
        one = x.dtype.type(1)
        less = log_one_plus_exp(-x)
        with np.errstate(invalid="ignore"):
            losses = (one - t) * x + (less if p is None else (one + (p - one) * t) * less)
        return np.asarray(losses if w is None else losses * w)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x = inputs[0]
        w, p = parted(self, inputs)
        each = share(upstream, self.reduction, x.shape)
        if w is not None:
            each = Mul()(each, w)
        minus = Scale(-1.0)(x)
        towards_target: Value = minus
        if p is not None:
            less = Softplus(1.0, math.inf)(minus)
            towards_target = Add()(minus, Mul()(Sub()(p, ones(p)), less))
        return (
            BceWithLogitsGrad(self.reduction, self.weighted, self.pos_weighted)(*inputs, upstream),
            Mul()(each, towards_target),
            *(None for _ in inputs[2:]),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return (
            f"Measures {specs[0].size} scores for yes: a high and right one costs nearly 0, a "
            f"score of 0 costs log 2 = {np.log(2):.4f}, a wrong one about its height."
        )

    @classmethod
    def variants(cls) -> Iterable[dict[str, Any]]:
        return tuple(
            {"weighted": weighted, "pos_weighted": pos}
            for weighted in (False, True)
            for pos in (False, True)
        )

    @staticmethod
    def prepare(arrays: list[Array]) -> list[Array]:
        x, t, *weights = arrays
        return [x, Sigmoid().reference(t), *(np.abs(each) for each in weights)]


@final
@operator
class BceWithLogitsGrad(PairwiseLossGrad):
    """dx[i] = w[i] g (s[i] - t[i]) for s = 1 / (1 + e^-x), divided by the parts for the mean.

    With p it is w[i] g ((1 - t[i] + p[i] t[i]) s[i] - p[i] t[i]).

    Shapes:
        x, t, w?, p?, all [*I], g [] (or [*I]) -> dx [*I]
    """

    name: ClassVar[str] = "bce_with_logits_grad"
    signature: ClassVar[str] = "x[*I], t[*I], ... -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = BceWithLogits

    weighted: bool = False
    pos_weighted: bool = False

    def count(self) -> int:
        return 2 + self.weighted + self.pos_weighted

    def slope(self, *arrays: Array) -> Array:
        x, t = arrays[:2]
        w, p = parted(self, arrays)
        s = Sigmoid().reference(x)
        one = x.dtype.type(1)
        slopes = s - t if p is None else (one - t + p * t) * s - p * t
        return np.asarray(slopes if w is None else slopes * w)

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        x, t = inputs[:2]
        w, p = parted(self, inputs)
        s = Sigmoid()(x)
        if p is None:
            slopes: Value = Sub()(s, t)
        else:
            yes = Mul()(p, t)
            slopes = Sub()(Mul()(Add()(Sub()(ones(t), t), yes), s), yes)
        return Mul()(slopes if w is None else Mul()(slopes, w), g)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Gives each of {specs[0].size} scores the difference of its share from its target."


def parted(op: BceWithLogits | BceWithLogitsGrad, inputs: Sequence[Any]) -> tuple[Any, Any]:
    """Return the weights and the positive weights among ``inputs``, or None."""
    w = inputs[2] if op.weighted else None
    p = inputs[2 + op.weighted] if op.pos_weighted else None
    return w, p
