"""The fully connected layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError


def test_a_layer_is_its_function() -> None:
    layer = nn.Linear(4, 3)
    x = cl.randn(5, 4)
    expected = nn.functional.linear(x, layer.weight, layer.bias)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())
    assert layer.weight.shape == (3, 4)
    assert nn.Linear(4, 3, bias=False).bias is None


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (-1, 3), (2.5, 3), ("4", 3), (None, 3)])
def test_bad_sizes(sizes: Any) -> None:
    with pytest.raises((ArgumentError, TypeError)):
        nn.Linear(*sizes)


def test_identity() -> None:
    x = cl.randn(2)
    assert nn.Identity()(x) is x


def test_repr() -> None:
    assert repr(nn.Linear(4, 3)) == "Linear(in_features=4, out_features=3, bias=True)"
    assert repr(nn.Identity()) == "Identity()"
