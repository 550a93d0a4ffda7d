"""The tap table: which input each output of a window reads, along one axis.

A table has one row an output and one column a tap of the kernel. Its entries are input indices,
or ``PAD`` where the tap falls on padding, or ``OUTSIDE`` where it falls beyond even that (the last
window of a pooling with ``ceil_mode``). An operator on several axes is the product of its tables.

Example:
    >>> sliding(5, kernel=3, stride=2, padding=1)
    array([[-1,  0,  1],
           [ 1,  2,  3],
           [ 3,  4, -1]])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import index
from typing import Any, SupportsIndex, TypeGuard

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError, MemoryLimitError, ShapeError
from convolens.ops._padding import NAMES, named_padding

Table = NDArray[np.int64]
Pair = tuple[int, int]

PAD = -1
OUTSIDE = -2
_LARGEST = 2**63 - 1
_LARGEST_TABLE = 2**28


def is_whole(value: Any) -> TypeGuard[SupportsIndex]:
    """Return whether a value is a whole number of any kind.

    Asking a protocol takes microseconds, so Python's own numbers are not asked.
    """
    return type(value) is int or isinstance(value, SupportsIndex)


@dataclass(frozen=True)
class Window:
    """A window that slides along one axis.

    Args:
        kernel: The number of taps.
        stride: The step from one output to the next, in inputs.
        padding: The cells added before and after the axis.
        dilation: The distance between neighbouring taps, in inputs.
        ceil_mode: Keep a last window that begins inside the padded input and ends beyond it.

    Raises:
        ArgumentError: If kernel, stride or dilation is below 1, or a padding is negative.
    """

    kernel: int
    stride: int = 1
    padding: Pair = (0, 0)
    dilation: int = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        for name, value in (
            ("kernel", self.kernel),
            ("stride", self.stride),
            ("dilation", self.dilation),
        ):
            if not is_whole(value) or value < 1:
                raise ArgumentError(
                    f"{name} is {value}, but must be a whole number, at least 1.",
                    hint=f"use a positive {name}.",
                )
        if not all(map(is_whole, self.padding)):
            raise ArgumentError(f"padding is {self.padding}, but must be whole numbers.")
        if min(self.padding) < 0:
            raise ArgumentError(
                f"padding is {self.padding}, but must not be negative.",
                hint="use 0 or more; to crop, slice the input.",
            )
        if max(self.extent, self.stride, self.dilation, sum(self.padding)) > _LARGEST:
            raise ArgumentError(
                f"a window of {self.kernel} taps with dilation {self.dilation}, stride "
                f"{self.stride} and padding {self.padding} does not fit 64 bits.",
                hint="use smaller numbers.",
            )

    @property
    def extent(self) -> int:
        """The inputs from the first tap to the last, both counted: dilation (kernel - 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    def output_size(self, size: int) -> int:
        """Return the number of outputs, (size + padding - extent) / stride + 1, rounded down.

        With ``ceil_mode`` it is rounded up, and a last window that would begin in the padding
        after the input is dropped.

        Raises:
            ShapeError: If the window is larger than the padded input.
        """
        before, after = self.padding
        free = size + before + after - self.extent
        outputs = (free + (self.stride - 1 if self.ceil_mode else 0)) // self.stride + 1
        if self.ceil_mode and (outputs - 1) * self.stride >= size + before:
            outputs -= 1
        if outputs < 1:
            raise ShapeError(
                f"the window covers {self.extent} inputs, but the padded input has only "
                f"{size + before + after}.",
                [
                    ("input", size, ""),
                    ("padding", self.padding, "before, after"),
                    ("kernel", self.kernel, ""),
                    ("dilation", self.dilation, ""),
                ],
                "use a smaller kernel or dilation, or more padding.",
            )
        return outputs

    def taps(self, size: int) -> Table:
        """Return the table for an axis of ``size`` inputs.

        Shapes:
            ``[output_size(size), kernel]``

        Raises:
            MemoryLimitError: If its bytes do not fit 64 bits.
        """
        before, after = self.padding
        _require_memory(self.output_size(size), self.kernel)
        first = np.arange(self.output_size(size), dtype=np.int64) * self.stride - before
        table = first[:, None] + np.arange(self.kernel, dtype=np.int64) * self.dilation
        beyond = table >= size + after
        table[(table < 0) | (table >= size)] = PAD
        table[beyond] = OUTSIDE
        return table

    def unread(self, size: int) -> int:
        """Return how many cells at the end of the padded input no window reaches."""
        reached = (self.output_size(size) - 1) * self.stride + self.extent
        return max(0, size + sum(self.padding) - reached)


def sliding(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | Pair | str = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> Table:
    """Return the table of a convolution or pooling along an axis of ``size`` inputs.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the window is larger than the padded input.

    Example:
        >>> sliding(4, kernel=3)
        array([[0, 1, 2],
               [1, 2, 3]])
    """
    (pair,) = resolve_padding(padding, (kernel,), (stride,), (dilation,), (size,))
    return Window(kernel, stride, pair, dilation, ceil_mode).taps(size)


def transposed(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    output_padding: int = 0,
) -> Table:
    """Return the table of a transposed convolution along an axis of ``size`` inputs.

    It is the inverse of the table of the convolution that maps the result back to ``size``.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the result would have no elements.

    Example:
        >>> transposed(2, kernel=3, stride=2)
        array([[ 0, -1, -1],
               [-1,  0, -1],
               [ 1, -1,  0],
               [-1,  1, -1],
               [-1, -1,  1]])
    """
    window = Window(kernel, stride, (padding, padding), dilation)
    outputs = transposed_size(size, window, output_padding)
    return inverse(window.taps(outputs)[:size], outputs)


def require_output_padding(window: Window, output_padding: int) -> None:
    """Refuse cells at the end of a transposed window's outputs that another size would explain.

    Raises:
        ArgumentError: If ``output_padding`` is not below the stride or the dilation.
    """
    if not 0 <= index(output_padding) < max(window.stride, window.dilation):
        raise ArgumentError(
            f"output_padding is {output_padding}, but must be at least 0 and smaller than stride "
            f"{window.stride} or dilation {window.dilation}.",
            hint="use a smaller output_padding.",
        )


def transposed_size(size: int, window: Window, output_padding: int = 0) -> int:
    """Return (size - 1) stride - padding + extent + output_padding.

    Raises:
        ArgumentError: If ``output_padding`` is not below the stride or the dilation.
        ShapeError: If the result would have no elements.
    """
    require_output_padding(window, output_padding)
    result = (size - 1) * window.stride - sum(window.padding) + window.extent + output_padding
    if result < 1:
        raise ShapeError(
            f"the transposed window turns {size} inputs into {result} outputs.",
            [("padding", window.padding, "before, after"), ("kernel", window.kernel, "")],
            "use less padding or a larger kernel.",
        )
    return result


def inverse(table: Table, inputs: int) -> Table:
    """Return the table seen from the inputs: which output reads each of them by each tap.

    Shapes:
        ``table``: [P, R]; result: [inputs, R], with ``PAD`` where no output reads an input by a
        tap.

    Example:
        >>> inverse(sliding(4, kernel=2), 4)
        array([[ 0, -1],
               [ 1,  0],
               [ 2,  1],
               [-1,  2]])
    """
    result = np.full((inputs, table.shape[1]), PAD, dtype=np.int64)
    output, tap = np.nonzero(table >= 0)
    result[table[output, tap], tap] = output
    return result


def adaptive(size: int, outputs: int) -> Table:
    """Return the table of windows that share out an axis of ``size`` inputs among the outputs.

    Output i reads the inputs from floor(i size / outputs) to ceil((i + 1) size / outputs) - 1.
    Where ``outputs`` does not divide ``size``, neighbours overlap, and shorter windows end with
    ``OUTSIDE``.

    Example:
        >>> adaptive(5, 2)
        array([[0, 1, 2],
               [2, 3, 4]])
        >>> adaptive(5, 3)
        array([[ 0,  1, -2],
               [ 1,  2,  3],
               [ 3,  4, -2]])
    """
    _require_memory(outputs, size // max(1, outputs) + 2)
    output = np.arange(outputs, dtype=np.int64)
    first = output * size // max(1, outputs)
    end = -(-(output + 1) * size // max(1, outputs))
    table = first[:, None] + np.arange(int((end - first).max(initial=0)), dtype=np.int64)
    table[table >= end[:, None]] = OUTSIDE
    return table


def _require_memory(outputs: int, taps: int) -> None:
    """Refuse a table of more than 2 GiB.

    Raises:
        MemoryLimitError: If it is that large.
    """
    if outputs * taps > _LARGEST_TABLE:
        raise MemoryLimitError(
            f"a table of {outputs} outputs and {taps} taps is too large.",
            hint="use a smaller kernel, or fewer outputs.",
        )


def runs(table: Table) -> tuple[Table, Table, int]:
    """Return the first input that each output reads, how many it reads, and the step between them.

    An output that reads none has 0 for both.

    Example:
        >>> runs(sliding(5, kernel=3, stride=2, padding=1))
        (array([0, 1, 3]), array([2, 3, 2]), 1)
    """
    reads = table >= 0
    count = reads.sum(axis=1)
    first = np.where(count > 0, np.where(reads, table, _LARGEST).min(axis=1, initial=_LARGEST), 0)
    steps = np.diff(table, axis=1)[reads[:, 1:] & reads[:, :-1]]
    return first, count, int(steps[0]) if steps.size else 1


def coverage(table: Table, inputs: int) -> Table:
    """Return how often each input is read.

    Example:
        >>> coverage(sliding(5, kernel=3), 5)
        array([1, 2, 3, 2, 1])
    """
    return np.bincount(table[table >= 0], minlength=inputs).astype(np.int64)


def compose(outer: Table, inner: Table) -> Table:
    """Return the table of a window over a window: which inputs an output sees through both.

    Shapes:
        ``outer``: [P, R], its entries index the rows of ``inner``: [Q, S]; result: [P, R * S].

    Example:
        >>> compose(sliding(4, kernel=3), sliding(6, kernel=3))[0].tolist()
        [0, 1, 2, 1, 2, 3, 2, 3, 4]
    """
    padded = np.vstack([inner, np.full((1, inner.shape[1]), PAD, dtype=np.int64)])
    return padded[np.maximum(outer, PAD)].reshape(len(outer), -1)


def resolve_padding(
    padding: int | Sequence[int | Pair] | str,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    sizes: Sequence[int] | None = None,
) -> tuple[Pair, ...]:
    """Return the cells before and after each axis that a padding argument means.

    Args:
        padding: An int for all axes, one int or pair an axis, or a name: ``'valid'`` (none),
            ``'same'`` (as many outputs as inputs; where the number is odd, the extra cell goes
            after), ``'same_fixed'``, ``'same_tf'`` or ``'full'`` (see ``named_padding``).
        kernel: The taps, one number an axis.
        stride: The step between outputs, one number an axis.
        dilation: The distance between taps, one number an axis.
        sizes: The inputs, one number an axis; only ``'same_tf'`` depends on them.

    Raises:
        ArgumentError: If the name is not known, the length does not fit, ``'same'`` is asked
            for with a stride other than 1, or ``'same_tf'`` without sizes.

    Example:
        >>> resolve_padding("same", (3, 2), (1, 1), (1, 1))
        ((1, 1), (0, 1))
    """
    rank = len(kernel)
    if isinstance(padding, str):
        return named_padding(padding, kernel, stride, dilation, sizes)
    if is_whole(padding):
        return ((index(padding), index(padding)),) * rank
    if not isinstance(padding, Sequence):
        raise ArgumentError(
            f"padding is {padding!r}, but must be a whole number, one an axis, or {NAMES}."
        )
    if len(padding) != rank:
        raise ArgumentError(
            f"padding has {len(padding)} entries, but the window has {rank} axes.",
            [("padding", tuple(padding), ""), ("kernel", tuple(kernel), "")],
            "give one number, or one number an axis.",
        )
    entries: Sequence[Any] = padding
    try:
        pairs = ((p, p) if is_whole(p) else p for p in entries)
        return tuple((index(before), index(after)) for before, after in pairs)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"padding is {padding!r}, but its entries must be whole numbers or pairs of them."
        ) from None
