"""Patterns that a window makes whatever the image: read off a tap table far from its borders."""

from __future__ import annotations

import numpy as np

from convolens.lens.notation.checks import MOST_ENTRIES
from convolens.ops._taps import Table, Window, coverage, inverse, transposed_size


def reads_in_the_middle(window: Window) -> tuple[int, ...]:
    """Return how often each of as many neighbouring inputs as the stride is read.

    Example:
        Where the stride does not divide the kernel, some are read more often:

        >>> reads_in_the_middle(Window(3, stride=2)), reads_in_the_middle(Window(4, stride=2))
        ((2, 1), (2, 2))
    """
    size, begin = _long(window)
    counts = coverage(_bare(window).taps(size), size)
    return tuple(int(n) for n in counts[begin : begin + window.stride])


def contributions(window: Window) -> tuple[int, ...]:
    """Return of how many inputs neighbouring outputs of a transposed window are made, in turns.

    Example:
        The checkerboard of a 3 with stride 2, which a 4 does not have:

        >>> contributions(Window(3, stride=2)), contributions(Window(4, stride=2))
        ((2, 1), (2, 2))

    Source: Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts", Distill, 2016.
    """
    bare = _bare(window)
    inputs = 2 * (window.extent // window.stride + 2)
    outputs = transposed_size(inputs, bare)
    table: Table = inverse(bare.taps(outputs)[:inputs], outputs)
    begin = -(-window.extent // window.stride) * window.stride
    counts = (table >= 0).sum(axis=1)
    return tuple(int(n) for n in counts[begin : begin + window.stride])


def even_kernel(window: Window) -> int:
    """Return the next larger kernel whose transposed outputs are all made of as many inputs.

    It is a multiple of the stride, wherever no output is made of none.

    Example:
        >>> even_kernel(Window(3, stride=2)), even_kernel(Window(4, stride=2))
        (4, 4)
    """
    return window.kernel + -window.kernel % window.stride


def can_be_seen(window: Window) -> bool:
    """Return whether the table of a long enough axis is small enough to be made."""
    size, _ = _long(window)
    return size // window.stride * window.kernel <= MOST_ENTRIES and size <= MOST_ENTRIES


def grids(window: Window) -> int:
    """Return into how many sets the outputs fall that share no input, not even through others.

    0 if no two outputs share one at all.

    Example:
        >>> grids(Window(3, dilation=2)), grids(Window(3)), grids(Window(3, stride=2, dilation=3))
        (2, 1, 3)

    Source: Wang et al., "Understanding Convolution for Semantic Segmentation", 2018, section 3.2.
    """
    size, _ = _long(window)
    table = _bare(window).taps(size)
    # Each output takes the smallest name among those that share an input with it, until none does.
    names = np.arange(len(table))
    while True:
        of_input = np.full(size, len(table))
        np.minimum.at(of_input, table, names[:, None])
        better = of_input[table].min(axis=1)
        if np.array_equal(better, names):
            break
        names = better
    shared = np.bincount(names)
    return int(np.count_nonzero(shared > 1))


def _bare(window: Window) -> Window:
    return Window(window.kernel, window.stride, (0, 0), window.dilation)


def _long(window: Window) -> tuple[int, int]:
    """Return the size of an axis whose middle no border reaches, and a place in that middle."""
    begin = -(-window.extent // window.stride) * window.stride
    return 2 * begin + 2 * window.extent + 2 * window.stride * window.dilation, begin
