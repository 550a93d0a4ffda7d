"""Initial values: their bounds, their spread, and the layers' defaults."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import init

WEIGHT = (256, 64, 3, 3)
COUNT = math.prod(WEIGHT)
FAN_IN, FAN_OUT = 64 * 9, 256 * 9

#: name: the function, and the standard deviation. The first ones are even, the others normal.
EVEN: dict[str, tuple[Callable[[cl.Tensor], cl.Tensor], float]] = {
    "uniform": (lambda t: init.uniform_(t, -2, 2), 4 / math.sqrt(12)),
    "xavier_uniform": (init.xavier_uniform_, math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "xavier_uniform tanh": (
        lambda t: init.xavier_uniform_(t, init.calculate_gain("tanh")),
        5 / 3 * math.sqrt(2 / (FAN_IN + FAN_OUT)),
    ),
    "kaiming_uniform": (init.kaiming_uniform_, math.sqrt(2 / FAN_IN)),
    "kaiming_uniform relu out": (
        lambda t: init.kaiming_uniform_(t, mode="fan_out", nonlinearity="relu"),
        math.sqrt(2 / FAN_OUT),
    ),
    "default of torch": (
        lambda t: init.kaiming_uniform_(t, math.sqrt(5)),
        1 / math.sqrt(3 * FAN_IN),
    ),
}
NORMAL: dict[str, tuple[Callable[[cl.Tensor], cl.Tensor], float]] = {
    "the book's": (lambda t: init.normal_(t, 0, 0.01), 0.01),
    "xavier_normal": (init.xavier_normal_, math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "kaiming_normal": (init.kaiming_normal_, math.sqrt(2 / FAN_IN)),
    "kaiming_normal out": (
        lambda t: init.kaiming_normal_(t, mode="fan_out"),
        math.sqrt(2 / FAN_OUT),
    ),
}


def draw(function: Callable[[cl.Tensor], cl.Tensor]) -> np.ndarray:
    cl.manual_seed(3)
    weight = nn.Parameter(cl.zeros(*WEIGHT))
    assert function(weight) is weight
    assert weight.is_leaf
    return weight.detach().numpy().astype(np.float64)


@pytest.mark.parametrize("name", EVEN)
def test_even(name: str) -> None:
    function, deviation = EVEN[name]
    x, bound = draw(function), deviation * math.sqrt(3)
    assert np.abs(x).max() <= bound * (1 + 1e-6)
    assert np.abs(x).max() > bound * 0.999
    assert abs(x.mean()) < 5 * deviation / math.sqrt(COUNT)
    # The fourth moment of an even distribution: var(x^2) = 4/5 deviation^4.
    assert abs(x.var() / deviation**2 - 1) < 5 * math.sqrt(0.8 / COUNT)


@pytest.mark.parametrize("name", NORMAL)
def test_normal(name: str) -> None:
    function, deviation = NORMAL[name]
    x = draw(function)
    assert abs(x.mean()) < 5 * deviation / math.sqrt(COUNT)
    assert abs(x.var() / deviation**2 - 1) < 5 * math.sqrt(2 / COUNT)
    assert 4 * deviation < np.abs(x).max() < 6 * deviation


LAYERS: dict[str, tuple[Callable[[], Any], int]] = {
    "Linear": (lambda: nn.Linear(300, 400), 300),
    "Conv1d": (lambda: nn.Conv1d(60, 400, 5), 300),
    "Conv2d": (lambda: nn.Conv2d(32, 256, 3), 288),
    "Conv2d grouped": (lambda: nn.Conv2d(64, 512, 3, groups=2), 288),
    "Conv3d": (lambda: nn.Conv3d(8, 256, 3), 216),
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_layers_defaults(name: str) -> None:
    """Both weight and bias evenly from +-1 / sqrt(fan-in), as torch draws them."""
    make, fan_in = LAYERS[name]
    cl.manual_seed(5)
    layer = make()
    bound = 1 / math.sqrt(fan_in)
    for parameter, tight in ((layer.weight, 0.999), (layer.bias, 0.97)):
        x = parameter.detach().numpy().astype(np.float64)
        assert tight * bound < np.abs(x).max() <= bound * (1 + 1e-6)
        assert abs(x.var() / (bound**2 / 3) - 1) < 5 * math.sqrt(0.8 / x.size)
        assert abs(x.mean()) < 5 * bound / math.sqrt(3 * x.size)


def test_constants() -> None:
    t = cl.zeros(2, 3)
    assert init.ones_(t).tolist() == [[1] * 3] * 2
    assert init.constant_(t, 0.5).tolist() == [[0.5] * 3] * 2
    assert init.zeros_(t).tolist() == [[0] * 3] * 2


def test_fans() -> None:
    assert init.fans(cl.zeros(3, 5)) == (5, 3)
    assert init.fans(cl.zeros(30, 1, 5, 5)) == (25, 750)
    assert init.fans(cl.zeros(4, 2, 3)) == (6, 12)


def test_gains() -> None:
    assert init.calculate_gain("linear") == init.calculate_gain("sigmoid") == 1
    assert init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("leaky_relu", 0.2) == math.sqrt(2 / 1.04)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: init.fans(cl.zeros(3)), ShapeError),
        (lambda: init.xavier_uniform_(cl.zeros(3)), ShapeError),
        (lambda: init.kaiming_uniform_(cl.zeros(3, 3), mode="fan"), ArgumentError),
        (lambda: init.kaiming_normal_(cl.zeros(3, 3), nonlinearity="gelu2"), ArgumentError),
        (lambda: init.normal_(cl.zeros(3, dtype="int64")), (TypeError, RuntimeError)),
    ],
    ids=range(5),
)
def test_refusals(call: Any, error: Any) -> None:
    with pytest.raises(error):
        call()


def test_float64_weights() -> None:
    weight = cl.zeros(200, 200, dtype="float64")
    init.kaiming_normal_(weight)
    assert abs(weight.numpy().var() * 100 - 1) < 0.05
