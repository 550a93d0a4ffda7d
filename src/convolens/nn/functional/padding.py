"""Padding as a function."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from convolens import ops
from convolens.errors import ArgumentError, DTypeError
from convolens.ops._padding_taps import Mode
from convolens.tensor import Tensor, apply


def pad(
    input: Tensor, pad: Sequence[int], mode: Mode = "constant", value: float | None = None
) -> Tensor:
    """Return input with cells added around its last axes, or cropped where ``pad`` is negative.

    Args:
        input: The input.
        pad: The cells before and after the last axis, then those of the last but one, and so on.
        mode: ``'constant'`` for any axes. For the one, two or three last axes of images with or
            without a batch also ``'reflect'``, ``'replicate'`` or ``'circular'``.
        value: What constant cells hold; 0 if not given.

    Raises:
        ArgumentError: If the mode is not known, takes no value, or ``pad`` has an odd length.
        ShapeError: If ``pad`` does not fit the input.
        DTypeError: If ``pad`` is not whole numbers.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[1.0, 2.0, 3.0]])
        >>> pad(x, (1, 2)).tolist()
        [[0.0, 1.0, 2.0, 3.0, 0.0, 0.0]]
        >>> pad(x, (2, -1), mode="reflect").tolist()
        [[3.0, 2.0, 1.0, 2.0]]
    """
    if value and mode != "constant":
        raise ArgumentError(
            f"pad: mode {mode!r} takes no value, but got {value}.", hint="leave value out."
        )
    op = ops.Pad(_pairs(pad), mode, 0.0 if value is None else value)
    single = mode != "constant" and input.ndim == len(op.padding) + 1
    if not single:
        return apply(op, input)
    op.infer(input.spec)  # says what is wrong with the input as it was given
    return apply(op, input.unsqueeze(0)).squeeze(0)


def _pairs(pad: Any) -> tuple[tuple[int, int], ...]:
    """Return torch's list, the last axis first, as a pair an axis, the last one last."""
    try:
        cells = [index(number) for number in pad]
    except TypeError:
        raise DTypeError(
            f"pad: pad is {pad!r}, but must be whole numbers.",
            hint="write pad=(before, after) for the last axis.",
        ) from None
    if len(cells) % 2:
        raise ArgumentError(
            f"pad: pad has {len(cells)} numbers, but must have two for each axis.",
            hint="write the cells before and after the last axis, then those of the one before it.",
        )
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return tuple(pairs)[::-1]
