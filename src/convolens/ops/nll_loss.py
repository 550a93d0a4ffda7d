"""The negative log likelihood: how little is said for the right class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._on_labels import (
    OnLabels,
    check_labels,
    label_samples,
    rows_of,
    scores_of,
)
from convolens.ops._op import Array, Cost, Mistake, Sample, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec, checked, int64, require_float

_OPTIONS: tuple[dict[str, Any], ...] = ({}, {"ignore_index": 0})


@final
@operator
class NllLoss(OnLabels):
    """loss[n] = -w[y] x[n,y] for y = labels[n]; reduced, or left.

    The inputs are logarithms of shares, as log-softmax makes them. The mean is divided by the sum
    of all w[y]. Labels equal to ``ignore_index`` cost and count nothing.

    Shapes:
        x [N, K, *I], labels [N, *I] int64, weight w [K]? -> loss [] (or [N, *I] for ``'none'``)

    Raises:
        IndexRangeError: When it runs, if a label is not in 0 .. K-1.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 5.5.
    """

    name: ClassVar[str] = "nll_loss"
    signature: ClassVar[str] = "x[N,K,*I], labels[N,*I], weight[K]? -> loss[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        return self.loss_spec(*specs)

    def reference(self, *arrays: Array) -> Array:
        x, labels, *weight = arrays
        rows, flat = rows_of(x), labels.reshape(-1)
        check_labels(self.name, flat, rows.shape[1], self.ignore_index)
        counts = self.counts(flat, weight[0] if weight else None, rows.dtype)
        kept = flat != self.ignore_index
        with np.errstate(invalid="ignore"):
            losses = -rows[np.arange(len(flat)), np.where(kept, flat, 0)] * counts
        return self.reduced(np.where(kept, losses, rows.dtype.type(0)), counts, labels.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        grad = NllLossGrad(self.reduction, self.ignore_index)
        return grad(*inputs, upstream), *(None for _ in inputs[1:])

    def cost(self, *specs: TensorSpec) -> Cost:
        labels = specs[1]
        return Cost(labels.size, 3 * labels.size, labels.size)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Picks the right class's logarithm in each of {specs[1].size} predictions."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(label_samples(cls, _OPTIONS, with_g=False))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        return (
            Mistake(
                lambda: op.infer(TensorSpec((4, 10)), TensorSpec((5,), int64)),
                ("x [4, 10]", "[5]", "do not fit"),
            ),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([0, 3])),
                ("label 3 at position 1", "0 to 2"),
            ),
        )


@final
@operator
class NllLossGrad(OnLabels):
    """dx[n,k] = -w[k] g for k = labels[n], else 0; divided by the sum of w[y] for the mean.

    Shapes:
        x [N, K, *I], labels [N, *I] int64, weight [K]?, g [] (or [N, *I]) -> dx [N, K, *I]
    """

    name: ClassVar[str] = "nll_loss_grad"
    signature: ClassVar[str] = "x[N,K,*I], labels[N,*I], ..., g[*P] -> dx[N,K,*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        *loss, g = specs
        x = loss[0]
        require_float(self.name, x=x, g=g)
        self.check_g(self.loss_spec(*loss), g)
        return checked(x.shape, x.dtype)

    def reference(self, *arrays: Array) -> Array:
        x, labels, *weight, g = arrays
        rows, flat = rows_of(x), labels.reshape(-1)
        check_labels(self.name, flat, rows.shape[1], self.ignore_index)
        counts = self.counts(flat, weight[0] if weight else None, rows.dtype)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = -counts * (g / self.divided(counts)).reshape(-1)
        slopes, at = np.zeros_like(rows), np.flatnonzero(flat != self.ignore_index)
        slopes[at, flat[at]] = each[at]
        return np.ascontiguousarray(scores_of(slopes, x.shape))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        *loss, g = inputs
        slope = Mul()(upstream, self(*loss, ones(g)))
        return Scale(0.0)(upstream), *(None for _ in loss[1:]), self.of_each_loss(slope)

    def cost(self, *specs: TensorSpec) -> Cost:
        x, labels, *_ = specs
        return Cost(labels.size, x.size + 3 * labels.size, labels.size)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Sends the gradients of {specs[1].size} predictions to their right classes alone."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(label_samples(cls, _OPTIONS, with_g=True))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls().infer(TensorSpec((4, 10)), TensorSpec((4,), int64), TensorSpec((4,))),
                ("g has shape [4]",),
            ),
        )
