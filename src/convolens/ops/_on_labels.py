"""Losses of scores against class labels: the checks, and how much each label counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from convolens.errors import DTypeError, IndexRangeError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Op, Sample, Value
from convolens.ops._reduction import Reduction, check_reduction
from convolens.ops.reshape import Reshape
from convolens.ops.sum import Expand, Sum
from convolens.spec import TensorSpec, checked, int64, require_float


@operator
class OnLabels(Op):
    """A loss of scores [N, K, *I] against labels [N, *I], its gradient, or what they are made of.

    A third input [K] says how much each class counts; without it each counts 1. Labels that equal
    ``ignore_index`` count 0. A mean is divided by what the labels count together: that is NaN if
    they count nothing.
    """

    reduction: Reduction = "mean"
    ignore_index: int = -100

    def __post_init__(self) -> None:
        check_reduction(self.name, self.reduction)

    def loss_spec(
        self, scores: TensorSpec, labels: TensorSpec, weight: TensorSpec | None = None
    ) -> TensorSpec:
        """Return the spec of the loss.

        Raises:
            ShapeError: If the shapes do not fit, or there is nothing to average.
            IndexRangeError: If there are no classes.
            DTypeError: If labels are not int64, or the weights are of another type.
        """
        first = self.signature.split("[")[0]
        weights = {} if weight is None else {"weight": weight}
        facts = [(first, scores, "N, K, ..."), ("labels", labels, "N, ...")]
        facts += [(name, spec, "K") for name, spec in weights.items()]
        dtype = require_float(self.name, **{first: scores}, **weights)
        if labels.dtype != int64:
            raise DTypeError(
                f"{self.name}: labels are {labels.dtype.name}, but class numbers in int64 are "
                "needed.",
                facts,
                "convert them: labels.long().",
            )
        if scores.rank < 2 or labels.shape != scores.shape[:1] + scores.shape[2:]:
            raise ShapeError(
                f"{self.name}: {first} {list(scores.shape)} and labels {list(labels.shape)} do "
                "not fit.",
                facts,
                f"{first} must be [N, K, ...], the classes on axis 1, and labels [N, ...].",
            )
        if weight is not None and weight.shape != scores.shape[1:2]:
            raise ShapeError(
                f"{self.name}: there are {scores.shape[1]} classes, but the weights have shape "
                f"{list(weight.shape)}.",
                facts,
                "give one weight a class.",
            )
        if scores.shape[1] == 0:
            raise IndexRangeError(
                f"{self.name}: {first} {list(scores.shape)} have no classes, so that every label "
                "is out of bounds.",
                facts,
                "axis 1 counts the classes.",
            )
        if self.reduction == "mean" and labels.size == 0:
            raise ShapeError(
                f"{self.name}: there is nothing to average in {scores}.",
                facts,
                "leave empty batches out.",
            )
        return checked(labels.shape if self.reduction == "none" else (), dtype)

    def check_g(self, loss: TensorSpec, g: TensorSpec) -> None:
        """Refuse an upstream gradient that is not shaped as the loss.

        Raises:
            ShapeError: If so.
        """
        if g.shape != loss.shape:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the loss is {list(loss.shape)}.",
                hint="g must be shaped as the loss.",
            )

    def counts(self, labels: Array, weight: Array | None, dtype: Any) -> Array:
        """Return how much each of ``labels`` counts."""
        kept = labels != self.ignore_index
        if weight is None:
            return np.asarray(kept.astype(dtype))
        return np.where(kept, weight[np.where(kept, labels, 0)], dtype.type(0))

    def reduced(self, losses: Array, counts: Array, shape: tuple[int, ...]) -> Array:
        """Return the losses of all labels reduced, those of ``shape`` if they are left."""
        if self.reduction == "none":
            return losses.reshape(shape)
        total = losses.sum(dtype=losses.dtype)
        with np.errstate(invalid="ignore"):
            return np.asarray(total / self.divided(counts))

    def divided(self, counts: Array) -> Array:
        """Return the divisor of each loss, in the shape []."""
        if self.reduction != "mean":
            return np.asarray(1, counts.dtype)
        total = counts.sum(dtype=counts.dtype)
        return np.asarray(total if total != 0 else np.nan, counts.dtype)

    def to_each_score(self, g: Value, shape: tuple[int, ...]) -> Value:
        """Return the upstream gradient of each loss, repeated for the K scores of its label."""
        if self.reduction == "none":
            g = Reshape((shape[0], 1, *shape[2:]))(g)
        return Expand(shape)(g)

    def of_each_loss(self, value: Value) -> Value:
        """Return the sum of ``value`` [N, K, *I], in the shape of the loss."""
        axes = (1,) if self.reduction == "none" else tuple(range(len(value.shape)))
        return Sum(axes)(value)


def rows_of(scores: Array) -> Array:
    """Return scores [N, K, *I] as one row of K for each label."""
    return np.moveaxis(scores, 1, -1).reshape(-1, scores.shape[1])


def scores_of(rows: Array, shape: tuple[int, ...]) -> Array:
    """Return the inverse of ``rows_of``."""
    return np.moveaxis(rows.reshape(shape[0], *shape[2:], shape[1]), -1, 1)


def check_labels(operator: str, labels: Array, classes: int, ignore_index: int) -> None:
    """Refuse labels outside 0 .. classes-1 that are not ``ignore_index``.

    Raises:
        IndexRangeError: If there is one; the text names the first.
    """
    outside = (labels < 0) | (labels >= classes)
    wrong = np.flatnonzero(outside & (labels != ignore_index))
    if wrong.size:
        refuse_label(operator, int(labels[wrong[0]]), int(wrong[0]), classes)


def refuse_label(operator: str, label: int, position: int, classes: int) -> None:
    """Raise the error for one label outside its range.

    Raises:
        IndexRangeError: Always.
    """
    raise IndexRangeError(
        f"{operator}: label {label} at position {position} is out of bounds: with {classes} "
        f"classes, labels go from 0 to {classes - 1}.",
        hint="give the network as many outputs as there are classes, and count labels from 0.",
    )


#: Shapes of scores, and reductions, to try.
SHAPES: tuple[tuple[tuple[int, ...], Reduction], ...] = (
    ((4, 10), "mean"),
    ((4, 10), "sum"),
    ((5, 3), "none"),
    ((1, 1), "mean"),
    ((3, 33), "mean"),
    ((0, 4), "sum"),
    ((2, 3, 5), "none"),
    ((2, 5, 3, 4), "mean"),
    ((2, 4, 1, 2, 3), "sum"),
    ((2, 3, 0), "none"),
)


def label_samples(
    operator: type[OnLabels], options: Iterable[dict[str, Any]], with_g: bool
) -> Iterable[Sample]:
    """Return calls with and without weights; ``options`` are attributes to try."""
    for number, attributes in enumerate(options):
        for weighted in (False, True):
            # Of a single class all labels would be ignored, and a mean would be NaN.
            for shape, reduction in SHAPES[4:8] if number or weighted else SHAPES:
                op = operator(reduction, **attributes)
                specs = [TensorSpec(shape), TensorSpec(shape[:1] + shape[2:], int64)]
                specs += [TensorSpec(shape[1:2])] if weighted else []
                if with_g:
                    specs.append(op.loss_spec(*specs))
                prepare = with_positive_weights if weighted else None
                yield Sample(op, tuple(specs), below=shape[1], prepare=prepare)


def with_positive_weights(arrays: list[Array]) -> list[Array]:
    """Return the arrays with weights that are not near zero."""
    weight = np.abs(arrays[2]) + arrays[2].dtype.type(0.5)
    return [*arrays[:2], weight, *arrays[3:]]
