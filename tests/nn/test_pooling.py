"""Pooling layers: the same as their functions, with torch's defaults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError

MAX = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
AVG = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_layer_is_its_function(rank: int) -> None:
    x = cl.randn(2, 3, *(8,) * rank)
    cases = (
        (
            MAX[rank](3, 2, 1, dilation=1, ceil_mode=True),
            f"max_pool{rank}d",
            {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
        ),
        (MAX[rank](2), f"max_pool{rank}d", {"kernel_size": 2}),
        (
            AVG[rank](3, 2, 1, ceil_mode=True, count_include_pad=False),
            f"avg_pool{rank}d",
            {
                "kernel_size": 3,
                "stride": 2,
                "padding": 1,
                "ceil_mode": True,
                "count_include_pad": False,
            },
        ),
        (AVG[rank](2), f"avg_pool{rank}d", {"kernel_size": 2}),
    )
    for layer, name, options in cases:
        expected = getattr(nn.functional, name)(x, **options)
        np.testing.assert_array_equal(layer(x).numpy(), expected.numpy())
        assert layer(x[0]).shape == expected.shape[1:]
        assert not list(layer.parameters())


def test_the_stride_is_the_window_if_none_is_given() -> None:
    assert nn.MaxPool2d(3)(cl.zeros(1, 1, 9, 9)).shape == (1, 1, 3, 3)
    assert nn.AvgPool2d((3, 2))(cl.zeros(1, 1, 9, 9)).shape == (1, 1, 3, 4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kernel_size": 0}, "kernel is 0"),
        ({"kernel_size": (2, 2, 2)}, "kernel_size is (2, 2, 2)"),
        ({"kernel_size": 2.5}, "kernel_size is 2.5"),
        ({"kernel_size": 2, "stride": 0}, "stride is 0"),
        ({"kernel_size": 2, "padding": -1}, "negative"),
        ({"kernel_size": 3, "padding": 2}, "half of kernel size"),
        ({"kernel_size": 2, "padding": "same"}, "padding"),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("layer", [nn.MaxPool2d, nn.AvgPool2d])
def test_bad_arguments_are_refused_at_once(layer: Any, options: Any, words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        layer(**options)
    assert words in str(caught.value)


def test_repr() -> None:
    assert repr(nn.MaxPool2d(2)) == (
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"
    )
    assert repr(nn.AvgPool1d(2)) == "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))"


def test_a_layer_follows_its_attributes() -> None:
    layer, x = nn.MaxPool2d(2), cl.randn(1, 1, 8, 8)
    layer.stride = 1
    assert layer(x).shape == (1, 1, 7, 7)
    layer.return_indices = True
    assert len(layer(x)) == 2
    mean = nn.AvgPool2d(2, count_include_pad=False)
    mean.divisor_override = 1
    assert mean(cl.ones(1, 1, 2, 2)).item() == 4
