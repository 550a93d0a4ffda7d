"""im2col, which writes every window of an image as one row, and its transpose col2im.

Both walk over the FH*FW cells of the *window*, not over its places. Fix a cell (y, x) of the
window and let the window slide: the cell then visits a regular grid of pixels, which NumPy can
copy at once. So im2col needs FH*FW copies, however large the image is; col2im is the same loop
with the arrow of the copy turned round.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .arrays import Array
from .output_size import conv_output_size


def im2col(
    input_data: Array,
    filter_h: int,
    filter_w: int,
    stride: int = 1,
    pad: int = 0,
    *,
    pad_value: float = 0.0,
) -> Array:
    """Write every window of a batch of images as one row of a matrix.

    col[(n, p, q), (c, y, x)] = padded[n, c, p*stride + y, q*stride + x]

    A row lists its window in the order (C, FH, FW), just as ``W.reshape(FN, -1)`` lists a filter.
    Row times filter is then one output of the convolution, and ``col @ W.reshape(FN, -1).T`` is
    all of them. The price is memory: with stride 1 each pixel is stored about FH*FW times.

    Args:
        input_data: Images, (N, C, H, W).
        filter_h: FH, height of the window.
        filter_w: FW, width of the window.
        stride: Cells from one window to the next, down and across.
        pad: Cells added on each of the four sides.
        pad_value: What the added cells hold: 0 for a convolution, -inf for a maximum.

    Returns:
        The matrix, (N*OH*OW, C*FH*FW), of the images' own dtype.

    Raises:
        ValueError: If the images do not have four axes or the window does not fit.

    Example:
        >>> im2col(np.arange(9).reshape(1, 1, 3, 3), 2, 2)
        array([[0, 1, 3, 4],
               [1, 2, 4, 5],
               [3, 4, 6, 7],
               [4, 5, 7, 8]])
    """
    input_data = np.asarray(input_data)
    N, C, H, W = image_shape("im2col", input_data.shape)
    out_h = conv_output_size(H, filter_h, stride, pad)
    out_w = conv_output_size(W, filter_w, stride, pad)

    margins = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    padded = np.pad(input_data, margins, constant_values=pad_value)
    # With the channels last, what a cell of the window visits has the axes (N, OH, OW, C): just
    # those with which ``windows`` begins.
    image = np.moveaxis(padded, 1, -1)

    # Corrected: np.zeros without a dtype is float64, whatever the images were.
    windows = np.empty((N, out_h, out_w, C, filter_h, filter_w), dtype=image.dtype)
    for y, x, rows, columns in _visits(filter_h, filter_w, out_h, out_w, stride):
        windows[..., y, x] = image[:, rows, columns]
    return windows.reshape(N * out_h * out_w, C * filter_h * filter_w)


def col2im(
    col: Array,
    input_shape: tuple[int, int, int, int],
    filter_h: int,
    filter_w: int,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Add the rows of a matrix back to the pixels that im2col read them from.

    image[n, c, i, j] = sum of col[(n, p, q), (c, y, x)]
                        over all p*stride + y - pad = i and q*stride + x - pad = j

    This is the transpose of im2col, not its inverse: windows overlap, and a pixel gets one term
    from each window that covers it. That is what a gradient has to do.

    Args:
        col: The matrix, (N*OH*OW, C*FH*FW).
        input_shape: The shape that im2col was given, (N, C, H, W).
        filter_h: FH, height of the window.
        filter_w: FW, width of the window.
        stride: Cells from one window to the next, down and across.
        pad: Cells added on each of the four sides; what lands on them is dropped.

    Returns:
        Images, (N, C, H, W), of the matrix's own dtype.

    Raises:
        ValueError: If the matrix does not have the shape that im2col returns for ``input_shape``.

    Example:
        How many windows cover each pixel:

        >>> col2im(np.ones((4, 4), dtype=int), (1, 1, 3, 3), 2, 2)[0, 0]
        array([[1, 2, 1],
               [2, 4, 2],
               [1, 2, 1]])
    """
    col = np.asarray(col)
    N, C, H, W = image_shape("col2im", input_shape)
    out_h = conv_output_size(H, filter_h, stride, pad)
    out_w = conv_output_size(W, filter_w, stride, pad)
    expected = (N * out_h * out_w, C * filter_h * filter_w)
    if col.shape != expected:
        raise ValueError(
            f"col2im: col has shape {col.shape}, but these windows fill {expected}.\n"
            f"  rows     {N}*{out_h}*{out_w}  N*OH*OW\n"
            f"  columns  {C}*{filter_h}*{filter_w}  C*FH*FW\n"
            "Hint: pass the input_shape, filter, stride and pad that im2col was given."
        )

    windows = col.reshape(N, out_h, out_w, C, filter_h, filter_w)
    image = np.zeros((N, H + 2 * pad, W + 2 * pad, C), dtype=col.dtype)
    for y, x, rows, columns in _visits(filter_h, filter_w, out_h, out_w, stride):
        image[:, rows, columns] += windows[..., y, x]
    return np.moveaxis(image, -1, 1)[:, :, pad : pad + H, pad : pad + W]


def _visits(
    filter_h: int, filter_w: int, out_h: int, out_w: int, stride: int
) -> Iterator[tuple[int, int, slice, slice]]:
    """Yield each cell (y, x) of the window with the rows and columns of the image it visits."""
    for y in range(filter_h):
        rows = slice(y, y + stride * out_h, stride)
        for x in range(filter_w):
            yield y, x, rows, slice(x, x + stride * out_w, stride)


def image_shape(caller: str, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return ``shape`` as (N, C, H, W), or refuse it in the name of ``caller``."""
    if len(shape) != 4:
        hint = "a batch of images has the axes (N, C, H, W)"
        if len(shape) == 2:
            hint += f"; for one grey image use x.reshape(1, 1, {shape[0]}, {shape[1]})"
        if len(shape) == 3:
            hint += "; for one image with channels use x[np.newaxis]"
        raise ValueError(
            f"{caller}: the shape {shape} has {len(shape)} axes, not 4.\nHint: {hint}."
        )
    N, C, H, W = shape
    return N, C, H, W
