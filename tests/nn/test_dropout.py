"""The dropout layer: at work in training only."""

from __future__ import annotations

import numpy as np

import convolens as cl
from convolens import nn


def test_training_and_evaluation() -> None:
    layer = nn.Dropout(0.25)
    x = cl.ones(10_000)
    y = layer(x).numpy()
    assert 0.2 < (y == 0).mean() < 0.3
    np.testing.assert_array_equal(np.unique(y), np.array([0, 1 / 0.75], np.float32))
    assert layer.eval()(x) is x


def test_two_layers_drop_different_elements() -> None:
    cl.manual_seed(0)
    x = cl.ones(1000)
    assert (nn.Dropout()(x).numpy() != nn.Dropout()(x).numpy()).any()


def test_repr() -> None:
    assert repr(nn.Dropout(0.3)) == "Dropout(p=0.3)"
