"""Hand-made kernels, named or typed in, as the weights of a layer."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.lens.animate.words import words
from convolens.lens.filters.bank import BANK
from convolens.lens.filters.kernel import Kernel, as_kernel
from convolens.lens.notation import LayerSpec


def weight_of(text: str, spec: LayerSpec) -> Any:
    """Return a kernel as ``animate`` takes it: one grid for all channels, or whole weights.

    Whole weights are those of a gradient, such as sobel: its first direction for the first output
    channel, its second for the second.

    Args:
        text: Numbers or a name, as ``convolens.lens.filters.as_kernel`` takes them.
        spec: The layer.

    Raises:
        ArgumentError: If it is no kernel, has several grids, or is a gradient and the layer has not
            two output channels.
        ShapeError: If a named kernel is not of the layer's size.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> weight_of("sobel_x", parse_layer("5x5 k3")).tolist()
        [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
        >>> weight_of("sobel", parse_layer("5x5 k3 out2")).shape
        (2, 1, 3, 3)
    """
    kernel = as_kernel(text)
    grid = kernel.grids[0]
    if len(kernel.grids) > 1:
        raise words().problem(ArgumentError, "wrong.kernel_grids", count=len(kernel.grids))
    if spec.rank == 1 and len(grid) == 1:
        return grid[0]
    if spec.kind in ("conv", "conv_transpose"):  # the others have no weights, or those of two steps
        if _base(kernel) in BANK and grid.shape != spec.kernel:
            _refuse_size(kernel, spec)
        if kernel.across is not None:
            return _both(kernel, spec)
    return grid


def _both(kernel: Kernel, spec: LayerSpec) -> Any:
    """Return weights with a direction of a gradient for each of two output channels."""
    if spec.out_channels != 2 or spec.groups != 1:
        name = _base(kernel)
        raise words().problem(
            ArgumentError,
            "wrong.gradient",
            name=name,
            layer=spec.text,
            channels=spec.out_channels,
            groups=spec.groups,
        )
    axis = 0 if spec.kind == "conv" else 1
    both = np.stack([grid for (grid,) in kernel.directions])
    return np.repeat(np.expand_dims(both, 1 - axis), spec.channels, 1 - axis)


def _refuse_size(kernel: Kernel, spec: LayerSpec) -> NoReturn:
    """Say that a named kernel is not of the layer's size, and which one is."""
    instead = _resized(_base(kernel), spec.kernel)
    key = "kernel_axes" if spec.rank != 2 else "kernel_resized" if instead else "kernel_size"
    raise words().problem(
        ShapeError,
        f"wrong.{key}",
        name=kernel.name,
        size="x".join(map(str, kernel.size)),
        layer=spec.text,
        rank=spec.rank,
        wanted="x".join(map(str, spec.kernel)),
        instead=instead,
    )


def _resized(name: str, size: tuple[int, ...]) -> str:
    """Return how a named kernel of a layer's size is written, or nothing if there is none."""
    side = size[0]
    takes = (setting for setting in BANK[name].settings if setting.name == "size")
    allowed = any(setting.low <= side <= setting.high for setting in takes)
    return f"{name}:size={side}" if allowed and len(set(size)) == 1 else ""


def _base(kernel: Kernel) -> str:
    """Return the name of a kernel without its numbers."""
    return kernel.name.partition(":")[0].strip().lower().replace("-", "_")
