"""Instance normalisation as a function."""

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
    running,
    unrecorded,
)
from convolens.tensor import Tensor


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) weight + bias, each channel of each image by itself.

    Args:
        input: [N, C, *I]
        running_mean: [C]; moved towards the images' means, or used instead of them.
        running_var: [C]
        weight: [C]; 1 if not given.
        bias: [C]; 0 if not given.
        use_input_stats: Take mean and variance of the channels themselves.
        momentum: By which part the running averages move.
        eps: What is added to the variance.

    Raises:
        ArgumentError: If a channel has one pixel, or there are no averages that could be used.
        ShapeError: If the numbers of channels differ.

    Example:
        >>> import convolens as cl
        >>> instance_norm(cl.tensor([[[1.0, 3.0], [10.0, 30.0]]]), eps=1e-9).tolist()
        [[[-1.0, 1.0], [-1.0, 1.0]]]
    """
    return normalize_images(
        NOTHING, input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
    )


def normalize_images(
    behind: Behind,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
) -> Tensor:
    """Return ``instance_norm``, and do what follows it."""
    name = "instance_norm"
    if use_input_stats and input.ndim > 1 and pixels(input) == 1:
        raise ArgumentError(
            f"{name}: expected more than 1 spatial element when training, got input size "
            f"{list(input.shape)}.",
            [("input", input.spec, "N, C, ...")],
            "normalise over the batch or over groups of channels instead.",
        )
    averages = running(name, running_mean, running_var, input)
    if not use_input_stats and averages is None:
        raise ArgumentError(
            f"{name}: expected running_mean and running_var to be defined when use_input_stats is "
            "false.",
            hint="give both, or use_input_stats=True.",
        )
    parameters = affine(weight, bias, input.shape[1:2], input)
    if input.ndim > 1 and input.numel() == 0:
        return behind.apart(of_nothing(input, parameters, channel_view(input)))
    if not use_input_stats and averages is not None:
        return behind.normalize(input, averages.moments(), parameters, eps, fixed=True)
    groups = input.shape[1] if input.ndim > 1 else 1
    m = unrecorded(ops.Moments(groups), input)
    y = behind.normalize(input, m, parameters, eps, groups)
    if averages is not None:
        mean, var = m.array.reshape(2, input.shape[0], groups).mean(axis=1)
        averages.update(mean, var, pixels(input), momentum)
    return y
