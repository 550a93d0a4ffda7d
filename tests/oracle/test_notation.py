"""The line of torch that a layer says makes the same layer in torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

import convolens as cl
from convolens.lens import LayerSpec, explain
from lens.layers import layers
from tolerance import assert_close

from .peer import draw, torch


def of_torch(line: str) -> Any:
    return eval(line, {"nn": torch.nn})


@settings(max_examples=100)
@given(layers())
def test_the_line_makes_the_layer(spec: LayerSpec) -> None:
    # torch refuses a mean over three axes whose window is larger than the image without padding.
    fits = all(k <= size for k, size in zip(spec.kernel, spec.sizes, strict=True))
    assume(spec.kind != "avg_pool" or spec.rank < 3 or fits)
    ours, theirs = spec.layer().double(), of_torch(spec.torch_line()).double()
    mine, others = list(ours.parameters()), list(theirs.parameters())
    assert [p.shape for p in mine] == [tuple(p.shape) for p in others]
    values = draw(*[p.shape for p in mine], seed=3)
    for own, other, value in zip(mine, others, values, strict=True):
        own.data = cl.from_numpy(value)
        other.data = torch.from_numpy(value.copy())
    (x,) = draw((2, *spec.input_shape), seed=4)
    with cl.no_grad(), torch.no_grad():
        y = ours(cl.from_numpy(x)).numpy()
        expected = theirs(torch.from_numpy(x.copy())).numpy()
        assume(np.isfinite(expected).all())
        assert y.shape[1:] == spec.output_shape
        for parameter, value in zip(mine, values, strict=True):
            parameter.data = cl.from_numpy(np.abs(value))
        magnitude = np.abs(ours(cl.from_numpy(np.abs(x))).numpy())
    length = 2 * sum(call.op.cost(*(a.spec for a in call.args)).sum_length for call in spec.calls)
    assert_close(y, expected, length, magnitude, np.float64)


@pytest.mark.parametrize(
    "line",
    [
        "nn.Conv2d(3, 6, 3, 2, 1, 1, 3)",
        "nn.Conv2d(3, 6, kernel_size=(3, 2), padding='same', bias=False)",
        "nn.Conv2d(3, 6, 3, padding=1, padding_mode='reflect')",
        "nn.ConvTranspose2d(3, 6, 3, 2, 1, 1)",
        "nn.MaxPool2d(3, 2, 1, ceil_mode=True)",
        "nn.AvgPool2d(3, 2, 1, count_include_pad=False)",
        "nn.Sequential(nn.ReflectionPad2d((1, 2, 0, 1)), nn.Conv2d(3, 6, 3))",
        "nn.Sequential(nn.Conv2d(3, 3, 3, groups=3, bias=False), nn.Conv2d(3, 8, 1))",
    ],
)
def test_lines_that_people_write_are_read_as_torch_reads_them(line: str) -> None:
    from convolens.lens import parse_torch

    spec = parse_torch(line, (3, 9, 8))
    theirs = of_torch(line)
    assert tuple(theirs(torch.zeros(1, 3, 9, 8)).shape[1:]) == spec.output_shape
    assert sum(p.numel() for p in theirs.parameters()) == explain(spec).parameters


@given(layers())
def test_what_a_layer_of_torch_prints_is_read_back(spec: LayerSpec) -> None:
    from convolens.lens import parse_torch

    line = spec.torch_line()
    # torch prints no ceil_mode and no count_include_pad of a mean, and a Sequential in lines.
    if spec.kind != "avg_pool" and not line.startswith("nn.Sequential"):
        assert parse_torch(repr(of_torch(line)), spec.input_shape).torch_line() == line
