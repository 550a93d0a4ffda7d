"""The last layer of a classifier: softmax and cross-entropy error in one."""

from __future__ import annotations

import numpy as np

from .arrays import Array
from .functions import log_softmax, softmax, target_distribution


class SoftmaxWithLoss:
    """Turn scores into a loss; the two steps are one layer because their gradient is so simple.

    L = -(1/N) sum_n sum_k t[n, k] log softmax(x[n])[k]
    dL/dx = (y - t) / N

    Probability minus truth: how much too sure the network was of each class.

    Attributes:
        loss: L, once ``forward`` has run.
        y: Probabilities, (N, K), once ``forward`` has run.
        t: The truth as rows of probabilities, (N, K), once ``forward`` has run.

    Example:
        >>> layer = SoftmaxWithLoss()
        >>> round(layer.forward(np.array([[0.0, 0.0]]), t=np.array([1])), 4)  # log 2
        0.6931
        >>> layer.backward()
        array([[ 0.5, -0.5]])
    """

    def __init__(self) -> None:
        self.loss: float
        self.y: Array | None = None
        self.t: Array

    def forward(self, x: Array, t: Array) -> float:
        """Compute the loss of a batch.

        Args:
            x: Scores (not probabilities), (N, K).
            t: The truth: class numbers, (N,), or one-hot rows, (N, K).

        Returns:
            L, the mean over the batch.

        Raises:
            ValueError: If ``t`` does not fit ``x``, or the batch is empty.
        """
        # Through log_softmax, not log(softmax): the logarithm of a probability that has rounded
        # to 0 would stop growing just where the network is most wrong.
        log_y = log_softmax(x)
        self.t = target_distribution(t, log_y)
        self.y = softmax(x)
        # A class with score -inf has log y = -inf; where t is 0 it must count 0, not 0 * inf.
        self.loss = float((self.t * -np.where(self.t == 0, 0, log_y)).sum() / len(log_y))
        return self.loss

    def backward(self, dout: float = 1.0) -> Array:
        """Compute the gradient with which back-propagation begins.

        Args:
            dout: dL'/dL if the loss was processed further, e.g. scaled; otherwise 1.

        Returns:
            dL'/dx, (N, K).
        """
        if self.y is None:
            raise ValueError(
                "SoftmaxWithLoss.backward came before forward.\nHint: call forward(x, t) first."
            )
        # Corrected: the listing takes dout and then ignores it.
        return dout * (self.y - self.t) / len(self.y)
