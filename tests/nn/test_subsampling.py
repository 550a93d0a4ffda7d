"""Sub-sampling as in 1998: two numbers a channel, trained."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError


def test_at_first_it_is_average_pooling() -> None:
    x = cl.randn(2, 3, 6, 8)
    expected = nn.functional.avg_pool2d(x, 2)
    np.testing.assert_array_equal(nn.Subsampling(3)(x).detach().numpy(), expected.numpy())
    assert nn.Subsampling(3, (3, 2), 1)(x).shape == (2, 3, 4, 7)
    assert nn.Subsampling(3)(x[0]).shape == (3, 3, 4)


def test_layers_s2_and_s4_have_12_and_32_parameters() -> None:
    """The paper counts them, on page 7."""
    for channels, expected in ((6, 12), (16, 32)):
        assert sum(p.numel() for p in nn.Subsampling(channels).parameters()) == expected


def test_coefficient_and_bias_are_trained() -> None:
    layer = nn.Subsampling(2)
    layer.weight.data.copy_([2, 3])
    layer.bias.data.copy_([10, 20])
    x = cl.tensor([[[[1.0, 2], [3, 4]], [[0.0, 0], [0, 4]]]], requires_grad=True)
    y = layer(x)
    assert y.tolist() == [[[[15]], [[23]]]]
    y.sum().backward()
    for tensor, expected in ((layer.weight, [2.5, 1]), (layer.bias, [1, 1])):
        assert tensor.grad is not None
        assert tensor.grad.tolist() == expected
    assert x.grad is not None
    assert x.grad.tolist() == [[[[0.5] * 2] * 2, [[0.75] * 2] * 2]]
    layer.reset_parameters()
    assert layer.weight.tolist() == [1, 1]
    assert layer.bias.tolist() == [0, 0]


def test_refusals() -> None:
    with pytest.raises(ShapeError, match="4 channels, but the layer 3"):
        nn.Subsampling(3)(cl.zeros(1, 4, 6, 6))
    with pytest.raises(ArgumentError, match="num_channels is 0"):
        nn.Subsampling(0)
    with pytest.raises(ArgumentError, match="kernel is 0"):
        nn.Subsampling(3, 0)


def test_repr() -> None:
    assert repr(nn.Subsampling(6)) == "Subsampling(6, kernel_size=(2, 2), stride=(2, 2))"
