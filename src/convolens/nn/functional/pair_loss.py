"""Losses that compare two tensors number by number as functions."""

from __future__ import annotations

import math
import warnings

from convolens import ops
from convolens.errors import ShapeError
from convolens.nn.functional._weights import constant
from convolens.ops import Op
from convolens.ops._elementwise import broadcast
from convolens.ops._reduction import Reduction, check_reduction
from convolens.spec import FLOATS
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given
from convolens.tensor.promote import result_type


def mse_loss(
    input: Tensor, target: Tensor, reduction: Reduction = "mean", weight: Tensor | None = None
) -> Tensor:
    """Return the squared differences, averaged, added up or as they are.

    Args:
        input: The input.
        target: What it should be, of the same shape.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        weight: How much each element counts, shaped as the input. The mean is divided by their sum.

    Raises:
        ShapeError: If the shapes do not broadcast.
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> mse_loss(cl.tensor([1.0, 4.0]), cl.tensor([0.0, 2.0])).item()
        2.5
    """
    if weight is None:
        return apply(ops.MseLoss(reduction), *joined("mse_loss", input, target))
    return _weighed(ops.MseLoss("none"), input, target, reduction, weight)


def l1_loss(
    input: Tensor, target: Tensor, reduction: Reduction = "mean", weight: Tensor | None = None
) -> Tensor:
    """Return the absolute differences, averaged, added up or as they are.

    Args:
        input: The input.
        target: What it should be, of the same shape.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        weight: How much each element counts, shaped as the input. The mean is divided by their sum.

    Raises:
        ShapeError: If the shapes do not broadcast.
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> l1_loss(cl.tensor([1.0, 4.0]), cl.tensor([0.0, 2.0])).item()
        1.5
    """
    if weight is None:
        return apply(ops.L1Loss(reduction), *joined("l1_loss", input, target))
    return _weighed(ops.L1Loss("none"), input, target, reduction, weight)


def smooth_l1_loss(
    input: Tensor, target: Tensor, reduction: Reduction = "mean", beta: float = 1.0
) -> Tensor:
    """Return the absolute differences, rounded off below ``beta``, averaged, added up or not.

    Raises:
        ShapeError: If the shapes do not broadcast.
        ArgumentError: If ``reduction`` is not known, or ``beta`` is negative.

    Example:
        >>> import convolens as cl
        >>> smooth_l1_loss(cl.tensor([0.5, 3.0]), cl.zeros(2), reduction="none").tolist()
        [0.125, 2.5]
    """
    op: Op = ops.SmoothL1Loss(reduction, float(beta))
    if beta == 0:
        op = ops.L1Loss(reduction)
    return apply(op, *joined("smooth_l1_loss", input, target))


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: Reduction = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """Return half the squared differences, straight beyond ``delta``, averaged, added up or not.

    Args:
        input: The input.
        target: What it should be, of the same shape.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        delta: The distance at which the parabola ends.
        weight: How much each element counts, shaped as the input. The mean is divided by the number
            of elements.

    Raises:
        ShapeError: If the shapes do not broadcast.
        ArgumentError: If ``reduction`` is not known, or ``delta`` is not positive.

    Example:
        >>> import convolens as cl
        >>> huber_loss(cl.tensor([1.0, 4.0]), cl.zeros(2), reduction="none", delta=2.0).tolist()
        [0.5, 6.0]
    """
    if weight is None:
        op = ops.HuberLoss(reduction, float(delta))
        loss = apply(op, *joined("huber_loss", input, target))
    else:
        check_reduction("huber_loss", reduction)
        each = apply(ops.HuberLoss("none", float(delta)), *joined("huber_loss", input, target))
        weighed = each * _shaped("huber_loss", weight, input)
        loss = {"none": lambda: weighed, "sum": weighed.sum, "mean": weighed.mean}[reduction]()
    return loss.to(input.dtype) if input.dtype in FLOATS else loss


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Return how far shares of yes are from what they should be, in nats.

    Args:
        input: Shares between 0 and 1, such as a sigmoid's outputs.
        target: What they should be, between 0 and 1, of the same shape.
        weight: How much each element counts; it broadcasts to the input.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Raises:
        ArgumentError: If a share is not between 0 and 1, or ``reduction`` is not known.
        ShapeError: If the shapes differ.

    Example:
        >>> import convolens as cl
        >>> round(binary_cross_entropy(cl.tensor([0.5, 1.0]), cl.tensor([1.0, 1.0])).item(), 4)
        0.3466
    """
    op = ops.BceLoss(reduction, weight is not None)
    _require_same("binary_cross_entropy", input, target)
    return apply(op, input, target, *_spread("binary_cross_entropy", input, weight=weight))


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: Reduction = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return how far scores for yes are from the shares they should mean, in nats.

    Args:
        input: Scores: their sigmoid is part of the loss.
        target: Shares between 0 and 1, of the same shape.
        weight: How much each element counts; it broadcasts to the input.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        pos_weight: How much more yes counts than no; it broadcasts to the input.

    Raises:
        ShapeError: If the shapes differ.
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> loss = binary_cross_entropy_with_logits(cl.zeros(2), cl.tensor([1.0, 0.0]))
        >>> round(loss.item(), 4)
        0.6931
    """
    op = ops.BceWithLogits(reduction, weight is not None, pos_weight is not None)
    name = "binary_cross_entropy_with_logits"
    _require_same(name, input, target)
    x, t = input, target
    if x.dtype in FLOATS and t.dtype in FLOATS:
        common = result_type([x, t])
        x, t = x.to(common), t.to(common)
    return apply(op, x, t, *_spread(name, input, weight=weight, pos_weight=pos_weight))


def kl_div(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return the Kullback-Leibler divergence: what believing the input costs beyond the target.

    Args:
        input: Logarithms of shares.
        target: Shares of the same shape, or their logarithms if ``log_target``.
        reduction: ``'batchmean'`` for the divergence of one image; ``'mean'`` divides by the number
            of classes too; ``'sum'``, ``'none'``.
        log_target: Whether the targets are logarithms.

    Raises:
        ShapeError: If the shapes do not broadcast.
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> shares = cl.tensor([[0.5, 0.5]])
        >>> round(kl_div(cl.tensor([[0.25, 0.75]]).log(), shares, "batchmean").item(), 4)
        0.1438
    """
    if reduction != "batchmean":
        check_reduction("kl_div", reduction)
        op = ops.KlDiv(reduction, bool(log_target))  # type: ignore[arg-type]
        return apply(op, *joined("kl_div", input, target, warn=False))
    total = apply(ops.KlDiv("sum", bool(log_target)), *joined("kl_div", input, target, warn=False))
    images = input.shape[0] if input.ndim else 1
    return total / images if images else total * math.nan


def joined(
    operator: str, input: Tensor, target: Tensor, warn: bool = True
) -> tuple[Tensor, Tensor]:
    """Return both tensors in their common type and shape.

    Warns:
        UserWarning: If the shapes differ, which is rarely meant.

    Raises:
        ShapeError: If they do not broadcast.
    """
    x, t = given(operator, input), given(operator, target, "target")
    if x.dtype != t.dtype and (x.dtype in FLOATS or t.dtype in FLOATS):
        common = result_type([x, t])
        x, t = x.to(common), t.to(common)
    if x.shape == t.shape:
        return x, t
    shape = broadcast(operator, input=x.spec, target=t.spec)
    if warn:
        warnings.warn(
            f"{operator}: the target has shape {list(target.shape)}, but the input has "
            f"{list(input.shape)}: both are repeated to {list(shape)}, which is rarely meant. "
            "Give them one shape.",
            stacklevel=3,
        )
    return _expanded(x, shape), _expanded(t, shape)


def _expanded(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return tensor if tensor.shape == shape else apply(ops.Expand(shape), tensor)


def _require_same(operator: str, input: Tensor, target: Tensor) -> None:
    if given(operator, input).shape != given(operator, target, "target").shape:
        raise ShapeError(
            f"{operator}: the target has shape {list(target.shape)}, but the input has "
            f"{list(input.shape)}.",
            [("input", input.spec, ""), ("target", target.spec, "")],
            "give them one shape.",
        )


def _spread(operator: str, input: Tensor, **weights: Tensor | None) -> list[Tensor]:
    """Return those weights that there are, repeated to the input's shape."""
    found = []
    for name, weight in weights.items():
        if weight is None:
            continue
        spec = given(operator, weight, name).spec
        shape = broadcast(operator, input=input.spec, **{name: spec})
        if shape != input.shape:
            raise ShapeError(
                f"{operator}: {name} {list(weight.shape)} is larger than the input "
                f"{list(input.shape)}.",
                hint=f"{name} must broadcast to the input.",
            )
        found.append(_expanded(constant(operator, name, weight), shape))
    return found


def _shaped(operator: str, weight: Tensor, input: Tensor) -> Tensor:
    if given(operator, weight, "weight").shape != input.shape:
        raise ShapeError(
            f"{operator}: weight has shape {list(weight.shape)}, but the input has "
            f"{list(input.shape)}.",
            hint="give one weight an element.",
        )
    return weight


def _weighed(
    op: ops.MseLoss | ops.L1Loss,
    input: Tensor,
    target: Tensor,
    reduction: Reduction,
    weight: Tensor,
) -> Tensor:
    """Return the losses of each pair times their weights, reduced."""
    check_reduction(op.name, reduction)
    weighed = apply(op, *joined(op.name, input, target)) * _shaped(op.name, weight, input)
    if reduction == "none":
        return weighed
    return weighed.sum() / weight.sum() if reduction == "mean" else weighed.sum()
