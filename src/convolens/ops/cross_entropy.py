"""Cross-entropy between logits and class labels: log-softmax and the negative log of one share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from convolens.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.reshape import Reshape
from convolens.ops.scale import Scale
from convolens.ops.softmax import Softmax, SoftmaxGrad
from convolens.ops.sum import Expand, Sum
from convolens.spec import TensorSpec, checked, int64, require_float

Reduction = Literal["mean", "sum", "none"]


@dataclass(frozen=True)
class OnLabels(Op):
    """What cross-entropy and its gradient share: the checks of logits and labels."""

    reduction: Reduction = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum", "none"):
            raise ArgumentError(
                f"{self.name}: reduction is {self.reduction!r}, but must be 'mean', 'sum' or "
                "'none'."
            )

    def loss_spec(self, logits: TensorSpec, labels: TensorSpec) -> TensorSpec:
        """Return the spec of the loss.

        Raises:
            ShapeError: If logits are not [N, K] or labels not [N], or there are no classes.
            DTypeError: If labels are not int64.
        """
        dtype = require_float(self.name, logits=logits)
        facts = [("logits", logits, "N, K"), ("labels", labels, "N")]
        if labels.dtype != int64:
            raise DTypeError(
                f"{self.name}: labels are {labels.dtype.name}, but class numbers in int64 are "
                "needed.",
                facts,
                "convert them: labels.long().",
            )
        if logits.rank != 2 or labels.shape != logits.shape[:1]:
            raise ShapeError(
                f"{self.name}: logits {list(logits.shape)} and labels {list(labels.shape)} do "
                "not fit.",
                facts,
                "logits must be [N, K], one row an image, and labels [N].",
            )
        if logits.shape[1] == 0 or (self.reduction == "mean" and logits.shape[0] == 0):
            raise ShapeError(
                f"{self.name}: there is nothing to average in {logits}.",
                facts,
                "leave empty batches out.",
            )
        return checked(labels.shape if self.reduction == "none" else (), dtype)


@final
@dataclass(frozen=True)
class CrossEntropy(OnLabels):
    """loss[n] = -log softmax(logits[n])[labels[n]]; reduced to its mean or sum, or not at all.

    The inputs are logits: softmax is part of the loss.

    Shapes:
        logits [N, K], labels [N] int64 -> loss [] (or [N] for ``'none'``)

    Raises:
        IndexRangeError: When it runs, if a label is not in 0 .. K-1.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.
    """

    name: ClassVar[str] = "cross_entropy"
    signature: ClassVar[str] = "logits[N,K], labels[N] -> loss[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        logits, labels = specs
        return self.loss_spec(logits, labels)

    def reference(self, *arrays: Array) -> Array:
        logits, labels = arrays
        check_labels(labels, logits.shape[1])
        with np.errstate(invalid="ignore"):
            shifted = logits - logits.max(axis=1, keepdims=True)
            losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
        if self.reduction == "none":
            return np.asarray(losses)
        total = losses.sum(dtype=logits.dtype)
        return np.asarray(total / len(labels) if self.reduction == "mean" else total)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        logits, labels = inputs
        return CrossEntropyGrad(self.reduction)(logits, labels, upstream), None

    def cost(self, *specs: TensorSpec) -> Cost:
        logits, _ = specs
        return Cost(2 * logits.size, size_of(*specs), logits.shape[1] + logits.shape[0])

    def explain(self, *specs: TensorSpec) -> str:
        logits, _ = specs
        return (
            f"Measures {logits.shape[0]} predictions over {logits.shape[1]} classes: a sure and "
            f"right one costs 0, an undecided one log {logits.shape[1]} = "
            f"{np.log(logits.shape[1]):.4f}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(reduction), (TensorSpec((n, k)), TensorSpec((n,), int64)), below=k)
            for n, k, reduction in _SIZES
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        logits = TensorSpec((4, 10))
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
                lambda: op.reference(np.zeros((2, 3)), np.array([0, 3])),
                ("label 3 at position 1", "0 to 2"),
            ),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([-1, 0])),
                ("label -1 at position 0",),
            ),
            Mistake(lambda: cls("avg"), ("reduction is 'avg'",)),  # type: ignore[arg-type]
        )


@final
@dataclass(frozen=True)
class CrossEntropyGrad(OnLabels):
    """dlogits = (softmax(logits) - one-hot(labels)) g, divided by N for the mean.

    Shapes:
        logits [N, K], labels [N] int64, g [] (or [N] for ``'none'``) -> dlogits [N, K]
    """

    name: ClassVar[str] = "cross_entropy_grad"
    signature: ClassVar[str] = "logits[N,K], labels[N], g[*P] -> dlogits[N,K]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        logits, labels, g = specs
        require_float(self.name, logits=logits, g=g)
        loss = self.loss_spec(logits, labels)
        if g.shape != loss.shape:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the loss is {list(loss.shape)}.",
                hint="g must be shaped as the loss.",
            )
        return checked(logits.shape, logits.dtype)

    def _divisor(self, n: int) -> int:
        return n if self.reduction == "mean" else 1

    def reference(self, *arrays: Array) -> Array:
        logits, labels, g = arrays
        check_labels(labels, logits.shape[1])
        share = Softmax(1).reference(logits)
        share[np.arange(len(labels)), labels] -= 1
        dlogits: Array = share * (g / g.dtype.type(self._divisor(len(labels)))).reshape(-1, 1)
        return dlogits

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        logits, labels, g = inputs
        n, k = logits.shape
        column = g if self.reduction == "none" else Expand((n,))(g)
        weights = Expand((n, k))(Reshape((n, 1))(column))
        through_share = SoftmaxGrad(1)(Softmax(1)(logits), Mul()(upstream, weights))
        # dlogits is linear in g: with g = 1 it is the slope that g is multiplied with.
        unit = Pow(0.0)(g)
        slope = Mul()(upstream, CrossEntropyGrad(self.reduction)(logits, labels, unit))
        return (
            Scale(1 / self._divisor(n))(through_share),
            None,
            Sum((1,) if self.reduction == "none" else (0, 1))(slope),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        logits, _, _ = specs
        return Cost(3 * logits.size, size_of(*specs, logits), logits.shape[1])

    def explain(self, *specs: TensorSpec) -> str:
        logits, _, _ = specs
        return (
            f"Subtracts 1 from the right class's share of each of {logits.shape[0]} predictions; "
            "what remains is the error."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(reduction),
                (
                    TensorSpec((n, k)),
                    TensorSpec((n,), int64),
                    TensorSpec((n,) if reduction == "none" else ()),
                ),
                below=k,
            )
            for n, k, reduction in _SIZES
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls().infer(TensorSpec((4, 10)), TensorSpec((4,), int64), TensorSpec((4,))),
                ("g has shape [4]",),
            ),
        )


_SIZES: tuple[tuple[int, int, Reduction], ...] = (
    (4, 10, "mean"),
    (4, 10, "sum"),
    (5, 3, "none"),
    (1, 1, "mean"),
    (3, 33, "mean"),
    (0, 4, "sum"),
)


def check_labels(labels: Array, classes: int) -> None:
    """Refuse labels outside 0 .. classes-1.

    Raises:
        IndexRangeError: If there is one; the text names the first.
    """
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        refuse_label(int(labels[wrong[0]]), int(wrong[0]), classes)


def refuse_label(label: int, position: int, classes: int) -> None:
    """Raise the error for one label outside its range.

    Raises:
        IndexRangeError: Always.
    """
    raise IndexRangeError(
        f"cross_entropy: label {label} at position {position} is out of bounds: with {classes} "
        f"classes, labels go from 0 to {classes - 1}.",
        hint="give the network as many outputs as there are classes, and count labels from 0.",
    )
