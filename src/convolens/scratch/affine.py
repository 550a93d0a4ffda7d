"""The affine (fully connected) layer: every output looks at every input."""

from __future__ import annotations

import math

from .arrays import Array
from .layer import check_dout


class Affine:
    """Multiply by a matrix and add a bias.

    out = x @ W + b

    An input of more than two axes is flattened first. After a convolution the rows of ``W`` are
    therefore numbered in the order (C, H, W): row c*H*W + h*W + w weighs pixel (h, w) of map c.

    Args:
        W: Weights, (in, out).
        b: One bias per output, (out,).

    Attributes:
        dW: dL/dW, (in, out), once ``backward`` has run.
        db: dL/db, (out,), once ``backward`` has run.

    Raises:
        ValueError: If W is not a matrix or b does not have one number per column of W.

    Example:
        >>> import numpy as np
        >>> layer = Affine(W=np.array([[1.0, 10.0], [2.0, 20.0]]), b=np.array([0.5, 0.0]))
        >>> layer.forward(np.array([[1.0, 1.0]]))
        array([[ 3.5, 30. ]])
    """

    def __init__(self, W: Array, b: Array) -> None:
        if W.ndim != 2 or b.shape != W.shape[1:]:
            raise ValueError(
                f"Affine: W has shape {W.shape} and b has shape {b.shape}.\n"
                "Hint: W is (in, out), and b is (out,)."
            )
        self.W = W
        self.b = b

        self.dW: Array
        self.db: Array

        self.x: Array
        self.original_x_shape: tuple[int, ...]
        self.out_shape: tuple[int, ...] | None = None

    def forward(self, x: Array) -> Array:
        """Apply the layer to a batch.

        Args:
            x: Samples, (N, in) or (N, C, H, W) with C*H*W = in.

        Returns:
            Scores, (N, out).
        """
        features = math.prod(x.shape[1:])
        if x.ndim < 2 or features != len(self.W):
            raise ValueError(
                f"Affine: a sample has {features} numbers, but W has {len(self.W)} rows.\n"
                f"  x  {x.shape}  the first axis counts the samples\n"
                f"  W  {self.W.shape}  in, out\n"
                "Hint: W.shape[0] must be the product of x.shape[1:]."
            )
        self.original_x_shape = x.shape
        self.x = x.reshape(len(x), features)
        out = self.x @ self.W + self.b
        self.out_shape = out.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Send the gradient back through the matrix product.

        Args:
            dout: dL/dout, (N, out).

        Returns:
            dL/dx, of the shape of ``x``.
        """
        check_dout("Affine", dout, self.out_shape)
        # b is added to every sample, so it collects the gradients of all of them.
        self.db = dout.sum(axis=0)
        self.dW = self.x.T @ dout
        return (dout @ self.W.T).reshape(self.original_x_shape)
