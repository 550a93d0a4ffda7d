"""The convolution layer: im2col, then one matrix product."""

from __future__ import annotations

import numpy as np

from .arrays import Array
from .im2col import col2im, im2col, image_shape
from .layer import check_dout
from .output_size import check_window, conv_output_size


class Convolution:
    """Slide each filter over the images and multiply-and-add at every place.

    out[n, f, p, q] = b[f] + sum_{c,y,x} W[f, c, y, x] * padded[n, c, p*stride + y, q*stride + x]

    With the windows as rows of a matrix and the filters as columns of another this is
    ``out = col @ W' + b``: an Affine layer, and its three gradients are those of Affine.

    Args:
        W: Filters, (FN, C, FH, FW).
        b: One bias per filter, (FN,).
        stride: Cells from one place to the next, down and across.
        pad: Cells of zeros added on each of the four sides.

    Attributes:
        dW: dL/dW, (FN, C, FH, FW), once ``backward`` has run.
        db: dL/db, (FN,), once ``backward`` has run.

    Raises:
        ValueError: If W or b has a wrong shape, or stride or pad is out of its range.

    Example:
        A filter that subtracts each pixel from its right neighbour finds the edge:

        >>> layer = Convolution(W=np.array([[[[-1.0, 1.0]]]]), b=np.zeros(1))
        >>> layer.forward(np.array([[[[0.0, 0.0, 5.0, 5.0]]]]))
        array([[[[0., 5., 0.]]]])
    """

    def __init__(self, W: Array, b: Array, stride: int = 1, pad: int = 0) -> None:
        if W.ndim != 4:
            raise ValueError(
                f"Convolution: W has shape {W.shape}, which has {W.ndim} axes, not 4.\n"
                "Hint: W is (FN, C, FH, FW): filters, channels, height, width."
            )
        FN, _, FH, FW = W.shape
        if b.shape != (FN,):
            raise ValueError(
                f"Convolution: W holds {FN} filters, but b has shape {b.shape}.\n"
                f"Hint: b has one number per filter: shape ({FN},)."
            )
        check_window(min(FH, FW), stride, pad)
        self.W = W
        self.b = b
        self.stride = stride
        self.pad = pad

        self.dW: Array
        self.db: Array

        self.col: Array
        self.x_shape: tuple[int, int, int, int]
        self.out_shape: tuple[int, ...] | None = None

    def forward(self, x: Array) -> Array:
        """Convolve a batch of images.

        Args:
            x: Images, (N, C, H, W).

        Returns:
            Feature maps, (N, FN, OH, OW).
        """
        FN, C, FH, FW = self.W.shape
        N, channels, H, W = image_shape("Convolution", x.shape)
        if channels != C:
            raise ValueError(
                f"Convolution: the images have {channels} channels, but each filter has {C}.\n"
                f"  x  {x.shape}  N, C, H, W\n"
                f"  W  {self.W.shape}  FN, C, FH, FW\n"
                "Hint: W.shape[1] must equal x.shape[1]."
            )
        OH = conv_output_size(H, FH, self.stride, self.pad)
        OW = conv_output_size(W, FW, self.stride, self.pad)

        self.col = im2col(x, FH, FW, self.stride, self.pad)
        out = self.col @ self._filters().T + self.b  # (N*OH*OW, FN)
        out = np.moveaxis(out.reshape(N, OH, OW, FN), -1, 1)
        self.x_shape, self.out_shape = (N, C, H, W), out.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Send the gradient back through the matrix product and through im2col.

        Each gradient is the one product of the two other matrices that has the right shape:
        (FN, rows) @ (rows, C*FH*FW) for the filters, (rows, FN) @ (FN, C*FH*FW) for the windows.

        Args:
            dout: dL/dout, (N, FN, OH, OW).

        Returns:
            dL/dx, (N, C, H, W).
        """
        check_dout("Convolution", dout, self.out_shape)
        FN, _, FH, FW = self.W.shape
        dout = np.moveaxis(dout, 1, -1).reshape(len(self.col), FN)

        self.db = dout.sum(axis=0)
        self.dW = (dout.T @ self.col).reshape(self.W.shape)
        dcol = dout @ self._filters()
        return col2im(dcol, self.x_shape, FH, FW, self.stride, self.pad)

    def _filters(self) -> Array:
        """Return the filters as rows, (FN, C*FH*FW): each in the order of a row of im2col."""
        FN, C, FH, FW = self.W.shape
        return self.W.reshape(FN, C * FH * FW)
