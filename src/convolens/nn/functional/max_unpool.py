"""Max unpooling as functions."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from convolens import ops
from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.pooling import steps, window
from convolens.ops._taps import Window
from convolens.tensor import Tensor, apply


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Return zeros [N, C, W] with the numbers [N, C, Q] at their indices.

    Raises:
        ArgumentError: If an argument is out of range.
        IndexRangeError: If an index names no pixel.
        ShapeError: If the shapes differ.
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Return zeros [N, C, H, W] with the numbers [N, C, P, Q] at their indices.

    Several sizes are pooled to one: ``output_size`` says which it was. If not given, it is the
    smallest that the windows fill.

    Raises:
        ArgumentError: If an argument is out of range.
        IndexRangeError: If an index names no pixel.
        ShapeError: If the shapes differ.

    Example:
        >>> import convolens as cl
        >>> y, indices = cl.nn.functional.max_pool2d(
        ...     cl.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]), 2, return_indices=True
        ... )
        >>> max_unpool2d(y, indices, 2).tolist()
        [[[[0.0, 0.0], [4.0, 0.0]]]]
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Return zeros [N, C, D, H, W] with the numbers [N, C, O, P, Q] at their indices.

    Raises:
        ArgumentError: If an argument is out of range.
        IndexRangeError: If an index names no pixel.
        ShapeError: If the shapes differ.
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _max_unpool(
    rank: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    output_size: Sequence[int] | None,
) -> Tensor:
    kernel = window("kernel_size", kernel_size, rank)
    stride, pad = steps(stride, kernel), window("padding", padding, rank)
    # The windows check what they are made of.
    windows = [Window(k, s, (p, p)) for k, s, p in zip(kernel, stride, pad, strict=True)]
    single = input.ndim == rank + 1
    batch, places = (t.unsqueeze(0) if single else t for t in (input, indices))
    ops.MaxUnpool((1,) * rank).infer(batch.spec, places.spec)  # ranks and shapes
    sizes = _sizes(windows, batch.shape[2:], output_size)
    y = apply(ops.MaxUnpool(sizes), batch, places)
    return y.squeeze(0) if single else y


def _sizes(
    windows: Sequence[Window], pooled: Sequence[int], output_size: Sequence[int] | None
) -> tuple[int, ...]:
    """Return the sizes of the image that was pooled, the smallest if none are given."""
    usual = [
        (size - 1) * window.stride + window.kernel - sum(window.padding)
        for window, size in zip(windows, pooled, strict=True)
    ]
    try:
        sizes = [index(size) for size in (usual if output_size is None else output_size)]
    except TypeError:
        raise ArgumentTypeError(
            f"output_size is {output_size!r}, but must be a list of whole numbers.",
            hint="give the shape of what was pooled.",
        ) from None
    if len(sizes) == len(windows) + 2:
        del sizes[:2]
    if len(sizes) != len(windows):
        raise ArgumentError(
            f"output_size has {len(sizes)} numbers, but {len(windows)} or {len(windows) + 2} are "
            "needed.",
            [("output_size", output_size, "")],
            "give the shape of what was pooled.",
        )
    for axis, (size, middle, slid) in enumerate(zip(sizes, usual, windows, strict=True)):
        if abs(size - middle) >= slid.stride or size < 0:
            low, high = max(0, middle - slid.stride + 1), middle + slid.stride - 1
            raise ArgumentError(
                f"output_size is {size} along axis {axis}, but must be from {low} to {high}.",
                [("pooled size", pooled[axis], ""), ("stride", slid.stride, "")],
                "give the size of what was pooled.",
            )
    return tuple(sizes)
