from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens import nn, ops
from convolens.errors import ConvolensError
from convolens.lens import pixels, summary
from convolens.lens.passage import Passage
from convolens.lens.sight_rows import ROWS, UNKNOWN
from convolens.lens.sights import Follower
from convolens.ops._taps import Window
from convolens.tensor.observe import observe

# Kernel and stride of the layers, as published.
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]
VGG16 = [2, 2, 3, 3, 3]


def chain(layers: list[tuple[int, int]], size: int) -> list[int]:
    """Return the receptive fields after each layer of a chain with padding kernel // 2."""
    sight, found = pixels(size), []
    for kernel, stride in layers:
        window = Window(kernel, stride, (kernel // 2, kernel // 2))
        sight, size = sight.through(window, size), window.output_size(size)
        found.append(sight.size)
    return found


def sizes(model: nn.Module, shape: tuple[int, ...], kinds: tuple[str, ...]) -> list[int]:
    rows = [row for row in summary(model, shape).rows if row.kind in kinds]
    assert all(len(set(row.receptive_field)) == 1 for row in rows)
    return [row.receptive_field[0] for row in rows]


def test_alexnet() -> None:
    expected = [11, 19, 51, 67, 99, 131, 163, 195]
    assert chain(ALEXNET, 224) == expected
    from convolens.models import alexnet

    model = alexnet(num_classes=2)
    assert sizes(model, (3, 224, 224), ("Conv2d", "MaxPool2d")) == expected


def test_vgg16() -> None:
    layers: list[nn.Module] = []
    for block in VGG16:
        for _ in range(block):
            layers += [nn.Conv2d(1, 1, 3, padding=1), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
    found = sizes(nn.Sequential(*layers), (1, 224, 224), ("Conv2d", "MaxPool2d"))
    assert found == [3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212]


def test_lenet5() -> None:
    from convolens.models import lenet5

    rows = summary(lenet5(), (1, 28, 28)).rows
    seen = {row.path: (row.receptive_field, row.stride, row.whole) for row in rows}
    assert seen["conv1"] == ((5, 5), (1, 1), False)
    assert seen["pool1"] == ((6, 6), (2, 2), False)
    assert seen["conv2"] == ((14, 14), (2, 2), False)
    assert seen["pool2"] == ((16, 16), (4, 4), False)
    assert seen["flatten"] == ((16, 16), (None, None), False)
    assert seen["fc1"] == ((28, 28), (None, None), True)
    assert seen["fc3"] == ((28, 28), (None, None), True)


def test_dilation_widens_the_view() -> None:
    row = summary(nn.Conv2d(1, 1, 3, dilation=2), (1, 9, 9)).rows[0]
    assert row.receptive_field == (5, 5)


def test_a_fully_connected_layer_sees_no_more_than_the_maps_do() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3, stride=3), nn.Flatten(), nn.Linear(6, 1))
    last = summary(net, (1, 6, 11)).rows[-1]
    assert (last.receptive_field, last.whole) == ((6, 9), False)


def brute_force(function: Any, shape: tuple[int, ...]) -> list[tuple[tuple[int, ...], list[Any]]]:
    """Return, for each output element, the first and last pixel that its gradient reaches."""
    x = cl.from_numpy(np.random.default_rng(0).random((1, *shape)) + 0.5).requires_grad_()
    y = function(x)
    found = []
    for index in np.ndindex(*y.shape):
        chosen = np.zeros(y.shape)
        chosen[index] = 1
        x.grad = None
        y.backward(cl.from_numpy(chosen), retain_graph=True)
        reached = np.argwhere(x.grad.numpy() != 0)
        bounds = list(zip(reached.min(axis=0)[2:], reached.max(axis=0)[2:], strict=True))
        found.append((index, bounds))
    return found


def agrees(function: Any, shape: tuple[int, ...], exact: bool = True) -> None:
    """Check the sights of a function's output against gradients of float64."""
    x = cl.zeros(1, *shape, dtype=cl.float64)
    follower = Follower(x)
    with cl.no_grad(), observe(follower.follow):
        y = function(x)
    sights = follower.sights(y)
    assert sights is not None
    for index, bounds in brute_force(function, shape):
        for sight, size, (low, high) in zip(sights, shape[1:], bounds, strict=True):
            first, last = sight.of(index[sight.axis] if sight.axis is not None else 0)
            first, last = max(first, 0), min(last, size - 1)
            if exact and (sight.stride is not None or sight.axis is None or sight.ranges):
                assert (first, last) == (low, high)
            else:
                assert first <= low <= high <= last
                assert high - low < sight.size


def positive(layer: nn.Module) -> nn.Module:
    """Return a layer with positive float64 weights, so that no two contributions cancel."""
    layer.double()
    for parameter in layer.parameters():
        parameter.data = cl.from_numpy(np.random.default_rng(1).random(parameter.shape) + 0.1)
    return layer


def conv(*arguments: Any, **options: Any) -> nn.Module:
    return positive(nn.Conv2d(*arguments, **options))


def upward(*arguments: Any, **options: Any) -> nn.Module:
    return positive(nn.ConvTranspose2d(*arguments, **options))


def squares(x: cl.Tensor) -> cl.Tensor:
    """Return x with its squares as a second channel."""
    return cl.cat([x, x * x], dim=1)


@pytest.mark.parametrize(
    "function",
    [
        conv(1, 1, 3),
        conv(1, 2, 3, stride=2, padding=1),
        conv(1, 1, 2, padding="same"),
        nn.Sequential(conv(1, 2, 3), nn.ReLU(), nn.AvgPool2d(2), conv(2, 1, 3, padding=1)),
        nn.Sequential(nn.AvgPool2d(3, stride=2, padding=1), nn.AvgPool2d(2, ceil_mode=True)),
        nn.Sequential(conv(1, 2, 3), nn.LocalResponseNorm(3), nn.Sigmoid(), nn.Tanh()),
        nn.Sequential(conv(1, 2, 3), nn.Softmax(1)),
        nn.Sequential(nn.AvgPool2d(3), nn.Softmax(3)),
        lambda x: nn.AvgPool2d(3, 1, 1)(x) + nn.AvgPool2d(1, 1)(x),
        lambda x: nn.AvgPool2d(3, 1)(x) * x[..., 2:, :-2],
        lambda x: x[:, :, 1::2, ::3].exp(),
        lambda x: nn.AvgPool2d(2)(x[:, :, 1:, 2:]) ** 2,
        lambda x: nn.AvgPool2d(2)(x).sum(3),
        lambda x: nn.AvgPool2d(2)(x).mean((2,), keepdim=True),
        lambda x: x + x.mean((2, 3), keepdim=True),
        lambda x: nn.AvgPool2d(2)(x)[0, 0] @ cl.ones(4, 2, dtype=cl.float64),
        lambda x: cl.ones(2, 4, dtype=cl.float64) @ nn.AvgPool2d(2)(x)[0, 0],
        lambda x: positive(nn.Linear(4, 3))(nn.AvgPool2d(2)(x)),
        lambda x: positive(nn.Linear(16, 3))(nn.AvgPool2d(2)(x).flatten(1)),
        lambda x: nn.AvgPool2d(2)(x).double().squeeze(0).unsqueeze(0),
        lambda x: nn.AvgPool2d(2)(x)[:, :, 1],
        lambda x: nn.AvgPool2d(2)(x).permute(0, 1, 3, 2)[:, :, 1:],
        upward(1, 1, 3),
        upward(1, 2, 3, padding=1),
        upward(1, 1, 3, stride=2),
        upward(1, 2, 4, stride=2, padding=1),
        nn.Sequential(upward(1, 1, 3, stride=2, padding=1), nn.ReLU(), conv(1, 1, 3, padding=1)),
        nn.Sequential(nn.AvgPool2d(2), upward(1, 1, 2, stride=2), upward(1, 1, 3, padding=1)),
        lambda x: x + upward(1, 1, 2, stride=2)(nn.AvgPool2d(2)(x)),
        lambda x: upward(1, 1, 2, stride=2)(x)[:, :, 1::3, 2:11] * 2.0,
        lambda x: upward(1, 1, 3, stride=2)(x).mean(3),
        nn.Sequential(conv(1, 2, 3, stride=2), positive(nn.BatchNorm2d(2)).eval(), nn.ReLU()),
        nn.Sequential(nn.AvgPool2d(2), nn.Hardswish(), nn.SiLU(), nn.PReLU().double()),
        nn.Sequential(conv(1, 2, 3), nn.AdaptiveAvgPool2d((4, 5))),
        nn.Sequential(nn.AvgPool2d(2, 1), nn.AdaptiveAvgPool2d(1)),
        nn.Sequential(conv(1, 4, 3), nn.PixelShuffle(2), conv(1, 1, 2, padding="same")),
        nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.PixelUnshuffle(2), positive(nn.Conv2d(4, 1, 2))),
        nn.Sequential(conv(1, 4, 3), nn.ChannelShuffle(2), nn.AvgPool2d(2)),
        nn.Sequential(conv(1, 1, 2), nn.ZeroPad2d((1, 2, 0, 1)), conv(1, 1, 3)),
        nn.Sequential(conv(1, 1, 2), nn.ReflectionPad2d(1), nn.AvgPool2d(2)),
        nn.Sequential(nn.LPPool2d(2, 3, stride=2), nn.Upsample(scale_factor=2)),
        lambda x: nn.functional.interpolate(x, size=(5, 12), mode="bilinear"),
        lambda x: nn.AvgPool2d(2)(x).flip((2,)),
        lambda x: cl.stack([nn.AvgPool2d(2)(x)], dim=1),
        lambda x: nn.AvgPool2d(2)(x).std((2,)),
        lambda x: cl.maximum(nn.AvgPool2d(2)(x), nn.AvgPool2d(2)(x) / 2),
        lambda x: nn.functional.layer_norm(squares(nn.AvgPool2d(2)(x)).permute(0, 2, 3, 1), (2,)),
    ],
)
def test_gradients_reach_what_is_seen(function: Any) -> None:
    agrees(function, (1, 8, 8))


@pytest.mark.parametrize(
    "function",
    [
        conv(1, 1, 3, dilation=2, padding=2),
        upward(1, 1, 3, padding=2, dilation=2),
        lambda x: cl.cat([nn.AvgPool2d(3, 1, 1)(x), x * 2.0], dim=1),
        lambda x: cl.cat([x, upward(1, 1, 2, stride=2)(nn.AvgPool2d(2)(x))], dim=1),
        lambda x: nn.AvgPool2d(2)(x).flatten(1),
        lambda x: cl.cat([nn.AvgPool2d(3, 1, 1)(x), x], dim=2),
        lambda x: nn.AvgPool2d(3, 1, 1)(x).flatten(2) + x.flatten(2),
        lambda x: nn.AvgPool2d(2)(x)[:, :, :, :2] + x[:, :, :4, :2],
        lambda x: nn.functional.unfold(nn.AvgPool2d(2, 1)(x), 3),
    ],
)
def test_where_elements_are_in_no_regular_order_the_bounds_hold(function: Any) -> None:
    agrees(function, (1, 8, 8), exact=False)


def test_one_and_three_dimensions() -> None:
    agrees(nn.Sequential(nn.AvgPool1d(3, 2, 1), positive(nn.Conv1d(1, 1, 2))), (1, 9))
    agrees(nn.Sequential(nn.AvgPool3d(2, 1), positive(nn.Conv3d(1, 1, 2))), (1, 3, 4, 3))


def test_normalisations_see_what_they_average() -> None:
    x = cl.randn(1, 4, 8, 8)
    for layer, size in (
        (nn.BatchNorm2d(4), 8),
        (nn.BatchNorm2d(4).eval(), 1),
        (nn.GroupNorm(2, 4), 8),
        (nn.InstanceNorm2d(4), 8),
        (nn.LayerNorm((4, 8, 8)), 8),
    ):
        follower = Follower(x)
        with observe(follower.follow):
            y = layer(x)
        assert [sight.size for sight in follower.sights(y)] == [size, size], layer


#: Operators of gradients whose names do not say so.
GRADIENTS = (ops.MaxPoolPick, ops.AdaptiveMaxPoolPick, ops.NormalizeSums, ops.LayerNormSums)


def test_every_operator_that_is_no_gradient_has_a_row_or_a_reason() -> None:
    for operator in ops.OPERATORS:
        rows = [row for kinds, row in ROWS if issubclass(operator, kinds)]
        gradient = operator.__name__.endswith("Grad") or operator in GRADIENTS
        assert gradient or bool(rows) != bool(UNKNOWN.get(operator)), operator.__name__


@pytest.mark.parametrize("operator", [o for o in ops.OPERATORS if not o.__name__.endswith("Grad")])
def test_no_row_fails_on_a_sample(operator: type[ops.Op]) -> None:
    rows = [row for kinds, row in ROWS if issubclass(operator, kinds)]
    for sample in operator.samples() if rows else ():
        output = sample.op.infer(*sample.specs).shape
        for number, spec in enumerate(sample.specs):
            for axis, size in enumerate(spec.shape if spec.size else ()):
                call = (sample.op, sample.specs, number, spec.shape, axis, output)
                sight = rows[0](Passage(*call, pixels(size, axis), size))
                assert sight is None or sight.axis is None or sight.axis < len(output)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: nn.AvgPool2d(2)(x.flatten(1).reshape(1, 1, 8, 8)),
        lambda x: nn.AvgPool2d(2)(cl.cat([x, x], dim=2)),
        lambda x: nn.AvgPool1d(2)(x.flatten(2)),
        lambda x: nn.functional.conv2d(cl.zeros(1, 1, 9, 9), x),
    ],
)
def test_what_cannot_be_said_is_unknown(function: Any) -> None:
    x = cl.zeros(1, 1, 8, 8)
    follower = Follower(x)
    with observe(follower.follow):
        y = function(x)
    assert None in follower.sights(y)


def test_what_does_not_depend_on_the_image_has_no_sight() -> None:
    x = cl.zeros(1, 1, 8, 8)
    follower = Follower(x)
    with observe(follower.follow):
        y = cl.ones(2, 2) * 2.0
    assert follower.sights(y) is None


window = st.builds(
    Window,
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.integers(1, 2),
)


@given(st.integers(8, 40), st.lists(window, min_size=1, max_size=4))
def test_a_chain_of_windows_sees_what_its_tap_tables_say(size: int, windows: list[Window]) -> None:
    sight, extent = pixels(size), size
    table = np.arange(size)[:, None]
    for each in windows:
        try:
            taps = each.taps(extent)
        except ConvolensError:
            return
        sight, extent = sight.through(each, extent), len(taps)
        padded = np.vstack([table, np.full((1, table.shape[1]), -1)])
        table = padded[np.maximum(taps, -1)].reshape(extent, -1)
    assert sight.last == sight.of(extent - 1)[1]
    for index, row in enumerate(table):
        read = row[row >= 0]
        first, last = sight.of(index)
        if read.size:
            assert first <= read.min()
            assert read.max() <= last
        # Gaps between taps and padding inside the chain can only make the sight smaller.
        if all(each.padding == (0, 0) for each in windows):
            assert (first, last) == (read.min(), read.max())
