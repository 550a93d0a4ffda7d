"""Gradients compared with finite differences, in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

import convolens as cl
from convolens.ops import Array
from convolens.tensor import Tensor

Function = Callable[..., Tensor]

#: A difference over steps of h is off by about h^2 from the curve and by eps / h from rounding.
#: Both are 4e-11 for this h; ALLOWED leaves a factor for the size of the third derivative.
STEP = float(np.cbrt(np.finfo(np.float64).eps))
ALLOWED = 1000 * STEP**2


def assert_slopes(function: Function, *arrays: Array) -> None:
    """Compare the gradient of ``function``, and the gradient of that, with finite differences."""
    _compare(function, arrays)

    def first(*inputs: Tensor) -> Tensor:
        y = function(*inputs)
        slopes = cl.autograd.grad(y, list(inputs), _weights(y), create_graph=True)
        return cl.cat([slope.reshape(-1) for slope in slopes if slope is not None])

    _compare(first, arrays)


def _compare(function: Function, arrays: Sequence[Array]) -> None:
    inputs = [cl.tensor(array, dtype="float64", requires_grad=True) for array in arrays]
    y = function(*inputs)
    weights = _weights(y)
    if y.requires_grad:
        y.backward(weights)
    for place, x in enumerate(inputs):
        found = np.zeros(x.shape) if x.grad is None else x.grad.numpy()
        expected = np.zeros(x.shape)
        for at in np.ndindex(x.shape):
            ends = []
            for step in (STEP, -STEP):
                moved = [array.astype(np.float64) for array in arrays]
                moved[place][at] += step
                given = [cl.tensor(array, requires_grad=True) for array in moved]
                ends.append((function(*given).detach().numpy() * weights.numpy()).sum())
            expected[at] = (ends[0] - ends[1]) / (2 * STEP)
        np.testing.assert_allclose(found, expected, ALLOWED, ALLOWED)


def _weights(y: Tensor) -> Tensor:
    """Return an upstream gradient whose numbers differ."""
    return cl.tensor(np.linspace(-1.0, 2.0, max(1, y.numel()))[: y.numel()].reshape(y.shape))
