"""The ReLU layer: it lets the positive through and stops the rest."""

from __future__ import annotations

import numpy as np

from .arrays import Array
from .layer import check_dout


class Relu:
    """Replace every negative number by 0.

    out = max(x, 0);   dout/dx = 1 where x > 0, else 0 (at 0 itself by convention)

    Example:
        >>> layer = Relu()
        >>> layer.forward(np.array([-2.0, 0.0, 3.0]))
        array([0., 0., 3.])
        >>> layer.backward(np.array([7.0, 7.0, 7.0]))
        array([0., 0., 7.])
    """

    def __init__(self) -> None:
        self.mask: Array  # True where the way is closed
        self.out_shape: tuple[int, ...] | None = None

    def forward(self, x: Array) -> Array:
        """Apply the layer.

        Args:
            x: An array of any shape.

        Returns:
            An array of the same shape, without negative numbers.
        """
        self.mask = x <= 0
        self.out_shape = x.shape
        return np.maximum(x, 0)

    def backward(self, dout: Array) -> Array:
        """Let the gradient pass where the input passed.

        Args:
            dout: dL/dout, of the shape of ``x``.

        Returns:
            dL/dx, of the shape of ``x``.
        """
        check_dout("Relu", dout, self.out_shape)
        # Corrected: the listing writes the zeros into dout itself, which belongs to the caller.
        return np.where(self.mask, 0, dout)
