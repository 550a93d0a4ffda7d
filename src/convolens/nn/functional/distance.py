"""Distances between vectors, and the loss that compares two of them, as functions."""

from __future__ import annotations

from convolens import ops
from convolens.errors import ArgumentError, ShapeError
from convolens.ops._elementwise import broadcast
from convolens.ops._reduction import Reduction, check_reduction, require_parts
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given
from convolens.tensor.promote import result_type


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """Return the distances of vectors [*N, D], pair by pair: [*N].

    Args:
        x1: The first vectors.
        x2: The second ones; both broadcast.
        p: The order of the norm: 2 for the straight distance, 1 along the axes.
        eps: What is added to each difference, so that the slope is finite where they are equal.
        keepdim: Keep the last axis with size 1.

    Raises:
        ArgumentError: If ``p`` is not positive.
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import convolens as cl
        >>> pairwise_distance(cl.tensor([[0.0, 0.0]]), cl.tensor([[3.0, 4.0]]), eps=0.0).tolist()
        [5.0]
    """
    x1, x2 = given("pairwise_distance", x1, "x1"), given("pairwise_distance", x2, "x2")
    op = ops.PairwiseDistance(float(p), float(eps))
    if x1.spec == x2.spec and x1.ndim in (1, 2) and not keepdim:
        return apply(op, x1, x2)
    common = result_type([x1, x2])
    shape = broadcast("pairwise_distance", x1=x1.spec, x2=x2.spec)
    vectors = []
    for x in (x1.to(common), x2.to(common)):
        whole = x if x.shape == shape else apply(ops.Expand(shape), x)
        # The kernel reads vectors that lie side by side in memory: rows of a matrix.
        vectors.append(whole.reshape(-1, shape[-1]) if x.spec.size and len(shape) > 2 else whole)
    if not shape:
        vectors = [x.reshape(1) for x in vectors]
    y = apply(op, *vectors)
    wanted = (*shape[:-1], 1) if keepdim and shape else shape[:-1]
    return y if y.shape == wanted else y.reshape(wanted)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: Reduction = "mean",
) -> Tensor:
    """Return how much the positive is not nearer to the anchor than the negative, by the margin.

    Args:
        anchor: Vectors [*N, D], such as descriptions of faces.
        positive: Vectors of the same kind as the anchors, such as other pictures of the persons.
        negative: Vectors of another kind.
        margin: By how much nearer the positives are to be.
        p: The order of the norm.
        eps: What is added to each difference.
        swap: Compare with the negative's distance from the positive where that is smaller.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Raises:
        ArgumentError: If ``margin`` or ``p`` is not positive, or ``reduction`` is not known.
        ShapeError: If the three differ in rank, or do not broadcast.

    Example:
        >>> import convolens as cl
        >>> anchor, near, far = cl.zeros(1, 2), cl.zeros(1, 2), cl.tensor([[0.0, 0.5]])
        >>> round(triplet_margin_loss(anchor, near, far).item(), 4)
        0.5

    Source: Schroff, Kalenichenko and Philbin, "FaceNet", 2015, section 3.1. The swap: Balntas et
    al., "Learning Local Feature Descriptors with Triplets and Shallow Convolutional Neural
    Networks", 2016.
    """
    check_reduction("triplet_margin_loss", reduction)
    check_margin("triplet_margin_loss", margin)
    ranks = {"anchor": anchor, "positive": positive, "negative": negative}
    if len({given("triplet_margin_loss", x, name).ndim for name, x in ranks.items()}) > 1:
        raise ShapeError(
            "triplet_margin_loss: the three differ in their number of dimensions.",
            [(name, x.spec, "*N, D") for name, x in ranks.items()],
            "give them one shape.",
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = far.minimum(pairwise_distance(positive, negative, p, eps))
    losses = (near - far + margin).clamp(min=0.0)
    require_parts("triplet_margin_loss", reduction, losses.spec)
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def check_margin(operator: str, margin: float) -> None:
    """Refuse a margin that is not positive.

    Raises:
        ArgumentError: If so.
    """
    if not margin > 0:
        raise ArgumentError(
            f"{operator}: margin is {margin:g}, but must be greater than 0.",
            hint="without a margin, equal descriptions of everything cost nothing.",
        )
