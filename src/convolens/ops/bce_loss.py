"""Binary cross-entropy between shares: the surprise of the targets to one who trusts the inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Value
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops._reduction import share
from convolens.ops.clamp import Clamp
from convolens.ops.div import Div
from convolens.ops.log import Log
from convolens.ops.mul import Mul
from convolens.ops.sigmoid import Sigmoid
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec

#: No logarithm counts as less, so that the loss of a sure and wrong x is finite.
LOWEST_LOG = -100.0
#: No variance x (1 - x) counts as less, so that its slope is finite.
LOWEST_VARIANCE = 1e-12


@final
@operator
class BceLoss(PairwiseLoss):
    """loss = the mean over i of -w[i] (t[i] log x[i] + (1 - t[i]) log(1 - x[i])), or their sum, ...

    Logarithms below -100 count as -100, as in torch. w is there if ``weighted``.

    Shapes:
        x [*I], t [*I], w [*I]? -> loss [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: When it runs, if an input or a target is not between 0 and 1.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.2.
    """

    name: ClassVar[str] = "bce_loss"
    signature: ClassVar[str] = "x[*I], t[*I], w[*I]? -> loss[*P]"

    weighted: bool = False

    def count(self) -> int:
        return 2 + self.weighted

    def each(self, *arrays: Array) -> Array:
        x, t, *weight = arrays
        check_shares(x, t)
        c = x.dtype.type
        with np.errstate(divide="ignore"):
            right = np.maximum(np.log(x), c(LOWEST_LOG))
            wrong = np.maximum(np.log1p(-x), c(LOWEST_LOG))
        losses = (t - c(1)) * wrong - t * right
        return np.asarray(losses * weight[0] if weight else losses)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, _, *weight = inputs
        each = share(upstream, self.reduction, x.shape)
        if weight:
            each = Mul()(each, weight[0])
        towards_target = Sub()(Log()(Sub()(ones(x), x)), Log()(x))
        return (
            BceLossGrad(self.reduction, self.weighted)(*inputs, upstream),
            Mul()(each, towards_target),
            *(None for _ in weight),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return (
            f"Measures {specs[0].size} shares of yes: a sure and right one costs 0, an undecided "
            f"one log 2 = {np.log(2):.4f}, a sure and wrong one 100."
        )

    @classmethod
    def variants(cls) -> Iterable[dict[str, Any]]:
        return ({}, {"weighted": True})

    @staticmethod
    def prepare(arrays: list[Array]) -> list[Array]:
        x, t, *weight = arrays
        shares = [Sigmoid().reference(x), Sigmoid().reference(t)]
        return [*shares, *(np.abs(each) for each in weight)]

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        half, two = np.full((2, 3), 0.5), np.full((2, 3), 2.0)
        nan = np.full((2, 3), np.nan)
        return (
            *super().mistakes(),
            Mistake(lambda: cls().reference(two, half), ("input[0, 0] is 2", "between 0 and 1")),
            Mistake(lambda: cls().reference(half, -two), ("target[0, 0] is -2",)),
            Mistake(lambda: cls().reference(nan, half), ("input[0, 0] is nan",)),
        )


@final
@operator
class BceLossGrad(PairwiseLossGrad):
    """dx[i] = w[i] g (x[i] - t[i]) / (x[i] (1 - x[i])), divided by the parts for the mean.

    Divisors below 1e-12 count as 1e-12, as in torch.

    Shapes:
        x [*I], t [*I], w [*I]?, g [] (or [*I] for ``'none'``) -> dx [*I]
    """

    name: ClassVar[str] = "bce_loss_grad"
    signature: ClassVar[str] = "x[*I], t[*I], ... -> dx[*I]"
    loss: ClassVar[type[PairwiseLoss]] = BceLoss

    weighted: bool = False

    def count(self) -> int:
        return 2 + self.weighted

    def slope(self, *arrays: Array) -> Array:
        x, t, *weight = arrays
        c = x.dtype.type
        variance = np.maximum(x * (c(1) - x), c(LOWEST_VARIANCE))
        slopes = (x - t) / variance
        return np.asarray(slopes * weight[0] if weight else slopes)

    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        x, t, *weight = inputs
        variance = Mul()(x, Sub()(ones(x), x))
        slopes = Div()(Sub()(x, t), Clamp(min=LOWEST_VARIANCE)(variance))
        return Mul()(Mul()(slopes, weight[0]) if weight else slopes, g)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Pulls each of {specs[0].size} shares towards its target, the harder the surer."


def check_shares(x: Array, t: Array) -> None:
    """Refuse inputs and targets that are not between 0 and 1.

    Raises:
        ArgumentError: If there is one; the text names the first.
    """
    for name, array in (("input", x), ("target", t)):
        wrong = np.argwhere(~((array >= 0) & (array <= 1)))
        if len(wrong):  # of a single number it has a row without columns
            at = tuple(int(i) for i in wrong[0])
            raise ArgumentError(
                f"bce_loss: {name}{list(at)} is {array[at]:g}, but must be between 0 and 1.",
                hint="give shares, such as a sigmoid's output, or give scores to "
                "binary_cross_entropy_with_logits.",
            )
