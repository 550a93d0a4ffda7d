"""Results and weights larger than the caches: the values of any others."""

from __future__ import annotations

import numpy as np
import pytest

from contracts.calls import EVERY
from contracts.each_isa.guarded_calls import by_kernel
from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from tolerance import assert_within

#: More than any last cache, so written past it (native/runtime/past.cpp). The last register is not
#: whole.
FLOATS = 12 * 2**20 + 1003
EXACT = {
    "relu": (ops.Relu(), lambda x: np.maximum(x, 0)),
    "relu_grad": (ops.ReluGrad(), lambda y, g: np.where(y > 0, g, np.float32(0))),
    "scale": (ops.Scale(0.3), lambda x: x * np.float32(0.3)),
    "add": (ops.Add(), np.add),
    "sub": (ops.Sub(), np.subtract),
    "mul": (ops.Mul(), np.multiply),
}


#: Where not every call is tried, a size that fills no line of memory stands for one that does.
FEWER = min(EVERY, 2)


def normals(*shape: int) -> Array:
    return np.random.default_rng(5).standard_normal(shape, np.float32)


@pytest.mark.parametrize("name", EXACT)
def test_each_element(name: str) -> None:
    op, exact = EXACT[name]
    x = normals(FLOATS)
    arrays = [x] if name in ("relu", "scale") else [x, x[::-1].copy()]
    np.testing.assert_array_equal(by_kernel(op, *arrays), exact(*arrays))


@pytest.mark.parametrize("columns", [3550, 3552][::FEWER])
def test_a_column_times_a_row(columns: int) -> None:
    """Rows of 3550 are aligned to no register."""
    column, row = normals(3600, 1), normals(1, columns)
    np.testing.assert_array_equal(by_kernel(ops.Matmul(), column, row), column * row)


@pytest.mark.parametrize("channels", [44, 48][::FEWER])
def test_each_image_is_normalised_as_if_alone(channels: int) -> None:
    """The mean of 8 images' sums is exactly that of one with an eighth of them."""
    images, side = 8, 196
    x, g = (sign * normals(images, side, side, channels).transpose(0, 3, 1, 2) for sign in (1, -1))
    m, s, weight, bias = np.abs(normals(2, channels)), normals(2, channels), *normals(2, channels)
    normalised = by_kernel(ops.Normalize(), x, m, weight, bias)
    rectified = by_kernel(ops.NormalizeRelu(), x, m, weight, bias, g)
    gradient = by_kernel(ops.NormalizeGrad(), x, m, s, g, weight)
    for image in (0, 4, 7):
        own = slice(image, image + 1)
        alone = by_kernel(ops.Normalize(), x[own], m, weight, bias)
        np.testing.assert_array_equal(normalised[own], alone)
        alone = by_kernel(ops.NormalizeRelu(), x[own], m, weight, bias, g[own])
        np.testing.assert_array_equal(rectified[own], alone)
        alone = by_kernel(ops.NormalizeGrad(), x[own], m, s / images, g[own], weight)
        np.testing.assert_array_equal(gradient[own], alone)


@pytest.mark.parametrize("name", ["winograd2", "winograd4"])
def test_many_weights_are_read_for_some_tiles_at_a_time(name: str) -> None:
    """An image alone has fewer tiles, which are another number of blocks."""
    conv = ops.Conv((1, 1), ((1, 1), (1, 1)), (1, 1), 1)
    grad = ops.ConvInputGrad(**shared(conv, ConvGeometry), sizes=(21, 22))
    x, weight = normals(3, 264, 21, 22), normals(264, 264, 3, 3)
    y = by_kernel(conv, x, weight, name=name)
    dx = by_kernel(grad, weight, y, name=name)
    assert_within(conv, [x, weight], y, algorithm=name)
    assert_within(grad, [weight, y], dx, algorithm=name)
    for image in range(3):
        own = slice(image, image + 1)
        np.testing.assert_array_equal(y[own], by_kernel(conv, x[own], weight, name=name))
        np.testing.assert_array_equal(dx[own], by_kernel(grad, weight, y[own], name=name))


#: Convolutions write past the caches from 2**23 floats on at the latest; 2**20 never go past.
LARGE_IMAGE = (1, 329, 327)


def without_padding(groups: int = 1, stride: int = 1) -> ops.Conv:
    return ops.Conv((stride, stride), ((0, 0), (0, 0)), (1, 1), groups)


def assert_each_band_is_as_if_alone(conv: ops.Conv, kernel: str, x: Array, weight: Array) -> None:
    """Compare a convolution with those of bands of its rows, whose results are small."""
    whole = by_kernel(conv, x, weight, name=kernel)
    margin, band = weight.shape[2] - 1, 40
    for first in range(0, whole.shape[2], band):
        rows = x[:, :, first : first + band + margin]
        alone = by_kernel(conv, rows, weight, name=kernel)
        np.testing.assert_array_equal(whole[:, :, first : first + band], alone)


@pytest.mark.parametrize("outputs", [76, 80][::FEWER])
def test_short_sums(outputs: int) -> None:
    """Pixels of 80 outputs are whole lines of memory, those of 76 are not."""
    x = normals(*LARGE_IMAGE, 3).transpose(0, 3, 1, 2)
    weight = normals(outputs, 3, 3, 3)
    assert_each_band_is_as_if_alone(without_padding(), "direct", x, weight)


@pytest.mark.parametrize("outputs", [76, 80][::FEWER])
def test_products_of_few_channels(outputs: int) -> None:
    x = normals(*LARGE_IMAGE, 23).transpose(0, 3, 1, 2)
    weight = normals(outputs, 23, 1, 1)
    assert_each_band_is_as_if_alone(without_padding(), "product", x, weight)


@pytest.mark.parametrize("channels", [76, 80][::FEWER])
def test_depthwise(channels: int) -> None:
    x = normals(*LARGE_IMAGE, channels).transpose(0, 3, 1, 2)
    weight = normals(channels, 1, 3, 3)
    assert_each_band_is_as_if_alone(without_padding(channels), "depthwise", x, weight)


def assert_last_image_is_as_if_alone(grad: Op, kernel: str, weight: Array, g: Array) -> None:
    """Compare the gradient of a large batch with that of its last image, which is small."""
    together = by_kernel(grad, weight, g, name=kernel)
    alone = by_kernel(grad, weight, g[-1:], name=kernel)
    np.testing.assert_array_equal(together[-1:], alone)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_input_gradient(stride: int) -> None:
    images, channels, side = 10, 48, 136
    conv = without_padding(channels, stride)
    grad = ops.ConvInputGrad(**shared(conv, ConvGeometry), sizes=(side, side))
    positions = (side - 3) // stride + 1
    g = normals(images, positions, positions, channels).transpose(0, 3, 1, 2)
    assert_last_image_is_as_if_alone(grad, "depthwise", normals(channels, 1, 3, 3), g)


@pytest.mark.parametrize("channels", [44, 48][::FEWER])
@pytest.mark.parametrize("name", ["winograd2", "winograd4"])
def test_winograd_input_gradient(name: str, channels: int) -> None:
    """A side of 133 is no whole number of tiles."""
    images, outputs, side = 10, 9, 133
    grad = ops.ConvInputGrad(**shared(without_padding(), ConvGeometry), sizes=(side, side))
    g = normals(images, side - 2, side - 2, outputs).transpose(0, 3, 1, 2)
    assert_last_image_is_as_if_alone(grad, name, normals(outputs, channels, 3, 3), g)
