"""Losses of scores against class labels as functions."""

from __future__ import annotations

from convolens import ops
from convolens.errors import ArgumentError, ShapeError
from convolens.nn.functional._arguments import kept
from convolens.nn.functional._weights import constant
from convolens.ops._reduction import Reduction
from convolens.spec import FLOATS, uint8
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given

_cross_entropy, _nll_loss = kept(ops.CrossEntropy), kept(ops.NllLoss)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return how far logits are from class labels, or from shares of classes, in nats.

    Args:
        input: Logits [N, K, *I], or [K] of one image.
        target: Labels [N, *I] of whole numbers, or [] for one image; or shares of classes as
            floats, shaped as the input.
        weight: How much each class counts, [K]. The mean is divided by what the labels count.
        ignore_index: The label that costs and counts nothing. Not with shares.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        label_smoothing: The share of each label that is spread over all classes.

    Raises:
        IndexRangeError: If a label is not in 0 .. K-1.
        ShapeError: If the shapes do not fit.
        DTypeError: If the labels are neither whole numbers nor shares.
        ArgumentError: If ``reduction`` or ``label_smoothing`` is out of range.

    Example:
        >>> import convolens as cl
        >>> logits = cl.tensor([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
        >>> round(cross_entropy(logits, cl.tensor([0, -100])).item(), 4)
        0.4076
    """
    op = _cross_entropy(reduction, ignore_index, float(label_smoothing))
    return cross_entropy_with(op, input, target, weight)


def cross_entropy_with(
    op: ops.CrossEntropy, input: Tensor, target: Tensor, weight: Tensor | None
) -> Tensor:
    """Call a cross-entropy on labels or on shares."""
    given(op.name, input)
    given(op.name, target, "target")
    if target.shape == input.shape and target.dtype in FLOATS and input.ndim:
        return _against_shares(op, input, target, weight)
    return _on_labels(op, input, target, weight)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> Tensor:
    """Return the negated logarithms of the right classes' shares.

    Args:
        input: Logarithms of shares [N, K, *I], or [K] of one image, as log_softmax makes them.
        target: Labels [N, *I] of whole numbers, or [] for one image.
        weight: How much each class counts, [K]. The mean is divided by what the labels count.
        ignore_index: The label that costs and counts nothing.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Raises:
        IndexRangeError: If a label is not in 0 .. K-1.
        ShapeError: If the shapes do not fit.
        DTypeError: If the labels are not whole numbers.
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> logs = cl.tensor([[0.25, 0.75], [0.5, 0.5]]).log()
        >>> [round(y, 4) for y in nll_loss(logs, cl.tensor([0, 1]), reduction="none").tolist()]
        [1.3863, 0.6931]
    """
    return on_labels(_nll_loss(reduction, ignore_index), input, target, weight)


def on_labels(
    op: ops.CrossEntropy | ops.NllLoss, input: Tensor, target: Tensor, weight: Tensor | None
) -> Tensor:
    """Call a loss on a batch of scores, or on those of one image, and their labels."""
    given(op.name, input)
    given(op.name, target, "target")
    return _on_labels(op, input, target, weight)


def _on_labels(
    op: ops.CrossEntropy | ops.NllLoss, input: Tensor, target: Tensor, weight: Tensor | None
) -> Tensor:
    labels = target.long() if target.dtype == uint8 else target
    weights = () if weight is None else (constant(op.name, "weight", weight),)
    if input.ndim != 1:
        return apply(op, input, labels, *weights)
    if labels.spec.size != 1 or labels.ndim > 1:
        raise ShapeError(
            f"{op.name}: the scores of one image {list(input.shape)} need one label, not "
            f"{list(labels.shape)}."
        )
    loss = apply(op, input.reshape(1, -1), labels.reshape(1), *weights)
    return loss.reshape(()) if op.reduction == "none" else loss


def _against_shares(
    op: ops.CrossEntropy, input: Tensor, target: Tensor, weight: Tensor | None
) -> Tensor:
    """Return the sum of -w[k] target[n,k] log softmax(input[n])[k] over classes, reduced."""
    if op.ignore_index >= 0:
        raise ArgumentError(
            f"cross_entropy: ignore_index is {op.ignore_index}, but shares have no labels.",
            hint="leave it out, or give labels.",
        )
    axis = min(1, input.ndim - 1)
    classes = input.shape[axis]
    positions = input.spec.size // classes if classes else 0
    if classes == 0 or (op.reduction == "mean" and positions == 0):
        raise ShapeError(
            f"cross_entropy: there is nothing to average in {input.spec}.",
            hint="leave empty batches out.",
        )
    shares = target
    if op.label_smoothing:
        shares = shares * (1 - op.label_smoothing) + op.label_smoothing / classes
    logs = input.log_softmax(axis) * shares
    if weight is not None:
        if given(op.name, weight, "weight").shape != (classes,):
            raise ShapeError(
                f"cross_entropy: there are {classes} classes, but the weights have shape "
                f"{list(weight.shape)}.",
                hint="give one weight a class.",
            )
        aligned = constant(op.name, "weight", weight).reshape(
            classes, *(1,) * (input.ndim - axis - 1)
        )
        logs = logs * aligned
    if op.reduction == "none":
        return -logs.sum(axis)
    total = -logs.sum()
    return total / positions if op.reduction == "mean" else total
