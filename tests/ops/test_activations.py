"""ReLU, sigmoid, tanh and exp: their values, their slopes, and the ends of the number line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import convolens as cl
from convolens.ops import Array
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


def logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


#: name: the function, and its slope.
FUNCTIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(x.dtype)),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x)),
    "tanh": (np.tanh, lambda x: np.cosh(x) ** -2.0),
    "exp": (np.exp, np.exp),
}
EACH = pytest.mark.parametrize("name", FUNCTIONS)


@EACH
@BOTH
def test_values_and_slopes(name: str, dtype: DType) -> None:
    numbers = np.linspace(-8, 8, 1001).astype(dtype)
    x = cl.tensor(numbers, requires_grad=True)
    y = getattr(x, name)()
    y.sum().backward()
    function, slope = FUNCTIONS[name]
    wide = numbers.astype(float64)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(y.detach().numpy(), function(wide), rtol=6 * eps, atol=0)
    assert x.grad is not None
    # The slopes of sigmoid and tanh are computed from y: 1 - y loses the digits that y rounds off.
    np.testing.assert_allclose(x.grad.numpy(), slope(wide), rtol=6 * eps, atol=4 * eps)


@EACH
@BOTH
def test_the_ends_of_the_number_line(name: str, dtype: DType) -> None:
    """No overflow, no warning, and NaN stays NaN."""
    numbers = np.array([-np.inf, -1e4, 1e4, np.inf, np.nan], dtype)
    y = getattr(cl.tensor(numbers), name)().numpy()
    ends = {
        "relu": [0, 0, 1e4, np.inf, np.nan],
        "sigmoid": [0, 0, 1, 1, np.nan],
        "tanh": [-1, -1, 1, 1, np.nan],
        "exp": [0, 0, np.inf, np.inf, np.nan],
    }
    np.testing.assert_array_equal(y, ends[name])


@BOTH
def test_relu_lets_the_gradient_pass_above_zero_only(dtype: DType) -> None:
    x = cl.tensor(np.array([-1, 0, 1, np.nan], dtype), requires_grad=True)
    x.relu().backward(cl.tensor(np.array([5, 6, 7, 8], dtype)))
    assert x.grad is not None
    assert x.grad.tolist() == [0, 0, 7, 8]  # NaN passes, as in torch
