"""Group normalisation as a function."""

from __future__ import annotations

from convolens import ops
from convolens.errors import ArgumentError, ShapeError
from convolens.nn.functional._arguments import each_axis
from convolens.nn.functional._norm import (
    NOTHING,
    Behind,
    affine,
    channel_view,
    of_nothing,
    pixels,
    require_several,
    unrecorded,
)
from convolens.tensor import Tensor


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) weight + bias, each image's groups by themselves.

    Args:
        input: [N, C, *I]
        num_groups: In how many groups of neighbours the C channels are divided.
        weight: [C]; 1 if not given.
        bias: [C]; 0 if not given.
        eps: What is added to the variance.

    Raises:
        ArgumentError: If the groups do not divide the channels, or all there is is one number each.
        ShapeError: If the input has fewer than 2 dimensions, or the parameters do not fit.

    Example:
        >>> import convolens as cl
        >>> group_norm(cl.tensor([[1.0, 3.0, 10.0, 30.0]]), 2, eps=1e-9).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]
    """
    return normalize_groups(NOTHING, input, num_groups, weight, bias, eps)


def normalize_groups(
    behind: Behind,
    input: Tensor,
    num_groups: int,
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
) -> Tensor:
    """Return ``group_norm``, and do what follows it."""
    name = "group_norm"
    (num_groups,) = each_axis("num_groups", num_groups, 1)
    if input.ndim < 2:
        raise ShapeError(
            f"{name}: expected at least 2 dimensions, but the input has {input.ndim}.",
            [("input", input.spec, "")],
            "reshape it to [N, C, ...].",
        )
    n, c = input.shape[:2]
    if num_groups < 1 or c % num_groups:
        raise ArgumentError(
            f"{name}: {c} channels cannot be divided into {num_groups} groups.",
            [("input", input.spec, "N, C, ..."), ("num_groups", num_groups, "")],
            "use a number of groups that divides the number of channels.",
        )
    require_several(name, input, n * c // num_groups * pixels(input))
    parameters = affine(weight, bias, (c,), input)
    if input.numel() == 0:
        return behind.apart(of_nothing(input, parameters, channel_view(input)))
    m = unrecorded(ops.Moments(num_groups), input)
    return behind.normalize(input, m, parameters, eps, num_groups)
