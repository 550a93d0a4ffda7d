"""The max-pooling layer: of each window, only the largest pixel goes on."""

from __future__ import annotations

import numpy as np

from .arrays import Array, as_float
from .im2col import col2im, im2col, image_shape
from .layer import check_dout
from .output_size import check_window, conv_output_size


class Pooling:
    """Keep the largest pixel of each window, channel by channel.

    out[n, c, p, q] = max_{y,x} padded[n, c, p*stride + y, q*stride + x]

    Nothing is learned. Three steps: expand the windows (im2col), take the largest of each row,
    reshape. The gradient goes to the winner of each window and to nobody else.

    Args:
        pool_h: Height of the window.
        pool_w: Width of the window.
        stride: Cells from one window to the next, down and across.
        pad: Cells added on each side; at most half a window, so that each window sees a pixel.

    Raises:
        ValueError: If the window, stride or pad is out of its range.

    Example:
        >>> layer = Pooling(2, 2)
        >>> layer.forward(np.arange(16.0).reshape(1, 1, 4, 4))
        array([[[[ 5.,  7.],
                 [13., 15.]]]])
        >>> layer.backward(np.ones((1, 1, 2, 2)))[0, 0]
        array([[0., 0., 0., 0.],
               [0., 1., 0., 1.],
               [0., 0., 0., 0.],
               [0., 1., 0., 1.]])
    """

    # Corrected: stride was 1 in the listing, which hardly shrinks a map; the book's repository
    # has since changed it to 2.
    def __init__(self, pool_h: int, pool_w: int, stride: int = 2, pad: int = 0) -> None:
        check_window(min(pool_h, pool_w), stride, pad)
        if 2 * pad > min(pool_h, pool_w):
            raise ValueError(
                f"Pooling: pad {pad} is more than half of the {pool_h}x{pool_w} window.\n"
                f"Hint: use pad {min(pool_h, pool_w) // 2} or less."
            )
        self.pool_h = pool_h
        self.pool_w = pool_w
        self.stride = stride
        self.pad = pad

        self.arg_max: Array

        self.x_shape: tuple[int, int, int, int]
        self.out_shape: tuple[int, ...] | None = None

    def forward(self, x: Array) -> Array:
        """Pool a batch of feature maps.

        Args:
            x: Feature maps, (N, C, H, W).

        Returns:
            Smaller feature maps, (N, C, OH, OW).
        """
        N, C, H, W = image_shape("Pooling", x.shape)
        # Corrected: the listing leaves 2*pad out of these two, and reshape fails for most pad > 0.
        OH = conv_output_size(H, self.pool_h, self.stride, self.pad)
        OW = conv_output_size(W, self.pool_w, self.stride, self.pad)

        # Corrected: the listing pads with 0, which beats every pixel of a negative region.
        col = im2col(
            as_float(x), self.pool_h, self.pool_w, self.stride, self.pad, pad_value=-np.inf
        )
        # im2col puts all channels of a place into one row; here each channel is a row of its own.
        windows = col.reshape(N * OH * OW * C, self.pool_h * self.pool_w)
        self.arg_max = windows.argmax(axis=1)  # of equals, the first
        out = np.take_along_axis(windows, self.arg_max[:, np.newaxis], axis=1)
        out = np.moveaxis(out.reshape(N, OH, OW, C), -1, 1)
        self.x_shape, self.out_shape = (N, C, H, W), out.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Send each gradient to the pixel that won its window.

        Args:
            dout: dL/dout, (N, C, OH, OW).

        Returns:
            dL/dx, (N, C, H, W). A pixel that won several windows gets the sum.
        """
        check_dout("Pooling", dout, self.out_shape)
        N, C, OH, OW = dout.shape
        cells = self.pool_h * self.pool_w

        dwindows = np.zeros((dout.size, cells), dtype=dout.dtype)
        winners = self.arg_max[:, np.newaxis]
        np.put_along_axis(dwindows, winners, np.moveaxis(dout, 1, -1).reshape(-1, 1), axis=1)
        dcol = dwindows.reshape(N * OH * OW, C * cells)
        return col2im(dcol, self.x_shape, self.pool_h, self.pool_w, self.stride, self.pad)
