"""Cross-entropy between logits and class labels: log-softmax and the negative log of one share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._on_labels import (
    OnLabels,
    check_labels,
    label_samples,
    rows_of,
    scores_of,
)
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, size_of
from convolens.ops.label_shares import LabelShares
from convolens.ops.mul import Mul
from convolens.ops.softmax import Softmax
from convolens.ops.sub import Sub
from convolens.ops.sum import Expand, Sum
from convolens.spec import TensorSpec, checked, int64, require_float

_OPTIONS: tuple[dict[str, Any], ...] = ({}, {"label_smoothing": 0.1}, {"ignore_index": 0})


def _check_smoothing(name: str, label_smoothing: float) -> None:
    if not 0.0 <= label_smoothing <= 1.0:
        raise ArgumentError(
            f"{name}: label_smoothing is {label_smoothing:g}, but must be between 0.0 and 1.0.",
            hint="it is the share that is spread over all classes.",
        )


@final
@operator
class CrossEntropy(OnLabels):
    """loss[n] = -w[y] log softmax(logits[n])[y] for y = labels[n]; reduced, or left.

    The inputs are logits: softmax is part of the loss. The mean is divided by the sum of all w[y].
    With ``label_smoothing`` = e, (1 - e) of it is that, and e the mean over all k in place of y of
    -w[k] log softmax(logits[n])[k]. Labels equal to ``ignore_index`` cost and count nothing.

    Shapes:
        logits [N, K, *I], labels [N, *I] int64, weight w [K]?
        -> loss [] (or [N, *I] for ``'none'``)

    Raises:
        IndexRangeError: When it runs, if a label is not in 0 .. K-1.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2. Label smoothing:
    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016, section 7.
    """

    name: ClassVar[str] = "cross_entropy"
    signature: ClassVar[str] = "logits[N,K,*I], labels[N,*I], weight[K]? -> loss[*P]"

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_smoothing(self.name, self.label_smoothing)

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        return self.loss_spec(*specs)

    def reference(self, *arrays: Array) -> Array:
        logits, labels, *weight = arrays
        rows, flat = rows_of(logits), labels.reshape(-1)
        check_labels(self.name, flat, rows.shape[1], self.ignore_index)
        w = weight[0] if weight else None
        c, counts = rows.dtype.type, self.counts(flat, w, rows.dtype)
        kept = flat != self.ignore_index
        with np.errstate(divide="ignore", invalid="ignore"):
            shifted = rows - rows.max(axis=1, keepdims=True)
            surprise = np.log(np.exp(shifted).sum(axis=1, keepdims=True)) - shifted
            losses = surprise[np.arange(len(flat)), np.where(kept, flat, 0)] * counts
            if self.label_smoothing:
                every = surprise if w is None else surprise * w
                rest = every.sum(axis=1) * c(self.label_smoothing / rows.shape[1])
                losses = c(1 - self.label_smoothing) * losses + rest
        return self.reduced(np.where(kept, losses, c(0)), counts, labels.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        grad = CrossEntropyGrad(self.reduction, self.ignore_index, self.label_smoothing)
        return grad(*inputs, upstream), *(None for _ in inputs[1:])

    def cost(self, *specs: TensorSpec) -> Cost:
        logits, labels, *_ = specs
        return Cost(2 * logits.size, size_of(*specs), logits.shape[1] + labels.size)

    def explain(self, *specs: TensorSpec) -> str:
        logits, labels, *_ = specs
        return (
            f"Measures {labels.size} predictions over {logits.shape[1]} classes: a sure and "
            f"right one costs 0, an undecided one log {logits.shape[1]} = "
            f"{np.log(logits.shape[1]):.4f}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(label_samples(cls, _OPTIONS, with_g=False))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        logits, labels = TensorSpec((4, 10)), TensorSpec((4,), int64)
        return (
            Mistake(lambda: op.infer(logits, TensorSpec((4,))), ("float32", "labels.long()")),
            Mistake(
                lambda: op.infer(logits, TensorSpec((5,), int64)),
                ("[4, 10]", "[5]", "do not fit"),
            ),
            Mistake(
                lambda: op.infer(TensorSpec((0, 10)), TensorSpec((0,), int64)),
                ("nothing to average",),
            ),
            Mistake(
                lambda: op.infer(TensorSpec((2, 0)), TensorSpec((2,), int64)),
                ("[2, 0] have no classes", "out of bounds"),
            ),
            Mistake(
                lambda: op.infer(logits, labels, TensorSpec((4,))),
                ("10 classes", "weights have shape [4]", "one weight a class"),
            ),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([0, 3])),
                ("label 3 at position 1", "0 to 2"),
            ),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([-1, 0])),
                ("label -1 at position 0",),
            ),
            Mistake(lambda: cls("avg"), ("reduction is 'avg'",)),  # type: ignore[arg-type]
            Mistake(
                lambda: cls(label_smoothing=1.5), ("label_smoothing is 1.5", "between 0.0 and 1.0")
            ),
        )


@final
@operator
class CrossEntropyGrad(OnLabels):
    """dlogits[n] = (S[n] softmax(logits[n]) - s[n]) g: s are the label's shares, S[n] their sum.

    The shares are those of ``LabelShares``: one-hot(labels[n]) / N in the plainest case.

    Shapes:
        logits [N, K, *I], labels [N, *I] int64, weight [K]?, g [] (or [N, *I])
        -> dlogits [N, K, *I]
    """

    name: ClassVar[str] = "cross_entropy_grad"
    signature: ClassVar[str] = "logits[N,K,*I], labels[N,*I], ..., g[*P] -> dlogits[N,K,*I]"

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_smoothing(self.name, self.label_smoothing)

    def _shares(self) -> LabelShares:
        return LabelShares(self.reduction, self.ignore_index, self.label_smoothing)

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        *loss, g = specs
        logits = loss[0]
        require_float(self.name, logits=logits, g=g)
        self.check_g(self.loss_spec(*loss), g)
        return checked(logits.shape, logits.dtype)

    def reference(self, *arrays: Array) -> Array:
        logits, labels, *weight, g = arrays
        rows, flat = rows_of(logits), labels.reshape(-1)
        check_labels(self.name, flat, rows.shape[1], self.ignore_index)
        w = weight[0] if weight else None
        shares = self._shares().each(flat, w, rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = Softmax(1).reference(rows) * shares.sum(axis=1, keepdims=True) - shares
            weighed = g / self.divided(self.counts(flat, w, rows.dtype))
            slopes = slopes * weighed.reshape(-1, 1)
        slopes = np.where((flat != self.ignore_index)[:, None], slopes, rows.dtype.type(0))
        return np.ascontiguousarray(scores_of(slopes, logits.shape))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        *loss, g = inputs
        logits = loss[0]
        shape = logits.shape
        shares = self._shares()(*loss)
        whole = Expand(shape)(Sum((1,), keepdim=True)(shares))
        slopes = Sub()(Mul()(Softmax(1)(logits), whole), shares)
        dlogits = Mul()(slopes, self.to_each_score(g, shape))
        (towards,) = differentiate(dlogits, upstream, [logits])
        # dlogits is linear in g: with g = 1 it is the slope that g is multiplied with.
        slope = Mul()(upstream, self(*loss, ones(g)))
        return towards, *(None for _ in loss[1:]), self.of_each_loss(slope)

    def cost(self, *specs: TensorSpec) -> Cost:
        logits = specs[0]
        return Cost(3 * logits.size, size_of(*specs, logits), logits.shape[1])

    def explain(self, *specs: TensorSpec) -> str:
        return (
            f"Subtracts the right class's share in each of {specs[1].size} predictions; what "
            "remains is the error."
        )

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
            Mistake(lambda: cls(label_smoothing=-0.1), ("label_smoothing is -0.1",)),
        )
