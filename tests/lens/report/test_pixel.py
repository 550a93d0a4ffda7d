from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolens import nn
from convolens.errors import IndexRangeError
from convolens.lens.report import conv_calls, explain_pixel, record_steps

from .makers import pixels


def call_of(layer: nn.Module, image: np.ndarray):
    (call,) = conv_calls(record_steps(layer, image), image.shape)
    return call


@settings(max_examples=25)
@given(
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
    groups=st.sampled_from([1, 2]),
    bias=st.booleans(),
)
def test_every_pixel_is_what_the_engine_computed(
    kernel: tuple[int, int], stride: int, padding: int, dilation: int, groups: int, bias: bool
) -> None:
    layer = nn.Conv2d(4, 6, kernel, stride, padding, dilation, groups, bias)
    call = call_of(layer, pixels(1, (4, 6, 7), 255)[0])
    for at in np.ndindex(call.output.shape):
        pixel = explain_pixel(call, at)
        assert pixel.agrees, pixel
        assert pixel.engine == call.output[at]
        assert pixel.partial_sums.sum() == pytest.approx(pixel.products.sum())


def test_the_books_numbers() -> None:
    layer = nn.Conv2d(1, 1, 3, padding=1)
    layer.weight.data.copy_(np.array([[[[2, 0, 1], [0, 1, 2], [1, 0, 2]]]], np.float32))
    layer.bias.data.copy_(np.array([3], np.float32))
    image = np.array([[[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]], np.float32)
    pixel = explain_pixel(call_of(layer, image), (0, 0, 0))
    assert pixel.window.tolist() == [[[0, 0, 0], [0, 1, 2], [0, 0, 1]]]
    assert pixel.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
    assert pixel.products.tolist() == [[[0, 0, 0], [0, 1, 4], [0, 0, 2]]]
    assert (pixel.partial_sums.tolist(), pixel.bias, pixel.total) == ([7.0], 3.0, 10.0)
    assert pixel.engine == 10.0
    assert [axis.tolist() for axis in pixel.reads] == [[-1, 0, 1], [-1, 0, 1]]


def test_groups_read_their_own_channels() -> None:
    call = call_of(nn.Conv2d(4, 6, 1, groups=2), pixels(1, (4, 2, 2), 255)[0])
    assert explain_pixel(call, (2, 0, 0)).channels == range(2)
    assert explain_pixel(call, (3, 0, 0)).channels == range(2, 4)


@pytest.mark.parametrize("at", [(6, 0, 0), (0, -1, 0), (0, 0, 9), (0, 0)])
def test_a_pixel_that_is_not_there(at: tuple[int, ...]) -> None:
    call = call_of(nn.Conv2d(1, 6, 3), pixels(1, (1, 8, 8), 16)[0])
    with pytest.raises(IndexRangeError, match="there is no output"):
        explain_pixel(call, at)


def test_a_value_that_is_off_does_not_agree() -> None:
    call = call_of(nn.Conv2d(1, 2, 3), pixels(1, (1, 8, 8), 16)[0])
    pixel = explain_pixel(call, (1, 2, 3))
    call.output[1, 2, 3] += 4 * pixel.tolerance
    assert not explain_pixel(call, (1, 2, 3)).agrees


def test_numbers_that_are_not_finite() -> None:
    layer = nn.Conv2d(1, 1, 1)
    layer.weight.data.copy_(np.full((1, 1, 1, 1), np.nan, np.float32))
    pixel = explain_pixel(call_of(layer, pixels(1, (1, 2, 2), 16)[0]), (0, 0, 0))
    assert np.isnan(pixel.total)
    assert not pixel.is_finite
