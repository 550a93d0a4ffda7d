"""Batch normalisation as a function."""

from __future__ import annotations

from convolens import ops
from convolens.errors import ArgumentError
from convolens.nn.functional._norm import (
    NOTHING,
    Behind,
    affine,
    channel_view,
    of_nothing,
    pixels,
    require_several,
    running,
    unrecorded,
)
from convolens.tensor import Tensor


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) weight + bias, with a mean and var for each channel.

    Args:
        input: [N, C, *I]
        running_mean: [C]; changed in training, used outside it.
        running_var: [C]
        weight: [C]; 1 if not given.
        bias: [C]; 0 if not given.
        training: Take mean and variance of the batch itself, and move the running ones there.
        momentum: By which part they move.
        eps: What is added to the variance.

    Raises:
        ArgumentError: If there is one value a channel in training, or no running averages outside.
        ShapeError: If the numbers of channels differ.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[1.0, 10.0], [3.0, 30.0]])
        >>> batch_norm(x, None, None, training=True, eps=1e-9).tolist()
        [[-1.0, -1.0], [1.0, 1.0]]
    """
    return normalize_batch(
        NOTHING, input, running_mean, running_var, weight, bias, training, momentum, eps
    )


def normalize_batch(
    behind: Behind,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Tensor:
    """Return ``batch_norm``, and do what follows it."""
    name = "batch_norm"
    if eps < 0 or (training and eps == 0):
        raise ArgumentError(
            f"{name}: eps is {eps}, but must be positive in training, and not negative outside.",
            hint="1e-5 is the usual one.",
        )
    averages = running(name, running_mean, running_var, input)
    if not training and averages is None:
        raise ArgumentError(
            f"{name}: running_mean must be defined in evaluation mode.",
            hint="give running_mean and running_var, or training=True.",
        )
    count = input.shape[0] * pixels(input) if input.ndim > 1 else 0
    if training:
        require_several(name, input, count)
    parameters = affine(weight, bias, input.shape[1:2], input)
    if input.ndim > 1 and input.numel() == 0:
        return behind.apart(of_nothing(input, parameters, channel_view(input)))
    if not training and averages is not None:
        return behind.normalize(input, averages.moments(), parameters, eps, fixed=True)
    m = unrecorded(ops.Moments(), input)
    y = behind.normalize(input, m, parameters, eps)
    if averages is not None:
        averages.update(m.array[0], m.array[1], count, momentum)
    return y
