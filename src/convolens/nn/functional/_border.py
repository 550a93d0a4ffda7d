"""Input continued beyond its border by its own values."""

from __future__ import annotations

from collections.abc import Sequence

from convolens import ops
from convolens.errors import ShapeError
from convolens.nn.functional._cells import pick
from convolens.ops._taps import Pair
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, apply, cat


def continued(input: Tensor, padding: Sequence[Pair], mode: str) -> Tensor:
    """Return the input with cells before and after each of its last axes.

    Args:
        input: The input.
        padding: Cells before and after, one pair an axis.
        mode: ``'reflect'`` mirrors at the border cell (2 1 | 0 1 2), ``'replicate'`` repeats it
            (0 0 | 0 1 2), ``'circular'`` goes on at the other end (1 2 | 0 1 2).

    Raises:
        ShapeError: If an axis has too few cells.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[[0.0, 1.0, 2.0]]])
        >>> for mode in ("reflect", "replicate", "circular"):
        ...     print(continued(x, [(2, 1)], mode).tolist())
        [[[2.0, 1.0, 0.0, 1.0, 2.0, 1.0]]]
        [[[0.0, 0.0, 0.0, 1.0, 2.0, 2.0]]]
        [[[1.0, 2.0, 0.0, 1.0, 2.0, 0.0]]]
    """
    result = input
    for dim, (before, after) in zip(range(-len(padding), 0), padding, strict=True):
        if before or after:
            require_room(input.spec, dim, max(before, after), mode)
            extend = _repeated if mode == "replicate" else _picked
            result = extend(result, dim, before, after, mode)
    return result


def _picked(input: Tensor, dim: int, before: int, after: int, mode: str) -> Tensor:
    size = input.shape[dim]
    return pick(input, dim, [source(cell, size, mode) for cell in range(-before, size + after)])


def _repeated(input: Tensor, dim: int, before: int, after: int, mode: str) -> Tensor:
    """Put the first and the last cells beside the input, however many copies of them."""
    size, place = input.shape[dim], dim % input.ndim

    def copies(cell: int, count: int) -> Tensor:
        shape = (*input.shape[:place], count, *input.shape[place + 1 :])
        return apply(ops.Expand(shape), pick(input, dim, [cell]))

    return cat([copies(0, before), input, copies(size - 1, after)], dim)


def source(cell: int, size: int, mode: str) -> int:
    """Return the cell of the input that stands for ``cell``, which may lie outside."""
    if mode == "circular":
        return cell % size
    if mode == "reflect":
        return size - 1 - abs(size - 1 - abs(cell))
    return min(max(cell, 0), size - 1)


def require_room(image: TensorSpec, dim: int, cells: int, mode: str) -> None:
    """Refuse more cells than an axis can be continued by.

    Raises:
        ShapeError: If the axis has too few cells.
    """
    size = image.shape[dim]
    most = {"reflect": size - 1, "circular": size}.get(mode, cells)
    if cells > most or size == 0:
        raise ShapeError(
            f"padding_mode {mode!r} cannot add {cells} cells to an axis of {size}.",
            [("input", image, "")],
            f"use a padding of at most {max(most, 0)}, or another mode.",
        )
