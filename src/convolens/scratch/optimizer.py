"""Four rules that turn gradients into better weights.

Each keeps its memory (if it has one) by parameter name. Each writes ``params[name] -= ...``,
which changes an array in place: the layers hold the same arrays and so learn at once.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from .arrays import Array


class Optimizer(Protocol):
    """Whatever can move parameters along their gradients."""

    def update(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Change every array of ``params`` in place, by the gradient of the same name."""
        ...


class SGD:
    """Step straight down the slope.

    p <- p - lr * g

    Args:
        lr: Learning rate, the length of a step where the slope is 1.

    Example:
        >>> params = {"W": np.array([1.0, 2.0])}
        >>> SGD(lr=0.5).update(params, grads={"W": np.array([1.0, -1.0])})
        >>> params["W"]
        array([0.5, 2.5])
    """

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = _at_least_zero("lr", lr)

    def update(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Change every array of ``params`` in place."""
        for name in params:
            params[name] -= self.lr * grads[name]


class Momentum:
    """Roll like a ball: the slope changes the velocity, and the velocity the place.

    v <- momentum * v - lr * g
    p <- p + v

    Args:
        lr: Learning rate.
        momentum: The share of its velocity that the ball keeps in each step, below 1.

    Example:
        >>> params, ball = {"W": np.array([0.0])}, Momentum(lr=1.0, momentum=0.5)
        >>> for _ in range(3):
        ...     ball.update(params, grads={"W": np.array([-1.0])})
        ...     print(params["W"])
        [1.]
        [2.5]
        [4.25]
    """

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        self.lr = _at_least_zero("lr", lr)
        self.momentum = _at_least_zero("momentum", momentum, below=1)
        self.v: dict[str, Array] = {}

    def update(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Change every array of ``params`` in place."""
        for name in params:
            v = self.v.get(name, 0.0)
            self.v[name] = self.momentum * v - self.lr * grads[name]
            params[name] += self.v[name]


class AdaGrad:
    """Give every weight a learning rate of its own, which falls the more that weight has moved.

    h <- h + g * g
    p <- p - lr * g / (sqrt(h) + eps)

    Args:
        lr: Learning rate of a weight that has not moved yet.
        eps: Keeps the quotient finite where every gradient so far was 0.

    Example:
        >>> params = {"W": np.array([0.0, 0.0])}
        >>> AdaGrad(lr=1.0).update(params, grads={"W": np.array([4.0, 0.25])})
        >>> params["W"].round(3)
        array([-1., -1.])
    """

    def __init__(self, lr: float = 0.01, eps: float = 1e-7) -> None:
        self.lr = _at_least_zero("lr", lr)
        self.eps = _at_least_zero("eps", eps)
        self.h: dict[str, Array] = {}

    def update(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Change every array of ``params`` in place."""
        for name in params:
            g = grads[name]
            self.h[name] = self.h.get(name, 0.0) + g * g
            params[name] -= self.lr * g / (np.sqrt(self.h[name]) + self.eps)


class Adam:
    """Momentum and a learning rate for every weight, both from averages that forget.

    m <- beta1 * m + (1 - beta1) * g          mean of the slopes
    v <- beta2 * v + (1 - beta2) * g * g      mean of their squares
    p <- p - lr * m' / (sqrt(v') + eps),      m' = m / (1 - beta1^t),  v' = v / (1 - beta2^t)

    Both means start at 0 and are too small at first; m' and v' make up for that. The very first
    step has length lr for every weight, however small its slope.

    Args:
        lr: Learning rate, about the longest step that a weight takes.
        beta1: How much of the mean slope is kept in each step, below 1.
        beta2: How much of the mean square is kept in each step, below 1.
        eps: Keeps the quotient finite where every gradient so far was 0.

    Example:
        >>> params = {"W": np.array([0.0, 0.0])}
        >>> Adam(lr=0.1).update(params, grads={"W": np.array([4.0, 0.25])})
        >>> params["W"].round(3)
        array([-0.1, -0.1])

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, Algorithm 1.
    """

    # Corrected: the listing adds 1e-7 to sqrt(v) before the start-up correction. In the first step
    # that acts like an eps of 3e-6; the median slope of SimpleConvNet's new W2 is 3e-6, too.
    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        self.lr = _at_least_zero("lr", lr)
        self.beta1 = _at_least_zero("beta1", beta1, below=1)
        self.beta2 = _at_least_zero("beta2", beta2, below=1)
        self.eps = _at_least_zero("eps", eps)
        self.iter = 0
        self.m: dict[str, Array] = {}
        self.v: dict[str, Array] = {}

    def update(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Change every array of ``params`` in place."""
        self.iter += 1
        m_scale = 1 - self.beta1**self.iter
        v_scale = 1 - self.beta2**self.iter
        for name in params:
            g = grads[name]
            self.m[name] = self.beta1 * self.m.get(name, 0.0) + (1 - self.beta1) * g
            self.v[name] = self.beta2 * self.v.get(name, 0.0) + (1 - self.beta2) * g * g
            slope = self.m[name] / m_scale
            size = np.sqrt(self.v[name] / v_scale)
            params[name] -= self.lr * slope / (size + self.eps)


def _at_least_zero(name: str, value: float, below: float = math.inf) -> float:
    if not 0 <= value < below:
        raise ValueError(f"{name} is {value}.\nHint: use 0 <= {name} < {below}.")
    return value
