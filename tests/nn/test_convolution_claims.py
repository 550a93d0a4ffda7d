"""What tutorials say about convolution in numbers, and the identities behind it."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.backends.choose import candidates
from convolens.nn import functional as F
from convolens.nn.functional.conv import conv_operator
from convolens.ops import ConvTranspose
from convolens.ops._taps import Window

U = 2.0**-24
PLAIN = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}


def whole_numbers(*shape: int, seed: int = 0) -> cl.Tensor:
    """Small whole numbers in float32: sums of their products are exact, whatever their order."""
    return cl.tensor(np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32))


def equal(a: cl.Tensor, b: cl.Tensor) -> None:
    np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


# Numbers.


def test_16_to_32_channels_take_4608_weights_or_656_in_two_steps() -> None:
    assert count(nn.Conv2d(16, 32, 3, bias=False)) == 16 * 32 * 9 == 4_608
    assert count(nn.SeparableConv2d(16, 32, 3, bias=False)) == 16 * 9 + 16 * 32 == 656


def test_16_to_32_channels_make_512_maps_in_between() -> None:
    """Each of 32 kernels convolves each of 16 channels; sums of 16 maps are the outputs."""
    x, weight = whole_numbers(1, 16, 6, 6), whole_numbers(32, 16, 3, 3, seed=1)
    each = weight.permute(1, 0, 2, 3).reshape(512, 1, 3, 3)
    maps = F.conv2d(x, each, padding=1, groups=16)
    assert maps.shape == (1, 512, 6, 6)
    equal(maps.reshape(1, 16, 32, 6, 6).sum(1), F.conv2d(x, weight, padding=1))


def test_a_dilated_3x3_kernel_sees_5x5_with_9_weights() -> None:
    assert Window(3, dilation=2).extent == 5
    layer = nn.Conv2d(1, 1, 3, dilation=2, bias=False)
    assert count(layer) == 9
    nn.init.ones_(layer.weight)
    x = cl.zeros(1, 1, 9, 9, requires_grad=True)
    layer(x)[0, 0, 2, 2].backward()
    assert x.grad is not None
    rows, columns = np.nonzero(x.grad[0, 0].numpy())
    assert len(rows) == 9
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == 5


def test_two_kernels_make_two_maps_of_an_image() -> None:
    """300x300x3 through 3x3x3x2 with padding 1: 54 weights. A dense layer has 48.6 billion."""
    layer = nn.Conv2d(3, 2, 3, padding=1, bias=False)
    assert layer(cl.zeros(1, 3, 300, 300)).shape == (1, 2, 300, 300)
    assert count(layer) == 54
    assert prod((300, 300, 3)) * prod((300, 300, 2)) == 48_600_000_000


@pytest.mark.parametrize(("inputs", "outputs", "kernel"), [(3, 64, 3), (1, 30, 5), (16, 32, 1)])
def test_a_layer_has_input_times_output_times_kernel_weights(
    inputs: int, outputs: int, kernel: int
) -> None:
    assert count(nn.Conv2d(inputs, outputs, kernel, bias=False)) == inputs * outputs * kernel**2
    assert count(nn.Conv2d(inputs, outputs, kernel)) == inputs * outputs * kernel**2 + outputs
    transpose = nn.ConvTranspose2d(inputs, outputs, kernel, bias=False)
    assert count(transpose) == inputs * outputs * kernel**2


def test_10_grey_images_of_28x28() -> None:
    x = cl.zeros(10, 1, 28, 28)
    assert x.shape == (10, 1, 28, 28)
    assert nn.Conv2d(1, 30, 5)(x).shape == (10, 30, 24, 24)


def test_same_pads_the_last_row_of_an_even_kernel() -> None:
    """Nine ones seen by 2x2 of ones."""
    y = F.conv2d(cl.ones(1, 1, 3, 3), cl.ones(1, 1, 2, 2), padding="same")
    assert y.tolist() == [[[[4, 4, 2], [4, 4, 2], [2, 2, 1]]]]


# Identities.

ALGORITHMS = ("product", "direct", "gather", "scatter", "row_scatter", "planes", "reference")
#: x, weight, options.
LAYERS: tuple[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]], ...] = (
    ((3, 4, 9, 8), (6, 4, 3, 3), {"padding": 1}),
    ((2, 4, 9, 8), (6, 2, 3, 2), {"stride": (2, 3), "padding": (1, 0), "groups": 2}),
    ((2, 33, 7, 7), (40, 33, 1, 1), {}),
    ((2, 8, 10, 10), (8, 1, 3, 3), {"padding": 2, "dilation": 2, "groups": 8}),
    ((4, 1, 28, 28), (30, 1, 5, 5), {}),
    ((2, 3, 20), (5, 3, 4), {"stride": 2, "padding": 1}),
    ((2, 2, 5, 6, 4), (3, 2, 2, 3, 2), {"padding": 1, "stride": (1, 2, 1)}),
)
EACH_LAYER = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: str(layer[2]))


@EACH_LAYER
def test_the_transposed_convolution_is_the_adjoint(layer: Any) -> None:
    """<conv(x), g> = <x, convT(g)>: exactly, for whole numbers."""
    shape, kernel, options = layer
    rank = len(shape) - 2
    x, weight = whole_numbers(*shape), whole_numbers(*kernel, seed=1)
    y = getattr(F, f"conv{rank}d")(x, weight, **options)
    g = whole_numbers(*y.shape, seed=2)
    stride, padding, dilation = (
        (value,) * rank if isinstance(value, int) else value
        for value in (
            options.get("stride", 1),
            options.get("padding", 0),
            options.get("dilation", 1),
        )
    )
    extra = [
        size - ((p - 1) * s - 2 * c + d * (r - 1) + 1)
        for size, p, s, c, d, r in zip(
            shape[2:], y.shape[2:], stride, padding, dilation, kernel[2:], strict=True
        )
    ]
    back = getattr(F, f"conv_transpose{rank}d")(
        g, weight, None, stride, padding, extra, options.get("groups", 1), dilation
    )
    assert back.shape == x.shape
    forth = np.vdot(y.numpy().astype(np.float64), g.numpy())
    assert forth == np.vdot(x.numpy().astype(np.float64), back.numpy())


def test_a_dilated_kernel_is_a_larger_one_with_rows_of_zeros() -> None:
    weight = whole_numbers(4, 3, 3, 3)
    large = np.zeros((4, 3, 5, 5), np.float32)
    large[:, :, ::2, ::2] = weight.numpy()
    x = whole_numbers(2, 3, 11, 12, seed=1)
    equal(F.conv2d(x, weight, dilation=2), F.conv2d(x, cl.tensor(large)))
    turned, wide = weight.permute(1, 0, 2, 3), cl.tensor(large).permute(1, 0, 2, 3)
    equal(F.conv_transpose2d(x, turned, dilation=2), F.conv_transpose2d(x, wide))


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_groups_are_blocks_on_the_diagonal(groups: int) -> None:
    c, k = 6 // groups, 12 // groups
    weight = whole_numbers(12, c, 3, 3)
    dense = np.zeros((12, 6, 3, 3), np.float32)
    for group in range(groups):
        rows, columns = slice(group * k, (group + 1) * k), slice(group * c, (group + 1) * c)
        dense[rows, columns] = weight.numpy()[rows]
    x = whole_numbers(2, 6, 7, 7, seed=1)
    equal(F.conv2d(x, weight, groups=groups), F.conv2d(x, cl.tensor(dense)))
    g = whole_numbers(2, 12, 4, 4, seed=2)
    equal(F.conv_transpose2d(g, weight, groups=groups), F.conv_transpose2d(g, cl.tensor(dense)))


@EACH_LAYER
@pytest.mark.parametrize("algorithm", ["any", *ALGORITHMS])
def test_a_batch_is_its_images_bit_for_bit(layer: Any, algorithm: str) -> None:
    shape, kernel, options = layer
    rank = len(shape) - 2
    x, weight, bias = cl.randn(*shape), cl.randn(*kernel), cl.randn(kernel[0])
    convolve = getattr(F, f"conv{rank}d")
    back = getattr(F, f"conv_transpose{rank}d")

    def both(images: cl.Tensor) -> tuple[cl.Tensor, cl.Tensor]:
        y = convolve(images, weight, bias, **options)
        return y, back(y, weight, None, **options)

    def computes(name: str) -> bool:
        conv = conv_operator(kernel[2:], **{**PLAIN, **options})
        specs = (x.spec, weight.spec, bias.spec)
        transpose = ConvTranspose(conv.stride, conv.padding, conv.dilation, conv.groups)
        calls = ((conv, specs), (transpose, (conv.infer(*specs), weight.spec)))
        verdicts = [v for op, inputs in calls for v in candidates(op, inputs)]
        return not any(v.reason for v in verdicts if v.candidate.name == name)

    if algorithm != "any" and not computes(algorithm):
        pytest.skip("the algorithm does not compute such a layer")
    with cl.algorithm(algorithm) if algorithm != "any" else cl.enable_grad():
        together, alone = both(x), [both(x[n : n + 1]) for n in range(len(x))]
    for place in (0, 1):
        equal(together[place], cl.cat([parts[place] for parts in alone]))


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_shifts_pass_through_a_layer_of_stride_1_exactly(shift: int) -> None:
    """Away from the border the outputs are the same numbers, elsewhere: bit for bit."""
    x = np.random.default_rng(0).standard_normal((1, 3, 24, 24)).astype(np.float32)
    moved = np.roll(x, (shift, shift), (2, 3))
    layer = nn.Conv2d(3, 8, 3, padding=1)
    y, z = layer(cl.tensor(x)).detach().numpy(), layer(cl.tensor(moved)).detach().numpy()
    inside = slice(shift + 1, -1)
    np.testing.assert_array_equal(
        z[:, :, inside, inside], np.roll(y, (shift, shift), (2, 3))[:, :, inside, inside]
    )


def test_a_stride_of_2_breaks_shifts_by_1() -> None:
    """Even shifts pass exactly. After an odd one other pixels are read.

    The outputs for noise are then other numbers of the same size: sqrt(2) of it away.
    """
    x = np.random.default_rng(0).standard_normal((4, 3, 64, 64)).astype(np.float32)
    layer = nn.Conv2d(3, 16, 3, stride=2, bias=False)

    def error(shift: int) -> float:
        y = layer(cl.tensor(x)).detach().numpy()
        z = layer(cl.tensor(np.roll(x, shift, 3))).detach().numpy()
        # The shifted picture's outputs, moved back by whole outputs.
        a, b = z[..., 3:-1], np.roll(y, shift // 2, 3)[..., 3:-1]
        return float(np.linalg.norm(a - b) / np.linalg.norm(b))

    assert error(0) == error(2) == error(4) == 0.0
    assert 1.2 < error(1) < 1.6
    assert 1.2 < error(3) < 1.6


def test_a_1x1_convolution_is_a_linear_layer_for_each_pixel() -> None:
    x, weight, bias = whole_numbers(2, 5, 4, 3), whole_numbers(7, 5, seed=1), whole_numbers(7)
    dense = F.linear(x.permute(0, 2, 3, 1), weight, bias).permute(0, 3, 1, 2)
    equal(F.conv2d(x, weight.reshape(7, 5, 1, 1), bias), dense)


def test_a_kernel_whose_weights_sum_to_nothing_is_silent_on_flat_areas() -> None:
    kernel = np.full((1, 1, 5, 5), -1.0, np.float32)
    kernel[0, 0, 2, 2] = 24
    y = F.conv2d(cl.full((1, 1, 12, 12), 0.7), cl.tensor(kernel))
    # 24 products of -0.7 and one of 24 x 0.7: what is left is rounding.
    assert np.abs(y.numpy()).max() <= 26 * U * 48 * 0.7
