"""Convolution layers: their arguments, checked before any weight is made, and what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError

LAYERS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
EACH = pytest.mark.parametrize("rank", LAYERS)


@EACH
def test_a_layer_is_its_function(rank: int) -> None:
    layer = LAYERS[rank](4, 6, 3, stride=2, padding=1, dilation=2, groups=2)
    assert layer.weight.shape == (6, 2, *(3,) * rank)
    assert layer.bias.shape == (6,)
    x = cl.randn(2, 4, *(9,) * rank)
    function = getattr(nn.functional, f"conv{rank}d")
    expected = function(x, layer.weight, layer.bias, 2, 1, 2, 2)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())
    assert layer(x[0]).shape == expected.shape[1:]


@EACH
def test_gradients_reach_the_parameters(rank: int) -> None:
    layer = LAYERS[rank](2, 3, 2)
    layer(cl.ones(2, 2, *(4,) * rank)).sum().backward()
    outputs = 2 * 3**rank
    assert layer.bias.grad.tolist() == [outputs] * 3
    assert (layer.weight.grad.numpy() == outputs).all()


@EACH
def test_without_a_bias(rank: int) -> None:
    layer = LAYERS[rank](2, 3, 1, bias=False)
    assert layer.bias is None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    assert (layer(cl.zeros(1, 2, *(2,) * rank)).detach().numpy() == 0).all()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"in_channels": 0}, ArgumentError, "in_channels is 0"),
        ({"out_channels": -2}, ArgumentError, "out_channels is -2"),
        ({"groups": 0}, ArgumentError, "groups"),
        ({"groups": 3}, ArgumentError, "in_channels 4 cannot be divided into 3 groups"),
        ({"groups": 4}, ArgumentError, "out_channels 6 cannot be divided into 4 groups"),
        ({"kernel_size": 0}, ArgumentError, "kernel is 0"),
        ({"kernel_size": -1}, ArgumentError, "kernel is -1"),
        ({"kernel_size": (3, 3, 3)}, ArgumentError, "kernel_size"),
        ({"kernel_size": 1.5}, ArgumentError, "kernel_size"),
        ({"kernel_size": "3"}, ArgumentError, "kernel_size"),
        ({"kernel_size": None}, ArgumentError, "kernel_size"),
        ({"stride": 0}, ArgumentError, "stride is 0"),
        ({"stride": 1.5}, ArgumentError, "stride"),
        ({"dilation": 0}, ArgumentError, "dilation is 0"),
        ({"padding": -1}, ArgumentError, "padding"),
        ({"padding": 1.5}, ArgumentError, "padding"),
        ({"padding": "half"}, ArgumentError, "'half'"),
        ({"padding": "SAME"}, ArgumentError, "Hint: write 'same'"),
        ({"padding": "same", "stride": 2}, ArgumentError, "strided convolutions"),
        ({"padding_mode": "mirror"}, ArgumentError, "'zeros', 'reflect', 'replicate', 'circular'"),
        ({"kernel_size": 2**40}, ValueError, ""),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_arguments_are_refused_at_once(options: Any, error: Any, words: str) -> None:
    with pytest.raises(error) as caught:
        nn.Conv2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **options})
    assert words in str(caught.value)


def test_whole_numbers_of_numpy() -> None:
    layer = nn.Conv2d(
        np.int64(2), np.int64(4), np.int64(3), stride=np.int64(2), padding=np.int64(1)
    )
    assert layer(cl.zeros(1, 2, 8, 8)).shape == (1, 4, 4, 4)
    assert nn.Conv2d(1, 1, (np.int64(3), 1)).kernel_size == (3, 1)


def test_the_wrong_number_of_channels() -> None:
    with pytest.raises(ShapeError, match="input has 3 channels, but the weight expects 4"):
        nn.Conv2d(4, 6, 3)(cl.zeros(1, 3, 8, 8))


def test_the_tutorials_listing() -> None:
    """A fixed kernel written into a layer: 24 in the middle of -1, which sums to 0."""
    conv = nn.Conv2d(1, 2, (5, 5), bias=False)
    ker = np.full((5, 5), -1.0, np.float32)
    ker[2, 2] = 24
    conv.weight.data[0] = cl.tensor(ker).reshape(1, 5, 5)
    y = conv(cl.full((1, 1, 28, 28), 7.0))
    assert y.shape == (1, 2, 24, 24)
    assert (y[0, 0].detach().numpy() == 0).all()


def test_weights_set_from_outside_train_on() -> None:
    layer = nn.Conv2d(3, 2, 3)
    optimizer = cl.optim.SGD(layer.parameters(), lr=0.5, momentum=0.9)
    layer.weight.data = cl.from_numpy(np.ones((2, 3, 3, 3), np.float32))
    for _ in range(2):
        optimizer.zero_grad()
        layer(cl.ones(1, 3, 3, 3)).sum().backward()
        optimizer.step()
    assert layer.weight[0, 0, 0, 0].item() == pytest.approx(1 - 0.5 - 0.95)


def test_repr() -> None:
    assert repr(nn.Conv2d(1, 2, 3)) == "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))"
    assert repr(nn.Conv1d(2, 4, 3, 2, 1, 2, 2, bias=False)) == (
        "Conv1d(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=2, "
        "bias=False)"
    )
    assert repr(nn.Conv2d(1, 2, 3, padding="same")) == (
        "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=same)"
    )


MODES = ("zeros", "reflect", "replicate", "circular")


@EACH
@pytest.mark.parametrize("mode", MODES[1:])
def test_padding_modes_are_padding_and_then_convolution(rank: int, mode: str) -> None:
    layer = LAYERS[rank](2, 3, 3, stride=2, padding=2, dilation=2, padding_mode=mode)
    x = np.random.default_rng(0).standard_normal((2, 2, *(6,) * rank)).astype(np.float32)
    numpy_mode = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    padded = np.pad(x, [(0, 0), (0, 0), *[(2, 2)] * rank], mode=numpy_mode)  # type: ignore[call-overload]
    function = getattr(nn.functional, f"conv{rank}d")
    expected = function(cl.tensor(padded), layer.weight, layer.bias, 2, 0, 2)
    np.testing.assert_array_equal(layer(cl.tensor(x)).detach().numpy(), expected.detach().numpy())
    assert layer(cl.tensor(x[0])).shape == expected.shape[1:]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", ["same", "same_tf", "full", "valid", "same_fixed"])
def test_names_of_paddings_go_with_every_mode(mode: str, padding: str) -> None:
    layer = nn.Conv2d(1, 1, (4, 3), padding=padding, padding_mode=mode)
    sizes = {"full": (10, 9), "valid": (4, 5)}.get(padding, (7, 7))
    assert layer(cl.zeros(1, 1, 7, 7)).shape[2:] == sizes


def test_same_for_strided_layers() -> None:
    x = cl.zeros(1, 1, 8, 7)
    fixed = nn.Conv2d(1, 1, 3, stride=2, padding="same_fixed")
    tf = nn.Conv2d(1, 1, 3, stride=2, padding="same_tf")
    assert fixed(x).shape == tf(x).shape == (1, 1, 4, 4)
    for layer in (fixed, tf):
        nn.init.constant_(layer.weight, 1.0)
        nn.init.zeros_(layer.bias)
    ones = cl.ones(1, 1, 8)
    counts = {
        name: nn.functional.conv1d(ones, cl.ones(1, 1, 3), stride=2, padding=name).tolist()
        for name in ("same_fixed", "same_tf")
    }
    # One begins before the first input, the other at it and ends behind the last.
    assert counts == {"same_fixed": [[[2, 3, 3, 3]]], "same_tf": [[[3, 3, 3, 2]]]}


def test_same_tf_follows_the_size_of_the_input() -> None:
    layer = nn.Conv1d(1, 1, 3, stride=2, padding="same_tf")
    for size in (7, 8, 7, 9, 1):
        assert layer(cl.zeros(1, 1, size)).shape == (1, 1, -(-size // 2))


def test_attributes_changed_later_take_effect() -> None:
    layer = nn.Conv2d(1, 1, 3)
    x = cl.randn(1, 1, 8, 8)
    assert layer(x).shape == (1, 1, 6, 6)
    layer.stride = (2, 2)
    assert layer(x).shape == (1, 1, 3, 3)
    layer.padding, layer.padding_mode = (1, 1), "reflect"
    assert layer(x).shape == (1, 1, 4, 4)
    layer.padding_mode = "zeros"
    expected = nn.functional.conv2d(x, layer.weight, layer.bias, 2, 1)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())
    layer.stride = (0, 1)
    with pytest.raises(ArgumentError, match="stride is 0"):
        layer(x)


@EACH
def test_attributes_are_torchs(rank: int) -> None:
    layer = LAYERS[rank](2, 4, 3, padding=1)
    assert not layer.transposed
    assert layer.output_padding == (0,) * rank
    assert (layer.kernel_size, layer.stride, layer.padding, layer.dilation) == (
        (3,) * rank,
        (1,) * rank,
        (1,) * rank,
        (1,) * rank,
    )
    assert (layer.groups, layer.padding_mode) == (1, "zeros")
    assert LAYERS[rank](1, 1, 1, padding=[2] * rank).padding == (2,) * rank


def test_what_it_shows() -> None:
    layer = nn.Conv2d(4, 6, 3, 2, (1, 0), 2, 2, False, "circular")
    assert repr(layer) == (
        "Conv2d(4, 6, kernel_size=(3, 3), stride=(2, 2), padding=(1, 0), dilation=(2, 2), "
        "groups=2, bias=False, padding_mode=circular)"
    )
    assert repr(nn.Conv2d(1, 1, 3, padding="same")).endswith("stride=(1, 1), padding=same)")


def test_depthwise_with_a_multiplier() -> None:
    layer = nn.Conv2d(3, 6, 3, groups=3, bias=False)
    x = cl.randn(1, 3, 5, 5)
    y = layer(x)
    for channel in range(6):
        alone = nn.functional.conv2d(
            x[:, channel // 2 : channel // 2 + 1], layer.weight[channel : channel + 1]
        )
        np.testing.assert_allclose(
            y[:, channel].detach().numpy(),
            alone[:, 0].detach().numpy(),
            rtol=0,
            atol=9 * 2**-24 * float(np.abs(x.numpy()).sum()),
        )
